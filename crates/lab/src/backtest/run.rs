//! One series from file to figures.

use plimsoll_params::{FactorParams, ParameterFile};
use plimsoll_risk::RiskError;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calibration::{Calibration, TAIL_PROBABILITY, base_decimals};
use super::error::BacktestError;
use super::ewma::Ewma;
use super::figures::{RuleFigures, SeriesBacktest, ShortfallTest, Variant, targets};
use super::rules::{Ingredients, Rule, RuleId, walked_shortfall};
use super::windows::{Window, windows};
use crate::replay::{FactorModel, ReplayError, Seeds, Step, history};
use crate::series::Series;
use crate::statistics::coverage::kupiec_range;
use crate::statistics::procyclicality::Level;
use crate::statistics::shortfall::{Forecast, StudentTail, acerbi_szekely, p_value, z2_if_true};

/// The program's grid; bars longer than it are cranked at their own spacing.
const GRID_SECONDS: u64 = 300;
/// The year of trading days that the Basel Committee tests on: with fewer windows no test of 1 % says anything.
const WINDOWS_MIN: usize = 250;
/// Worlds that a p-value of Z2 is taken from.
const WORLDS: usize = 4_000;

/// A backtest with what its charts show.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The figures.
    pub figures: SeriesBacktest,
    /// The replay through the tested half.
    pub steps: Vec<Step>,
    /// Every rule's margins through the tested half.
    pub rules: Vec<Rule>,
    /// The windows.
    pub windows: Vec<Window>,
    /// quote decimals − base decimals of the replay's prices.
    pub atom_power: i32,
}

/// Calibrates on the older half of a series, replays all of it and tests the newer half; beside it the parameters in force, where that file lists the asset.
///
/// # Errors
/// [`BacktestError`] with the series' name.
pub fn backtest(
    series: &Series,
    horizon_seconds: u64,
    seed: u64,
    in_force: Option<&ParameterFile>,
) -> Result<Traced, BacktestError> {
    let (grid_seconds, horizon) = spacing(series, horizon_seconds)?;
    let no_volatility = || BacktestError::NoVolatility { series: series.name.clone() };
    let (older, newer) = series.halves().ok_or_else(no_volatility)?;
    let calibration = Calibration::of(&older, horizon_seconds).ok_or_else(no_volatility)?;
    let from_seconds = newer.bars[0].open_time_seconds;
    let windows = windows(&series.bars, from_seconds, horizon_seconds, series.bar_seconds);
    if windows.len() < WINDOWS_MIN {
        let (series, windows, needed) = (series.name.clone(), windows.len(), WINDOWS_MIN);
        return Err(BacktestError::TooShort { series, windows, horizon_seconds, needed });
    }
    let test = Test { series, grid_seconds, horizon_seconds: horizon, from_seconds, windows: &windows };
    let Replayed { rules, steps, atom_power } = test.replay(&calibration)?;
    let sensitivity = test.sensitivity(&calibration, &older, params_of(in_force, &asset(&series.name)))?;
    let figures = test.figures(calibration, &rules, sensitivity, seed).ok_or_else(no_volatility)?;
    Ok(Traced { figures, steps, rules, windows, atom_power })
}

/// The grid of a series' bars and the horizon, as the core's parameters have them.
fn spacing(series: &Series, horizon_seconds: u64) -> Result<(u32, u32), BacktestError> {
    let bar_seconds = series.bar_seconds;
    let off_grid = || BacktestError::BarsOffGrid { series: series.name.clone(), bar_seconds };
    let grid_seconds = if GRID_SECONDS.is_multiple_of(bar_seconds) { GRID_SECONDS } else { bar_seconds };
    if !(GRID_SECONDS..=3_600).contains(&grid_seconds) || 86_400 % grid_seconds != 0 || 3_600 % grid_seconds != 0 {
        return Err(off_grid());
    }
    let within = (grid_seconds..=864_000).contains(&horizon_seconds) && horizon_seconds.is_multiple_of(grid_seconds);
    let refused = || BacktestError::HorizonOffGrid { series: series.name.clone(), horizon_seconds, grid_seconds };
    let horizon = u32::try_from(horizon_seconds).ok().filter(|_| within).ok_or_else(refused)?;
    Ok((u32::try_from(grid_seconds).map_err(|_| off_grid())?, horizon))
}

/// A series and what of it is tested.
struct Test<'a> {
    series: &'a Series,
    grid_seconds: u32,
    horizon_seconds: u32,
    from_seconds: u64,
    windows: &'a [Window],
}

/// The tested half of a replay.
struct Replayed {
    rules: Vec<Rule>,
    steps: Vec<Step>,
    atom_power: i32,
}

