//! Liquidity profiles and how fast a steward may move them.

use crate::error::Result;
use crate::quantities::Value;

/// The least time between two profiles of one factor.
pub const PROFILE_SPACING_SECONDS: u64 = 21_600;

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

    /// The spread that closing out is charged with: the larger of the parameter and spread + 3·deviation, at most 200,000 ppm.
    #[must_use]
    pub fn charged_spread_ppm(&self, _parameter_ppm: u32) -> u32 {
        todo!()
    }

    /// The depth that a market's cap counts with: the smaller of the parameter and the profile's, where one is set.
    #[must_use]
    pub fn counted_depth(&self, _parameter: Value) -> Value {
        todo!()
    }

    /// Checks a new profile against this one: the first is free within its bounds (`set_seconds` 0), later ones wait and move by bounded steps.
    ///
    /// # Errors
    /// `ProfileTooSoon`, `ProfileDepthStep`, `ProfileVolumeStep`, `ProfileSpreadStep`, `ProfileDeviationStep`, `ParameterOutOfBounds`.
    pub fn require_step(&self, _new: &Self, _set_seconds: u64, _now_seconds: u64) -> Result<()> {
        todo!()
    }
}
