//! Non-overlapping windows of the margin period of risk, and what closing out in them would have lost.

use crate::series::Bar;

/// What a position opened at the start of a window lost in it, as a part of its value then; negative for a gain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Losses {
    /// Closed out at the worst price of the window.
    pub worst: f64,
    /// Closed out at its end.
    pub end: f64,
}

/// One margin period of risk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// When it begins, Unix time: the margin in force then must cover it.
    pub time_seconds: u64,
    /// Of a long.
    pub long: Losses,
    /// Of a short.
    pub short: Losses,
}

impl Window {
    /// The window of these bars, which begins at the first one's open.
    fn of(bars: &[Bar]) -> Option<Self> {
        let [first, ..] = bars else { return None };
        let [.., last] = bars else { return None };
        let low = bars.iter().fold(first.open, |low, bar| low.min(bar.low));
        let high = bars.iter().fold(first.open, |high, bar| high.max(bar.high));
        let change = |price: f64| price / first.open - 1.0;
        Some(Self {
            time_seconds: first.open_time_seconds,
            long: Losses { worst: -change(low), end: -change(last.close) },
            short: Losses { worst: change(high), end: change(last.close) },
        })
    }
}

/// Cuts the bars from `from_seconds` on into windows: each begins at the first bar after the one before it and is whole by the end of the series.
#[must_use]
pub fn windows(bars: &[Bar], from_seconds: u64, horizon_seconds: u64, bar_seconds: u64) -> Vec<Window> {
    let end_seconds = bars.last().map_or(0, |bar| bar.open_time_seconds + bar_seconds);
    let mut start = bars.partition_point(|bar| bar.open_time_seconds < from_seconds);
    let mut found = Vec::new();
    while let Some(first) = bars.get(start) {
        let until = first.open_time_seconds + horizon_seconds;
        if until > end_seconds {
            break;
        }
        let next = bars.partition_point(|bar| bar.open_time_seconds < until);
        found.extend(Window::of(&bars[start..next]));
        start = next;
    }
    found
}
