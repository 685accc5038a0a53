//! Planning a liquidation: how much debt is repaid, what is seized for it, at which bonus. Pure: the program, keepers and previews call the same plan.
//! See `docs/risk.md`, section 6.

mod bonus;
mod perp;
mod throughput;

pub use bonus::BonusTerms;
pub use perp::{PerpLiquidationInputs, PerpLiquidationPlan, plan_perp_liquidation};
pub use throughput::{Bucket, BucketTerms};

use bonus::Bonus;

use crate::error::{Result, RiskError};
use crate::health::LiquidationHealth;
use crate::math::mul_div_down;
use crate::quantities::{Amount, Price, Ratio, Value};

/// Atoms of rounding that a plan grants each side when it proves that health rises: one for the shares, one for the index's 48-bit mantissa.
const ROUNDING_ATOMS: u64 = 2;

/// The parameters of liquidations. A plan is sound for any: health rises or the plan is refused. The program bounds them when parameters are
/// set: bonuses in order, slope, rate and fractions at most one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationTerms {
    /// How the bonus grows and its bounds.
    pub bonus: BonusTerms,
    /// What the collateral reserve's insurance gets of the value repaid \[0.5 %\].
    pub insurance_cut: Ratio,
    /// The shortfall ratio beyond which throughput does not limit an account.
    pub urgent_fraction: Ratio,
    /// A debt worth less is not left behind.
    pub dust: Value,
}

/// One side of the exchange: the debt that is repaid or the deposit that is seized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeLeg {
    /// Mid price of its factor.
    pub price: Price,
    /// What the account owes (rounded up) or may claim (rounded down) in this reserve.
    pub amount: Amount,
    /// Its weight in maintenance health, from [`crate::health::debt_weight_up`] or [`crate::health::asset_weight_down`].
    pub maintenance_weight: Ratio,
    /// Its weight in liquidation-end health.
    pub liquidation_end_weight: Ratio,
}

/// What a plan depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationInputs {
    /// The account's healths and values.
    pub health: LiquidationHealth,
    /// The debt to repay.
    pub debt: ExchangeLeg,
    /// The deposit to seize.
    pub collateral: ExchangeLeg,
    /// The least that the three buckets still let through. Urgent accounts pass it by.
    pub throughput_left: Value,
    /// What the insurance of the debt's reserve holds, for the top-up.
    pub insurance: Amount,
    /// The most that the liquidator wants to repay.
    pub repay_limit: Amount,
    /// Seconds since the account was first seen unhealthy.
    pub seconds_unhealthy: u64,
}

/// What a liquidation does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationPlan {
    /// Debt taken off the account. The liquidator takes over this less `insurance_top_up`.
    pub repaid: Amount,
    /// Collateral that goes to the liquidator.
    pub seized: Amount,
    /// Collateral that goes to the insurance of its own reserve.
    pub insurance_cut: Amount,
    /// Debt paid by the insurance of its own reserve.
    pub insurance_top_up: Amount,
    /// The bonus in collateral, without the top-up.
    pub bonus: Ratio,
    /// The value repaid, rounded up: what to take from the buckets.
    pub value: Value,
    /// Whether throughput did not limit this account: take what is there with [`Bucket::drain`].
    pub is_urgent: bool,
}

/// Plans one step of a liquidation: as much as brings liquidation-end health to zero, within every bound.
///
/// Rounding: repaid up to the bounds, seized and cut down. Errors: [`RiskError::NotLiquidatable`], [`RiskError::NothingToRepay`],
/// [`RiskError::NothingToSeize`], [`RiskError::LiquidationSpiral`] where no step can raise health, [`RiskError::ThroughputExhausted`],
/// [`RiskError::AmountZero`] where the bounds leave nothing, [`RiskError::HealthNotImproved`] where rounding eats the gain.
pub fn plan_liquidation(inputs: &LiquidationInputs, terms: &LiquidationTerms) -> Result<LiquidationPlan> {
    if !inputs.health.maintenance.is_negative() {
        return Err(RiskError::NotLiquidatable);
    }
    if inputs.debt.amount.is_zero() {
        return Err(RiskError::NothingToRepay);
    }
    if inputs.collateral.amount.is_zero() {
        return Err(RiskError::NothingToSeize);
    }
    let shortfall_ratio = bonus::shortfall_ratio_up(&inputs.health);
    let is_urgent = shortfall_ratio > terms.urgent_fraction;
    if !is_urgent && inputs.throughput_left.is_zero() {
        return Err(RiskError::ThroughputExhausted);
    }
    let bonus = bonus::decide(inputs, terms, shortfall_ratio)?;
    let repaid = repaid_amount(inputs, terms, &bonus, is_urgent)?;
    if repaid.is_zero() {
        return Err(RiskError::AmountZero);
    }
    let plan = exchange(inputs, &bonus, repaid, is_urgent)?;
    prove_improvement(inputs, &plan)?;
    Ok(plan)
}

