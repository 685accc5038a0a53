//! Liquidity profiles and how fast a steward may move them.

use crate::error::{Result, RiskError};
use crate::quantities::Value;

/// The least time between two profiles of one factor.
pub const PROFILE_SPACING_SECONDS: u64 = 21_600;
/// The smallest depth and daily volume: below it, steps of a quarter would round to nothing.
pub const MIN_PROFILE_VALUE: Value = Value(1_000);
/// The widest spread, and the largest deviation of it.
pub const MAX_SPREAD_PPM: u32 = 200_000;
/// How many deviations of the spread closing out is charged with.
const SPREAD_DEVIATIONS: u32 = 3;

/// What the markets elsewhere bear of a factor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LiquidityProfile {
    /// Depth within 2 % of mid, one side.
    pub depth: Value,
    /// Average daily volume; zero: no profile was set.
    pub daily_volume: Value,
    /// Bid-ask spread, whole, in parts per million.
    pub spread_ppm: u32,
    /// Its standard deviation, in parts per million.
    pub spread_deviation_ppm: u32,
}

impl LiquidityProfile {
    /// Whether a profile was set.
    #[must_use]
    #[inline(always)]
    pub const fn is_set(&self) -> bool {
        self.daily_volume.0 != 0
    }

    /// The spread that closing out is charged with: the larger of the parameter and spread + 3·deviation, at most [`MAX_SPREAD_PPM`].
    ///
    /// Bangia, Diebold, Schuermann and Stroughair (1999): half of it is the cost of closing out when the spread is at its worst.
    #[must_use]
    pub fn charged_spread_ppm(&self, parameter_ppm: u32) -> u32 {
        let widest = self.spread_ppm.saturating_add(self.spread_deviation_ppm.saturating_mul(SPREAD_DEVIATIONS));
        parameter_ppm.max(widest).min(MAX_SPREAD_PPM)
    }

    /// The depth that a market's cap counts with: the smaller of the parameter and the profile's, where one is set.
    #[must_use]
    pub fn counted_depth(&self, parameter: Value) -> Value {
        if self.is_set() { parameter.min(self.depth) } else { parameter }
    }

    /// Checks a new profile against this one: the first is free within its bounds (`set_seconds` 0), later ones wait and move by bounded steps:
    /// each number at most a quarter looser or twice as tight.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`] for a depth or volume below [`MIN_PROFILE_VALUE`], a spread or deviation above [`MAX_SPREAD_PPM`];
    /// [`RiskError::ProfileTooSoon`], `ProfileDepthStep`, `ProfileVolumeStep`, `ProfileSpreadStep`, `ProfileDeviationStep`.
    pub fn require_step(&self, new: &Self, set_seconds: u64, now_seconds: u64) -> Result<()> {
        new.require_bounds()?;
        if set_seconds == 0 {
            return Ok(());
        }
        if now_seconds < set_seconds.saturating_add(PROFILE_SPACING_SECONDS) {
            return Err(RiskError::ProfileTooSoon);
        }
        let steps = [
            (is_liquidity_step(self.depth, new.depth), RiskError::ProfileDepthStep),
            (is_liquidity_step(self.daily_volume, new.daily_volume), RiskError::ProfileVolumeStep),
            (is_cost_step(self.spread_ppm, new.spread_ppm), RiskError::ProfileSpreadStep),
            (is_cost_step(self.spread_deviation_ppm, new.spread_deviation_ppm), RiskError::ProfileDeviationStep),
        ];
        steps.into_iter().find(|(is_within, _)| !is_within).map_or(Ok(()), |(_, error)| Err(error))
    }

    fn require_bounds(&self) -> Result<()> {
        let in_bounds = self.depth.min(self.daily_volume) >= MIN_PROFILE_VALUE
            && self.spread_ppm.max(self.spread_deviation_ppm) <= MAX_SPREAD_PPM;
        if in_bounds { Ok(()) } else { Err(RiskError::ParameterOutOfBounds) }
    }
}

/// Whether what is there grows by at most a quarter and at most halves.
fn is_liquidity_step(old: Value, new: Value) -> bool {
    let (old, new) = (u128::from(old.0), u128::from(new.0));
    new.saturating_mul(4) <= old.saturating_mul(5) && new.saturating_mul(2) >= old
}

/// Whether a cost falls by at most a quarter and at most doubles; from zero it may rise to one part per million.
fn is_cost_step(old: u32, new: u32) -> bool {
    let (old, new) = (u64::from(old), u64::from(new));
    new.saturating_mul(4) >= old.saturating_mul(3) && new <= old.saturating_mul(2).max(1)
}
