//! What a liquidator earns, and the bounds below which every step raises health and leaves a solvent account solvent.

use super::LiquidationTerms;
use crate::error::Result;
use crate::quantities::{Ratio, SignedValue};

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

/// What a step gives up, and what insurance adds, per value exchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bonus {
    pub(super) to_liquidator: Ratio,
    pub(super) to_insurance: Ratio,
    /// What the insurance of a debt's reserve adds; a perp position's adds nothing.
    pub(super) top_up: Ratio,
}

impl Bonus {
    /// `b + c`.
    pub(super) fn taken(&self) -> Result<Ratio> {
        self.to_liquidator.plus(self.to_insurance)
    }
}

/// What bounds the bonus and the cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BonusBounds {
    /// What a step may give up and still raise health.
    pub(super) spiral: Ratio,
    /// What it may give up and leave a solvent account solvent; none for an account that has no equity.
    pub(super) room: Option<Ratio>,
}

impl BonusBounds {
    /// The bonus, the insurance's cut and its top-up.
    pub(super) fn decide(&self, terms: &LiquidationTerms, wanted: Ratio) -> Result<Bonus> {
        let Some(room) = self.room else {
            let to_liquidator = terms.bonus.min.min(self.spiral);
            return Ok(Bonus { to_liquidator, to_insurance: Ratio::ZERO, top_up: Ratio::ZERO });
        };
        let bound = self.spiral.min(room);
        let to_liquidator = wanted.min(bound);
        Ok(Bonus {
            to_liquidator,
            to_insurance: terms.insurance_cut.min(bound.minus(to_liquidator)?),
            top_up: Ratio::from_bits(terms.bonus.min.to_bits().saturating_sub(to_liquidator.to_bits())),
        })
    }
}

/// Seven eighths of `gained / lost`, rounded down: what health gains per value exchanged over what it loses per value given up. At the whole of it
/// a step would leave health where it was. [`Ratio::MAX`] where nothing is lost.
pub(super) fn spiral_quotient_down(gained: Ratio, lost: Ratio) -> Ratio {
    let Some(quotient) = (u128::from(gained.to_bits()) << 32).checked_div(u128::from(lost.to_bits())) else {
        return Ratio::MAX;
    };
    let spiral = u64::try_from(quotient).unwrap_or(u64::MAX);
    Ratio::from_bits(spiral.saturating_sub(spiral.div_ceil(8)))
}

/// `(equity − 2 atoms) / exposed`, rounded down; none without equity.
///
/// The legs' values after the step round against the account: so much of its equity is kept for that.
pub(super) fn room_down(equity: SignedValue, exposed: u128) -> Option<Ratio> {
    if equity.0 <= 0 {
        return None;
    }
    let kept = equity.0.saturating_sub(ROUNDING_VALUE).max(0).unsigned_abs();
    let room = kept.checked_mul(1 << 32).and_then(|dividend| dividend.checked_div(exposed));
    Some(room.map_or(Ratio::MAX, |room| u64::try_from(room).map_or(Ratio::MAX, Ratio::from_bits)))
}
