//! Volatility: samples, folds and what nobody can do to a variance.
// doubles judge integers here
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod fold;
mod influence;
mod sampling;

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::{LogPrice, Ratio, Variance};
use plimsoll_risk::volatility::{LogRange, Observations, Volatility, VolatilityParameters, VolatilityTerms};

const PARAMETERS: VolatilityParameters = VolatilityParameters {
    floor_volatility_ppm: 20_000,
    winsor_sigmas_ppm: 6_000_000,
    fast_half_life_seconds: 43_200,
    slow_half_life_seconds: 1_296_000,
    jump_half_life_seconds: 21_600,
    grid_seconds: 300,
};

fn terms() -> VolatilityTerms {
    PARAMETERS.terms().unwrap()
}

fn log(value: f64) -> LogPrice {
    LogPrice::from_bits((value * 2f64.powi(48)).round() as i64)
}

fn variance(value: f64) -> Variance {
    Variance::from_bits((value * 2f64.powi(96)) as u128)
}

fn as_f64(variance: Variance) -> f64 {
    variance.to_bits() as f64 / 2f64.powi(96)
}

fn start(fast: f64, slow: f64) -> Volatility {
    Volatility { fast: variance(fast), slow: variance(slow), jump: Ratio::ZERO, last_sample: log(0.0), last_step: 100 }
}

/// Observations whose sample lies `log_return` from 0 after `steps` steps, with a range of its own.
fn observed(log_return: f64, low: f64, high: f64, steps: u64) -> Observations {
    Observations {
        sample: log(log_return),
        sample_step: 100 + steps,
        closed: LogRange { high: log(high.max(log_return)), low: log(low.min(log_return)) },
        open: LogRange::of(log(log_return)),
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    for broken in [
        VolatilityParameters { floor_volatility_ppm: 99, ..PARAMETERS },
        VolatilityParameters { winsor_sigmas_ppm: 2_999_999, ..PARAMETERS },
        VolatilityParameters { fast_half_life_seconds: 0, ..PARAMETERS },
        VolatilityParameters { slow_half_life_seconds: 43_199, ..PARAMETERS },
        VolatilityParameters { jump_half_life_seconds: u32::MAX, ..PARAMETERS },
        VolatilityParameters { grid_seconds: 0, ..PARAMETERS },
        VolatilityParameters { grid_seconds: 301, ..PARAMETERS },
    ] {
        assert_eq!(broken.terms(), Err(RiskError::ParameterOutOfBounds));
    }
}
