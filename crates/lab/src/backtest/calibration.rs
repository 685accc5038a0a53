//! A factor's parameters from the half of a series that is not tested.
//!
//! Four numbers are measured: the fast half-life (by QLIKE), σ_floor and σ_stress (quantiles of the volatility that this half-life sees) and ν (by
//! maximum likelihood on standardised returns over the horizon). All others are the model's defaults. Nothing of the tested half enters.

use plimsoll_risk::price::PriceParameters;
use plimsoll_risk::threshold::ThresholdParameters;
use plimsoll_risk::volatility::VolatilityParameters;
use serde::Serialize;

use super::ewma::Ewma;
use crate::replay::FactorParameters;
use crate::series::{Bar, Series};
use crate::statistics::{descriptive, qlike, student};

/// The fast half-lives that compete.
const FAST_HALF_LIVES_SECONDS: [u32; 6] = [10_800, 21_600, 43_200, 86_400, 172_800, 259_200];
/// The model's slow half-life: for stability, so nothing competes.
const SLOW_HALF_LIFE_SECONDS: u32 = 1_296_000;
/// The model's winsor_sigmas.
const WINSOR_SIGMAS: f64 = 6.0;
/// Forecasts before this are not scored: the variance still remembers where it started.
const WARM_UP_SECONDS: u64 = SLOW_HALF_LIFE_SECONDS as u64;
/// σ_floor: the volatility that a fifth of the time stays below.
const FLOOR_QUANTILE: f64 = 0.20;
/// σ_stress: the volatility that a twentieth of the time exceeds.
const STRESS_QUANTILE: f64 = 0.95;
/// α of expected shortfall.
pub const TAIL_PROBABILITY: f64 = 0.01;

/// What a calibration measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// The half-life of the best forecast.
    pub fast_half_life_seconds: u32,
    /// The half-life of the slow variance.
    pub slow_half_life_seconds: u32,
    /// A return counts at most this many σ.
    pub winsor_sigmas: f64,
    /// Mean QLIKE of each half-life that competed, lower being better.
    pub qlike: Vec<(u32, f64)>,
    /// σ_floor per √day.
    pub floor_volatility: f64,
    /// σ_stress per √day.
    pub stress_volatility: f64,
    /// The standard deviation of all returns per √day: what the variances start from.
    pub seed_volatility: f64,
    /// ν.
    pub degrees_of_freedom: f64,
    /// ν's 95 % confidence interval.
    pub degrees_interval: (f64, f64),
    /// k: expected shortfall of a t of unit variance and ν degrees of freedom.
    pub shortfall_multiple: f64,
}

impl Calibration {
    /// Measures a half; None where it shows no volatility or fewer than 100 windows of the horizon.
    #[must_use]
    pub fn of(half: &Series, horizon_seconds: u64) -> Option<Self> {
        let seed_volatility = Ewma::long_run(&half.bars)?;
        let scored = |&half_life| Some((half_life, score(half, seed_volatility, half_life, horizon_seconds)?));
        let qlike: Vec<(u32, f64)> = FAST_HALF_LIVES_SECONDS.iter().filter_map(scored).collect();
        let &(best, _) = qlike.iter().min_by(|left, right| left.1.total_cmp(&right.1))?;
        Self::with(half, qlike, best, horizon_seconds)
    }

    /// Measures σ and ν as this fast half-life sees them.
    pub(super) fn with(
        half: &Series,
        qlike: Vec<(u32, f64)>,
        fast_half_life_seconds: u32,
        horizon_seconds: u64,
    ) -> Option<Self> {
        let seed_volatility = Ewma::long_run(&half.bars)?;
        let volatilities = volatilities(half, seed_volatility, fast_half_life_seconds);
        let fit = student::fit(&standardised(half, &volatilities, horizon_seconds))?;
        Some(Self {
            fast_half_life_seconds,
            slow_half_life_seconds: SLOW_HALF_LIFE_SECONDS,
            winsor_sigmas: WINSOR_SIGMAS,
            qlike,
            floor_volatility: descriptive::quantile(&volatilities, FLOOR_QUANTILE),
            stress_volatility: descriptive::quantile(&volatilities, STRESS_QUANTILE),
            seed_volatility,
            degrees_of_freedom: fit.degrees_of_freedom,
            degrees_interval: fit.degrees_interval(),
            shortfall_multiple: student::expected_shortfall(1.0 - TAIL_PROBABILITY, fit.degrees_of_freedom),
        })
    }

