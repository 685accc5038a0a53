//! What an owner sees of his risk: liquidation price, its distance in standard deviations, the probability of touching it.
//! Not for the chain's hot paths. See `docs/risk.md`, section 9.

mod exposure;
mod normal;
mod perp;

pub use exposure::FactorExposure;
pub use perp::{HealthyRange, QuoteNet, bankruptcy_price};

use normal::two_tailed_probability;

use crate::error::{Result, RiskError};
use crate::quantities::{DAY_SECONDS, Price, Ratio, Variance};

/// The most standard deviations that a distance counts: no probability beyond it differs from zero.
pub const MAX_DISTANCE: Ratio = Ratio::from_bits(1024 << 32);

/// `|ln(price/liquidation_price)| / σ`, in σ of one day, rounded down and at most [`MAX_DISTANCE`].
///
/// Errors: [`RiskError::PriceNotPositive`] for a price of zero.
pub fn distance_down(price: Price, liquidation_price: Price, variance: Variance) -> Result<Ratio> {
    let log_return = price.ln()?.since(liquidation_price.ln()?)?;
    // the root of 96 fractional bits has 48, as the logarithm has
    let deviation = variance.to_bits().isqrt();
    let Some(quotient) = (u128::from(log_return.to_bits().unsigned_abs()) << 32).checked_div(deviation) else {
        return Ok(MAX_DISTANCE);
    };
    Ok(Ratio::from_bits(u64::try_from(quotient).unwrap_or(u64::MAX)).min(MAX_DISTANCE))
}

/// The probability that a driftless price touches a level within a horizon: `2·Φ(−distance/√horizon)` (reflection principle), error below 10⁻⁶.
pub fn touch_probability(distance: Ratio, horizon_seconds: u64) -> Result<Ratio> {
    if distance == Ratio::ZERO {
        return Ok(Ratio::ONE);
    }
    // the horizon in days has 64 fractional bits under the root and 32 after it
    let days =
        (u128::from(horizon_seconds) << 64).checked_div(u128::from(DAY_SECONDS)).ok_or(RiskError::DivisionByZero)?;
    let scaled = (u128::from(distance.to_bits()) << 32).checked_div(days.isqrt());
    let deviations = scaled.map_or(u64::MAX, |scaled| u64::try_from(scaled).unwrap_or(u64::MAX));
    two_tailed_probability(Ratio::from_bits(deviations))
}
