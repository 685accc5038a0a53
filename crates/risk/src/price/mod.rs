//! Prices: which publications enter a factor, when a jump must be confirmed, and the bands that margins are computed with.
//! `docs/risk.md`, section 2.

mod band;
mod jump;
mod publication;
mod stable;

pub use band::{PriceBand, initial_band, is_fresh_for_liquidation, liquidation_band};
pub use jump::{JumpDecision, JumpGuard, PENDING_SECONDS, is_jump};
pub(crate) use publication::check_time;
pub use publication::{Publication, Quote};
pub use stable::{HOURS, StablePrice};

use crate::error::{Result, RiskError};
use crate::quantities::Ratio;

/// The smallest exponent of ten that a feed may have.
pub const MIN_EXPONENT: i32 = -18;
/// The largest exponent of ten that a feed may have.
pub const MAX_EXPONENT: i32 = 6;
/// How far a publication may be ahead of the clock.
pub const MAX_FUTURE_SECONDS: u64 = 30;
/// The largest number of decimals of a token: with more, no ordinary price has a mantissa of 2²⁰.
pub const MAX_DECIMALS: u8 = 12;

/// A factor's price parameters as they are set: whole numbers with their unit in the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceParameters {
    /// A publication older than this is refused, and a price older than this loosens nothing \[60\].
    pub max_age_seconds: u32,
    /// In a liquidation a leg older than this is not exchanged \[5\].
    pub liquidation_max_age_seconds: u32,
    /// The widest confidence interval, in parts per million of the price \[20 000\].
    pub max_confidence_ppm: u32,
    /// k_c: how many confidence intervals half a band is wide, in millionths \[2 000 000\].
    pub confidence_multiple_ppm: u32,
    /// By how many σ√age a stale price's band widens, in millionths \[3 000 000\].
    pub age_sigmas_ppm: u32,
    /// A jump is beyond this many σ√Δt, in millionths \[8 000 000\] …
    pub halt_sigmas_ppm: u32,
    /// … and beyond this part of the price, in parts per million \[50 000\].
    pub halt_min_ppm: u32,
    /// How long after a jump its confirmation must be published \[2\].
    pub confirm_seconds: u32,
    /// Decimals of the base token.
    pub base_decimals: u8,
    /// Decimals of the quote token.
    pub quote_decimals: u8,
}

/// [`PriceParameters`] within their bounds, in the core's units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceTerms {
    /// See [`PriceParameters::max_age_seconds`].
    pub max_age_seconds: u64,
    /// See [`PriceParameters::liquidation_max_age_seconds`].
    pub liquidation_max_age_seconds: u64,
    /// See [`PriceParameters::max_confidence_ppm`].
    pub max_confidence: Ratio,
    /// See [`PriceParameters::confidence_multiple_ppm`].
    pub confidence_multiple: Ratio,
    /// See [`PriceParameters::age_sigmas_ppm`].
    pub age_sigmas: Ratio,
    /// The square of halt_sigmas.
    pub halt_squared: Ratio,
    /// See [`PriceParameters::halt_min_ppm`].
    pub halt_min: Ratio,
    /// See [`PriceParameters::confirm_seconds`].
    pub confirm_seconds: u64,
    /// quote_decimals − base_decimals: from whole tokens to atoms.
    pub atom_power: i32,
}

impl PriceParameters {
    /// The terms, or [`RiskError::ParameterOutOfBounds`].
    pub fn terms(&self) -> Result<PriceTerms> {
        let in_bounds = (10..=3_600).contains(&self.max_age_seconds)
            && (1..=self.max_age_seconds).contains(&self.liquidation_max_age_seconds)
            && (1..=200_000).contains(&self.max_confidence_ppm)
            && self.confidence_multiple_ppm <= 10_000_000
            && (1_000_000..=20_000_000).contains(&self.age_sigmas_ppm)
            && (4_000_000..=50_000_000).contains(&self.halt_sigmas_ppm)
            && (10_000..=1_000_000).contains(&self.halt_min_ppm)
            && (1..=20).contains(&self.confirm_seconds)
            && self.base_decimals <= MAX_DECIMALS
            && self.quote_decimals <= MAX_DECIMALS;
        if !in_bounds {
            return Err(RiskError::ParameterOutOfBounds);
        }
        let halt_sigmas = Ratio::from_ppm_down(self.halt_sigmas_ppm);
        Ok(PriceTerms {
            max_age_seconds: self.max_age_seconds.into(),
            liquidation_max_age_seconds: self.liquidation_max_age_seconds.into(),
            max_confidence: Ratio::from_ppm_down(self.max_confidence_ppm),
            confidence_multiple: Ratio::from_ppm_up(self.confidence_multiple_ppm),
            age_sigmas: Ratio::from_ppm_up(self.age_sigmas_ppm),
            halt_squared: halt_sigmas.times_down(halt_sigmas)?,
            halt_min: Ratio::from_ppm_down(self.halt_min_ppm),
            confirm_seconds: self.confirm_seconds.into(),
            atom_power: i32::from(self.quote_decimals).saturating_sub(self.base_decimals.into()),
        })
    }
}
