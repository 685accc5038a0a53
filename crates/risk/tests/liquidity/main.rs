//! Size and crowding: the square-root law against published numbers, its laws, profiles, measured volume, crowding, and health with impact.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../impacts/mod.rs"]
mod impacts;
#[path = "../seeded/mod.rs"]
mod seeded;

mod crowding;
mod healths;
mod laws;
mod profiles;
mod published;
mod volumes;

use plimsoll_risk::liquidity::{Impact, ImpactTerms};
use plimsoll_risk::quantities::{Ratio, Value};

/// Impact of one σ a day, so that a multiple is √(Q/ADV): Y = k = 1 over a day.
const DAY_TERMS: ImpactTerms = ImpactTerms {
    multiple_ppm: 1_000_000,
    shortfall_multiple_ppm: 1_000_000,
    horizon_seconds: 86_400,
    daily_volume: Value(1_000_000_000_000),
    concentration_share_ppm: 0,
    long: Value(0),
    short: Value(0),
};

fn number(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / 2f64.powi(32)
}

fn impact(terms: &ImpactTerms) -> Impact {
    Impact::new(terms).unwrap()
}
