//! Planning the liquidation of a perp position, to another account or against the pool. See `docs/risk.md`, section 13.

use crate::error::Result;
use crate::health::LiquidationHealth;
use crate::liquidation::LiquidationTerms;
use crate::quantities::{Amount, Price, Ratio, SignedAmount, Value};

/// What a plan depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpLiquidationInputs {
    /// The account's healths and values.
    pub health: LiquidationHealth,
    /// The position's base.
    pub base: SignedAmount,
    /// Mid price of its factor.
    pub price: Price,
    /// The position's margin per unit of value at maintenance, from [`crate::perp::margin::position_margin_up`].
    pub maintenance_margin: Ratio,
    /// The same at liquidation end.
    pub liquidation_end_margin: Ratio,
    /// Debt weight of the quote reserve's factor at maintenance.
    pub quote_maintenance_weight: Ratio,
    /// The same at liquidation end.
    pub quote_liquidation_end_weight: Ratio,
    /// What closing costs per unit of value besides bonus and cut: 0 between accounts.
    pub slip: Ratio,
    /// The least that the two buckets still let through. Urgent accounts pass it by.
    pub throughput_left: Value,
    /// The most base atoms that the liquidator wants.
    pub base_limit: Amount,
    /// Seconds since the account was first seen unhealthy.
    pub seconds_unhealthy: u64,
}

/// What a liquidation does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpLiquidationPlan {
    /// The liquidatee's trade: opposite to his base.
    pub delta: SignedAmount,
    /// The closed size at mid, rounded down for a long and up for a short: what the liquidatee receives (or pays) before bonus and cut.
    pub value: Amount,
    /// What the liquidator keeps.
    pub bonus: Amount,
    /// What the market's insurance gets.
    pub insurance_cut: Amount,
    /// The closed size at mid, rounded up: what to take from the buckets.
    pub throughput: Value,
    /// Whether throughput did not limit this account: take what is there with [`crate::liquidation::Bucket::drain`].
    pub is_urgent: bool,
}

/// Plans one step: as much as brings liquidation-end health to zero, within every bound.
///
/// Errors: [`crate::RiskError::NotLiquidatable`], [`crate::RiskError::NothingToSeize`] where there is no position, [`crate::RiskError::LiquidationSpiral`],
/// [`crate::RiskError::ThroughputExhausted`], [`crate::RiskError::AmountZero`], [`crate::RiskError::HealthNotImproved`].
pub fn plan_perp_liquidation(
    _inputs: &PerpLiquidationInputs,
    _terms: &LiquidationTerms,
) -> Result<PerpLiquidationPlan> {
    todo!()
}
