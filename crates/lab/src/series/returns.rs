//! Returns of a series, and several series on the times that all of them have.

use std::collections::BTreeSet;

use super::{Bar, Series};

/// The log return from one close to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogReturn {
    /// When it ends, Unix seconds.
    pub end_seconds: u64,
    /// What it spans: a bar, or more across a gap.
    pub span_seconds: u64,
    /// ln of the later over the earlier close.
    pub value: f64,
}

impl Series {
    /// The log returns from close to close; across a gap one that spans it.
    #[must_use]
    pub fn log_returns(&self) -> Vec<LogReturn> {
        let pairs = self.bars.windows(2);
        pairs
            .map(|pair| LogReturn {
                end_seconds: pair[1].open_time_seconds + self.bar_seconds,
                span_seconds: pair[1].open_time_seconds - pair[0].open_time_seconds,
                value: (pair[1].close / pair[0].close).ln(),
            })
            .collect()
    }
}

/// Several series on the times that all of them have; `None` where fewer than two are common, or where bars differ in length.
#[must_use]
pub fn align(series: &[Series]) -> Option<Vec<Series>> {
    let (first, others) = series.split_first()?;
    if others.iter().any(|other| other.bar_seconds != first.bar_seconds) {
        return None;
    }
    let times = |one: &Series| -> BTreeSet<u64> { one.bars.iter().map(|bar| bar.open_time_seconds).collect() };
    let common = others.iter().fold(times(first), |common, other| &common & &times(other));
    let on_common = |one: &Series| {
        let bars = one.bars.iter().filter(|bar| common.contains(&bar.open_time_seconds)).copied().collect();
        Series::of_bars(&one.name, bars)
    };
    series.iter().map(on_common).collect()
}

/// Bars of `factor` times the length, at multiples of it; incomplete ones are dropped. `None` for fewer than two of them, or a factor of zero.
#[must_use]
pub fn thin(series: &Series, factor: u64) -> Option<Series> {
    let seconds = series.bar_seconds.checked_mul(factor).filter(|seconds| *seconds > 0)?;
    let complete = usize::try_from(factor).ok()?;
    let groups = series.bars.chunk_by(|a, b| a.open_time_seconds / seconds == b.open_time_seconds / seconds);
    let bars = groups.filter(|group| group.len() == complete).filter_map(|group| merged(group, seconds)).collect();
    let thinned = Series::of_bars(&series.name, bars)?;
    (thinned.bar_seconds == seconds).then_some(thinned)
}

fn merged(group: &[Bar], seconds: u64) -> Option<Bar> {
    let (first, last) = (group.first()?, group.last()?);
    Some(Bar {
        open_time_seconds: first.open_time_seconds / seconds * seconds,
        open: first.open,
        high: group.iter().map(|bar| bar.high).fold(f64::MIN, f64::max),
        low: group.iter().map(|bar| bar.low).fold(f64::MAX, f64::min),
        close: last.close,
        volume_base: group.iter().map(|bar| bar.volume_base).sum(),
        depth_quote: mean(group.iter().filter_map(|bar| bar.depth_quote)),
        spread: mean(group.iter().filter_map(|bar| bar.spread)),
    })
}

#[allow(clippy::cast_precision_loss)] // counts of bars
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u64, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}