    /// The core's parameters: es alone. Closing out costs nothing here, since what is tested is whether es covers the price's moves; bonus and spread come on top.
    #[must_use]
    pub fn parameters(&self, grid_seconds: u32, horizon_seconds: u32, base_decimals: u8) -> FactorParameters {
        let floor_volatility_ppm = ppm(self.floor_volatility).clamp(100, 1_000_000);
        FactorParameters {
            price: price_parameters(base_decimals),
            volatility: VolatilityParameters {
                floor_volatility_ppm,
                winsor_sigmas_ppm: ppm(self.winsor_sigmas),
                fast_half_life_seconds: self.fast_half_life_seconds,
                slow_half_life_seconds: self.slow_half_life_seconds,
                jump_half_life_seconds: 21_600,
                grid_seconds,
            },
            threshold: ThresholdParameters {
                floor_volatility_ppm,
                stress_volatility_ppm: ppm(self.stress_volatility).clamp(floor_volatility_ppm, 2_000_000),
                stress_weight_ppm: 250_000,
                shortfall_multiple_ppm: ppm(self.shortfall_multiple).clamp(1_000_000, 20_000_000),
                horizon_seconds,
                spread_ppm: 0,
                bonus_max_ppm: 0,
                insurance_cut_ppm: 0,
                margin_min_ppm: 1_000,
                margin_max_ppm: 1_000_000,
                initial_gap_ppm: 250_000,
                walk_relative_ppm: 20_000,
                walk_absolute_ppm: 2_500,
                grid_seconds,
                grace_seconds: 3_600,
            },
        }
    }
}

/// The defaults of docs/risk.md, section 2.
fn price_parameters(base_decimals: u8) -> PriceParameters {
    PriceParameters {
        max_age_seconds: 60,
        liquidation_max_age_seconds: 5,
        max_confidence_ppm: 20_000,
        confidence_multiple_ppm: 2_000_000,
        age_sigmas_ppm: 3_000_000,
        halt_sigmas_ppm: 8_000_000,
        halt_min_ppm: 50_000,
        confirm_seconds: 2,
        base_decimals,
        quote_decimals: 6,
    }
}

/// Decimals of a base token at which these prices lie in the middle of what the Book's fixed point holds (2⁻²⁰ to 2¹³ quote atoms per base atom).
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
pub fn base_decimals(bars: &[Bar]) -> u8 {
    let logs: Vec<f64> = bars.iter().map(|bar| bar.close.log10()).collect();
    let (quote_decimals, middle_log) = (6.0, 2f64.powf(-3.5).log10());
    (quote_decimals + descriptive::quantile(&logs, 0.5) - middle_log).round().clamp(0.0, 12.0) as u8
}

/// In parts per million, rounded up: a parameter never understates what was measured.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a saturating cast, and then clamped
fn ppm(fraction: f64) -> u32 {
    (fraction * 1e6).ceil() as u32
}

/// σ per √day at each bar, as this half-life sees it.
fn volatilities(half: &Series, seed: f64, half_life_seconds: u32) -> Vec<f64> {
    Ewma::through(&half.bars, seed, half_life_seconds).map(|(_, volatility)| volatility).collect()
}

/// Windows of the horizon: the index of the bar each starts at, and of the one that the next starts at.
fn spans(half: &Series, horizon_seconds: u64) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bars = &half.bars;
    let mut start = 0;
    std::iter::from_fn(move || {
        let first = bars.get(start)?;
        let next = start
            + bars[start..].partition_point(|bar| bar.open_time_seconds < first.open_time_seconds + horizon_seconds);
        bars.get(next)?;
        Some((std::mem::replace(&mut start, next), next))
    })
}

/// Mean QLIKE of the variance over the next horizon, each forecast made before its window.
fn score(half: &Series, seed: f64, half_life_seconds: u32, horizon_seconds: u64) -> Option<f64> {
    let volatilities = volatilities(half, seed, half_life_seconds);
    let from = half.bars.first()?.open_time_seconds + WARM_UP_SECONDS.min(half.duration_seconds() / 4);
    let scored = spans(half, horizon_seconds).filter(|&(start, _)| half.bars[start].open_time_seconds >= from);
    let loss = |(start, next): (usize, usize)| {
        let returns = half.bars[start..=next].windows(2).map(|pair| (pair[1].open / pair[0].open).ln());
        let squares: f64 = returns.map(|log_return| log_return * log_return).sum();
        qlike::loss(squares / days(&half.bars[start], &half.bars[next]), volatilities[start].powi(2))
    };
    Some(descriptive::mean(&scored.map(loss).collect::<Vec<f64>>())).filter(|mean| mean.is_finite())
}

/// Returns over the horizon in units of what was forecast of them.
fn standardised(half: &Series, volatilities: &[f64], horizon_seconds: u64) -> Vec<f64> {
    let standard = |(start, next): (usize, usize)| {
        let (first, last) = (&half.bars[start], &half.bars[next]);
        (last.open / first.open).ln() / (volatilities[start] * days(first, last).sqrt())
    };
    spans(half, horizon_seconds).map(standard).collect()
}

#[allow(clippy::cast_precision_loss)] // seconds of a history
fn days(first: &Bar, last: &Bar) -> f64 {
    (last.open_time_seconds - first.open_time_seconds) as f64 / 86_400.0
}
