//! Planning the liquidation of a perp position, to another account or against the pool. See `docs/risk.md`, section 13.

use super::LiquidationTerms;
use super::bonus::{Bonus, BonusBounds, room_down, spiral_quotient_down};
use super::quote::QuoteCost;
use super::step::{Urgency, require_liquidatable, step_amount, target_value_up};
use crate::error::{Result, RiskError};
use crate::health::{LiquidationHealth, LiquidationMargins};
use crate::quantities::{Amount, Price, Ratio, SignedAmount, Value};

/// Atoms of the quote reserve that rounding can take from an account in one step: one where the position's value is split in two, four in a fill
/// against the pool.
pub(super) const ROUNDING_ATOMS: u64 = 5;

const PRICE_FRACTION: u128 = (1 << Price::FRACTION_BITS) - 1;

/// What a plan depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpLiquidationInputs {
    /// The account's healths and values.
    pub health: LiquidationHealth,
    /// The position's base, as touched.
    pub base: SignedAmount,
    /// Mid price of its factor.
    pub price: Price,
    /// The position's margins per unit of value, from [`crate::perp::margin::PerpLiquidationTerms::margins_up`].
    pub margins: LiquidationMargins,
    /// What quote atoms given up cost.
    pub quote: QuoteCost,
    /// What closing costs per unit of value besides bonus and cut, rounded up: 0 between accounts.
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
/// Rounding: closed up to the bounds, bonus and cut down. A step may bring health above the target, because the position's size margin and impact
/// fall with its size.
///
/// # Errors
/// [`RiskError::NotLiquidatable`], [`RiskError::NothingToClose`] where there is no position, [`RiskError::LiquidationSpiral`] where no step can
/// raise health, [`RiskError::ThroughputExhausted`], [`RiskError::AmountZero`] where the bounds leave nothing,
/// [`RiskError::HealthNotImproved`] where rounding eats the gain.
pub fn plan_perp_liquidation(inputs: &PerpLiquidationInputs, terms: &LiquidationTerms) -> Result<PerpLiquidationPlan> {
    require_liquidatable(&inputs.health)?;
    if inputs.base.is_zero() {
        return Err(RiskError::NothingToClose);
    }
    let urgency = Urgency::of(&inputs.health, terms, inputs.throughput_left)?;
    let wanted = terms.bonus.wanted_down(urgency.shortfall_ratio, inputs.seconds_unhealthy);
    let bounds = BonusBounds { spiral: spiral_bound_down(inputs)?, room: room_left_down(inputs)? };
    let bonus = bounds.decide(terms, wanted)?;
    let closed = closed_amount(inputs, terms, &bonus, &urgency)?;
    let plan = exchange(inputs, &bonus, closed, urgency.is_urgent)?;
    prove_improvement(inputs, &plan)?;
    Ok(plan)
}

/// `7/8 · M_m/l_m − slip`, rounded down.
fn spiral_bound_down(inputs: &PerpLiquidationInputs) -> Result<Ratio> {
    let lost = inputs.quote.per_atom_up(inputs.quote.maintenance_weight)?;
    let spiral = spiral_quotient_down(inputs.margins.maintenance, lost);
    spiral.minus(inputs.slip).map_err(|_| RiskError::LiquidationSpiral)
}

/// `(equity − 2 atoms)/(q·(debts + Σ n)) − slip`, rounded down and at least zero; none without equity.
fn room_left_down(inputs: &PerpLiquidationInputs) -> Result<Option<Ratio>> {
    let health = &inputs.health;
    let exposed = health.debts.checked_add(health.perp_sizes).ok_or(RiskError::Overflow)?;
    let room = room_down(health.equity(), at_price_up(exposed, inputs.quote.price)?);
    Ok(room.map(|room| Ratio::from_bits(room.to_bits().saturating_sub(inputs.slip.to_bits()))))
}

/// `⌈atoms · price⌉`.
fn at_price_up(atoms: u128, price: Price) -> Result<u128> {
    let (high, low) = (atoms >> Price::FRACTION_BITS, atoms & PRICE_FRACTION);
    // the low part is below 2⁴⁰, and 2⁴⁰·2⁶⁴ < 2¹²⁸
    let rounded = low.saturating_mul(price.to_bits().into()).div_ceil(1 << Price::FRACTION_BITS);
    high.checked_mul(price.to_bits().into()).and_then(|whole| whole.checked_add(rounded)).ok_or(RiskError::Overflow)
}

/// How much of the position to close, in base atoms.
fn closed_amount(
    inputs: &PerpLiquidationInputs,
    terms: &LiquidationTerms,
    bonus: &Bonus,
    urgency: &Urgency,
) -> Result<Amount> {
    // M_e − (b + c + slip)·l_e
    let lost = inputs.quote.per_atom_up(inputs.quote.liquidation_end_weight)?;
    let given_up = bonus.taken()?.plus(inputs.slip)?.times_up(lost)?;
    let gained = inputs.margins.liquidation_end.minus(given_up).map_err(|_| RiskError::LiquidationSpiral)?;
    let target = target_value_up(&inputs.health, gained)?;
    let most = inputs.base_limit.min(urgency.most_down(inputs.throughput_left, inputs.price)?);
    step_amount(inputs.base.magnitude(), inputs.price, target, most, terms.dust)
}

/// What changes hands for `closed` base atoms.
fn exchange(
    inputs: &PerpLiquidationInputs,
    bonus: &Bonus,
    closed: Amount,
    is_urgent: bool,
) -> Result<PerpLiquidationPlan> {
    let (value_down, value_up) = inputs.price.value_bounds(closed)?;
    let is_short = inputs.base.is_negative();
    Ok(PerpLiquidationPlan {
        delta: if is_short { SignedAmount::received(closed)? } else { SignedAmount::paid(closed)? },
        value: Amount(if is_short { value_up.0 } else { value_down.0 }),
        bonus: Amount(bonus.to_liquidator.of_down(value_down)?.0),
        insurance_cut: Amount(bonus.to_insurance.of_down(value_down)?.0),
        throughput: value_up,
        is_urgent,
    })
}

/// Errors unless maintenance health rises even when every rounding of the books goes against the account (**INV-IMPROVE**).
///
/// The requirement falls by at least the margin on the closed size rounded down, because the margin of what is left is no higher; the quote
/// balance, whichever sign it has, falls by at most the price and debt weight of what is given up ([`QuoteCost`]).
fn prove_improvement(inputs: &PerpLiquidationInputs, plan: &PerpLiquidationPlan) -> Result<()> {
    let closed = inputs.price.value_down(plan.delta.magnitude())?;
    let gain = inputs.margins.maintenance.of_down(closed)?;
    let slipped = Amount(inputs.slip.of_up(plan.throughput)?.0);
    let given_up = plan.bonus.plus(plan.insurance_cut)?.plus(slipped)?.plus(Amount(ROUNDING_ATOMS))?;
    let loss = inputs.quote.of_up(given_up)?;
    if gain > loss { Ok(()) } else { Err(RiskError::HealthNotImproved) }
}
