//! Half-lives by out-of-sample QLIKE: each forecast is made by the core from what lies before it, and judged by what came after.

use plimsoll_report::format::duration;
use plimsoll_risk::correlation::{self, CELLS, CovarianceWeights, FACTORS};
use plimsoll_risk::quantities::{Decay, LogReturn};
use plimsoll_risk::volatility::VolatilityParameters;

use super::error::{CalibrateError, core};
use super::fold::{Folded, fold};
use crate::series::Series;
use crate::statistics::qlike;

/// The first part of a history, which only warms the variances up.
const WARM_UP_SHARE: usize = 10;

/// The mean loss of forecasts with one half-life.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Loss {
    /// The half-life.
    pub half_life_seconds: u32,
    /// Mean QLIKE over all forecasts.
    pub loss: f64,
    /// Mean QLIKE over the older half of them.
    pub older: f64,
    /// Mean QLIKE over the newer half of them.
    pub newer: f64,
}

/// The half-lives tried and the one chosen.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Choice {
    /// The loss of each.
    pub losses: Vec<Loss>,
    /// The one of the lowest loss.
    pub best_seconds: u32,
    /// The one of the lowest loss in the older half alone.
    pub best_older_seconds: u32,
    /// The one of the lowest loss in the newer half alone.
    pub best_newer_seconds: u32,
    /// The time ahead that was forecast, seconds.
    pub ahead_seconds: u64,
}

impl Choice {
    fn of(losses: Vec<Loss>, ahead_seconds: u64) -> Option<Self> {
        let best = |of: fn(&Loss) -> f64| {
            let known = losses.iter().filter(|one| of(one).is_finite());
            known.min_by(|a, b| of(a).total_cmp(&of(b))).map(|one| one.half_life_seconds)
        };
        Some(Self {
            best_seconds: best(|one| one.loss)?,
            best_older_seconds: best(|one| one.older)?,
            best_newer_seconds: best(|one| one.newer)?,
            losses,
            ahead_seconds,
        })
    }

    /// Whether the best one is the shortest or the longest that was tried.
    #[must_use]
    pub fn at_edge(&self) -> bool {
        let ends = [self.losses.first(), self.losses.last()];
        ends.into_iter().flatten().any(|one| one.half_life_seconds == self.best_seconds)
    }

    /// By how much more a half-life lost than the best one; `None` where it was not tried.
    #[must_use]
    pub fn excess_of(&self, half_life_seconds: u32) -> Option<f64> {
        let loss = |seconds| self.losses.iter().find(|one| one.half_life_seconds == seconds).map(|one| one.loss);
        Some(loss(half_life_seconds)? - loss(self.best_seconds)?)
    }
}

/// Which of the two variances is forecast with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// v_f.
    Fast,
    /// v_s.
    Slow,
}

/// Tries half-lives of one variance; the other one's is that of `parameters`, as far as fast stays below slow.
///
/// # Errors
/// [`CalibrateError::Core`] where the core refuses parameters; [`CalibrateError::History`] where the history is too short for a forecast.
pub fn choose(
    series: &Series,
    (which, tried): (Which, &[u32]),
    parameters: &VolatilityParameters,
    seed: f64,
    ahead_seconds: u64,
) -> Result<Choice, CalibrateError> {
    let mut losses = Vec::with_capacity(tried.len());
    for half_life_seconds in tried.iter().copied() {
        let parameters = match which {
            Which::Fast => VolatilityParameters {
                fast_half_life_seconds: half_life_seconds,
                slow_half_life_seconds: parameters.slow_half_life_seconds.max(half_life_seconds),
                ..*parameters
            },
            Which::Slow => VolatilityParameters {
                slow_half_life_seconds: half_life_seconds,
                fast_half_life_seconds: parameters.fast_half_life_seconds.min(half_life_seconds),
                ..*parameters
            },
        };
        let folded = fold(series, &parameters, seed)?;
        let forecasts = if which == Which::Fast { &folded.fast } else { &folded.slow };
        let bars = usize::try_from((ahead_seconds / series.bar_seconds).max(1)).unwrap_or(usize::MAX);
        losses.push(mean_loss(half_life_seconds, &losses_of(&folded, forecasts, bars)));
    }
    Choice::of(losses, ahead_seconds).ok_or_else(|| too_short(&series.name, ahead_seconds, series.duration_seconds()))
}

/// The first tenth warms up, and the last forecast needs its future.
fn too_short(file: &str, ahead_seconds: u64, found_seconds: u64) -> CalibrateError {
    CalibrateError::History {
        file: file.to_owned(),
        what: "a choice of half-lives",
        needed: format!("more than {}", duration(ahead_seconds * 10 / 9)),
        found: duration(found_seconds),
    }
}

