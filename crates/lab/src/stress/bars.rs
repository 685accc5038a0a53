//! Prices of bars: the estimator warmed up on those before the window, then ticks within those of the window.

use std::path::Path;

use super::cascade::PricePath;
use super::definition::{BarsDefinition, Source};
use super::error::StressError;
use super::market::Start;
use super::venue::Venue;
use super::waypoints::utc_seconds;
use crate::replay::real;
use crate::series::{Bar, Series};

/// A replay of bars, and the mean margins of a longer time.
#[derive(Clone, Debug)]
pub struct BarsReplay {
    /// The window.
    pub path: PricePath,
    /// Mean maintenance margin of each factor over the whole series, the window included: what a fixed threshold would be set to from history.
    pub history_margins: Vec<f64>,
}

/// Whether a directory has every file of a definition.
#[must_use]
pub fn are_in(definition: &BarsDefinition, directory: &Path) -> bool {
    definition.files.values().all(|file| directory.join(file).is_file())
}

/// Replays the window of a definition. Factors without a file keep the price `flat_usd`.
///
/// # Errors
/// [`StressError::Definition`] for a window that the series do not cover, or what is wrong with a series.
pub fn replay(
    source: &Source,
    definition: &BarsDefinition,
    directory: &Path,
    venue: &Venue,
    flat_usd: &[f64],
) -> Result<BarsReplay, StressError> {
    let window = window(source, definition)?;
    let mut columns = Vec::new();
    let (mut starts, mut history_margins) = (Vec::new(), Vec::new());
    for (factor, flat_usd) in venue.factors.iter().zip(flat_usd) {
        let Some(file) = definition.files.get(&factor.symbol) else {
            let start = Start::listed(factor, *flat_usd, window.0 - definition.tick_seconds)?;
            history_margins.push(real::ratio(start.goal));
            starts.push(start);
            columns
                .push(vec![*flat_usd; usize::try_from((window.1 - window.0) / definition.tick_seconds).unwrap_or(0)]);
            continue;
        };
        let series = Series::read(&directory.join(file)).map_err(|error| source.refuse("files", error.to_string()))?;
        let ticks = ticks(&series, definition.tick_seconds);
        let covers = |at: u64| {
            ticks.first().is_some_and(|first| first.0 + 2 * definition.tick_seconds <= at)
                && ticks.last().is_some_and(|last| last.0 >= at)
        };
        if !covers(window.0) || !covers(window.1) {
            return Err(source.refuse("start", format!("{file} does not cover the window and two ticks before it")));
        }
        let (start, column, mean) = run_through(&ticks, factor, window)?;
        starts.push(start);
        columns.push(column);
        history_margins.push(mean);
    }
    let count = columns.iter().map(Vec::len).min().unwrap_or(0);
    let prices_usd = (0..count).map(|tick| columns.iter().map(|column| column[tick]).collect()).collect();
    let path = PricePath { start_seconds: window.0, tick_seconds: definition.tick_seconds, prices_usd, starts };
    Ok(BarsReplay { path, history_margins })
}

fn window(source: &Source, definition: &BarsDefinition) -> Result<(u64, u64), StressError> {
    let time = |field, at| utc_seconds(at).ok_or_else(|| source.refuse(field, format!("{at} is no UTC time")));
    let (start, end) = (time("replay.bars.start", &definition.start)?, time("replay.bars.end", &definition.end)?);
    let spacing = definition.tick_seconds;
    if end <= start || spacing == 0 || start % spacing != 0 || 3_600 % spacing != 0 {
        return Err(source.refuse(
            "start",
            "the window is empty, or does not begin at a multiple of tick_seconds, a divisor of 3600",
        ));
    }
    Ok((start, end))
}

/// The prices of a series at even times: a bar is walked from its open over the extreme against its direction and the other one to its close, evenly in the
/// logarithm, in thirds of its time; a gap holds the last close.
#[allow(clippy::cast_precision_loss)] // ticks of a bar
fn ticks(series: &Series, tick_seconds: u64) -> Vec<(u64, f64)> {
    let per_bar = (series.bar_seconds / tick_seconds).max(1);
    let mut ticks: Vec<(u64, f64)> = Vec::new();
    for bar in &series.bars {
        while let Some(&(at, price)) =
            ticks.last().filter(|(at, _)| at + tick_seconds < bar.open_time_seconds + tick_seconds)
        {
            ticks.push((at + tick_seconds, price));
        }
        let knots = knots(bar);
        for tick in 1..=per_bar {
            let position = 3.0 * tick as f64 / per_bar as f64;
            let (leg, part) = if position >= 3.0 { (2, 1.0) } else { (leg_of(position), position.fract()) };
            let log_price = knots[leg] + (knots[leg + 1] - knots[leg]) * part;
            ticks.push((bar.open_time_seconds + tick * tick_seconds, log_price.exp()));
        }
    }
    ticks
}

fn leg_of(position: f64) -> usize {
    if position < 1.0 {
        0
    } else if position < 2.0 {
        1
    } else {
        2
    }
}

fn knots(bar: &Bar) -> [f64; 4] {
    let walk = if bar.close >= bar.open {
        [bar.open, bar.low, bar.high, bar.close]
    } else {
        [bar.open, bar.high, bar.low, bar.close]
    };
    walk.map(f64::ln)
}

/// Runs a factor through all ticks: its state before the window, the window's prices, and its mean maintenance margin over the whole series.
#[allow(clippy::cast_precision_loss)] // ticks
fn run_through(
    ticks: &[(u64, f64)],
    factor: &super::venue::VenueFactor,
    window: (u64, u64),
) -> Result<(Start, Vec<f64>, f64), StressError> {
    let (first_at, first_usd) = ticks[0];
    let mut running = Start::listed(factor, first_usd, first_at)?;
    let (mut before, mut column, mut sum) = (running, Vec::new(), 0.0);
    for &(at, price_usd) in &ticks[1..] {
        running.advance(factor, price_usd, at)?;
        sum += real::ratio(running.maintenance(factor, at));
        if at < window.0 {
            before = running;
        } else if at < window.1 {
            column.push(price_usd);
        }
    }
    Ok((before, column, sum / (ticks.len() - 1) as f64))
}
