//! A series folded by the core, bar by bar: the variances that the program would have had.

use plimsoll_risk::quantities::{LogPrice, LogReturn, Price, Ratio, Variance};
use plimsoll_risk::threshold::current_variance;
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility, VolatilityParameters, VolatilityTerms};

use super::error::{CalibrateError, core};
use crate::series::{Series, thin};

/// The program's grid: finer bars are joined to it.
pub const GRID_SECONDS: u64 = 300;
/// Where the largest price of a series is put among a [`Price`]'s mantissas.
const TOP_MANTISSA: f64 = 4_503_599_627_370_496.0; // 2^52

/// What the core made of each bar but the first.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// When the bar ends, Unix seconds.
    pub times_seconds: Vec<u64>,
    /// Log return from the close before.
    pub returns: Vec<f64>,
    /// Days that the return spans.
    pub spans_days: Vec<f64>,
    /// σ_w per √day, that the return was winsorised by: known before it.
    pub reference: Vec<f64>,
    /// v_f per day after the bar.
    pub fast: Vec<f64>,
    /// v_s per day after the bar.
    pub slow: Vec<f64>,
    /// σ_now per √day after the bar.
    pub current: Vec<f64>,
    /// The winsorised return, as the covariance takes it.
    pub winsorised: Vec<LogReturn>,
}

impl Folded {
    /// |r|/(σ_w·√Δt) of each bar: how many σ it moved, by what was known before it.
    #[must_use]
    pub fn sigmas(&self) -> Vec<f64> {
        let known = self.returns.iter().zip(&self.spans_days).zip(&self.reference);
        known.map(|((value, days), sigma)| value.abs() / (sigma * days.sqrt())).collect()
    }
}

/// The series at the program's grid, or at its own where that is coarser.
///
/// # Errors
/// [`CalibrateError::Bars`] where the bars fit no grid.
pub fn on_grid(series: &Series) -> Result<Series, CalibrateError> {
    let refused = || CalibrateError::Bars { file: series.name.clone(), bar_seconds: series.bar_seconds };
    let fits = |seconds: u64| (60..=3_600).contains(&seconds) && 86_400 % seconds == 0;
    if series.bar_seconds < GRID_SECONDS && GRID_SECONDS.is_multiple_of(series.bar_seconds) {
        return thin(series, GRID_SECONDS / series.bar_seconds).ok_or_else(refused);
    }
    if fits(series.bar_seconds) { Ok(series.clone()) } else { Err(refused()) }
}

/// Folds the bars with these parameters, whose grid is replaced by the series' own; both variances begin at `seed` per day.
///
/// # Errors
/// [`CalibrateError::Core`] where the core refuses the parameters or a price.
pub fn fold(series: &Series, parameters: &VolatilityParameters, seed: f64) -> Result<Folded, CalibrateError> {
    let refused = core(&series.name, "the parameters of the variances");
    let grid_seconds = u32::try_from(series.bar_seconds).unwrap_or(u32::MAX);
    let terms = VolatilityParameters { grid_seconds, ..*parameters }.terms().map_err(&refused)?;
    let step_decays = Decays::over(1, &terms).map_err(&refused)?;
    let logs = LogPrices::of(series);
    let refused = core(&series.name, "a price");
    let first = &series.bars[0];
    let seed = variance(seed);
    let mut state = Volatility {
        fast: seed,
        slow: seed,
        jump: Ratio::ZERO,
        last_sample: logs.at(first.close).map_err(&refused)?,
        last_step: first.open_time_seconds / series.bar_seconds,
    };
    let mut folded = Folded::default();
    for bar in &series.bars[1..] {
        let (sample, high, low) = (logs.at(bar.close), logs.at(bar.high), logs.at(bar.low));
        let sample = sample.map_err(&refused)?;
        let closed = LogRange { high: high.map_err(&refused)?, low: low.map_err(&refused)? };
        let sample_step = bar.open_time_seconds / series.bar_seconds;
        let observations = Observations { sample, sample_step, closed, open: LogRange::of(sample) };
        folded.push(&mut state, &observations, &step_decays, &terms).map_err(&refused)?;
        folded.times_seconds.push(bar.open_time_seconds + series.bar_seconds);
    }
    Ok(folded)
}

impl Folded {
    #[allow(clippy::cast_precision_loss)] // steps of a series
    fn push(
        &mut self,
        state: &mut Volatility,
        observations: &Observations,
        step_decays: &Decays,
        terms: &VolatilityTerms,
    ) -> Result<(), plimsoll_risk::RiskError> {
        let steps = observations.sample_step.saturating_sub(state.last_step);
        let decays = if steps == 1 { *step_decays } else { Decays::over(steps, terms)? };
        let reference = state.reference(terms);
        let moved = observations.sample.since(state.last_sample)?;
        let done = state.fold(observations, &decays, terms)?;
        *state = done.volatility;
        self.returns.push(log_return(moved));
        self.spans_days.push(steps as f64 / f64::from(terms.steps_per_day));
        self.reference.push(per_day(reference).sqrt());
        self.fast.push(per_day(state.fast));
        self.slow.push(per_day(state.slow));
        self.current.push(per_day(current_variance(state.fast, state.slow, Variance::ZERO)).sqrt());
        self.winsorised.push(done.winsorised);
        Ok(())
    }
}

/// Log prices of a series, by mantissas that hold its largest price.
struct LogPrices {
    per_unit: f64,
}

impl LogPrices {
    fn of(series: &Series) -> Self {
        let top = series.bars.iter().map(|bar| bar.high).fold(f64::MIN_POSITIVE, f64::max);
        Self { per_unit: TOP_MANTISSA / top }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 2^52, and above zero
    fn at(&self, price: f64) -> Result<LogPrice, plimsoll_risk::RiskError> {
        Price::from_bits((price * self.per_unit).round() as u64).ln()
    }
}

#[allow(clippy::cast_precision_loss)] // 53 bits are more than a statistic needs
fn log_return(value: LogReturn) -> f64 {
    value.to_bits() as f64 / (1_u64 << LogReturn::FRACTION_BITS) as f64
}

/// A variance per day as a number.
#[allow(clippy::cast_precision_loss)] // 53 bits are more than a statistic needs
pub(super) fn per_day(variance: Variance) -> f64 {
    variance.to_bits() as f64 / (1_u128 << Variance::FRACTION_BITS) as f64
}

/// A variance per day in the core's unit, at most 2³¹.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // clamped
pub(super) fn variance(per_day: f64) -> Variance {
    const TOP: f64 = (1_u64 << 31) as f64;
    Variance::from_bits((per_day.clamp(0.0, TOP) * (1_u128 << Variance::FRACTION_BITS) as f64) as u128)
}
