//! A short table for the terminal.

use std::fmt::Write;

use plimsoll_report::format::{number, share};

use super::figures::SeriesBacktest;
use super::rules::RuleId;

/// A line per series, and what was missed.
pub(super) fn table(backtests: &[SeriesBacktest]) -> String {
    let mut text = format!(
        "{:<18} {:>7} {:>9} {:>6} {:>6} {:>9} {:>9} {:>9} {:>9}\n",
        "series", "windows", "at most", "long", "short", "es part", "/ EWMA", "1 d rise", "/ fixed"
    );
    for backtest in backtests {
        let Some(own) = backtest.rule(RuleId::Shortfall) else { continue };
        let measured = |index: usize| backtest.targets.get(index).map_or(f64::NAN, |target| target.measured);
        let _ = writeln!(
            text,
            "{:<18} {:>7} {:>9} {:>6} {:>6} {:>9} {:>9} {:>9} {:>9}",
            label(&backtest.series),
            backtest.windows,
            backtest.kupiec_high,
            own.long.failures,
            own.short.failures,
            share(own.average, 2),
            number(measured(2), 3),
            number(measured(3), 3),
            number(measured(4), 3),
        );
    }
    for (backtest, target) in backtests.iter().flat_map(|one| one.targets.iter().map(move |target| (one, target))) {
        if !target.reached {
            let (what, measured) = (target.what, number(target.measured, 3));
            let _ = writeln!(
                text,
                "missed: {}: {what}: {measured}, at most {}",
                label(&backtest.series),
                number(target.limit, 2)
            );
        }
    }
    text
}

/// The file's name without folder and ending.
pub(super) fn label(series: &str) -> String {
    std::path::Path::new(series)
        .file_stem()
        .map_or_else(|| series.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