/// How much debt to repay, in atoms.
fn repaid_amount(
    inputs: &LiquidationInputs,
    terms: &LiquidationTerms,
    bonus: &Bonus,
    is_urgent: bool,
) -> Result<Amount> {
    let debt = &inputs.debt;
    let taken_per_repaid = bonus.taken_per_repaid()?;
    let collateral_value = inputs.collateral.price.value_down(inputs.collateral.amount)?;
    let mut most = debt
        .amount
        .min(inputs.repay_limit)
        .min(amount_down(divide_down(collateral_value, taken_per_repaid)?, debt.price)?);
    if !is_urgent {
        most = most.min(amount_down(inputs.throughput_left, debt.price)?);
    }
    let target = target_value_up(inputs, taken_per_repaid)?;
    let debt_value = debt.price.value_up(debt.amount)?;
    let rest = debt_value.0.saturating_sub(target.0);
    // more than the target only where it leaves nothing behind
    if rest < terms.dust.0 && debt.amount <= most {
        return Ok(debt.amount);
    }
    Ok(amount_up(target, debt.price)?.min(most))
}

/// `−H / (l − a·(1 + b + c))` at liquidation-end weights, rounded up and at most `u64::MAX`.
fn target_value_up(inputs: &LiquidationInputs, taken_per_repaid: Ratio) -> Result<Value> {
    let shortfall = inputs.health.liquidation_end.0.min(0).unsigned_abs();
    let given_up = inputs.collateral.liquidation_end_weight.times_up(taken_per_repaid)?;
    let gained = inputs.debt.liquidation_end_weight.minus(given_up).map_err(|_| RiskError::LiquidationSpiral)?;
    if gained == Ratio::ZERO {
        return Err(RiskError::LiquidationSpiral);
    }
    // an account has fewer than 2²⁰ legs below 2⁶⁸: the shifted shortfall is below 2¹²⁸
    let dividend = shortfall.checked_mul(1 << 32).ok_or(RiskError::Overflow)?;
    let value = dividend.div_ceil(u128::from(gained.to_bits()));
    Ok(Value(u64::try_from(value).unwrap_or(u64::MAX)))
}

/// What changes hands for `repaid` atoms of debt. Together seized and cut stay within the collateral, because `repaid` does and they round down.
fn exchange(inputs: &LiquidationInputs, bonus: &Bonus, repaid: Amount, is_urgent: bool) -> Result<LiquidationPlan> {
    let (debt, collateral) = (&inputs.debt, &inputs.collateral);
    let value = debt.price.value_down(repaid)?;
    let seized = amount_down(Ratio::ONE.plus(bonus.to_liquidator)?.of_down(value)?, collateral.price)?;
    let cut = amount_down(bonus.to_insurance.of_down(value)?, collateral.price)?;
    let top_up = bonus.top_up.of_down(Value(repaid.0))?.0.min(inputs.insurance.0);
    Ok(LiquidationPlan {
        repaid,
        seized,
        insurance_cut: cut,
        insurance_top_up: Amount(top_up),
        bonus: bonus.to_liquidator,
        value: debt.price.value_up(repaid)?,
        is_urgent,
    })
}

/// Errors unless maintenance health rises even when every rounding of the books goes against the account (**INV-IMPROVE**).
fn prove_improvement(inputs: &LiquidationInputs, plan: &LiquidationPlan) -> Result<()> {
    let (debt, collateral) = (&inputs.debt, &inputs.collateral);
    let relieved = Amount(plan.repaid.0.saturating_sub(ROUNDING_ATOMS));
    let gain = debt.maintenance_weight.of_down(debt.price.value_down(relieved)?)?;
    let taken = plan.seized.plus(plan.insurance_cut)?.plus(Amount(ROUNDING_ATOMS))?;
    let loss = collateral.maintenance_weight.of_up(collateral.price.value_up(taken.min(collateral.amount))?)?;
    if gain > loss { Ok(()) } else { Err(RiskError::HealthNotImproved) }
}

/// `value / ratio`, rounded down.
fn divide_down(value: Value, ratio: Ratio) -> Result<Value> {
    mul_div_down(value.0, Ratio::ONE.to_bits(), ratio.to_bits()).map(Value)
}

/// The atoms that a value buys, rounded down and at most `u64::MAX`.
fn amount_down(value: Value, price: Price) -> Result<Amount> {
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
