//! The laws of margins over whole histories: folds in any rhythm, factors that come and go, parameters that change in between.
// doubles judge integers here
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod elimination;
mod gaps;
mod histories;
mod notice;
mod requirement;

use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::ThresholdParameters;
use plimsoll_risk::volatility::{VolatilityParameters, VolatilityTerms};

/// Length of a grid step.
const GRID_SECONDS: u32 = 300;
const STEPS_PER_DAY: u64 = 288;

const VOLATILITY: VolatilityParameters = VolatilityParameters {
    floor_volatility_ppm: 20_000,
    winsor_sigmas_ppm: 6_000_000,
    fast_half_life_seconds: 43_200,
    slow_half_life_seconds: 1_296_000,
    jump_half_life_seconds: 21_600,
    grid_seconds: GRID_SECONDS,
};

const THRESHOLD: ThresholdParameters = ThresholdParameters {
    floor_volatility_ppm: 20_000,
    stress_volatility_ppm: 80_000,
    stress_weight_ppm: 250_000,
    shortfall_multiple_ppm: 3_691_510,
    horizon_seconds: 3_600,
    spread_ppm: 2_000,
    bonus_max_ppm: 50_000,
    insurance_cut_ppm: 5_000,
    margin_min_ppm: 20_000,
    margin_max_ppm: 600_000,
    initial_gap_ppm: 250_000,
    walk_relative_ppm: 20_000,
    walk_absolute_ppm: 2_500,
    grid_seconds: GRID_SECONDS,
    grace_seconds: 3_600,
};

fn volatility_terms() -> VolatilityTerms {
    VOLATILITY.terms().unwrap()
}

fn square(volatility: f64) -> Variance {
    Variance::from_bits((volatility * volatility * 2f64.powi(96)) as u128)
}

fn ratio(value: f64) -> Ratio {
    Ratio::from_bits((value * 2f64.powi(32)) as u64)
}

fn as_f64(variance: Variance) -> f64 {
    variance.to_bits() as f64 / 2f64.powi(96)
}
