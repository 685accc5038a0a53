//! The stable price: it follows the oracle at a bounded rate, slowest where it is far from the price of a day ago.
//! The rule is Mango v4's; see `docs/risk.md`, section 2.

use crate::error::{Result, RiskError};
use crate::math::{fraction31_down, mul_shift_down, product, square31_times};
use crate::quantities::{Price, Ratio};

/// Hourly averages that are kept.
pub const HOURS: usize = 24;
const HOUR_SECONDS: u64 = 3_600;
/// Updates closer together than this are skipped, so that frequent and rare ones differ little.
const MIN_INTERVAL_SECONDS: u64 = 10;
/// A longer interval counts as this.
const MAX_INTERVAL_SECONDS: u64 = 600;
/// Growth per second where the delay price agrees: 0.0003, with 32 fractional bits.
const GROWTH_PER_SECOND: u64 = Ratio::from_ppm_down(300).to_bits();
/// How far an hourly average may lie from the one before: 6 %.
const DELAY_GROWTH: u64 = Ratio::from_ppm_down(60_000).to_bits();

/// A factor's stable price, and the hourly average in the making. The finished hourly averages are an array beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StablePrice {
    /// The stable price.
    pub price: Price,
    /// When it was last updated, Unix time.
    pub updated_at_seconds: u64,
    /// Σ mantissa·seconds of the hour of the last update.
    pub hour_sum: u128,
    /// Σ seconds of the same.
    pub hour_weight_seconds: u64,
}

impl StablePrice {
    /// A new listing's: the first price stands for the whole day before it.
    #[must_use]
    pub fn start(price: Price, at_seconds: u64, hourly: &mut [u64; HOURS]) -> Self {
        hourly.fill(price.to_bits());
        Self { price, updated_at_seconds: at_seconds, hour_sum: 0, hour_weight_seconds: 0 }
    }

    /// Follows an accepted price, published at `at_seconds`. `hourly` are the mantissas of the hourly averages, at the hour of Unix time modulo 24.
    #[inline]
    pub fn update(self, price: Price, at_seconds: u64, hourly: &mut [u64; HOURS]) -> Result<Self> {
        let interval = at_seconds.saturating_sub(self.updated_at_seconds);
        if interval < MIN_INTERVAL_SECONDS {
            return Ok(self);
        }
        let counted = interval.min(MAX_INTERVAL_SECONDS);
        let (hour, last_hour) = (hour_of(at_seconds), hour_of(self.updated_at_seconds));
        let (sum, weight) = if hour == last_hour {
            (self.hour_sum, self.hour_weight_seconds)
        } else {
            self.close_hours(last_hour, hour, hourly)?;
            (0, 0)
        };
        let added = product(price.to_bits(), counted);
        Ok(Self {
            price: follow(self.price, price, delay_price(hour, hourly), counted)?,
            updated_at_seconds: at_seconds,
            hour_sum: sum.checked_add(added).ok_or(RiskError::Overflow)?,
            hour_weight_seconds: weight.checked_add(counted).ok_or(RiskError::Overflow)?,
        })
    }

    /// Writes the average of the hour of the last update, clamped to its predecessor; hours without an update repeat it.
    #[cold]
    fn close_hours(&self, last_hour: u64, hour: u64, hourly: &mut [u64; HOURS]) -> Result<()> {
        let previous = delay_price(last_hour.saturating_sub(1), hourly);
        let average = match self.hour_sum.checked_div(self.hour_weight_seconds.into()) {
            Some(average) => u64::try_from(average).map_err(|_| RiskError::Overflow)?,
            None => previous,
        };
        let closed = grow_clamped(average, previous, DELAY_GROWTH)?;
        let finished = hour.saturating_sub(last_hour).min(HOURS as u64);
        for passed in 0..finished {
            if let Some(average) = hourly.get_mut(slot_of(last_hour.saturating_add(passed))) {
                *average = closed;
            }
        }
        Ok(())
    }
}

#[inline(always)]
const fn hour_of(at_seconds: u64) -> u64 {
    at_seconds / HOUR_SECONDS
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // below 24
const fn slot_of(hour: u64) -> usize {
    hour.rem_euclid(HOURS as u64) as usize
}

/// The average of the hour 24 hours before `hour`: its slot is the next one to be overwritten.
#[inline(always)]
fn delay_price(hour: u64, hourly: &[u64; HOURS]) -> u64 {
    hourly.get(slot_of(hour)).copied().unwrap_or(0)
}

/// s ← clamp(p, s·(1 − g), s·(1 + g)) with g = growth·min(s/d, d/s)²·Δt.
#[inline(always)]
fn follow(stable: Price, price: Price, delay_price: u64, seconds: u64) -> Result<Price> {
    let stable_bits = stable.to_bits();
    let agreement = fraction31_down(stable_bits.min(delay_price), stable_bits.max(delay_price));
    // GROWTH_PER_SECOND·600 is below 2^30
    let growth = square31_times(agreement, GROWTH_PER_SECOND.wrapping_mul(seconds));
    grow_clamped(price.to_bits(), stable_bits, growth).map(Price::from_bits)
}

/// `target` within `from`·(1 ± limit), the limit with 32 fractional bits.
#[inline(always)]
fn grow_clamped(target: u64, from: u64, limit: u64) -> Result<u64> {
    let step = mul_shift_down::<32>(from, limit)?;
    Ok(target.clamp(from.saturating_sub(step), from.saturating_add(step)))
}
