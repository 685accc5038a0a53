//! The margin check: the Book and one margin account, nothing else.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{CollateralWeights, CrossHealth, LiquidationHealth};
use plimsoll_risk::quantities::{Index, Ratio, Shares};

use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::{Balance, MODE_CROSS};
use crate::state::{Book, Factor, MarginAccount, Reserve};

/// One balance of an account with its reserve and factor.
struct Leg<'a> {
    balance: &'a Balance,
    reserve: &'a Reserve,
    factor: &'a Factor,
}

/// Calls `visit` for each balance that is not empty, lowest reserve first.
#[inline(always)]
fn for_each_leg(book: &Book, account: &MarginAccount, mut visit: impl FnMut(Leg) -> Result<()>) -> Result<()> {
    require!(account.mode == MODE_CROSS, PlimsollError::AccountMode);
    let mut active = account.active_balances;
    let rows = account.balances.iter().zip(book.reserves.iter());
    for (balance, reserve) in rows {
        if active & 1 == 1 {
            let factor = book.factors.get(usize::from(reserve.factor_index)).ok_or(PlimsollError::FactorIndex)?;
            visit(Leg { balance, reserve, factor })?;
        }
        active >>= 1;
        if active == 0 {
            break;
        }
    }
    Ok(())
}

/// Initial and maintenance health in cross mode. Refuses debts that were not accrued lately, and factors that wait for confirmation.
pub fn cross_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth> {
    let mut health = CrossHealth::default();
    let step = book.step_at(now_seconds);
    for_each_leg(book, account, |leg| {
        let (reserve, factor) = (leg.reserve, leg.factor);
        // without a price a debt would weigh nothing
        require!(factor.price.mid != 0, PlimsollError::FactorNotPriced);
        require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
        let terms = factor.margin_terms(step, now_seconds, book.quote_decimals)?;
        if leg.balance.debt_shares != 0 {
            require_accrued(book, reserve, now_seconds)?;
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            return health.add_debt(Shares(leg.balance.debt_shares), index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weights = collateral_weights(reserve, now_seconds)?;
        health.add_deposit(Shares(leg.balance.deposit_shares), index, &terms, &weights).or_refuse()
    })?;
    Ok(health)
}

/// Refuses an account that may not take more risk. One that owes nothing carries none: its owner may always take his deposits out.
pub fn require_initial_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<()> {
    if account.balances.iter().all(|balance| balance.debt_shares == 0) {
        return Ok(());
    }
    cross_health(book, account, now_seconds)?.admit().or_refuse()
}

/// Maintenance and liquidation-end health: stale legs at the edge most favourable to the account.
pub fn liquidation_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<LiquidationHealth> {
    let mut health = LiquidationHealth::default();
    let step = book.step_at(now_seconds);
    let buffer = liquidation_buffer(book)?;
    for_each_leg(book, account, |leg| {
        let reserve = leg.reserve;
        let terms = leg.factor.liquidation_margin_terms(step, now_seconds, book.quote_decimals, buffer)?;
        if leg.balance.debt_shares != 0 {
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            return health.add_debt(Shares(leg.balance.debt_shares), index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weight = reserve.weight_ramp().at_down(now_seconds).or_refuse()?;
        health.add_deposit(Shares(leg.balance.deposit_shares), index, &terms, weight).or_refuse()
    })?;
    Ok(health)
}

/// 1 + liquidation_buffer.
pub fn liquidation_buffer(book: &Book) -> Result<Ratio> {
    Ratio::ONE.plus(Ratio::from_ppm_up(book.params.liquidation_buffer_ppm)).or_refuse()
}

/// The collateral weights now: the initial one never above any maintenance one of the walk ahead.
#[inline(always)]
fn collateral_weights(reserve: &Reserve, now_seconds: u64) -> Result<CollateralWeights> {
    let ramp = reserve.weight_ramp();
    let initial = Ratio::from_bits(reserve.weight_initial);
    if now_seconds >= ramp.end_seconds {
        return Ok(CollateralWeights { initial: initial.min(ramp.to), maintenance: ramp.to });
    }
    Ok(CollateralWeights {
        initial: initial.min(ramp.lowest_ahead_down(now_seconds).or_refuse()?),
        maintenance: ramp.at_down(now_seconds).or_refuse()?,
    })
}

/// Refuses a reserve whose debts were last accrued too long ago to be counted.
#[inline(always)]
fn require_accrued(book: &Book, reserve: &Reserve, now_seconds: u64) -> Result<()> {
    let age = now_seconds.saturating_sub(reserve.accrued_seconds);
    require!(age <= u64::from(book.params.max_accrual_age_seconds), PlimsollError::ReserveStale);
    Ok(())
}
