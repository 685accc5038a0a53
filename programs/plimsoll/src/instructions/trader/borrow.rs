//! Takes tokens out as a debt; initial health must remain.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::Amount;

use crate::error::PlimsollError;
use crate::events::Borrowed;
use crate::lending;
use crate::margin::Admission;
use crate::state::margin_account::MODE_ISOLATED;
use crate::vault::TokensOut;

pub(crate) fn handler(ctx: Context<TokensOut>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = accounts.load_mut()?;
    require!(account.mode != MODE_ISOLATED, PlimsollError::IsolatedCollateral);
    let admission = Admission::of_action(&book, &account, now_seconds)?;
    let (book_key, bump) = (accounts.book.key(), book.vault_authority_bump);
    let reserve = book.reserve_mut(reserve_index)?;
    let transfer = accounts.transfer();

    transfer.require_accounts_of(reserve)?;
    require!(amount_atoms > 0, PlimsollError::AmountZero);
    lending::accrue_reserve(reserve, now_seconds)?;
    let before = account.position(reserve_index.into())?;
    require!(before.deposit_shares.is_zero(), PlimsollError::WithdrawFirst);

    lending::debit(reserve, &mut account, reserve_index, Amount(amount_atoms))?;
    let left = reserve.liquidity_atoms.checked_sub(amount_atoms);
    reserve.liquidity_atoms = left.ok_or(PlimsollError::NotEnoughLiquidity)?;
    lending::require_borrow_limits(reserve)?;

    transfer.pay_out(amount_atoms, reserve.decimals, &book_key, bump)?;

    lending::prove_solvent(book.reserve(reserve_index)?)?;
    admission.judge(&book, &mut account, now_seconds)?;
    let debt_shares = account.position(reserve_index.into())?.debt_shares.0;
    emit!(Borrowed { margin_account: accounts.margin_account.key(), reserve_index, amount_atoms, debt_shares });
    Ok(())
}
