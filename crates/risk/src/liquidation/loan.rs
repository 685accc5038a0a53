//! Planning the liquidation of a loan: one debt repaid for one deposit. See `docs/risk.md`, section 6.

use super::LiquidationTerms;
use super::bonus::{Bonus, BonusBounds, room_down, spiral_quotient_down};
use super::step::{Urgency, amount_down, require_liquidatable, step_amount, target_value_up};
use crate::error::{Result, RiskError};
use crate::health::{LiquidationFactorTerms, LiquidationHealth, asset_weight_down, debt_weight_up};
use crate::liquidity::LegSide;
use crate::math::mul_div_down;
use crate::quantities::{Amount, Price, Ratio, Value};

/// Atoms of rounding that a plan grants each side when it proves that health rises: one for the shares, one for the index's 48-bit mantissa.
const ROUNDING_ATOMS: u64 = 2;

/// One side of the exchange: the debt that is repaid or the deposit that is seized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeLeg {
    /// Mid price of its factor.
    pub price: Price,
    /// What the account owes (rounded up) or may claim (rounded down) in this reserve.
    pub amount: Amount,
    /// Its weight in maintenance health, of the whole leg at its present size.
    pub maintenance_weight: Ratio,
    /// Its weight in liquidation-end health.
    pub liquidation_end_weight: Ratio,
}

impl ExchangeLeg {
    /// A debt at the terms of its factor, whose price is fresh, with the impact of its size.
    ///
    /// `amount` may be less than the leg that health counts: its impact is then no higher, and the plan counts on no more than the leg gives.
    pub fn debt(amount: Amount, terms: &LiquidationFactorTerms) -> Result<Self> {
        let margins = terms.margins_up(terms.debt_price.value_down(amount)?, LegSide::Short)?;
        Ok(Self {
            price: terms.debt_price,
            amount,
            maintenance_weight: debt_weight_up(margins.maintenance)?,
            liquidation_end_weight: debt_weight_up(margins.liquidation_end)?,
        })
    }

    /// A deposit at the terms of its factor, whose price is fresh, with the impact of its size; `amount` as in [`Self::debt`].
    pub fn deposit(amount: Amount, collateral_weight: Ratio, terms: &LiquidationFactorTerms) -> Result<Self> {
        let margins = terms.margins_up(terms.asset_price.value_down(amount)?, LegSide::Long)?;
        Ok(Self {
            price: terms.asset_price,
            amount,
            maintenance_weight: asset_weight_down(margins.maintenance, collateral_weight),
            liquidation_end_weight: asset_weight_down(margins.liquidation_end, collateral_weight),
        })
    }
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
    /// Whether throughput did not limit this account: take what is there with [`crate::liquidation::Bucket::drain`].
    pub is_urgent: bool,
}

/// Plans one step of a liquidation: as much as brings liquidation-end health to zero, within every bound.
///
/// Weights are those of the legs' present sizes. As a leg shrinks its impact falls, and health gains more than planned: a step may bring it above
/// the target.
///
/// Rounding: repaid up to the bounds, seized and cut down. Errors: [`RiskError::NotLiquidatable`], [`RiskError::NothingToRepay`],
/// [`RiskError::NothingToSeize`], [`RiskError::LiquidationSpiral`] where no step can raise health, [`RiskError::ThroughputExhausted`],
/// [`RiskError::AmountZero`] where the bounds leave nothing, [`RiskError::HealthNotImproved`] where rounding eats the gain.
pub fn plan_liquidation(inputs: &LiquidationInputs, terms: &LiquidationTerms) -> Result<LiquidationPlan> {
    require_liquidatable(&inputs.health)?;
    if inputs.debt.amount.is_zero() {
        return Err(RiskError::NothingToRepay);
    }
    if inputs.collateral.amount.is_zero() {
        return Err(RiskError::NothingToSeize);
    }
    let urgency = Urgency::of(&inputs.health, terms, inputs.throughput_left)?;
    let wanted = terms.bonus.wanted_down(urgency.shortfall_ratio, inputs.seconds_unhealthy);
    let bounds = BonusBounds {
        spiral: spiral_bound_down(inputs)?,
        room: room_down(inputs.health.equity(), inputs.health.debts),
    };
    let bonus = bounds.decide(terms, wanted)?;
    let repaid = repaid_amount(inputs, terms, &bonus, &urgency)?;
    let plan = exchange(inputs, &bonus, repaid, urgency.is_urgent)?;
    prove_improvement(inputs, &plan)?;
    Ok(plan)
}

/// Seven eighths of `l/a − 1` at maintenance weights, rounded down: at the whole of it a step would leave health where it was.
fn spiral_bound_down(inputs: &LiquidationInputs) -> Result<Ratio> {
    let (debt, asset) = (inputs.debt.maintenance_weight, inputs.collateral.maintenance_weight);
    let gap = debt.minus(asset).map_err(|_| RiskError::LiquidationSpiral)?;
    Ok(spiral_quotient_down(gap, asset))
}

/// How much debt to repay, in atoms.
fn repaid_amount(
    inputs: &LiquidationInputs,
    terms: &LiquidationTerms,
    bonus: &Bonus,
    urgency: &Urgency,
) -> Result<Amount> {
    let debt = &inputs.debt;
    let taken_per_repaid = Ratio::ONE.plus(bonus.taken()?)?;
    let collateral_value = inputs.collateral.price.value_down(inputs.collateral.amount)?;
    let covered = amount_down(divide_down(collateral_value, taken_per_repaid)?, debt.price)?;
    let most = inputs.repay_limit.min(covered).min(urgency.most_down(inputs.throughput_left, debt.price)?);
    // l − a·(1 + b + c)
    let given_up = inputs.collateral.liquidation_end_weight.times_up(taken_per_repaid)?;
    let gained = debt.liquidation_end_weight.minus(given_up).map_err(|_| RiskError::LiquidationSpiral)?;
    let target = target_value_up(&inputs.health, gained)?;
    step_amount(debt.amount, debt.price, target, most, terms.dust)
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
///
/// With impact too: what is left of the debt needs no higher margin than the whole, so the requirement falls by at least the debt's weight on what is
/// repaid; what is left of the deposit counts at no lower weight, so it loses at most its weight on what is taken.
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
