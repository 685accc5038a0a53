//! What the oracle published, screened and brought into quote atoms per base atom.

use super::{MAX_EXPONENT, MAX_FUTURE_SECONDS, MIN_EXPONENT, PriceTerms};
use crate::error::{Result, RiskError};
use crate::math::{scale_decimal_nearest, scale_decimal_up};
use crate::quantities::{Price, Value};

/// A publication as the oracle signed it: price and confidence of one whole base token in whole quote tokens, times 10^exponent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Publication {
    /// Price of one whole token, times 10^−exponent.
    pub price: i64,
    /// Half width of the confidence interval, in the price's unit.
    pub confidence: u64,
    /// Power of ten of price and confidence.
    pub exponent: i32,
    /// When it was published, Unix time.
    pub publish_time_seconds: i64,
    /// When the publication before it was published.
    pub prev_publish_time_seconds: i64,
}

/// A screened publication in the core's units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quote {
    /// The price, rounded to the nearest.
    pub mid: Price,
    /// Half width of the confidence interval, rounded up.
    pub confidence: Price,
    /// When it was published, Unix time.
    pub publish_time_seconds: u64,
    /// When the publication before it was published.
    pub prev_publish_time_seconds: u64,
}

impl Publication {
    /// Checks the publication against the clock, the newest one known and the terms, and converts it.
    ///
    /// `newest_seconds` is the later of the publish times in force and pending ([`super::JumpGuard::newest_seconds`]).
    ///
    /// # Errors
    /// One variant per check: [`RiskError::PriceNotPositive`], `PriceExponent`, `PriceNotNewer`, `PriceFromFuture`, `PriceStale`, `PriceUncertain`,
    /// `PriceTooSmall`, `PriceTooLarge`.
    pub fn screen(&self, newest_seconds: u64, now_seconds: u64, terms: &PriceTerms) -> Result<Quote> {
        let price = u64::try_from(self.price).unwrap_or(0);
        if price == 0 {
            return Err(RiskError::PriceNotPositive);
        }
        if self.exponent < MIN_EXPONENT || self.exponent > MAX_EXPONENT {
            return Err(RiskError::PriceExponent);
        }
        let publish_time_seconds =
            check_time(self.publish_time_seconds, newest_seconds, now_seconds, terms.max_age_seconds)?;
        // the confidence in its own unit: a part of the price, so that it fits where the price does
        let widest = terms.max_confidence.of_down(Value(price))?;
        if self.confidence > widest.0 {
            return Err(RiskError::PriceUncertain);
        }
        let power = self.exponent.saturating_add(terms.atom_power);
        Ok(Quote {
            mid: to_price(price, power)?,
            confidence: scale_decimal_up(self.confidence, power).map(Price::from_bits)?,
            publish_time_seconds,
            prev_publish_time_seconds: u64::try_from(self.prev_publish_time_seconds).unwrap_or(0),
        })
    }
}

impl Quote {
    /// Seconds since the publication; 0 where it lies ahead of the clock.
    #[must_use]
    #[inline(always)]
    pub const fn age_seconds(&self, now_seconds: u64) -> u64 {
        now_seconds.saturating_sub(self.publish_time_seconds)
    }
}

/// The publish time, checked against the clock and the newest one known.
pub(crate) fn check_time(
    publish_time: i64,
    newest_seconds: u64,
    now_seconds: u64,
    max_age_seconds: u64,
) -> Result<u64> {
    let published = u64::try_from(publish_time).map_err(|_| RiskError::PriceNotNewer)?;
    if published <= newest_seconds {
        return Err(RiskError::PriceNotNewer);
    }
    if published > now_seconds.saturating_add(MAX_FUTURE_SECONDS) {
        return Err(RiskError::PriceFromFuture);
    }
    if now_seconds.saturating_sub(published) > max_age_seconds {
        return Err(RiskError::PriceStale);
    }
    Ok(published)
}

#[inline]
fn to_price(price: u64, power: i32) -> Result<Price> {
    let mantissa = scale_decimal_nearest(price, power).map_err(|_| RiskError::PriceTooLarge)?;
    if mantissa < Price::MIN_MANTISSA {
        return Err(RiskError::PriceTooSmall);
    }
    if mantissa > Price::MAX_MANTISSA {
        return Err(RiskError::PriceTooLarge);
    }
    Ok(Price::from_bits(mantissa))
}
