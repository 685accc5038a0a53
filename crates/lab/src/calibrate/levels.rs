//! Calm and stressed volatility: quantiles of the volatility of days, and the worst windows.

use super::error::CalibrateError;
use super::options::Rules;
use crate::series::Series;
use crate::statistics::descriptive::{quantile_of_sorted, sorted};
use crate::statistics::range;

const DAY_SECONDS: u64 = 86_400;
/// A day counts if at least this part of its returns is there.
const DAY_SHARE: f64 = 20.0 / 24.0;
/// Fewer days say nothing of a quantile.
const DAYS_MIN: usize = 20;

/// σ per √day of one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct DayVolatility {
    /// When the day begins, Unix seconds.
    pub day_seconds: u64,
    /// √(sum of squared log returns, scaled to a whole day).
    pub sigma: f64,
}

/// The mean σ of the worst stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct WorstWindow {
    /// Days.
    pub days: usize,
    /// When it begins, Unix seconds.
    pub from_seconds: u64,
    /// √(mean of its daily variances).
    pub sigma: f64,
}

/// What the days of a history say of calm and of stress.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Levels {
    /// The file.
    pub file: String,
    /// Every day that counts.
    pub days: Vec<DayVolatility>,
    /// The quantile that σ_floor is.
    pub floor: f64,
    /// The median, which a listing begins with.
    pub median: f64,
    /// The quantile that σ_stress is.
    pub stress: f64,
    /// The worst stretches.
    pub worst: Vec<WorstWindow>,
    /// √ of the mean daily variance by other estimators.
    pub estimators: Vec<(&'static str, f64)>,
}

/// Measures the days of a history.
///
/// # Errors
/// [`CalibrateError::History`] for fewer than twenty whole days, [`CalibrateError::Still`] where nothing moves.
pub fn measure(series: &Series, rules: &Rules) -> Result<Levels, CalibrateError> {
    let days = day_volatilities(series);
    if days.len() < DAYS_MIN {
        return Err(CalibrateError::History {
            file: series.name.clone(),
            what: "a quantile of daily volatilities",
            needed: format!("{DAYS_MIN} whole days"),
            found: days.len().to_string(),
        });
    }
    let ordered = sorted(&days.iter().map(|day| day.sigma).collect::<Vec<_>>());
    let stress = quantile_of_sorted(&ordered, rules.stress_quantile);
    if stress <= 0.0 {
        return Err(CalibrateError::Still { file: series.name.clone(), what: "σ_stress" });
    }
    Ok(Levels {
        file: super::factor::file_name(&series.name),
        floor: quantile_of_sorted(&ordered, rules.floor_quantile),
        median: quantile_of_sorted(&ordered, 0.5),
        stress,
        worst: [1, 5, 30].into_iter().filter_map(|length| worst_window(&days, length)).collect(),
        estimators: estimators(series),
        days,
    })
}

#[allow(clippy::cast_precision_loss)] // counts of bars
fn day_volatilities(series: &Series) -> Vec<DayVolatility> {
    let returns = series.log_returns();
    // a return that ends at midnight belongs to the day that ends
    let day = |end_seconds: u64| (end_seconds - 1) / DAY_SECONDS;
    let days = returns.chunk_by(|a, b| day(a.end_seconds) == day(b.end_seconds));
    let whole = days.filter_map(|returns| {
        let seconds: u64 = returns.iter().map(|one| one.span_seconds).sum();
        let counted = seconds.min(DAY_SECONDS) as f64 / DAY_SECONDS as f64;
        let squares: f64 = returns.iter().map(|one| one.value * one.value).sum();
        let known = returns.len() as f64 * series.bar_seconds as f64 >= DAY_SHARE * DAY_SECONDS as f64;
        let day_seconds = day(returns.first()?.end_seconds) * DAY_SECONDS;
        known.then(|| DayVolatility { day_seconds, sigma: (squares / counted).sqrt() })
    });
    whole.collect()
}

#[allow(clippy::cast_precision_loss)] // counts of days
fn worst_window(days: &[DayVolatility], length: usize) -> Option<WorstWindow> {
    let variance =
        |window: &[DayVolatility]| window.iter().map(|day| day.sigma * day.sigma).sum::<f64>() / window.len() as f64;
    let worst = days.windows(length).max_by(|a, b| variance(a).total_cmp(&variance(b)))?;
    Some(WorstWindow { days: length, from_seconds: worst.first()?.day_seconds, sigma: variance(worst).sqrt() })
}

#[allow(clippy::cast_precision_loss)] // counts of bars
fn estimators(series: &Series) -> Vec<(&'static str, f64)> {
    let per_day = DAY_SECONDS as f64 / series.bar_seconds as f64;
    let of = |estimate: fn(&crate::series::Bar) -> f64| {
        let mean = series.bars.iter().map(estimate).sum::<f64>() / series.bars.len() as f64;
        (mean * per_day).max(0.0).sqrt()
    };
    vec![
        ("open to close", of(range::close_to_close)),
        ("Parkinson", of(range::parkinson)),
        ("Garman-Klass", of(range::garman_klass)),
        ("Rogers-Satchell", of(range::rogers_satchell)),
    ]
}
