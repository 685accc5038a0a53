//! How large a step of a liquidation is: what loans and perp positions have in common.

use super::LiquidationTerms;
use crate::error::{Result, RiskError};
use crate::health::LiquidationHealth;
use crate::quantities::{Amount, Price, Ratio, Value};

/// Refuses a healthy account: [`RiskError::NotLiquidatable`].
pub(super) fn require_liquidatable(health: &LiquidationHealth) -> Result<()> {
    if health.maintenance.is_negative() { Ok(()) } else { Err(RiskError::NotLiquidatable) }
}

/// How badly an account stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Urgency {
    /// `−maintenance health / requirement`.
    pub(super) shortfall_ratio: Ratio,
    /// Whether throughput does not limit it.
    pub(super) is_urgent: bool,
}

impl Urgency {
    /// Errors: [`RiskError::ThroughputExhausted`] where nothing is left for an account that is not urgent.
    pub(super) fn of(health: &LiquidationHealth, terms: &LiquidationTerms, throughput_left: Value) -> Result<Self> {
        let shortfall_ratio = shortfall_ratio_up(health);
        let is_urgent = shortfall_ratio > terms.urgent_fraction;
        if !is_urgent && throughput_left.is_zero() {
            return Err(RiskError::ThroughputExhausted);
        }
        Ok(Self { shortfall_ratio, is_urgent })
    }

    /// The most atoms that throughput lets through.
    pub(super) fn most_down(&self, throughput_left: Value, price: Price) -> Result<Amount> {
        if self.is_urgent { Ok(Amount(u64::MAX)) } else { amount_down(throughput_left, price) }
    }
}

/// `−maintenance health / requirement`, rounded up; [`Ratio::MAX`] where nothing is required or the ratio does not fit.
fn shortfall_ratio_up(health: &LiquidationHealth) -> Ratio {
    let shortfall = health.maintenance.0.min(0).unsigned_abs();
    let requirement = health.equity().0.saturating_sub(health.maintenance.0).max(0).unsigned_abs();
    if requirement == 0 {
        return Ratio::MAX;
    }
    let Some(dividend) = shortfall.checked_mul(1 << 32) else {
        return Ratio::MAX;
    };
    u64::try_from(dividend.div_ceil(requirement)).map_or(Ratio::MAX, Ratio::from_bits)
}

/// The value that brings liquidation-end health to zero, `−H_e / gained`, rounded up and at most `u64::MAX`; `gained` is what health gains per
/// value exchanged.
///
/// # Errors
/// [`RiskError::LiquidationSpiral`] where that is nothing.
pub(super) fn target_value_up(health: &LiquidationHealth, gained: Ratio) -> Result<Value> {
    if gained == Ratio::ZERO {
        return Err(RiskError::LiquidationSpiral);
    }
    let shortfall = health.liquidation_end.0.min(0).unsigned_abs();
    // an account has fewer than 2²⁰ legs below 2⁷⁰: the shifted shortfall is below 2¹²⁸
    let dividend = shortfall.checked_mul(1 << 32).ok_or(RiskError::Overflow)?;
    let value = dividend.div_ceil(u128::from(gained.to_bits()));
    Ok(Value(u64::try_from(value).unwrap_or(u64::MAX)))
}

/// The atoms of one step: the target, or `whole` where it would leave less than dust of it; within `most`.
///
/// # Errors
/// [`RiskError::AmountZero`] where nothing is left of it.
pub(super) fn step_amount(whole: Amount, price: Price, target: Value, most: Amount, dust: Value) -> Result<Amount> {
    let rest = price.value_up(whole)?.0.saturating_sub(target.0);
    let amount = if rest < dust.0 && whole <= most {
        // more than the target only where it leaves nothing behind
        whole
    } else {
        amount_up(target, price)?.min(whole).min(most)
    };
    if amount.is_zero() { Err(RiskError::AmountZero) } else { Ok(amount) }
}

/// The atoms that a value buys, rounded down and at most `u64::MAX`.
pub(super) fn amount_down(value: Value, price: Price) -> Result<Amount> {
    let atoms = (u128::from(value.0) << Price::FRACTION_BITS)
        .checked_div(u128::from(price.to_bits()))
        .ok_or(RiskError::DivisionByZero)?;
    Ok(Amount(u64::try_from(atoms).unwrap_or(u64::MAX)))
}

/// The atoms that make up a value, rounded up and at most `u64::MAX`.
fn amount_up(value: Value, price: Price) -> Result<Amount> {
    if price == Price::ZERO {
        return Err(RiskError::DivisionByZero);
    }
    let atoms = (u128::from(value.0) << Price::FRACTION_BITS).div_ceil(u128::from(price.to_bits()));
    Ok(Amount(u64::try_from(atoms).unwrap_or(u64::MAX)))
}
