//! Booking deposits and debts: accrual, credits, debits and the proof that nobody's claim outgrew the assets.

use anchor_lang::prelude::*;
use plimsoll_risk::interest;
use plimsoll_risk::position::{self, Split};
use plimsoll_risk::quantities::{Amount, Rate, Ratio};

use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::{MarginAccount, Reserve};

/// Books the interest since the last accrual.
pub(crate) fn accrue_reserve(reserve: &mut Reserve, now_seconds: u64) -> Result<()> {
    let elapsed = now_seconds.saturating_sub(reserve.accrued_seconds);
    if elapsed == 0 {
        return Ok(());
    }
    let terms = terms::interest_terms(&reserve.params)?;
    let rate = Rate::from_bits(reserve.rate_at_target);
    if let Some(accrual) = interest::accrue(&reserve.totals(), rate, &terms, elapsed).or_refuse()? {
        reserve.set_totals(&accrual.totals);
        reserve.rate_at_target = accrual.rate_at_target.to_bits();
    }
    reserve.accrued_seconds = now_seconds;
    Ok(())
}

/// Gives atoms to an account: they pay its debt, the rest becomes a deposit.
pub(crate) fn credit(reserve: &mut Reserve, account: &mut MarginAccount, index: u8, amount: Amount) -> Result<Split> {
    let (mut position, mut totals) = (account.position(index.into())?, reserve.totals());
    let split = position::credit(&mut position, &mut totals, amount).or_refuse()?;
    account.set_position(index.into(), position)?;
    reserve.set_totals(&totals);
    Ok(split)
}

/// Takes atoms from an account: from its deposit, the rest becomes a debt.
pub(crate) fn debit(reserve: &mut Reserve, account: &mut MarginAccount, index: u8, amount: Amount) -> Result<Split> {
    let (mut position, mut totals) = (account.position(index.into())?, reserve.totals());
    let split = position::debit(&mut position, &mut totals, amount).or_refuse()?;
    account.set_position(index.into(), position)?;
    reserve.set_totals(&totals);
    Ok(split)
}

/// Refuses deposits past the cap.
pub(crate) fn require_deposit_cap(reserve: &Reserve) -> Result<()> {
    let deposits = reserve.totals().deposits_up().or_refuse()?;
    require!(deposits.0 <= reserve.params.deposit_cap_atoms, PlimsollError::DepositCap);
    Ok(())
}

/// Refuses borrows past the cap or the utilisation limit.
pub(crate) fn require_borrow_limits(reserve: &Reserve) -> Result<()> {
    let totals = reserve.totals();
    let debts = totals.debts_down().or_refuse()?;
    require!(debts.0 <= reserve.params.borrow_cap_atoms, PlimsollError::BorrowCap);
    let utilisation = interest::utilisation_down(debts, totals.deposits_up().or_refuse()?);
    let limit = Ratio::from_ppm_down(reserve.params.max_utilisation_ppm);
    require!(utilisation <= limit, PlimsollError::UtilisationLimit);
    Ok(())
}

/// INV-SOLVENT: what depositors and insurance may claim is covered by the vault and the debts.
pub(crate) fn prove_solvent(reserve: &Reserve) -> Result<()> {
    let totals = reserve.totals();
    let claims = totals.deposit_index.amount_down(totals.deposit_shares).and_then(|sum| sum.plus(totals.insurance));
    let assets = totals.debts_down().and_then(|debts| debts.plus(totals.liquidity));
    require!(claims.or_refuse()? <= assets.or_refuse()?, PlimsollError::Insolvent);
    Ok(())
}
