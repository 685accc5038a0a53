//! Brings tokens in as a deposit. No margin is checked: a deposit lowers no health.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::Amount;

use crate::error::PlimsollError;
use crate::events::{Deposited, MarginCallCleared};
use crate::vault::{self, TokensIn};
use crate::{lending, margin};

pub(crate) fn handler(ctx: Context<TokensIn>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = accounts.load_mut()?;
    account.require_may_hold_reserve(reserve_index, &book)?;
    let reserve = book.reserve_mut(reserve_index)?;
    let transfer = accounts.transfer();

    transfer.require_accounts_of(reserve)?;
    let available = || vault::balance_atoms(transfer.counterparty);
    let amount = if amount_atoms == u64::MAX { available()? } else { amount_atoms };
    require!(amount > 0, PlimsollError::AmountZero);
    let before = account.position(reserve_index.into())?;
    require!(before.debt_shares.is_zero(), PlimsollError::RepayFirst);

    lending::accrue_reserve(reserve, now_seconds)?;
    lending::credit(reserve, &mut account, reserve_index, Amount(amount))?;
    reserve.liquidity_atoms = reserve.liquidity_atoms.checked_add(amount).ok_or(PlimsollError::Overflow)?;
    lending::require_deposit_cap(reserve)?;

    transfer.take_in(amount, reserve.decimals)?;

    lending::prove_solvent(reserve)?;
    let is_cured = margin::clear_if_cured(&book, &mut account, now_seconds);
    let deposit_shares = account.position(reserve_index.into())?.deposit_shares.0;
    emit!(Deposited {
        margin_account: accounts.margin_account.key(),
        reserve_index,
        amount_atoms: amount,
        deposit_shares
    });
    if is_cured {
        emit!(MarginCallCleared { margin_account: accounts.margin_account.key() });
    }
    Ok(())
}
