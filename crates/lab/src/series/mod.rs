//! Price history: evenly spaced bars of one asset, read from CSV and checked row by row.
//!
//! The columns `open_time_seconds`, `open`, `high`, `low` and `close` must be there; `volume_base` (base units traded), `depth_quote` (quote value resting
//! within 2 % of mid on one side) and `spread` (best ask less best bid, relative to mid) may be. Their order is free. A missing bar is a gap: it is counted and
//! reported, and returns over it span their true time.

pub mod command;
mod error;
mod read;
mod returns;
mod row;
pub mod synthetic;

pub use error::SeriesError;
pub use returns::{LogReturn, align, thin};

/// The part of a file's bars that may be missing.
pub const MAX_MISSING_SHARE: f64 = 0.05;

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Unix time of its beginning, seconds.
    pub open_time_seconds: u64,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Base units traded, where known.
    pub volume_base: Option<f64>,
    /// Quote value resting within 2 % of mid on one side, where known.
    pub depth_quote: Option<f64>,
    /// Best ask less best bid, relative to mid, where known.
    pub spread: Option<f64>,
}

/// Evenly spaced bars of one asset, oldest first; at least two.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The file, or whatever names it.
    pub name: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Length of a bar: the smallest distance between two rows.
    pub bar_seconds: u64,
    /// What is missing between the bars.
    pub gaps: Gaps,
}

/// What is missing between the bars of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Gaps {
    /// Number of gaps.
    pub count: u64,
    /// Bars missing in all of them.
    pub missing_bars: u64,
    /// Bars missing in the longest one.
    pub longest_bars: u64,
}

impl Series {
    /// A series of bars that are known to be in order; `None` for fewer than two, or where they are not evenly spaced.
    ///
    /// Unlike [`Self::parse`] it accepts any number of gaps: parts of a series that was read may have more of them than a file may.
    #[must_use]
    pub fn of_bars(name: &str, bars: Vec<Bar>) -> Option<Self> {
        let spacing = || bars.windows(2).map(|pair| pair[1].open_time_seconds.checked_sub(pair[0].open_time_seconds));
        let bar_seconds = spacing().min()?.filter(|seconds| *seconds > 0)?;
        let even = spacing().all(|seconds| seconds.is_some_and(|seconds| seconds % bar_seconds == 0));
        let gaps = Gaps::of(spacing().flatten(), bar_seconds);
        even.then(|| Self { name: name.to_owned(), bars, bar_seconds, gaps })
    }

    /// Time from the first bar's beginning to the last bar's end, seconds.
    #[must_use]
    pub fn duration_seconds(&self) -> u64 {
        let edge = |bar: Option<&Bar>| bar.map_or(0, |bar| bar.open_time_seconds);
        edge(self.bars.last()) - edge(self.bars.first()) + self.bar_seconds
    }

    /// The older and the newer half of the bars, the newer one being the longer; `None` for fewer than four bars.
    #[must_use]
    pub fn halves(&self) -> Option<(Self, Self)> {
        let (first, second) = self.bars.split_at(self.bars.len() / 2);
        Some((Self::of_bars(&self.name, first.to_vec())?, Self::of_bars(&self.name, second.to_vec())?))
    }

    /// When each bar ends, Unix seconds: the time of its close.
    #[must_use]
    pub fn close_times_seconds(&self) -> Vec<u64> {
        self.bars.iter().map(|bar| bar.open_time_seconds + self.bar_seconds).collect()
    }
}

impl Gaps {
    fn of(spacing_seconds: impl Iterator<Item = u64>, bar_seconds: u64) -> Self {
        let missing = spacing_seconds.map(|seconds| seconds / bar_seconds - 1).filter(|bars| *bars > 0);
        missing.fold(Self::default(), |gaps, bars| Self {
            count: gaps.count + 1,
            missing_bars: gaps.missing_bars + bars,
            longest_bars: gaps.longest_bars.max(bars),
        })
    }
}
