//! Brings tokens in to pay a debt. No margin is checked: a repayment lowers no health.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::Amount;

use crate::error::{OrRefuse, PlimsollError};
use crate::events::{MarginCallCleared, Repaid};
use crate::vault::TokensIn;
use crate::{lending, margin};

pub(crate) fn handler(ctx: Context<TokensIn>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = accounts.load_mut()?;
    account.require_may_hold_reserve(reserve_index, &book)?;
    let reserve = book.reserve_mut(reserve_index)?;
    let transfer = accounts.transfer();

    transfer.require_accounts_of(reserve)?;
    require!(amount_atoms > 0, PlimsollError::AmountZero);
    lending::accrue_reserve(reserve, now_seconds)?;
    let before = account.position(reserve_index.into())?;
    require!(!before.debt_shares.is_zero(), PlimsollError::NothingToRepay);
    let owed = before.owed_up(&reserve.totals()).or_refuse()?.0;
    let amount = if amount_atoms == u64::MAX { owed } else { amount_atoms };
    require!(amount <= owed, PlimsollError::DebtTooSmall);

    lending::credit(reserve, &mut account, reserve_index, Amount(amount))?;
    reserve.liquidity_atoms = reserve.liquidity_atoms.checked_add(amount).ok_or(PlimsollError::Overflow)?;

    transfer.take_in(amount, reserve.decimals)?;

    lending::prove_solvent(reserve)?;
    let is_cured = margin::clear_if_cured(&book, &mut account, now_seconds);
    let debt_shares = account.position(reserve_index.into())?.debt_shares.0;
    emit!(Repaid { margin_account: accounts.margin_account.key(), reserve_index, amount_atoms: amount, debt_shares });
    if is_cured {
        emit!(MarginCallCleared { margin_account: accounts.margin_account.key() });
    }
    Ok(())
}
