//! Moves a deposit between two margin accounts of one owner, without tokens; initial health must remain where it is taken from.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::Amount;

use super::transfer_position::BetweenAccounts;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::CollateralMoved;
use crate::lending;
use crate::margin::Admission;

pub(crate) fn handler(ctx: Context<BetweenAccounts>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut from, mut to) = accounts.load_mut()?;
    require!(amount_atoms > 0, PlimsollError::AmountZero);
    to.require_may_hold_reserve(reserve_index, &book)?;
    let admission = Admission::of_action(&book, &from, now_seconds)?;
    let reserve = book.reserve_mut(reserve_index)?;
    lending::accrue_reserve(reserve, now_seconds)?;
    let claim = from.position(reserve_index.into())?.claim_down(&reserve.totals()).or_refuse()?.0;
    let amount = if amount_atoms == u64::MAX { claim } else { amount_atoms };
    require!(amount <= claim && claim > 0, PlimsollError::DepositTooSmall);

    // where the other account owes, its debt is paid first
    lending::debit(reserve, &mut from, reserve_index, Amount(amount))?;
    lending::credit(reserve, &mut to, reserve_index, Amount(amount))?;

    lending::prove_solvent(reserve)?;
    admission.judge(&book, &mut from, now_seconds)?;
    emit!(CollateralMoved { from: accounts.from.key(), to: accounts.to.key(), reserve_index, amount_atoms: amount });
    Ok(())
}
