//! Parts of a run: what a shard writes and `merge` reads.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::error::StressError;
use super::market::Arm;
use super::outcome::{Moment, Outcome};
use super::run::{PathResult, Request, Run};
use super::table::Table;

/// A share of a run's paths: those whose index leaves `index − 1` when divided by `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: u64,
    /// Shards of the run.
    pub count: u64,
}

impl Shard {
    /// The whole run.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Reads `i/n`.
    ///
    /// # Errors
    /// [`StressError::Option`] unless 1 ≤ i ≤ n.
    pub fn parse(text: &str) -> Result<Self, StressError> {
        let refuse =
            |problem: &str| StressError::Option { option: "shard", value: text.into(), problem: problem.into() };
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, count) =
            numbers.ok_or_else(|| refuse("not of the form i/n; use 1/4 for the first of four shards"))?;
        if count == 0 || index == 0 || index > count {
            return Err(refuse("out of range; shards are counted from 1/n to n/n"));
        }
        Ok(Self { index, count })
    }

    /// The paths of this shard.
    #[must_use]
    pub fn paths(&self, all: u64) -> Vec<u64> {
        (0..all).filter(|path| path % self.count == self.index - 1).collect()
    }
}

/// What makes two parts parts of the same run: everything that its figures depend on. The fixed arms' margins stand for the prices that were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of the lab.
    pub version: String,
    /// The scenario.
    pub definition: Definition,
    /// What was asked for.
    pub request: Request,
    /// The arms.
    pub arms: Vec<Arm>,
    /// Where prices came from.
    pub prices_from: String,
}

impl Identity {
    /// Of a run.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            definition: run.definition.clone(),
            request: run.request.clone(),
            arms: run.arms.clone(),
            prices_from: run.prices_from.clone(),
        }
    }

    /// Names of the factors.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.definition.factor.iter().map(|factor| factor.symbol.as_str())
    }
}

/// The cascade of the worst path of a part: one list of moments for each of the first two arms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The path.
    pub path: u64,
    /// Of the first arm and the second: dynamic and fixed.
    pub arms: [Vec<Moment>; 2],
}

/// Some paths of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Of which run.
    pub identity: Identity,
    /// What each path did, in order.
    pub results: Vec<PathResult>,
    /// The cascade of its worst path.
    pub timeline: Timeline,
}

/// The path with the largest bad debt under the second arm, fixed thresholds; the first of several.
#[must_use]
pub fn worst_path(results: &[PathResult]) -> Option<u64> {
    let bad_debt = |result: &PathResult| result.outcomes.get(1).map_or(0.0, |outcome| outcome.bad_debt_usd);
    let worse = |worst: &PathResult, result: &PathResult| bad_debt(result) > bad_debt(worst);
    let mut worst: Option<&PathResult> = None;
    for result in results {
        if worst.is_none_or(|worst| worse(worst, result)) {
            worst = Some(result);
        }
    }
    worst.map(|result| result.path)
}

impl Part {
    /// Plays a shard.
    ///
    /// # Errors
    /// [`StressError::Core`].
    pub fn play(run: &Run, shard: Shard) -> Result<Self, StressError> {
        let results = run.play(&shard.paths(run.request.paths))?;
        let timeline = match (worst_path(&results), run.arms.as_slice()) {
            (Some(path), [dynamic, fixed, ..]) => {
                Timeline { path, arms: [run.timeline(path, dynamic)?, run.timeline(path, fixed)?] }
            }
            _ => Timeline::default(),
        };
        Ok(Self { identity: Identity::of(run), results, timeline })
    }

    /// Writes `outcomes`, `fan` and `timeline`, as Parquet.
    ///
    /// # Errors
    /// [`StressError::File`].
    pub fn write(&self, directory: &Path) -> Result<(), StressError> {
        std::fs::create_dir_all(directory).map_err(StressError::of_file(directory))?;
        let identity = serde_json::to_string(&self.identity)
            .map_err(|error| StressError::File { file: directory.into(), problem: error.to_string() })?;
        self.outcomes().write_parquet(&directory.join("outcomes.parquet"), &identity)?;
        self.fan().write_parquet(&directory.join("fan.parquet"), &identity)?;
        self.moments().write_parquet(&directory.join("timeline.parquet"), &identity)
    }

