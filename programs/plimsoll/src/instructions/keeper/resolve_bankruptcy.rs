//! Resolves a debt that no asset stands behind: insurance pays first, then the reserve's depositors.

use anchor_lang::prelude::*;
use plimsoll_risk::position::ReservePosition;
use plimsoll_risk::quantities::Value;
use plimsoll_risk::waterfall;

use crate::error::{OrRefuse, PlimsollError};
use crate::events::BankruptcyResolved;
use crate::state::{Book, MarginAccount};
use crate::{lending, margin, vault};

/// Accounts of `resolve_bankruptcy`.
#[derive(Accounts)]
pub struct ResolveBankruptcy<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account with debts and nothing left.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<ResolveBankruptcy>, reserve_index: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&ctx.accounts.book, &ctx.accounts.margin_account)?;
    let dust = Value(book.params.dust_quote_atoms);
    lending::accrue_reserve(book.reserve_mut(reserve_index)?, now_seconds)?;
    let health = margin::liquidation_health(&book, &account, now_seconds)?;
    require!(health.maintenance.is_negative(), PlimsollError::NotBankrupt);
    let assets = Value(u64::try_from(health.assets).map_err(|_| PlimsollError::NotBankrupt)?);
    let reserve = book.reserve_mut(reserve_index)?;
    let position = account.position(reserve_index.into())?;

    let resolved = waterfall::resolve_bankruptcy(&reserve.totals(), &position, assets, dust).or_refuse()?;

    reserve.set_totals(&resolved.totals);
    let socialised = reserve.socialised_atoms.checked_add(resolved.socialised.0);
    reserve.socialised_atoms = socialised.ok_or(PlimsollError::Overflow)?;
    account.set_position(reserve_index.into(), ReservePosition::default())?;
    account.unhealthy_since_seconds = 0;

    lending::prove_solvent(reserve)?;
    emit!(BankruptcyResolved {
        margin_account: ctx.accounts.margin_account.key(),
        reserve_index,
        insurance_atoms: resolved.insurance_loss.0,
        socialised_atoms: resolved.socialised.0,
    });
    Ok(())
}
