//! Tests of expected shortfall: Acerbi and Székely, "Backtesting expected shortfall" (2014).
//!
//! Value at risk asks how often a margin fails, expected shortfall by how much. Both statistics are 0 in expectation where the forecasts are true
//! and negative where the risk is understated.
#![allow(clippy::cast_precision_loss)] // counts of windows

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::Distribution;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::student;

/// What was forecast of a window, and what came.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Forecast {
    /// What was lost, as a part of the position; negative for a gain.
    pub loss: f64,
    /// Value at risk.
    pub value_at_risk: f64,
    /// Expected shortfall.
    pub shortfall: f64,
}

/// The two statistics.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct AcerbiSzekely {
    /// Z1 = 1 − mean(loss/ES of the windows beyond VaR): the size of failures alone. None where nothing failed.
    pub z1: Option<f64>,
    /// Z2 = 1 − Σ(loss/ES of the windows beyond VaR)/(T·α): size and number together.
    pub z2: f64,
    /// Windows whose loss exceeded value at risk.
    pub beyond: u64,
}

/// Z1 and Z2 of forecasts at a tail probability α.
#[must_use]
pub fn acerbi_szekely(forecasts: &[Forecast], tail_probability: f64) -> AcerbiSzekely {
    let beyond = forecasts.iter().filter(|forecast| forecast.loss > forecast.value_at_risk);
    let (count, sum) =
        beyond.fold((0u64, 0.0), |(count, sum), forecast| (count + 1, sum + forecast.loss / forecast.shortfall));
    AcerbiSzekely {
        z1: (count > 0).then(|| 1.0 - sum / count as f64),
        z2: 1.0 - sum / (forecasts.len() as f64 * tail_probability),
        beyond: count,
    }
}

/// The tail of a Student t, in units of its expected shortfall: what losses beyond value at risk look like where the model is true.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StudentTail {
    distribution: StudentsT,
    /// α.
    pub tail_probability: f64,
    /// Value at risk as a part of expected shortfall.
    pub value_at_risk: f64,
    /// Expected shortfall of unit variance over that of the standard t.
    unit: f64,
}

impl StudentTail {
    /// The tail of ν degrees of freedom; None unless ν > 2 (else there is no variance) and 0 < α < 1.
    #[must_use]
    pub fn new(degrees_of_freedom: f64, tail_probability: f64) -> Option<Self> {
        if degrees_of_freedom <= 2.0 || !(tail_probability > 0.0 && tail_probability < 1.0) {
            return None;
        }
        let shortfall = student::expected_shortfall(1.0 - tail_probability, degrees_of_freedom);
        Some(Self {
            distribution: StudentsT::new(0.0, 1.0, degrees_of_freedom).ok()?,
            tail_probability,
            value_at_risk: student::value_at_risk(1.0 - tail_probability, degrees_of_freedom) / shortfall,
            unit: ((degrees_of_freedom - 2.0) / degrees_of_freedom).sqrt() / shortfall,
        })
    }

    /// A loss beyond value at risk, as a multiple of expected shortfall.
    fn draw_beyond(&self, random: &mut ChaCha8Rng) -> f64 {
        let beyond = self.tail_probability * (1.0 - random.random::<f64>());
        // by symmetry, where the distribution function has its digits
        -self.distribution.inverse_cdf(beyond) * self.unit
    }
}

/// Z2 of `trials` windows in as many worlds in which the forecasts are true, in ascending order.
///
/// Only losses beyond value at risk enter Z2, and they enter as multiples of the forecast, so that σ cancels: their number is binomial and each is a
/// draw from the tail.
#[must_use]
pub fn z2_if_true(tail: &StudentTail, trials: u64, worlds: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let Ok(numbers) = rand_distr::Binomial::new(trials, tail.tail_probability) else { return Vec::new() };
    let expected = trials as f64 * tail.tail_probability;
    let world = || {
        let beyond = numbers.sample(random);
        1.0 - (0..beyond).map(|_| tail.draw_beyond(random)).sum::<f64>() / expected
    };
    let mut found: Vec<f64> = std::iter::repeat_with(world).take(worlds).collect();
    found.sort_by(f64::total_cmp);
    found
}

/// The share of true worlds with a Z2 at most this one: below 5 % the forecasts understate the shortfall.
#[must_use]
pub fn p_value(z2: f64, if_true: &[f64]) -> f64 {
    if_true.partition_point(|&simulated| simulated <= z2) as f64 / if_true.len() as f64
}
