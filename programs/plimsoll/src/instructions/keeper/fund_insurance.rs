//! Gives tokens to a reserve's insurance fund.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::InsuranceFunded;
use crate::lending;
use crate::state::Book;
use crate::vault::Transfer;

/// Accounts of `fund_insurance`.
#[derive(Accounts)]
pub struct FundInsurance<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// Authority over the source.
    pub funder: Signer<'info>,
    /// Where the tokens come from.
    /// CHECK: the token program checks it
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The reserve's vault.
    /// CHECK: compared with the reserve's
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    /// The reserve's token.
    /// CHECK: compared with the reserve's
    pub mint: UncheckedAccount<'info>,
    /// The token's program.
    /// CHECK: compared with the reserve's
    pub token_program: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<FundInsurance>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let mut book = accounts.book.load_mut()?;
    book.require_version()?;
    let reserve = book.reserve_mut(reserve_index)?;
    let transfer = Transfer {
        vault: &accounts.vault,
        counterparty: &accounts.source,
        authority: &accounts.funder,
        mint: &accounts.mint,
        token_program: &accounts.token_program,
    };

    transfer.require_accounts_of(reserve)?;
    require!(amount_atoms > 0, PlimsollError::AmountZero);

    let (liquidity, insurance) = (reserve.liquidity_atoms, reserve.insurance_atoms);
    reserve.liquidity_atoms = liquidity.checked_add(amount_atoms).ok_or(PlimsollError::Overflow)?;
    reserve.insurance_atoms = insurance.checked_add(amount_atoms).ok_or(PlimsollError::Overflow)?;

    transfer.take_in(amount_atoms, reserve.decimals)?;

    lending::prove_solvent(reserve)?;
    emit!(InsuranceFunded { book: accounts.book.key(), reserve_index, amount_atoms });
    Ok(())
}
