//! Implied volatility from an oracle: it can raise σ_now and never lower it. `docs/risk.md`, section 15.

use crate::error::Result;
use crate::price::Publication;
use crate::quantities::Variance;

/// The oldest publication of implied volatility that is accepted; an accepted one counts for twice as long.
pub const IMPLIED_MAX_AGE_SECONDS: u64 = 3_600;

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
    /// `PriceNotNewer`, `PriceStale`, `PriceFromFuture`, `PriceExponent`; `ImpliedAbsurd` outside 1 % to 1,000 %; `PriceUncertain` where the confidence passes a tenth.
    pub fn accept(&self, _publication: &Publication, _now_seconds: u64) -> Result<Self> {
        todo!()
    }

    /// iv² as it counts now: zero once it is older than twice [`IMPLIED_MAX_AGE_SECONDS`].
    #[must_use]
    #[inline]
    pub fn counted(&self, _now_seconds: u64) -> Variance {
        todo!()
    }
}
