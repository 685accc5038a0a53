//! One series from file to figures.

use plimsoll_risk::RiskError;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calibration::{Calibration, TAIL_PROBABILITY, base_decimals};
use super::error::BacktestError;
use super::ewma::Ewma;
use super::figures::{RuleFigures, SeriesBacktest, ShortfallTest, targets};
use super::rules::{Ingredients, Rule, RuleId, walked_shortfall};
use super::windows::{Losses, Window, windows};
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

/// Calibrates on the older half of a series, replays all of it and tests the newer half.
///
/// # Errors
/// [`BacktestError`] with the series' name.
pub fn backtest(series: &Series, horizon_seconds: u64, seed: u64) -> Result<Traced, BacktestError> {
    let named = || series.name.clone();
    let (grid_seconds, horizon) = spacing(series, horizon_seconds)?;
    let no_volatility = || BacktestError::NoVolatility { series: named() };
    let (older, newer) = series.halves().ok_or_else(no_volatility)?;
    let calibration = Calibration::of(&older, horizon_seconds).ok_or_else(no_volatility)?;
    let from_seconds = newer.bars[0].open_time_seconds;
    let windows = windows(&series.bars, from_seconds, horizon_seconds, series.bar_seconds);
    if windows.len() < WINDOWS_MIN {
        let (windows, needed) = (windows.len(), WINDOWS_MIN);
        return Err(BacktestError::TooShort { series: named(), windows, horizon_seconds, needed });
    }

    let replayed = |source| BacktestError::Replay { series: named(), source };
    let parameters = calibration.parameters(grid_seconds, horizon, base_decimals(&series.bars));
    let model = FactorModel::new(&parameters).map_err(replayed)?;
    let steps = replay(&model, &calibration, series).map_err(replayed)?;
    let refused = |source: RiskError| replayed(ReplayError::Step { at_seconds: from_seconds, price: f64::NAN, source });
    let shortfall = walked_shortfall(&steps, &model).map_err(refused)?;

    let tested = steps.partition_point(|step| step.time_seconds < from_seconds);
    let ingredients = Ingredients {
        steps: &steps[tested..],
        shortfall: shortfall[tested..].to_vec(),
        ewma: unmitigated(series, &calibration, horizon_seconds, from_seconds),
        asset: &asset(&series.name),
    };
    let rules = ingredients.rules();
    let figures = measure(series, calibration, &rules, &windows, (u64::from(grid_seconds), horizon_seconds, seed))
        .ok_or_else(no_volatility)?;
    Ok(Traced { figures, steps: steps[tested..].to_vec(), rules, windows, atom_power: model.price.atom_power })
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

fn replay(model: &FactorModel, calibration: &Calibration, series: &Series) -> Result<Vec<Step>, ReplayError> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a volatility per √day
    let seed_ppm = (calibration.seed_volatility * 1e6).ceil() as u32;
    let seeds =
        Seeds::from_ppm(seed_ppm, seed_ppm).map_err(|source| ReplayError::Parameters { group: "seed", source })?;
    history(model, &seeds, &series.bars)
}

/// k·σ·√h of the unmitigated EWMA from a time on.
fn unmitigated(series: &Series, calibration: &Calibration, horizon_seconds: u64, from_seconds: u64) -> Vec<Level> {
    #[allow(clippy::cast_precision_loss)] // at most ten days
    let multiple = calibration.shortfall_multiple * (horizon_seconds as f64 / 86_400.0).sqrt();
    Ewma::through(&series.bars, calibration.seed_volatility, calibration.fast_half_life_seconds)
        .filter(|&(time_seconds, _)| time_seconds >= from_seconds)
        .map(|(time_seconds, volatility)| Level { time_seconds, margin: multiple * volatility })
        .collect()
}

/// The first word of the file's name: `btc` of `prices/btc_usdt_5m.csv`.
#[must_use]
pub fn asset(name: &str) -> String {
    let file =
        std::path::Path::new(name).file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    file.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn measure(
    series: &Series,
    calibration: Calibration,
    rules: &[Rule],
    windows: &[Window],
    (grid_seconds, horizon_seconds, seed): (u64, u64, u64),
) -> Option<SeriesBacktest> {
    let measured: Vec<RuleFigures> = rules.iter().map(|rule| RuleFigures::of(rule, windows)).collect();
    let trials = windows.len() as u64;
    let kupiec = kupiec_range(trials, TAIL_PROBABILITY)?;
    let tail = StudentTail::new(calibration.degrees_of_freedom, TAIL_PROBABILITY)?;
    let if_true = z2_if_true(&tail, trials, WORLDS, &mut ChaCha8Rng::seed_from_u64(seed));
    let own = rules.iter().find(|rule| rule.id == RuleId::Shortfall)?;
    let test = |losses: fn(&Window) -> Losses, margin: fn((f64, f64)) -> f64| {
        let forecast = |window: &Window| {
            let shortfall = margin(own.at(window));
            Forecast { loss: losses(window).end, value_at_risk: shortfall * tail.value_at_risk, shortfall }
        };
        let forecasts: Vec<Forecast> = windows.iter().map(forecast).collect();
        let statistics = acerbi_szekely(&forecasts, TAIL_PROBABILITY);
        ShortfallTest { z2_p_value: p_value(statistics.z2, &if_true), statistics }
    };
    let first = |series: &Series| series.bars.first().map(|bar| bar.open_time_seconds);
    Some(SeriesBacktest {
        series: series.name.clone(),
        bar_seconds: series.bar_seconds,
        missing_bars: series.gaps.missing_bars,
        grid_seconds,
        horizon_seconds,
        calibrated_from_seconds: first(series)?,
        tested_from_seconds: windows.first()?.time_seconds,
        tested_until_seconds: windows.last()?.time_seconds + horizon_seconds,
        windows: trials,
        kupiec_low: *kupiec.start(),
        kupiec_high: *kupiec.end(),
        calibration,
        targets: targets(&measured, trials, series.bar_seconds),
        rules: measured,
        shortfall_long: test(|window| window.long, |margins| margins.0),
        shortfall_short: test(|window| window.short, |margins| margins.1),
    })
}
