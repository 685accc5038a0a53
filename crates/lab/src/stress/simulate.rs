//! Simulated prices: Student-t returns with common jumps, regimes, block bootstrap, filtered historical simulation.

use std::path::Path;

use plimsoll_risk::RiskError;
use rand::Rng;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};

use super::cascade::PricePath;
use super::definition::{Model, SimulatedDefinition, Source};
use super::error::StressError;
use super::market::Start;
use super::population::{stream, to_atoms};
use super::venue::Venue;
use crate::series::{Series, align};
use crate::statistics::paths::{
    CorrelationRoot, block_bootstrap, filtered_returns, student_mixing, toward_ones, weighted_volatilities,
};

const DAY_SECONDS: f64 = 86_400.0;
/// Simulated paths begin at a day's beginning, 1 January 2026.
pub const START_SECONDS: u64 = 1_767_225_600;

/// Draws paths of one definition.
#[derive(Clone, Debug)]
pub struct Simulator {
    definition: SimulatedDefinition,
    calm: CorrelationRoot,
    stressed: CorrelationRoot,
    /// Returns of history by tick and factor; empty where no model needs them.
    history: Vec<Vec<f64>>,
    seed: u64,
}

impl Simulator {
    /// Prepares a definition; `directory` has the bars that the bootstrap and the filter resample.
    ///
    /// # Errors
    /// [`StressError::Definition`] for correlations that are none or a history that is missing or does not fit.
    pub fn new(
        source: &Source,
        definition: &SimulatedDefinition,
        symbols: &[String],
        directory: Option<&Path>,
        seed: u64,
    ) -> Result<Self, StressError> {
        let root = |matrix: &[Vec<f64>]| {
            CorrelationRoot::of(matrix).map_err(|error| source.refuse("simulated.correlation", error.to_string()))
        };
        let resamples = matches!(definition.model, Model::Bootstrap | Model::Filtered);
        let history = if resamples { history(source, definition, symbols, directory)? } else { Vec::new() };
        Ok(Self {
            calm: root(&definition.correlation)?,
            stressed: root(&toward_ones(&definition.correlation, definition.stress_correlation))?,
            definition: definition.clone(),
            history,
            seed,
        })
    }

    /// The path of an index: the same for the same seed, on whatever thread or shard.
    ///
    /// # Errors
    /// The core's refusal of the starting prices.
    pub fn path(&self, index: u64, venue: &Venue) -> Result<PricePath, RiskError> {
        let generator = &mut stream(self.seed, index);
        let tick_seconds = self.definition.tick_seconds;
        let mut log_prices: Vec<f64> = self.definition.usd.iter().map(|usd| usd.ln()).collect();
        let prices_usd = self
            .returns(generator)
            .iter()
            .map(|returns| {
                log_prices.iter_mut().zip(returns).for_each(|(price, log_return)| *price += log_return);
                log_prices.iter().map(|price| price.exp()).collect()
            })
            .collect();
        let before = START_SECONDS - tick_seconds;
        let listed = venue.factors.iter().zip(&self.definition.usd);
        let starts = listed.map(|(factor, usd)| Start::listed(factor, *usd, before)).collect::<Result<_, _>>()?;
        Ok(PricePath { start_seconds: START_SECONDS, tick_seconds, prices_usd, starts })
    }

    #[allow(clippy::cast_precision_loss)] // seconds
    fn returns(&self, generator: &mut ChaCha12Rng) -> Vec<Vec<f64>> {
        let definition = &self.definition;
        let tick_days = definition.tick_seconds as f64 / DAY_SECONDS;
        let ticks = usize::try_from(to_atoms(definition.days / tick_days)).unwrap_or(0);
        match definition.model {
            Model::StudentT => (0..ticks).map(|_| self.drawn(false, tick_days, generator)).collect(),
            Model::Regimes => {
                let mut stressed = false;
                let both = definition.stress_per_day + definition.calm_per_day;
                let draw = |stressed: bool, generator: &mut ChaCha12Rng| self.drawn(stressed, tick_days, generator);
                if both > 0.0 {
                    stressed = generator.random_bool(definition.stress_per_day / both);
                }
                (0..ticks)
                    .map(|_| {
                        let rate = if stressed { definition.calm_per_day } else { definition.stress_per_day };
                        stressed ^= generator.random_bool(1.0 - (-rate * tick_days).exp());
                        draw(stressed, generator)
                    })
                    .collect()
            }
            Model::Bootstrap => {
                let block = to_atoms(definition.block_hours / 24.0 / tick_days);
                let block = usize::try_from(block).unwrap_or(1);
                let indices = block_bootstrap(self.history.len(), block, ticks, generator);
                indices.into_iter().map(|index| self.history[index].clone()).collect()
            }
            Model::Filtered => self.filtered(ticks, tick_days, generator),
        }
    }

