//! The two prices of a factor in a margin check: its assets' and its debts'.

use super::{PriceTerms, Quote};
use crate::error::{Result, RiskError};
use crate::math::{mul_shift_up, sqrt_fraction32_up};
use crate::quantities::{DAY_SECONDS, Price, Ratio};

/// From here on (97 days) a price does not age further, so that √age fits.
const MAX_AGE_SECONDS: u64 = 1 << 23;
/// The widest widening, as a multiple of the price: below the 2^10 that an admitted account can be evaluated at.
const MAX_WIDENING: u64 = 512 << 32;
/// A price older than this many times its maximal age counts zero for assets.
const WORTHLESS_AGES: u64 = 5;

/// Prices of a factor that differ by the side they are used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceBand {
    /// What an asset (deposit, long) counts at.
    pub asset: Price,
    /// What a debt (or short) counts at.
    pub debt: Price,
}

/// The band of initial margin: the side against the account, stable price included, wider while the price is stale.
///
/// `volatility` is σ_now per √day. Maintenance margin uses the mid.
#[inline(always)]
pub fn initial_band(
    quote: &Quote,
    stable: Price,
    volatility: Ratio,
    now_seconds: u64,
    terms: &PriceTerms,
) -> Result<PriceBand> {
    let age = quote.age_seconds(now_seconds);
    let half = half_width_up(quote, volatility, age, terms.max_age_seconds, terms)?;
    let debt = quote.mid.plus(half)?.max(stable);
    let asset = if age > terms.max_age_seconds.saturating_mul(WORTHLESS_AGES) {
        Price::ZERO
    } else {
        below(quote.mid, half).min(stable)
    };
    Ok(PriceBand { asset, debt })
}

/// The band of a liquidation: mid while the price is fresh, else the edge most favourable to the account. A leg that is not fresh
/// ([`is_fresh_for_liquidation`]) is not exchanged.
#[inline]
pub fn liquidation_band(quote: &Quote, volatility: Ratio, now_seconds: u64, terms: &PriceTerms) -> Result<PriceBand> {
    let age = quote.age_seconds(now_seconds);
    if age <= terms.liquidation_max_age_seconds {
        return Ok(PriceBand { asset: quote.mid, debt: quote.mid });
    }
    let half = half_width_up(quote, volatility, age, terms.liquidation_max_age_seconds, terms)?;
    Ok(PriceBand { asset: quote.mid.plus(half)?, debt: below(quote.mid, half) })
}

/// Whether a leg may be exchanged in a liquidation at this price.
#[must_use]
#[inline(always)]
pub const fn is_fresh_for_liquidation(quote: &Quote, now_seconds: u64, terms: &PriceTerms) -> bool {
    quote.age_seconds(now_seconds) <= terms.liquidation_max_age_seconds
}

/// k_c·confidence + widening(age), where the widening starts at `fresh_seconds`.
#[inline(always)]
fn half_width_up(quote: &Quote, volatility: Ratio, age: u64, fresh_seconds: u64, terms: &PriceTerms) -> Result<Price> {
    let spread = mul_shift_up::<32>(quote.confidence.to_bits(), terms.confidence_multiple.to_bits())?;
    if age <= fresh_seconds {
        return Ok(Price::from_bits(spread));
    }
    let widening = widening_up(quote.mid, volatility, age, terms)?;
    spread.checked_add(widening).map(Price::from_bits).ok_or(RiskError::Overflow)
}

/// mid·age_sigmas·σ·√(age/day), at most [`MAX_WIDENING`]·mid.
#[cold]
fn widening_up(mid: Price, volatility: Ratio, age: u64, terms: &PriceTerms) -> Result<u64> {
    let capped = age.min(MAX_AGE_SECONDS);
    // below 2^23 seconds, so 32 fractional bits fit
    let days = (capped << 32).div_ceil(DAY_SECONDS);
    let sigmas = terms.age_sigmas.times_up(Ratio::from_bits(sqrt_fraction32_up(days)))?;
    let part = sigmas.times_up(volatility).map_or(MAX_WIDENING, |part| part.to_bits().min(MAX_WIDENING));
    mul_shift_up::<32>(mid.to_bits(), part)
}

fn below(mid: Price, half: Price) -> Price {
    Price::from_bits(mid.to_bits().saturating_sub(half.to_bits()))
}
