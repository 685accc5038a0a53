//! An account as the program sees it: health, and what a liquidation of its loans would do.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::margin::{AccountHealth, Projection};
use plimsoll::state::{Book, MarginAccount};
use plimsoll::{liquidation, margin};
use plimsoll_risk::health::{CrossHealth, LiquidationHealth};
use plimsoll_risk::liquidation::{LiquidationPlan, plan_liquidation};
use plimsoll_risk::quantities::{Price, Value};

/// A refusal of the program, found off-chain.
pub type Refusal = anchor_lang::error::Error;

/// Initial and maintenance health in cross, with everything that the program would refuse. A portfolio account's are never below it.
///
/// # Errors
/// The program's own refusals: a stale accrual, a pending price, an account mode that is not served.
pub fn cross(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth, Refusal> {
    margin::cross_health(book, account, now_seconds)
}

/// Initial and maintenance health in the account's mode.
///
/// # Errors
/// As [`cross`].
pub fn of(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<AccountHealth, Refusal> {
    margin::health(book, account, now_seconds)
}

/// Maintenance health along everything that is announced for the hour ahead: what `call_margin` goes by.
///
/// # Errors
/// As [`cross`].
pub fn projection(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Projection, Refusal> {
    margin::project(book, account, now_seconds)
}

/// Maintenance and liquidation-end health in the account's mode, stale legs at the edge most favourable to the account: below zero it may be liquidated.
///
/// # Errors
/// As [`cross`].
pub fn liquidation(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<LiquidationHealth, Refusal> {
    margin::liquidation_health(book, account, now_seconds)
}

/// What `liquidate` would do now.
///
/// # Errors
/// The program's refusals.
pub fn plan(
    book: &Book,
    account: &MarginAccount,
    request: &LiquidationRequest,
    now_seconds: u64,
) -> Result<LiquidationPlan, Refusal> {
    let health = margin::liquidation_health(book, account, now_seconds)?;
    let inputs = liquidation::inputs(book, account, health, request, now_seconds)?;
    let terms = liquidation::terms(book, request)?;
    plan_liquidation(&inputs, &terms).map_err(|error| plimsoll::error::PlimsollError::from(error).into())
}

/// The pair of reserves whose liquidation repays most: the largest debt against the largest deposit at mid. None where either is missing.
#[must_use]
pub fn largest_pair(book: &Book, account: &MarginAccount) -> Option<(u8, u8)> {
    let mut deposits = Vec::new();
    let mut debts = Vec::new();
    for (index, (balance, reserve)) in (0u8..).zip(account.balances.iter().zip(&book.reserves)) {
        let mid = Price::from_bits(book.factors.get(usize::from(reserve.factor_index))?.price.mid);
        let totals = reserve.totals();
        let position = account.position(index.into()).ok()?;
        let value = |amount| mid.value_down(amount).unwrap_or(Value(u64::MAX));
        if balance.deposit_shares > 0 {
            deposits.push((value(position.claim_down(&totals).ok()?), index));
        }
        if balance.debt_shares > 0 {
            debts.push((value(position.owed_up(&totals).ok()?), index));
        }
    }
    let (_, collateral) = deposits.into_iter().max()?;
    let (_, debt) = debts.into_iter().max()?;
    Some((collateral, debt))
}

pub(crate) fn refuse<T>(result: plimsoll_risk::Result<T>) -> Result<T, Refusal> {
    result.map_err(|error| plimsoll::error::PlimsollError::from(error).into())
}
