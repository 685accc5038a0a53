//! Tests of coverage: does a margin fail as often as it says, and do its failures come alone?
//!
//! Kupiec, "Techniques for verifying the accuracy of risk measurement models" (1995); Christoffersen, "Evaluating interval forecasts" (1998); the Basel
//! Committee's traffic light (1996).
#![allow(clippy::cast_precision_loss)] // counts of windows

use std::ops::RangeInclusive;

use serde::Serialize;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// The quantile of χ² with one degree of freedom at 95 %: beyond it the proportion of failures rejects.
pub const CHI_SQUARED_95: f64 = 3.841_458_820_694_124;

/// A likelihood ratio and the probability of one at least as large where the hypothesis is true.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct LikelihoodRatio {
    /// −2·ln of the ratio; χ²-distributed under the hypothesis.
    pub statistic: f64,
    /// 1 − F(statistic).
    pub p_value: f64,
}

impl LikelihoodRatio {
    fn new(statistic: f64, degrees_of_freedom: f64) -> Self {
        // rounding alone can make the difference of two equal likelihoods negative
        let statistic = statistic.max(0.0);
        let p_value = ChiSquared::new(degrees_of_freedom).map_or(f64::NAN, |chi_squared| chi_squared.sf(statistic));
        Self { statistic, p_value }
    }

    /// Whether the hypothesis stands at 95 %.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.p_value > 0.05
    }
}

/// Kupiec's proportion of failures: `failures` of `trials` against the probability that was promised.
#[must_use]
pub fn kupiec(failures: u64, trials: u64, probability: f64) -> LikelihoodRatio {
    LikelihoodRatio::new(failures_statistic(failures, trials, probability), 1.0)
}

fn failures_statistic(failures: u64, trials: u64, probability: f64) -> f64 {
    let observed = if trials == 0 { 0.0 } else { failures as f64 / trials as f64 };
    let held = trials - failures.min(trials);
    2.0 * (log_likelihood(failures, held, observed) - log_likelihood(failures, held, probability))
}

/// The numbers of failures that Kupiec's test does not reject at 95 %; None where it rejects all.
#[must_use]
pub fn kupiec_range(trials: u64, probability: f64) -> Option<RangeInclusive<u64>> {
    let stands = |failures: &u64| failures_statistic(*failures, trials, probability) < CHI_SQUARED_95;
    // the statistic falls up to the expected number and rises from there
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most the trials
    let expected = (trials as f64 * probability).round() as u64;
    let low = (0..=expected).find(stands);
    let high = (expected..=trials).take_while(stands).last();
    Some(low?..=high?)
}

/// Pairs of consecutive windows, by whether each failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Transitions {
    /// Neither failed.
    pub held_held: u64,
    /// The second failed.
    pub held_failed: u64,
    /// The first failed.
    pub failed_held: u64,
    /// Both failed.
    pub failed_failed: u64,
}

impl Transitions {
    /// Counts the pairs of a sequence.
    #[must_use]
    pub fn of(failed: &[bool]) -> Self {
        let mut counts = Self::default();
        for pair in failed.windows(2) {
            match pair {
                [false, false] => counts.held_held += 1,
                [false, true] => counts.held_failed += 1,
                [true, false] => counts.failed_held += 1,
                _ => counts.failed_failed += 1,
            }
        }
        counts
    }
}

/// Christoffersen's independence: is a failure more likely right after another?
#[must_use]
pub fn independence(transitions: &Transitions) -> LikelihoodRatio {
    LikelihoodRatio::new(independence_statistic(transitions), 1.0)
}

/// Christoffersen's conditional coverage: as often as promised *and* alone; the sum of both statistics.
#[must_use]
pub fn conditional_coverage(failed: &[bool], probability: f64) -> LikelihoodRatio {
    let failures = failed.iter().filter(|&&failed| failed).count() as u64;
    let coverage = failures_statistic(failures, failed.len() as u64, probability);
    LikelihoodRatio::new(coverage + independence_statistic(&Transitions::of(failed)), 2.0)
}

fn independence_statistic(transitions: &Transitions) -> f64 {
    let Transitions { held_held, held_failed, failed_held, failed_failed } = *transitions;
    let share = |failed: u64, held: u64| if failed == 0 { 0.0 } else { failed as f64 / (failed + held) as f64 };
    let (failed, held) = (held_failed + failed_failed, held_held + failed_held);
    let apart = log_likelihood(held_failed, held_held, share(held_failed, held_held))
        + log_likelihood(failed_failed, failed_held, share(failed_failed, failed_held));
    2.0 * (apart - log_likelihood(failed, held, share(failed, held)))
}

/// ln of pᶠ·(1 − p)ʰ, with 0·ln 0 = 0.
fn log_likelihood(failed: u64, held: u64, probability: f64) -> f64 {
    let times_log = |count: u64, of: f64| if count == 0 { 0.0 } else { count as f64 * of.ln() };
    times_log(failed, probability) + times_log(held, 1.0 - probability)
}

/// The Basel Committee's zone of a number of failures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrafficLight {
    /// So few are no surprise: below 95 % cumulative probability.
    Green,
    /// Below 99.99 %.
    Yellow,
    /// The model understates the risk.
    Red,
}

/// P(at most `failures` of `trials`), and the zone that it means.
#[must_use]
pub fn traffic_light(failures: u64, trials: u64, probability: f64) -> (f64, TrafficLight) {
    let cumulative = Binomial::new(probability, trials).map_or(f64::NAN, |binomial| binomial.cdf(failures));
    let zone = match cumulative {
        _ if cumulative < 0.95 => TrafficLight::Green,
        _ if cumulative < 0.9999 => TrafficLight::Yellow,
        _ => TrafficLight::Red,
    };
    (cumulative, zone)
}
