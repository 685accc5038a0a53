//! The tail: how returns lie once their volatility is taken out.

use super::error::CalibrateError;
use super::fold::Folded;
use super::options::Rules;
use crate::series::Series;
use crate::statistics::descriptive::{excess_kurtosis, mean_beyond, quantile, sorted, standard_deviation};
use crate::statistics::student::{self, StudentFit};
use crate::statistics::tail::{HillEstimate, hill};

/// Points of the quantile chart.
const POINTS: usize = 400;

/// What the standardised returns say.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Tails {
    /// What the returns span, seconds: the horizon in whole bars.
    pub span_seconds: u64,
    /// The t fitted to the standardised returns over that span.
    pub fit: StudentFit,
    /// Hill's estimate from the same returns.
    pub hill: Option<HillEstimate>,
    /// k: the expected shortfall of a unit-variance t of the fitted ν.
    pub multiplier: f64,
    /// Standard deviation of the standardised returns: 1 where σ_now is right on average.
    pub deviation: f64,
    /// Their kurtosis above a normal's.
    pub excess_kurtosis: f64,
    /// Their own expected shortfall, losses of a long position.
    pub shortfall_long: f64,
    /// Their own expected shortfall, losses of a short position.
    pub shortfall_short: f64,
    /// Largest size among them.
    pub largest: f64,
    /// The quantile of one bar's sizes in σ that winsor_sigmas is.
    pub winsor: f64,
    /// The quantile of one bar's sizes in σ that halt_sigmas is.
    pub halt: f64,
    /// Moves of one bar beyond both thresholds of the jump guard, with the calibrated halt_sigmas.
    pub halts: u64,
    /// Quantiles of the standardised returns: probability, of the data, of the fitted t, of a normal of the same deviation.
    pub quantiles: Vec<[f64; 4]>,
}

/// Measures the tails. `halt_min` is the other threshold of the jump guard, as a part of the price.
///
/// # Errors
/// [`CalibrateError::History`] for fewer than a hundred returns over the horizon, [`CalibrateError::Still`] where they are all alike.
pub fn measure(
    series: &Series,
    folded: &Folded,
    horizon_seconds: u64,
    halt_min: f64,
    rules: &Rules,
) -> Result<Tails, CalibrateError> {
    let bars = whole_bars(horizon_seconds, series.bar_seconds);
    let residuals = standardised(folded, bars);
    if residuals.len() < 100 {
        return Err(CalibrateError::History {
            file: series.name.clone(),
            what: "the tail index",
            needed: "100 returns over the horizon".to_owned(),
            found: residuals.len().to_string(),
        });
    }
    let still = || CalibrateError::Still { file: series.name.clone(), what: "the tail index" };
    let fit = student::fit(&residuals).ok_or_else(still)?;
    let sigmas = folded.sigmas();
    let halt = quantile(&sigmas, rules.halt_quantile);
    let losses = |side: f64| -> Vec<f64> { residuals.iter().map(|value| side * value).collect() };
    Ok(Tails {
        span_seconds: bars as u64 * series.bar_seconds,
        hill: hill(&residuals, rules.hill_share),
        multiplier: student::expected_shortfall(rules.tail_probability, fit.degrees_of_freedom),
        deviation: standard_deviation(&residuals),
        excess_kurtosis: excess_kurtosis(&residuals),
        shortfall_long: mean_beyond(&losses(-1.0), rules.tail_probability),
        shortfall_short: mean_beyond(&residuals, rules.tail_probability),
        largest: residuals.iter().map(|value| value.abs()).fold(0.0, f64::max),
        winsor: quantile(&sigmas, rules.winsor_quantile),
        halts: halts(folded, &sigmas, halt, halt_min),
        halt,
        quantiles: quantiles(&residuals, &fit),
        fit,
    })
}

/// Bars nearest to a horizon, at least one.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small number of bars
fn whole_bars(horizon_seconds: u64, bar_seconds: u64) -> usize {
    (horizon_seconds as f64 / bar_seconds as f64).round().max(1.0) as usize
}

/// Returns over consecutive stretches of `bars`, each in σ_now·√Δt as it was known before the stretch.
fn standardised(folded: &Folded, bars: usize) -> Vec<f64> {
    let stretch = |start: usize| {
        let range = start + 1..start + 1 + bars;
        let moved: f64 = folded.returns[range.clone()].iter().sum();
        let days: f64 = folded.spans_days[range].iter().sum();
        moved / (folded.current[start] * days.sqrt())
    };
    let starts = (0..folded.returns.len().saturating_sub(bars)).step_by(bars);
    starts.map(stretch).filter(|value| value.is_finite()).collect()
}

fn halts(folded: &Folded, sigmas: &[f64], halt: f64, halt_min: f64) -> u64 {
    let moves = folded.returns.iter().zip(sigmas);
    moves.filter(|(value, sigma)| **sigma > halt && value.exp_m1().abs() > halt_min).count() as u64
}

/// Quantiles at places that lie as densely in the tails as in the middle.
#[allow(clippy::cast_precision_loss)] // places of a chart
fn quantiles(residuals: &[f64], fit: &StudentFit) -> Vec<[f64; 4]> {
    let ordered = sorted(residuals);
    let count = ordered.len() as f64;
    let middle = crate::statistics::descriptive::mean(residuals);
    let deviation = standard_deviation(residuals);
    let probability = |point: usize| {
        // logistic spacing, from the outermost observation on one side to that on the other
        let edge = (2.0 * count).ln();
        let place = -edge + 2.0 * edge * point as f64 / (POINTS as f64 - 1.0);
        1.0 / (1.0 + (-place).exp())
    };
    let points = (0..POINTS).map(probability);
    points
        .map(|p| {
            let of_data = crate::statistics::descriptive::quantile_of_sorted(&ordered, p);
            let of_t = fit.location + fit.scale * student::quantile_raw(p, fit.degrees_of_freedom);
            [p, of_data, of_t, middle + deviation * student::normal_value_at_risk(p)]
        })
        .collect()
}
