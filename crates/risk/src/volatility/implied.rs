//! Implied volatility from an oracle: it can raise σ_now and never lower it. `docs/risk.md`, section 15.

use crate::error::{Result, RiskError};
use crate::math::{scale_decimal_down, scale_decimal_up};
use crate::price::{MAX_EXPONENT, MIN_EXPONENT, Publication, check_time};
use crate::quantities::Variance;

/// The oldest publication of implied volatility that is accepted; an accepted one counts for twice as long.
pub const IMPLIED_MAX_AGE_SECONDS: u64 = 3_600;
/// 1 % and 1,000 % a year, in percent with 40 fractional bits.
const LEAST_PERCENT: u64 = 1 << 40;
const MOST_PERCENT: u64 = 1_000 << 40;
/// The confidence is at most one part in this many.
const LEAST_CERTAINTY: u64 = 10;
/// 100² · 365.
const PERCENT_SQUARED_DAYS: u128 = 3_650_000;

/// An accepted publication of implied volatility.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ImpliedVolatility {
    /// iv² per day; zero: none.
    pub variance: Variance,
    /// When the oracle published it.
    pub publish_time_seconds: u64,
}

impl ImpliedVolatility {
    /// Takes a publication in percent a year.
    ///
    /// # Errors
    /// [`RiskError::PriceExponent`], `PriceNotNewer`, `PriceFromFuture`, `PriceStale`; [`RiskError::ImpliedAbsurd`] outside 1 % to 1,000 %;
    /// [`RiskError::PriceUncertain`] where the confidence passes a tenth.
    pub fn accept(&self, publication: &Publication, now_seconds: u64) -> Result<Self> {
        if publication.exponent < MIN_EXPONENT || publication.exponent > MAX_EXPONENT {
            return Err(RiskError::PriceExponent);
        }
        let (known, published) = (self.publish_time_seconds, publication.publish_time_seconds);
        let publish_time_seconds = check_time(published, known, now_seconds, IMPLIED_MAX_AGE_SECONDS)?;
        let percent = u64::try_from(publication.price).map_err(|_| RiskError::ImpliedAbsurd)?;
        let variance = daily_variance_up(percent, publication.exponent)?;
        if publication.confidence > percent / LEAST_CERTAINTY {
            return Err(RiskError::PriceUncertain);
        }
        Ok(Self { variance, publish_time_seconds })
    }

    /// iv² as it counts now: zero once it is older than twice [`IMPLIED_MAX_AGE_SECONDS`].
    #[must_use]
    #[inline]
    pub fn counted(&self, now_seconds: u64) -> Variance {
        let age = now_seconds.saturating_sub(self.publish_time_seconds);
        if age > IMPLIED_MAX_AGE_SECONDS.saturating_mul(2) { Variance::ZERO } else { self.variance }
    }
}

/// `(percent/100)²/365`, rounded up.
fn daily_variance_up(percent: u64, exponent: i32) -> Result<Variance> {
    let scale = |scaled: Result<u64>| scaled.map_err(|_| RiskError::ImpliedAbsurd);
    let at_least = scale(scale_decimal_down(percent, exponent))?;
    let at_most = scale(scale_decimal_up(percent, exponent))?;
    if at_least < LEAST_PERCENT || at_most > MOST_PERCENT {
        return Err(RiskError::ImpliedAbsurd);
    }
    // below 2¹⁰⁰; 80 fractional bits become 96
    let squared = u128::from(at_most).saturating_mul(at_most.into()) << 16;
    Ok(Variance::from_bits(squared.div_ceil(PERCENT_SQUARED_DAYS)))
}