impl Test<'_> {
    /// Replays the whole series with these parameters and cuts off the half that calibrated.
    fn replay(&self, calibration: &Calibration) -> Result<Replayed, BacktestError> {
        let refused = |source| BacktestError::Replay { series: self.series.name.clone(), source };
        let decimals = base_decimals(&self.series.bars);
        let model = FactorModel::new(&calibration.parameters(self.grid_seconds, self.horizon_seconds, decimals));
        let model = model.map_err(refused)?;
        let steps = history(&model, &seeds(calibration).map_err(refused)?, &self.series.bars).map_err(refused)?;
        let slide = |source: RiskError| refused(ReplayError::Path { source });
        let shortfall = walked_shortfall(&steps, &model).map_err(slide)?;
        let tested = steps.partition_point(|step| step.time_seconds < self.from_seconds);
        let ingredients = Ingredients {
            steps: &steps[tested..],
            shortfall: shortfall[tested..].to_vec(),
            ewma: self.unmitigated(calibration),
            asset: &asset(&self.series.name),
        };
        Ok(Replayed { rules: ingredients.rules(), steps: steps[tested..].to_vec(), atom_power: model.price.atom_power })
    }

    /// k·σ·√h of the unmitigated EWMA.
    fn unmitigated(&self, calibration: &Calibration) -> Vec<Level> {
        let multiple = calibration.shortfall_multiple * (f64::from(self.horizon_seconds) / 86_400.0).sqrt();
        Ewma::through(&self.series.bars, calibration.seed_volatility, calibration.fast_half_life_seconds)
            .filter(|&(time_seconds, _)| time_seconds >= self.from_seconds)
            .map(|(time_seconds, volatility)| Level { time_seconds, margin: multiple * volatility })
            .collect()
    }

    fn measured(&self, rules: &[Rule]) -> Vec<RuleFigures> {
        rules.iter().map(|rule| RuleFigures::of(rule, self.windows)).collect()
    }

    /// The targets with other parameters than those measured.
    fn sensitivity(
        &self,
        calibration: &Calibration,
        older: &Series,
        in_force: Option<&FactorParams>,
    ) -> Result<Vec<Variant>, BacktestError> {
        let variants = calibration.variants(older, self.horizon_seconds, in_force);
        let tested = variants.into_iter().map(|(name, calibration)| {
            let measured = self.measured(&self.replay(&calibration)?.rules);
            let targets = targets(&measured, self.windows.len() as u64, self.series.bar_seconds);
            Ok(Variant { name, calibration, targets })
        });
        tested.collect()
    }

    fn figures(
        &self,
        calibration: Calibration,
        rules: &[Rule],
        sensitivity: Vec<Variant>,
        seed: u64,
    ) -> Option<SeriesBacktest> {
        let measured = self.measured(rules);
        let trials = self.windows.len() as u64;
        let kupiec = kupiec_range(trials, TAIL_PROBABILITY)?;
        let tail = StudentTail::new(calibration.degrees_of_freedom, TAIL_PROBABILITY)?;
        let if_true = z2_if_true(&tail, trials, WORLDS, &mut ChaCha8Rng::seed_from_u64(seed));
        let own = rules.iter().find(|rule| rule.id == RuleId::Shortfall)?;
        let test = |side| shortfall_test(own, self.windows, side, (&tail, &if_true));
        Some(SeriesBacktest {
            series: file_name(&self.series.name),
            bar_seconds: self.series.bar_seconds,
            missing_bars: self.series.gaps.missing_bars,
            grid_seconds: self.grid_seconds.into(),
            horizon_seconds: self.horizon_seconds.into(),
            calibrated_from_seconds: self.series.bars.first()?.open_time_seconds,
            tested_from_seconds: self.windows.first()?.time_seconds,
            tested_until_seconds: self.windows.last()?.time_seconds + u64::from(self.horizon_seconds),
            windows: trials,
            kupiec_low: *kupiec.start(),
            kupiec_high: *kupiec.end(),
            calibration,
            targets: targets(&measured, trials, self.series.bar_seconds),
            sensitivity,
            rules: measured,
            shortfall_long: test(Side::Long),
            shortfall_short: test(Side::Short),
        })
    }
}

#[derive(Clone, Copy)]
enum Side {
    Long,
    Short,
}

fn shortfall_test(
    own: &Rule,
    windows: &[Window],
    side: Side,
    (tail, if_true): (&StudentTail, &[f64]),
) -> ShortfallTest {
    let forecast = |window: &Window| {
        let (long, short) = own.at(window);
        let (loss, shortfall) = match side {
            Side::Long => (window.long.end, long),
            Side::Short => (window.short.end, short),
        };
        Forecast { loss, value_at_risk: shortfall * tail.value_at_risk, shortfall }
    };
    let forecasts: Vec<Forecast> = windows.iter().map(forecast).collect();
    let statistics = acerbi_szekely(&forecasts, TAIL_PROBABILITY);
    ShortfallTest { z2_p_value: p_value(statistics.z2, if_true), statistics }
}

/// Both variances start from the standard deviation of the older half.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a volatility per √day
fn seeds(calibration: &Calibration) -> Result<Seeds, ReplayError> {
    let seed_ppm = (calibration.seed_volatility * 1e6).ceil() as u32;
    Seeds::from_ppm(seed_ppm, seed_ppm).map_err(|source| ReplayError::Parameters { group: "seed", source })
}

/// The parameters of the factor that is the asset.
fn params_of<'a>(file: Option<&'a ParameterFile>, asset: &str) -> Option<&'a FactorParams> {
    let listing = file?.factors.iter().find(|factor| factor.symbol.as_str().eq_ignore_ascii_case(asset))?;
    Some(&listing.params)
}

/// The last part of a path: a report names files, not the folders of a machine.
fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The first word of the file's name: `btc` of `prices/btc_usdt_5m.csv`.
#[must_use]
pub fn asset(name: &str) -> String {
    let file =
        std::path::Path::new(name).file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    file.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}
