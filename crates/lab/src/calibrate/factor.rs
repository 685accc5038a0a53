//! One factor: everything that is measured, and the parameters that follow.

use plimsoll_params::{BookParams, FactorListing, FactorParams};
use plimsoll_risk::volatility::VolatilityParameters;

use super::error::CalibrateError;
use super::findings::{self, Finding};
use super::fold::{Folded, fold, on_grid};
use super::half_lives::{self, Choice, Which};
use super::jumps;
use super::levels::{self, Levels};
use super::liquidity::{self, Liquidity};
use super::options::Rules;
use super::rounding;
use super::tails::{self, Tails};
use crate::series::{Gaps, Series};

/// The slow variance is to be right about the month ahead …
const MONTH_SECONDS: u64 = 30 * 86_400;
/// … and the fast one about the day: margin walks at a few percent an hour, so it cannot follow what passes sooner.
const DAY_SECONDS: u64 = 86_400;

/// What a factor is calibrated from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub symbol: String,
    /// Its history, at the grid ([`on_grid`]).
    pub series: Series,
    /// A longer history for floor, stress and the slow half-life; the same one where there is none.
    pub lookback: Series,
    /// The listing whose values are kept where no history measures them.
    pub kept: FactorListing,
    /// Whether it is a listing of another factor, because the parameters in force have none of this one.
    pub is_borrowed: bool,
}

/// What was measured, chart by chart.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Evidence {
    /// Volatility of days.
    pub levels: Levels,
    /// Half-lives of the fast variance.
    pub fast: Choice,
    /// Half-lives of the slow variance.
    pub slow: Choice,
    /// The tail.
    pub tails: Tails,
    /// The decay after jumps.
    pub jumps: Option<jumps::Decay>,
    /// Volume, spread, impact.
    pub liquidity: Liquidity,
}

/// A calibrated factor.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Calibrated {
    /// Its name.
    pub symbol: String,
    /// The file of its history.
    pub file: String,
    /// Where the history begins and ends, Unix seconds.
    pub span_seconds: (u64, u64),
    /// Bars at the grid.
    pub bars: usize,
    /// Length of a bar.
    pub bar_seconds: u64,
    /// What is missing.
    pub gaps: Gaps,
    /// The last close.
    pub last_price: f64,
    /// σ_now at the end, per √day, with the calibrated half-lives.
    pub current_sigma: f64,
    /// The listing with its calibrated parameters.
    pub listing: FactorListing,
    /// Whether the listing's facts are another factor's.
    pub is_borrowed: bool,
    /// Where each number comes from, in the order of the fields.
    pub findings: Vec<Finding>,
    /// What was measured.
    pub evidence: Evidence,
    /// The history folded with the calibrated parameters.
    #[serde(skip)]
    pub folded: Folded,
}

impl Source {
    /// Checks the histories and puts them on the grid.
    ///
    /// # Errors
    /// [`CalibrateError::Bars`].
    pub fn new(
        symbol: &str,
        series: &Series,
        lookback: Option<&Series>,
        kept: FactorListing,
        is_borrowed: bool,
    ) -> Result<Self, CalibrateError> {
        let series = on_grid(series)?;
        let lookback = lookback.map(on_grid).transpose()?.unwrap_or_else(|| series.clone());
        Ok(Self { symbol: symbol.to_owned(), series, lookback, kept, is_borrowed })
    }

    /// Measures everything and chooses the parameters.
    ///
    /// # Errors
    /// [`CalibrateError`] where the history is too short or still, or where the core refuses a number.
    pub fn calibrate(&self, book: &BookParams, rules: &Rules) -> Result<Calibrated, CalibrateError> {
        let series = &self.series;
        let levels = levels::measure(&self.lookback, rules)?;
        let seed = levels.median.powi(2);
        let params = &self.kept.params;
        let parameters = VolatilityParameters {
            floor_volatility_ppm: findings::floor_ppm(&levels),
            winsor_sigmas_ppm: params.winsor_sigmas_ppm,
            fast_half_life_seconds: params.half_life_fast_seconds,
            slow_half_life_seconds: params.half_life_slow_seconds,
            jump_half_life_seconds: params.half_life_jump_seconds,
            grid_seconds: book.grid_seconds,
        };
        let tried = tried(&self.lookback, &rules.half_lives_slow)?;
        let slow = half_lives::choose(&self.lookback, (Which::Slow, &tried), &parameters, seed, MONTH_SECONDS)?;
        let parameters = VolatilityParameters {
            slow_half_life_seconds: slow.best_seconds,
            fast_half_life_seconds: parameters.fast_half_life_seconds.min(slow.best_seconds),
            ..parameters
        };
        let fast = below(slow.best_seconds, &rules.half_lives_fast)?;
        let fast = half_lives::choose(series, (Which::Fast, &fast), &parameters, seed, DAY_SECONDS)?;
        let parameters = VolatilityParameters { fast_half_life_seconds: fast.best_seconds, ..parameters };
        let folded = fold(series, &parameters, seed)?;
        let halt_min = f64::from(params.halt_min_ppm) / 1e6;
        let tails = tails::measure(series, &folded, params.horizon_seconds.into(), halt_min, rules)?;
        let jumps = jumps::measure(&folded, series.bar_seconds, findings::winsor_sigmas(&tails));
        let liquidity = liquidity::measure(series, &folded);
        let evidence = Evidence { levels, fast, slow, tails, jumps, liquidity };
        Ok(self.calibrated(evidence, folded, rules))
    }

