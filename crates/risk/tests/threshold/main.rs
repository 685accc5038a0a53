//! Thresholds: goals, the announced path and initial margin.
// doubles judge integers here
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod goal;
mod path;

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::{ThresholdParameters, ThresholdTerms};

const PARAMETERS: ThresholdParameters = ThresholdParameters {
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
    grid_seconds: 300,
    grace_seconds: 3_600,
};

fn terms() -> ThresholdTerms {
    PARAMETERS.terms().unwrap()
}

fn square(volatility: f64) -> Variance {
    Variance::from_bits((volatility * volatility * 2f64.powi(96)) as u128)
}

fn ratio(value: f64) -> Ratio {
    Ratio::from_bits((value * 2f64.powi(32)) as u64)
}

fn as_f64(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / 2f64.powi(32)
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    for broken in [
        ThresholdParameters { floor_volatility_ppm: 0, ..PARAMETERS },
        ThresholdParameters { stress_volatility_ppm: 19_999, ..PARAMETERS },
        ThresholdParameters { stress_weight_ppm: 249_999, ..PARAMETERS },
        ThresholdParameters { stress_weight_ppm: 1_000_001, ..PARAMETERS },
        ThresholdParameters { shortfall_multiple_ppm: 0, ..PARAMETERS },
        ThresholdParameters { horizon_seconds: 0, ..PARAMETERS },
        ThresholdParameters { spread_ppm: u32::MAX, ..PARAMETERS },
        ThresholdParameters { bonus_max_ppm: 200_001, ..PARAMETERS },
        ThresholdParameters { insurance_cut_ppm: 50_001, ..PARAMETERS },
        ThresholdParameters { margin_min_ppm: 0, ..PARAMETERS },
        ThresholdParameters { margin_max_ppm: 19_999, ..PARAMETERS },
        ThresholdParameters { initial_gap_ppm: 0, ..PARAMETERS },
        ThresholdParameters { walk_relative_ppm: 200_001, ..PARAMETERS },
        ThresholdParameters { walk_absolute_ppm: 0, ..PARAMETERS },
        ThresholdParameters { grid_seconds: 7, ..PARAMETERS },
        ThresholdParameters { grace_seconds: 3_900, ..PARAMETERS },
        ThresholdParameters { grace_seconds: 450, ..PARAMETERS },
        ThresholdParameters { grace_seconds: 0, ..PARAMETERS },
    ] {
        assert_eq!(broken.terms(), Err(RiskError::ParameterOutOfBounds));
    }
}