    /// One row for each path and arm; documented in docs/scale.md.
    #[must_use]
    pub fn outcomes(&self) -> Table {
        let rows: Vec<(u64, usize, &Outcome)> = self
            .results
            .iter()
            .flat_map(|result| result.outcomes.iter().enumerate().map(|(arm, outcome)| (result.path, arm, outcome)))
            .collect();
        let of = |field: fn(&Outcome) -> f64| rows.iter().map(move |(_, _, outcome)| field(outcome));
        let count = |field: fn(&Outcome) -> u64| rows.iter().map(move |(_, _, outcome)| field(outcome));
        let mut table = Table::default()
            .integers("path", rows.iter().map(|(path, ..)| *path))
            .integers("arm", rows.iter().map(|(_, arm, _)| *arm as u64))
            .words("arm_name", rows.iter().map(|(_, arm, _)| self.identity.arms[*arm].name.clone()))
            .numbers("bad_debt_usd", of(|outcome| outcome.bad_debt_usd))
            .numbers("lenders_loss_usd", of(|outcome| outcome.lenders_loss_usd))
            .numbers("insurance_loss_usd", of(|outcome| outcome.insurance_loss_usd))
            .numbers("liquidated_usd", of(|outcome| outcome.liquidated_usd))
            .numbers("bonus_usd", of(|outcome| outcome.bonus_usd))
            .numbers("reduced_usd", of(|outcome| outcome.reduced_usd))
            .numbers("opened_usd", of(|outcome| outcome.opened_usd))
            .numbers("largest_impact", of(|outcome| outcome.largest_impact))
            .integers("failed_accounts", count(|outcome| outcome.failed_accounts))
            .integers("liquidated_accounts", count(|outcome| outcome.liquidated_accounts))
            .integers("by_announced_threshold", count(|outcome| outcome.by_announced_threshold))
            .integers("by_unannounced_threshold", count(|outcome| outcome.by_unannounced_threshold))
            .integers("throttled", count(|outcome| outcome.throttled))
            .integers("delayed", count(|outcome| outcome.delayed))
            .integers("declined", count(|outcome| outcome.declined));
        for (index, symbol) in self.identity.symbols().enumerate() {
            let margin = |outcome: &Outcome| outcome.mean_margins.get(index).copied().unwrap_or(0.0);
            table = table.numbers(format!("mean_margin_{symbol}"), rows.iter().map(|(_, _, outcome)| margin(outcome)));
        }
        table
    }

    fn fan(&self) -> Table {
        let rows: Vec<(u64, u64, &Vec<f64>)> = self
            .results
            .iter()
            .flat_map(|result| result.fan.iter().map(|(at_seconds, prices)| (result.path, *at_seconds, prices)))
            .collect();
        let mut table = Table::default()
            .integers("path", rows.iter().map(|row| row.0))
            .integers("at_seconds", rows.iter().map(|row| row.1));
        for (index, symbol) in self.identity.symbols().enumerate() {
            table = table.numbers(format!("price_usd_{symbol}"), rows.iter().map(|row| row.2[index]));
        }
        table
    }

    fn moments(&self) -> Table {
        let rows: Vec<(u64, &Moment)> = (0..)
            .zip(&self.timeline.arms)
            .flat_map(|(arm, moments)| moments.iter().map(move |moment| (arm, moment)))
            .collect();
        let mut table = Table::default()
            .integers("path", rows.iter().map(|_| self.timeline.path))
            .integers("arm", rows.iter().map(|row| row.0))
            .integers("at_seconds", rows.iter().map(|row| row.1.at_seconds))
            .numbers("liquidated_usd", rows.iter().map(|row| row.1.liquidated_usd))
            .numbers("bad_debt_usd", rows.iter().map(|row| row.1.bad_debt_usd));
        for (index, symbol) in self.identity.symbols().enumerate() {
            table = table
                .numbers(format!("price_usd_{symbol}"), rows.iter().map(|row| row.1.prices_usd[index]))
                .numbers(format!("margin_{symbol}"), rows.iter().map(|row| row.1.margins[index]))
                .numbers(format!("initial_margin_{symbol}"), rows.iter().map(|row| row.1.initial_margins[index]));
        }
        table
    }
}
