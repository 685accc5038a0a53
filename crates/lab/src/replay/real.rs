//! The core's fixed-point quantities as floating-point numbers, for statistics and reports alone: nothing computed from them returns to the core.
#![allow(clippy::cast_precision_loss)] // 53 significant bits are more than any statistic needs

use plimsoll_risk::quantities::{Price, Ratio, Variance};

/// A ratio.
#[must_use]
pub fn ratio(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / (1u64 << Ratio::FRACTION_BITS) as f64
}

/// σ per √day of a variance per day.
#[must_use]
pub fn volatility(variance: Variance) -> f64 {
    (variance.to_bits() as f64 / (1u128 << Variance::FRACTION_BITS) as f64).sqrt()
}

/// The price of a whole token from one in quote atoms per base atom; `atom_power` is quote decimals − base decimals.
#[must_use]
pub fn price(price: Price, atom_power: i32) -> f64 {
    price.to_bits() as f64 / (1u64 << Price::FRACTION_BITS) as f64 * 10f64.powi(-atom_power)
}