    /// The same factor folded over other bars, as the parameters in force would: for what is measured across factors.
    ///
    /// # Errors
    /// [`CalibrateError::Core`] where the core refuses the parameters or a price.
    pub fn fold_again(&self, series: &Series, book: &BookParams) -> Result<Folded, CalibrateError> {
        let params = &self.kept.params;
        let parameters = VolatilityParameters {
            floor_volatility_ppm: params.sigma_floor_ppm,
            winsor_sigmas_ppm: params.winsor_sigmas_ppm,
            fast_half_life_seconds: params.half_life_fast_seconds,
            slow_half_life_seconds: params.half_life_slow_seconds,
            jump_half_life_seconds: params.half_life_jump_seconds,
            grid_seconds: book.grid_seconds,
        };
        fold(series, &parameters, (f64::from(self.kept.seed_sigma_slow_ppm) / 1e6).powi(2))
    }

    fn calibrated(&self, evidence: Evidence, folded: Folded, rules: &Rules) -> Calibrated {
        let (params, findings) = findings::derive(self, &evidence, rules);
        let seed_ppm = rounding::ppm_up(evidence.levels.median).clamp(100, 1_000_000);
        let edge = |bar: Option<&crate::series::Bar>| bar.map_or(0, |bar| bar.open_time_seconds);
        let (first, last) = (edge(self.series.bars.first()), edge(self.series.bars.last()));
        let mut liquidity = self.kept.liquidity.clone();
        if let Some(volume) = &evidence.liquidity.volume {
            liquidity.daily_volume_quote_atoms = volume.average_day_quote_atoms();
        }
        let listing = FactorListing {
            liquidity,
            symbol: self.kept.symbol.clone(),
            seed_sigma_fast_ppm: seed_ppm,
            seed_sigma_slow_ppm: seed_ppm,
            params,
            ..self.kept.clone()
        };
        Calibrated {
            symbol: self.symbol.clone(),
            file: file_name(&self.series.name),
            span_seconds: (first, last + self.series.bar_seconds),
            bars: self.series.bars.len(),
            bar_seconds: self.series.bar_seconds,
            gaps: self.series.gaps,
            last_price: self.series.bars.last().map_or(f64::NAN, |bar| bar.close),
            current_sigma: folded.current.last().copied().unwrap_or(f64::NAN),
            listing,
            is_borrowed: self.is_borrowed,
            findings,
            evidence,
            folded,
        }
    }
}

impl Calibrated {
    /// The calibrated parameters.
    #[must_use]
    pub fn params(&self) -> &FactorParams {
        &self.listing.params
    }
}

/// The last part of a path: a report names files, not folders of a machine.
pub(super) fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The half-lives of the fast variance that are no longer than the slow one's.
fn below(slow_seconds: u32, half_lives: &[u32]) -> Result<Vec<u32>, CalibrateError> {
    let tried: Vec<u32> = half_lives.iter().copied().filter(|one| *one <= slow_seconds).collect();
    if tried.is_empty() {
        return Err(CalibrateError::Option {
            option: "half-lives-fast",
            value: half_lives.iter().min().copied().unwrap_or(0).to_string(),
            bounds: "what the slow half-life, as chosen, allows",
            remedy: "add shorter ones",
        });
    }
    Ok(tried)
}

/// The half-lives that the history can tell apart: it has to hold six of them.
fn tried(series: &Series, half_lives: &[u32]) -> Result<Vec<u32>, CalibrateError> {
    let longest = series.duration_seconds() / 6;
    let tried: Vec<u32> = half_lives.iter().copied().filter(|one| u64::from(*one) <= longest).collect();
    if tried.is_empty() {
        let shortest = half_lives.iter().min().copied().unwrap_or(0);
        return Err(CalibrateError::History {
            file: series.name.clone(),
            what: "the slow half-life",
            needed: format!("six times the shortest one tried, {} days", 6 * u64::from(shortest) / 86_400),
            found: format!("{} days", series.duration_seconds() / 86_400),
        });
    }
    Ok(tried)
}
