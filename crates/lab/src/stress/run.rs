//! A run: its arms, its paths over all cores, and what each path did.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_params::ParameterFile;
use plimsoll_risk::RiskError;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bars;
use super::cascade::{Cascade, PricePath, Setting};
use super::definition::{Definition, Source};
use super::error::StressError;
use super::market::{Arm, Start, Thresholds};
use super::outcome::{Moment, Outcome, Recorder};
use super::simulate::Simulator;
use super::venue::Venue;
use super::waypoints;
use crate::replay::real;

/// Paths that tell what the dynamic margin averages, drawn apart from those of the run.
const PILOT_PATHS: u64 = 64;
/// Where the pilots' indices begin: beyond every path of a run.
pub const PILOT_FROM: u64 = 1 << 27;
/// Times at which a path's prices are kept for the fan.
const FAN_POINTS: usize = 72;
/// Spacing of the moments of a timeline.
const TIMELINE_SECONDS: u64 = 900;

/// What the command asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Accounts of a path.
    pub accounts: u64,
    /// Paths of the whole run.
    pub paths: u64,
    /// The seed of everything.
    pub seed: u64,
}

/// Where prices come from.
#[derive(Clone, Debug)]
enum Prices {
    Replayed(PricePath),
    Simulated(Box<Simulator>),
}

/// A run that is ready to be played.
#[derive(Clone, Debug)]
pub struct Run {
    /// The scenario.
    pub definition: Definition,
    /// What is asked for.
    pub request: Request,
    /// What all paths share.
    pub setting: Setting,
    /// The arms, each played on every path.
    pub arms: Vec<Arm>,
    /// Where the prices come from, in words.
    pub prices_from: String,
    /// Names of the factors.
    pub symbols: Vec<String>,
    prices: Prices,
}

/// What one path did.
#[derive(Clone, Debug, PartialEq)]
pub struct PathResult {
    /// Its index.
    pub path: u64,
    /// One outcome an arm.
    pub outcomes: Vec<Outcome>,
    /// Undisturbed prices in US dollars, at even times, by time and factor.
    pub fan: Vec<(u64, Vec<f64>)>,
}

impl Run {
    /// Prepares a run: reads prices, warms up the estimators, and sets fixed thresholds to the mean of the dynamic ones.
    ///
    /// # Errors
    /// [`StressError`].
    pub fn prepare(
        source: &Source,
        definition: Definition,
        parameters: &ParameterFile,
        prices: Option<&Path>,
        request: Request,
    ) -> Result<Self, StressError> {
        let symbols: Vec<String> = definition.factor.iter().map(|factor| factor.symbol.clone()).collect();
        let prepared = prepare_prices(source, &definition, parameters, prices, &symbols, request.seed)?;
        let setting = Setting {
            venue: prepared.venue,
            liquidity: definition.factor.iter().map(super::definition::FactorDefinition::liquidity).collect(),
            shares: definition.factor.iter().map(|factor| factor.share).collect(),
            population: definition.population.clone(),
            keepers: definition.keepers.clone(),
            accounts: request.accounts,
            insurance_usd: definition.insurance_usd,
            seed: request.seed,
        };
        let mut run = Self {
            definition,
            request,
            setting,
            arms: Vec::new(),
            prices_from: prepared.words,
            symbols,
            prices: prepared.prices,
        };
        run.arms = run.make_arms(prepared.history_margins.as_deref())?;
        Ok(run)
    }

    /// The arms: dynamic and fixed, each with and without throttle, and one without notice. Where there is a history, the fixed margins are the means over all of
    /// it, the window included, as a committee would have set them; another arm has the means of the window alone, which nobody knew.
    fn make_arms(&self, history_margins: Option<&[f64]>) -> Result<Vec<Arm>, StressError> {
        let of_path = Thresholds::Fixed(mantissas(&self.mean_margins()?));
        let fixed = history_margins.map_or_else(|| of_path.clone(), |margins| Thresholds::Fixed(mantissas(margins)));
        let mut arms = Vec::new();
        let mut push = |name: &str, thresholds: &Thresholds, is_throttled| {
            arms.push(Arm { name: name.into(), thresholds: thresholds.clone(), is_throttled });
        };
        push("dynamic", &Thresholds::Dynamic, true);
        push("fixed", &fixed, true);
        push("dynamic, no bucket", &Thresholds::Dynamic, false);
        push("fixed, no bucket", &fixed, false);
        if history_margins.is_some() {
            push("fixed, with foresight", &of_path, true);
        }
        push("without notice", &Thresholds::Unannounced, true);
        Ok(arms)
    }

    /// Mean maintenance margin of each factor over undisturbed prices: of the window of a replay, of pilot paths of a simulation.
    fn mean_margins(&self) -> Result<Vec<f64>, StressError> {
        let pilots = if matches!(self.prices, Prices::Replayed(_)) { 1 } else { PILOT_PATHS };
        let means: Vec<Vec<f64>> = (PILOT_FROM..PILOT_FROM + pilots)
            .into_par_iter()
            .map(|index| self.path(index).and_then(|path| undisturbed_margins(&path, &self.setting.venue)))
            .collect::<Result<_, _>>()?;
        #[allow(clippy::cast_precision_loss)] // a count of pilots
        let mean = |factor: usize| means.iter().map(|mean| mean[factor]).sum::<f64>() / means.len() as f64;
        Ok((0..self.symbols.len()).map(mean).collect())
    }

    fn path(&self, index: u64) -> Result<PricePath, RiskError> {
        match &self.prices {
            Prices::Replayed(path) => Ok(path.clone()),
            Prices::Simulated(simulator) => simulator.path(index, &self.setting.venue),
        }
    }

