//! Thresholds against history: exceedances, their tests, and procyclicality beside other rules.

mod calibration;
mod charts;
mod error;
mod ewma;
mod figures;
mod options;
mod page;
mod rules;
mod run;
mod screen;
mod tables;
mod variants;
mod windows;

pub use calibration::{Calibration, TAIL_PROBABILITY, base_decimals};
pub use error::BacktestError;
pub use ewma::Ewma;
pub use figures::{Coverage, RuleFigures, SeriesBacktest, ShortfallTest, Target, targets};
pub use options::{Args, CalibrateOn, horizon_seconds};
pub use rules::{Ingredients, Rule, RuleId, hyperliquid, walked_shortfall};
pub use run::{Traced, asset, backtest};
pub use windows::{Losses, Window, windows};

use anyhow::Context;
use plimsoll_params::ParameterFile;
use rayon::prelude::*;
use serde::Serialize;

use crate::series::Series;

/// Everything that backtest.json says.
#[derive(Serialize)]
struct Figures<'a> {
    seed: u64,
    tail_probability: f64,
    series: Vec<&'a SeriesBacktest>,
}

/// Backtests every series, writes `backtest.{html,json}` and prints a short table.
///
/// # Errors
/// As [`report`].
pub fn run(args: &Args) -> anyhow::Result<()> {
    print!("{}", report(args)?);
    println!("written: {}/backtest.html and .json", args.out.display());
    Ok(())
}

/// Backtests every series, in parallel, writes backtest.html and backtest.json, and returns a short table for the terminal.
///
/// # Errors
/// What is wrong with the parameters in force; [`BacktestError`] of the first series that is refused, before anything is written; the system's where the folder cannot be written.
pub fn report(args: &Args) -> anyhow::Result<String> {
    let CalibrateOn::FirstHalf = args.calibrate_on;
    let in_force = args.against.as_deref().map(ParameterFile::read).transpose()?;
    let tested = args.series.par_iter().map(|path| {
        let series = Series::read(path)?;
        backtest(&series, horizon_seconds(args.horizon.as_deref(), series.bar_seconds)?, args.seed, in_force.as_ref())
    });
    let traced = tested.collect::<Result<Vec<Traced>, BacktestError>>()?;
    let series = traced.iter().map(|one| &one.figures).collect();
    let figures = Figures { seed: args.seed, tail_probability: TAIL_PROBABILITY, series };
    plimsoll_report::write(&args.out, "backtest", &page::html(&traced, args.seed), &figures)
        .with_context(|| format!("{}: cannot be written; choose another --out", args.out.display()))?;
    let backtests: Vec<SeriesBacktest> = traced.into_iter().map(|one| one.figures).collect();
    Ok(screen::table(&backtests))
}