    /// One tick's returns of the parametric models.
    fn drawn(&self, is_stressed: bool, tick_days: f64, generator: &mut ChaCha12Rng) -> Vec<f64> {
        let definition = &self.definition;
        let (root, multiple) =
            if is_stressed { (&self.stressed, definition.stress_multiple) } else { (&self.calm, 1.0) };
        let mixing = student_mixing(definition.tail_index, generator) * multiple * tick_days.sqrt() / 100.0;
        let normals = root.normals(generator);
        let jump = self.jump(tick_days, generator);
        let scaled = normals.iter().zip(&definition.sigma_percent).zip(&definition.jump_loading);
        scaled.map(|((normal, sigma), loading)| normal * sigma * mixing + jump * loading).collect()
    }

    /// The common jumps of a tick, as a log return of loading one.
    fn jump(&self, tick_days: f64, generator: &mut ChaCha12Rng) -> f64 {
        let count: f64 =
            Poisson::new(self.definition.jumps_per_day * tick_days).map_or(0.0, |jumps| jumps.sample(generator));
        let mut sum = 0.0;
        for _ in 0..to_atoms(count) {
            let normal: f64 = StandardNormal.sample(generator);
            sum += (self.definition.jump_mean_percent + self.definition.jump_deviation_percent * normal) / 100.0;
        }
        sum
    }

    /// Blocks of history, each return standardised by the volatility before it and scaled to that of the path, which follows the drawn returns on.
    fn filtered(&self, ticks: usize, tick_days: f64, generator: &mut ChaCha12Rng) -> Vec<Vec<f64>> {
        let definition = &self.definition;
        let decay = (-std::f64::consts::LN_2 * tick_days * 24.0 / definition.filter_half_life_hours).exp();
        let block = usize::try_from(to_atoms(definition.block_hours / 24.0 / tick_days)).unwrap_or(1);
        let indices = block_bootstrap(self.history.len(), block, ticks, generator);
        let columns: Vec<Vec<f64>> = (0..definition.usd.len())
            .map(|factor| {
                let history: Vec<f64> = self.history.iter().map(|returns| returns[factor]).collect();
                let floor = definition.sigma_percent[factor] / 100.0 * tick_days.sqrt();
                let before = weighted_volatilities(&history, decay, floor);
                // one standard deviation of the filter: returns are compared with the volatility expected before them
                let standardised = filtered_returns(&history, &floored(&before, floor), 1.0);
                let mut variance = floor * floor;
                indices
                    .iter()
                    .map(|&index| {
                        let log_return = standardised[index] * variance.sqrt();
                        variance =
                            (decay * variance + (1.0 - decay) * log_return * log_return).max(floor * floor / 4.0);
                        log_return
                    })
                    .collect()
            })
            .collect();
        (0..indices.len()).map(|tick| columns.iter().map(|column| column[tick]).collect()).collect()
    }
}

/// Volatilities, none below a quarter of the calm one: a minute without a trade is no certainty.
fn floored(volatilities: &[f64], calm: f64) -> Vec<f64> {
    volatilities.iter().map(|volatility| volatility.max(calm / 4.0).max(f64::MIN_POSITIVE)).collect()
}

/// Aligned returns of the files; factors without one do not move.
fn history(
    source: &Source,
    definition: &SimulatedDefinition,
    symbols: &[String],
    directory: Option<&Path>,
) -> Result<Vec<Vec<f64>>, StressError> {
    let refuse = |problem: String| source.refuse("simulated.files", problem);
    let directory =
        directory.ok_or_else(|| refuse("this model resamples bars; name their directory with --prices".into()))?;
    let named: Vec<(usize, &String)> = symbols
        .iter()
        .enumerate()
        .filter_map(|(index, symbol)| definition.files.get(symbol).map(|file| (index, file)))
        .collect();
    let series: Vec<Series> = named
        .iter()
        .map(|(_, file)| Series::read(&directory.join(file)).map_err(|error| refuse(error.to_string())))
        .collect::<Result<_, _>>()?;
    let aligned = align(&series).ok_or_else(|| refuse("the series have no common bars of one length".into()))?;
    let bar_seconds = aligned.first().map_or(0, |first| first.bar_seconds);
    if bar_seconds != definition.tick_seconds {
        return Err(source.refuse("simulated.tick_seconds", format!("the bars have {bar_seconds} s; use the same")));
    }
    let columns: Vec<Vec<f64>> =
        aligned.iter().map(|one| one.log_returns().iter().map(|r| r.value).collect()).collect();
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |tick: usize| {
        let mut returns = vec![0.0; symbols.len()];
        for ((index, _), column) in named.iter().zip(&columns) {
            returns[*index] = column[tick];
        }
        returns
    };
    Ok((0..rows).map(row).collect())
}