/// The loss of each forecast of the variance per day over the next `bars` bars.
fn losses_of(folded: &Folded, forecasts: &[f64], bars: usize) -> Vec<f64> {
    let sums = |values: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
        let mut total = 0.0;
        std::iter::once(0.0)
            .chain(values.map(|value| {
                total += value;
                total
            }))
            .collect()
    };
    let squares = sums(&mut folded.returns.iter().map(|value| value * value));
    let days = sums(&mut folded.spans_days.iter().copied());
    let first = forecasts.len() / WARM_UP_SHARE;
    let last = forecasts.len().saturating_sub(bars);
    let places = first..last.max(first);
    places
        .map(|place| {
            let (from, to) = (place + 1, place + bars);
            let realised = (squares[to] - squares[from]) / (days[to] - days[from]);
            qlike::loss(realised, forecasts[place])
        })
        .filter(|loss| loss.is_finite())
        .collect()
}

fn mean_loss(half_life_seconds: u32, losses: &[f64]) -> Loss {
    let mean = crate::statistics::descriptive::mean;
    let (older, newer) = losses.split_at(losses.len() / 2);
    Loss { half_life_seconds, loss: mean(losses), older: mean(older), newer: mean(newer) }
}

/// Tries half-lives of the covariance of several factors, folded from the same winsorised returns on the same times; the forecast is of the covariance over
/// the next `ahead_seconds`, and the core holds it.
///
/// # Errors
/// [`CalibrateError::Core`] where the core refuses a half-life; [`CalibrateError::History`] where the history is too short for a forecast.
pub fn choose_covariance(
    names: &str,
    folded: &[Folded],
    tried: &[u32],
    bar_seconds: u64,
    ahead_seconds: u64,
) -> Result<Choice, CalibrateError> {
    let bars = usize::try_from((ahead_seconds / bar_seconds).max(1)).unwrap_or(usize::MAX);
    let mut losses = Vec::with_capacity(tried.len());
    for half_life_seconds in tried.iter().copied() {
        let all =
            covariance_losses(folded, half_life_seconds, bar_seconds, bars).map_err(core(names, "a covariance"))?;
        losses.push(mean_loss(half_life_seconds, &all));
    }
    let found_seconds = folded.first().map_or(0, |one| one.returns.len() as u64 * bar_seconds);
    Choice::of(losses, ahead_seconds).ok_or_else(|| too_short(names, ahead_seconds, found_seconds))
}

/// One forecast for each stretch of `bars`, stretches apart.
fn covariance_losses(
    folded: &[Folded],
    half_life_seconds: u32,
    bar_seconds: u64,
    bars: usize,
) -> Result<Vec<f64>, plimsoll_risk::RiskError> {
    let length = folded.iter().map(|one| one.returns.len()).min().unwrap_or(0);
    let steps_per_day = 86_400 / bar_seconds;
    let weights = CovarianceWeights::new(Decay::over(bar_seconds, half_life_seconds)?, 1, steps_per_day)?;
    let mut cells = [0; CELLS];
    let mut losses = Vec::new();
    for place in 0..length {
        let mut returns = [LogReturn::ZERO; FACTORS];
        for (slot, factor) in returns.iter_mut().zip(folded) {
            *slot = factor.winsorised[place];
        }
        correlation::fold(&mut cells, &returns, &weights)?;
        let is_due = place >= length / WARM_UP_SHARE && place % bars == 0 && place + bars < length;
        if is_due {
            let loss = qlike::matrix_loss(&realised(folded, place + 1, bars), &forecast(&cells, folded.len()));
            losses.extend(loss.is_finite().then_some(loss));
        }
    }
    Ok(losses)
}

#[allow(clippy::cast_precision_loss)] // 53 bits are more than a statistic needs
fn forecast(cells: &[i64; CELLS], factors: usize) -> Vec<Vec<f64>> {
    let unit = (1_u64 << plimsoll_risk::quantities::Covariance::FRACTION_BITS) as f64;
    let cell = |i, j| correlation::covariance(cells, i, j).to_bits() as f64 / unit;
    (0..factors).map(|i| (0..factors).map(|j| cell(i, j)).collect()).collect()
}

/// Sum of outer products over the stretch, per day.
fn realised(folded: &[Folded], from: usize, bars: usize) -> Vec<Vec<f64>> {
    let days: f64 = folded[0].spans_days[from..from + bars].iter().sum();
    let product = |a: &Folded, b: &Folded| {
        let pairs = a.returns[from..from + bars].iter().zip(&b.returns[from..from + bars]);
        pairs.map(|(x, y)| x * y).sum::<f64>() / days
    };
    folded.iter().map(|a| folded.iter().map(|b| product(a, b)).collect()).collect()
}
