//! What a liquidator earns, and the bounds below which every step raises health and leaves a solvent account solvent.

use crate::error::{Result, RiskError};
use crate::health::LiquidationHealth;
use crate::liquidation::{LiquidationInputs, LiquidationTerms};
use crate::quantities::Ratio;

/// Quote atoms by which rounding can lower equity in one step.
const ROUNDING_VALUE: i128 = 2;

/// How the bonus grows with the shortfall and with time, and its bounds, which the program keeps in order (`min ≤ max`) when parameters are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BonusTerms {
    /// The lowest bonus; where the account cannot give it, the debt's insurance tops it up.
    pub min: Ratio,
    /// The highest bonus.
    pub max: Ratio,
    /// Bonus per shortfall ratio.
    pub slope: Ratio,
    /// Bonus per second since the account was first seen unhealthy.
    pub per_second: Ratio,
}

impl BonusTerms {
    /// The bonus before the bounds of solvency: `clamp(max(slope · shortfall ratio, rate · seconds), min, max)`, rounded down.
    #[must_use]
    pub fn wanted_down(&self, shortfall_ratio: Ratio, seconds_unhealthy: u64) -> Ratio {
        // saturation is above every maximum
        let by_shortfall = self.slope.times_down(shortfall_ratio).unwrap_or(Ratio::MAX);
        let by_time = Ratio::from_bits(self.per_second.to_bits().saturating_mul(seconds_unhealthy));
        by_shortfall.max(by_time).min(self.max).max(self.min)
    }
}

/// What is taken in collateral, and added by insurance, per value repaid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bonus {
    pub(super) to_liquidator: Ratio,
    pub(super) to_insurance: Ratio,
    pub(super) top_up: Ratio,
}

impl Bonus {
    /// `1 + b + c`.
    pub(super) fn taken_per_repaid(&self) -> Result<Ratio> {
        Ratio::ONE.plus(self.to_liquidator)?.plus(self.to_insurance)
    }
}

/// `−maintenance health / requirement`, rounded up; [`Ratio::MAX`] where nothing is required or the ratio does not fit.
pub(super) fn shortfall_ratio_up(health: &LiquidationHealth) -> Ratio {
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

/// The bonus, the insurance's cut and its top-up, within the spiral bound and the room that equity leaves.
pub(super) fn decide(inputs: &LiquidationInputs, terms: &LiquidationTerms, shortfall_ratio: Ratio) -> Result<Bonus> {
    let spiral = spiral_bound_down(inputs)?;
    if inputs.health.equity().0 <= 0 {
        return Ok(Bonus {
            to_liquidator: terms.bonus.min.min(spiral),
            to_insurance: Ratio::ZERO,
            top_up: Ratio::ZERO,
        });
    }
    let bound = spiral.min(room_down(&inputs.health));
    let to_liquidator = terms.bonus.wanted_down(shortfall_ratio, inputs.seconds_unhealthy).min(bound);
    Ok(Bonus {
        to_liquidator,
        to_insurance: terms.insurance_cut.min(bound.minus(to_liquidator)?),
        top_up: Ratio::from_bits(terms.bonus.min.to_bits().saturating_sub(to_liquidator.to_bits())),
    })
}

/// Seven eighths of `l/a − 1` at maintenance weights, rounded down: at the whole of it a step would leave health where it was.
fn spiral_bound_down(inputs: &LiquidationInputs) -> Result<Ratio> {
    let (debt, asset) = (inputs.debt.maintenance_weight, inputs.collateral.maintenance_weight);
    if asset == Ratio::ZERO {
        return Ok(Ratio::MAX);
    }
    let gap = debt.minus(asset).map_err(|_| RiskError::LiquidationSpiral)?;
    let quotient =
        (u128::from(gap.to_bits()) << 32).checked_div(u128::from(asset.to_bits())).ok_or(RiskError::DivisionByZero)?;
    let spiral = u64::try_from(quotient).unwrap_or(u64::MAX);
    Ok(Ratio::from_bits(spiral.saturating_sub(spiral.div_ceil(8))))
}

/// `A/D − 1`, rounded down, for an account with equity: a step that takes no more leaves it none below zero.
///
/// The two legs' values after the step round once each against the account: so much of its equity is kept for that.
fn room_down(health: &LiquidationHealth) -> Ratio {
    let equity = health.equity().0.saturating_sub(ROUNDING_VALUE).max(0).unsigned_abs();
    equity
        .checked_mul(1 << 32)
        .and_then(|dividend| dividend.checked_div(health.debts))
        .map_or(Ratio::MAX, |room| u64::try_from(room).map_or(Ratio::MAX, Ratio::from_bits))
}