    /// Plays these paths over all cores, in whatever order; the results are in the order of the paths.
    ///
    /// # Errors
    /// [`StressError::Core`].
    pub fn play(&self, paths: &[u64]) -> Result<Vec<PathResult>, StressError> {
        // hidden where the error stream is no terminal
        let bar = ProgressBar::new(paths.len() as u64).with_style(style());
        let play = |&index: &u64| self.play_path(index).inspect(|_| bar.inc(1));
        let results = paths.par_iter().map(play).collect::<Result<_, _>>();
        bar.finish_and_clear();
        results.map_err(StressError::Core)
    }

    fn play_path(&self, index: u64) -> Result<PathResult, RiskError> {
        let path = self.path(index)?;
        let play = |arm| {
            let cascade = Cascade::new(&self.setting, arm, index, &path);
            cascade.play(&path, &mut Recorder::default()).map(|(outcome, _)| outcome)
        };
        Ok(PathResult {
            path: index,
            outcomes: self.arms.iter().map(play).collect::<Result<_, _>>()?,
            fan: fan_points(&path),
        })
    }

    /// Plays one arm of one path again, for its timeline.
    ///
    /// # Errors
    /// [`StressError::Core`].
    pub fn timeline(&self, index: u64, arm: &Arm) -> Result<Vec<Moment>, StressError> {
        let path = self.path(index)?;
        let mut recorder = Recorder::every(TIMELINE_SECONDS);
        Cascade::new(&self.setting, arm, index, &path).play(&path, &mut recorder)?;
        Ok(recorder.moments)
    }
}

/// Prices, and what they need of the venue.
struct Prepared {
    venue: Venue,
    prices: Prices,
    history_margins: Option<Vec<f64>>,
    words: String,
}

fn prepare_prices(
    source: &Source,
    definition: &Definition,
    parameters: &ParameterFile,
    directory: Option<&Path>,
    symbols: &[String],
    seed: u64,
) -> Result<Prepared, StressError> {
    if let Some(simulated) = &definition.simulated {
        let venue = Venue::of(parameters, symbols, None)?;
        let simulator = Simulator::new(source, simulated, symbols, directory, seed)?;
        let words = format!("simulated, model {:?}", simulated.model);
        return Ok(Prepared { venue, prices: Prices::Simulated(Box::new(simulator)), history_margins: None, words });
    }
    let Some(replay) = &definition.replay else { return Err(source.refuse("replay", "give [replay] or [simulated]")) };
    let venue = Venue::of(parameters, symbols, None)?;
    let track = waypoints::track(source, &replay.waypoints, symbols, replay.tick_seconds)?;
    let first_usd = track.prices_usd.first().cloned().unwrap_or_default();
    if let (Some(bars), Some(directory)) = (&replay.bars, directory)
        && bars::are_in(bars, directory)
    {
        let venue = Venue::of(parameters, symbols, Some(bars.grid_seconds))?;
        let replayed = bars::replay(source, bars, directory, &venue, &first_usd)?;
        let files: Vec<&str> = bars.files.values().map(String::as_str).collect();
        let words = format!("bars of {}", files.join(", "));
        let (prices, history_margins) = (Prices::Replayed(replayed.path), Some(replayed.history_margins));
        return Ok(Prepared { venue, prices, history_margins, words });
    }
    let listed = venue.factors.iter().zip(&first_usd);
    let starts = listed.map(|(factor, usd)| Start::listed(factor, *usd, track.start_seconds - replay.tick_seconds));
    let path = PricePath {
        start_seconds: track.start_seconds,
        tick_seconds: replay.tick_seconds,
        starts: starts.collect::<Result<_, _>>()?,
        prices_usd: track.prices_usd,
    };
    let words = format!("waypoints of {}", replay.waypoints);
    Ok(Prepared { venue, prices: Prices::Replayed(path), history_margins: None, words })
}

/// Mean maintenance margin of each factor when nobody trades.
#[allow(clippy::cast_precision_loss)] // ticks
fn undisturbed_margins(path: &PricePath, venue: &Venue) -> Result<Vec<f64>, RiskError> {
    let (mut running, mut sums) = (path.starts.clone(), vec![0.0; venue.factors.len()]);
    for (tick, prices_usd) in (0..).zip(&path.prices_usd) {
        let now_seconds = path.start_seconds + tick * path.tick_seconds;
        for (index, factor) in venue.factors.iter().enumerate() {
            running[index].advance(factor, prices_usd[index], now_seconds)?;
            sums[index] += real::ratio(running[index].maintenance(factor, now_seconds));
        }
    }
    Ok(sums.iter().map(|sum| sum / path.prices_usd.len().max(1) as f64).collect())
}

/// Margins as mantissas of 32 fractional bits, rounded up.
#[allow(clippy::cast_precision_loss)] // exact
fn mantissas(margins: &[f64]) -> Vec<u64> {
    margins.iter().map(|margin| super::population::to_atoms((margin * (1u64 << 32) as f64).ceil())).collect()
}

fn fan_points(path: &PricePath) -> Vec<(u64, Vec<f64>)> {
    let spacing = path.prices_usd.len().div_ceil(FAN_POINTS).max(1);
    let timed = (0..).zip(&path.prices_usd).step_by(spacing);
    timed
        .map(|(tick, prices): (u64, &Vec<f64>)| (path.start_seconds + tick * path.tick_seconds, prices.clone()))
        .collect()
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} paths, {elapsed}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
