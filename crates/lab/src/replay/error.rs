//! Why a replay stops.

use plimsoll_risk::RiskError;
use thiserror::Error;

/// A refusal of the replay: the fact and the remedy.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum ReplayError {
    /// The core refuses a parameter.
    #[error("the core refuses the {group} parameters: {source}")]
    Parameters {
        /// Which struct of the core.
        group: &'static str,
        /// The core's refusal.
        source: RiskError,
    },
    /// Two groups of parameters contradict one another.
    #[error(
        "{field} differs between volatility ({volatility}) and threshold parameters ({threshold}); give both the same"
    )]
    Contradiction {
        /// The field that both have.
        field: &'static str,
        /// As the volatility parameters say it.
        volatility: u32,
        /// As the threshold parameters say it.
        threshold: u32,
    },
    /// The core refuses a price or a fold.
    #[error("at Unix time {at_seconds}, price {price}: {source}")]
    Step {
        /// When it happened.
        at_seconds: u64,
        /// The price that was published.
        price: f64,
        /// The core's refusal.
        source: RiskError,
    },
    /// The core refuses to slide an announced path.
    #[error("announced path: {source}")]
    Path {
        /// The core's refusal.
        source: RiskError,
    },
    /// A series without a single return.
    #[error("{bars} bar(s): a replay needs at least two; bring a longer history")]
    TooShort {
        /// Bars found.
        bars: usize,
    },
    /// Bars not in order of time.
    #[error("the bar at {at_seconds} does not open after the one before it; sort the rows and drop duplicates")]
    NotInOrder {
        /// When the offending bar opens.
        at_seconds: u64,
    },
    /// Bars longer than a grid step see fewer samples than the crank would.
    #[error(
        "bars of {bar_seconds} s do not divide the grid of {grid_seconds} s; use finer bars, or a grid of their length"
    )]
    BarsCoarserThanGrid {
        /// Length of a bar.
        bar_seconds: u64,
        /// Length of a grid step.
        grid_seconds: u64,
    },
    /// A bar's four prices, each published twice if it jumps, do not fit in it.
    #[error(
        "bars of {bar_seconds} s leave no room to confirm a jump after {confirm_seconds} s; use longer bars or a shorter confirmation"
    )]
    NoRoomToConfirm {
        /// Length of a bar.
        bar_seconds: u64,
        /// Length of a confirmation.
        confirm_seconds: u64,
    },
}
