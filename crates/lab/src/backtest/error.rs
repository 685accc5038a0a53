//! Why a series cannot be backtested.

use thiserror::Error;

use crate::replay::ReplayError;
use crate::series::SeriesError;

/// A refusal: which series, what, and the remedy.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum BacktestError {
    /// The file is refused.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// The replay is refused.
    #[error("{series}: {source}")]
    Replay {
        /// The series.
        series: String,
        /// The replay's refusal.
        source: ReplayError,
    },
    /// A horizon that is not one.
    #[error("--horizon {text}: not a duration; write a whole number and s, m, h or d, such as 1h or 90m")]
    Horizon {
        /// What was given.
        text: String,
    },
    /// A horizon that the bars cannot show.
    #[error(
        "{series}: a horizon of {horizon_seconds} s is not a multiple of the grid of {grid_seconds} s, or not between it and 10 days; \
         choose one that is"
    )]
    HorizonOffGrid {
        /// The series.
        series: String,
        /// The margin period of risk asked for.
        horizon_seconds: u64,
        /// Length of a grid step.
        grid_seconds: u64,
    },
    /// Bars longer than the longest grid step.
    #[error(
        "{series}: bars of {bar_seconds} s cannot stand for a crank's grid of 300 to 3600 s that divides a day; bring finer bars"
    )]
    BarsOffGrid {
        /// The series.
        series: String,
        /// Length of a bar.
        bar_seconds: u64,
    },
    /// Too little to test on.
    #[error(
        "{series}: {windows} windows of {horizon_seconds} s in the half that is tested; at least {needed} are needed, bring a longer history"
    )]
    TooShort {
        /// The series.
        series: String,
        /// Windows found.
        windows: usize,
        /// The margin period of risk.
        horizon_seconds: u64,
        /// Windows needed.
        needed: usize,
    },
    /// Nothing to calibrate on.
    #[error(
        "{series}: the half that calibrates has no volatility (all prices alike, or fewer than 100 windows); bring a longer history"
    )]
    NoVolatility {
        /// The series.
        series: String,
    },
}
