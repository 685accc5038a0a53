//! How a margin behaves over the cycle: what it costs on average, how far it swings, how fast it rises, and what it lets through.
//!
//! The measures of Murphy, Vasios and Vause, "An investigation into the procyclicality of risk-based initial margin models" (Bank of England, 2014).
#![allow(clippy::cast_precision_loss)] // counts of steps

use std::collections::VecDeque;

/// A margin at a time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Level {
    /// Unix time.
    pub time_seconds: u64,
    /// The margin, as a part of the position.
    pub margin: f64,
}

/// The average level; NaN where there is none.
#[must_use]
pub fn mean(levels: &[Level]) -> f64 {
    levels.iter().map(|level| level.margin).sum::<f64>() / levels.len() as f64
}

/// The highest level over the lowest; NaN where there is none.
#[must_use]
pub fn peak_to_trough(levels: &[Level]) -> f64 {
    let margins = || levels.iter().map(|level| level.margin);
    margins().fold(f64::NAN, f64::max) / margins().fold(f64::NAN, f64::min)
}

/// A rise, and when it ended.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rise {
    /// In the unit of the margin; 0 where it never rises.
    pub size: f64,
    /// Unix time of the higher level.
    pub until_seconds: u64,
}

/// The largest rise from any level to a later one at most `within_seconds` apart. Levels are in order of time.
#[must_use]
pub fn worst_rise(levels: &[Level], within_seconds: u64) -> Rise {
    // levels of the interval that are lower than all after them: the first is the lowest
    let mut lowest: VecDeque<Level> = VecDeque::new();
    let mut worst = Rise::default();
    for &level in levels {
        while lowest.back().is_some_and(|back| back.margin >= level.margin) {
            lowest.pop_back();
        }
        lowest.push_back(level);
        while lowest.front().is_some_and(|front| front.time_seconds + within_seconds < level.time_seconds) {
            lowest.pop_front();
        }
        let size = lowest.front().map_or(0.0, |front| level.margin - front.margin);
        if size > worst.size {
            worst = Rise { size, until_seconds: level.time_seconds };
        }
    }
    worst
}

/// What losses exceed their margins by, in all.
pub fn total_shortfall(losses_and_margins: impl Iterator<Item = (f64, f64)>) -> f64 {
    losses_and_margins.map(|(loss, margin)| (loss - margin).max(0.0)).sum()
}
