//! An axis: which values it spans, and at which round numbers it has ticks.

use crate::calendar::{Day, day_month, day_of, month_year, time_of_day, unix_seconds};

const DAY_SECONDS: u64 = 86_400;
/// Above this span the ticks of time stand at the first of months.
const MONTHS_FROM_SECONDS: u64 = 120 * DAY_SECONDS;
/// Labels that fit beside one another.
const TIME_LABELS: u64 = 10;

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// By their logarithms; values of zero or less are not drawn.
    Logarithmic,
    /// Unix seconds, with ticks at times of day, days or months of UTC.
    Time,
}

/// One axis of a chart.
#[derive(Clone, Debug)]
pub struct Axis {
    /// How values are laid out.
    pub scale: Scale,
    /// Whether it begins at zero.
    pub from_zero: bool,
    /// Writes a tick's value with its unit; not used for time.
    pub tick: fn(f64) -> String,
    /// What is measured, written beside the axis; may be empty.
    pub title: String,
}

impl Axis {
    /// Unix seconds.
    #[must_use]
    pub fn time() -> Self {
        Self { scale: Scale::Time, ..Self::linear(|_| String::new()) }
    }

    /// In proportion.
    #[must_use]
    pub fn linear(tick: fn(f64) -> String) -> Self {
        Self { scale: Scale::Linear, from_zero: false, tick, title: String::new() }
    }

    /// By logarithms.
    #[must_use]
    pub fn logarithmic(tick: fn(f64) -> String) -> Self {
        Self { scale: Scale::Logarithmic, ..Self::linear(tick) }
    }

    /// The same axis, beginning at zero.
    #[must_use]
    pub fn from_zero(self) -> Self {
        Self { from_zero: true, ..self }
    }

    /// The same axis with a title.
    #[must_use]
    pub fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// Whether a value can be drawn on it.
    pub(crate) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (self.scale != Scale::Logarithmic || value > 0.0)
    }

    /// The axis over these values; `rounded` widens it to its outer ticks.
    pub(crate) fn span(&self, values: impl Iterator<Item = f64>, rounded: bool) -> Span {
        let (low, high) = values
            .filter(|value| self.shows(*value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        match self.scale {
            Scale::Time => time_span(low, high),
            Scale::Logarithmic => logarithmic_span(low, high, self.tick),
            Scale::Linear => linear_span(if self.from_zero { low.min(0.0) } else { low }, high, rounded, self),
        }
    }
}

/// An axis over given values.
pub(crate) struct Span {
    pub low: f64,
    pub high: f64,
    /// Ticks with their labels.
    pub ticks: Vec<(f64, String)>,
    logarithmic: bool,
}

impl Span {
    /// From zero to one without ticks, for what is placed by hand.
    pub(crate) fn of_units() -> Self {
        Self { low: 0.0, high: 1.0, ticks: Vec::new(), logarithmic: false }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let place = |value: f64| if self.logarithmic { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let width = place(self.high) - place(self.low);
        if width > 0.0 { ((place(value) - place(self.low)) / width).clamp(0.0, 1.0) } else { 0.0 }
    }
}

fn linear_span(low: f64, high: f64, rounded: bool, axis: &Axis) -> Span {
    let (low, high, step) = if low.is_finite() && high > low {
        (low, high, round_step((high - low) / 4.5))
    } else {
        let middle = if high.is_finite() { high } else { 0.0 };
        let half = if middle.abs() > 0.0 { middle.abs() * 0.01 } else { 1.0 };
        (if axis.from_zero { middle.min(0.0) } else { middle - half }, middle + half, half)
    };
    let (low, high) = if rounded { ((low / step).floor() * step, (high / step).ceil() * step) } else { (low, high) };
    let mut ticks = Vec::new();
    let mut value = if rounded { low } else { (low / step).ceil() * step };
    while value <= high + step * 0.01 && ticks.len() < 100 {
        // a sum of steps from below zero ends beside it
        let exact = if value.abs() < step * 1e-6 { 0.0 } else { value };
        ticks.push((exact, (axis.tick)(exact)));
        value += step;
    }
    Span { low, high, ticks, logarithmic: false }
}

/// The round number at or above a rough distance of ticks.
fn round_step(rough: f64) -> f64 {
    let magnitude = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|multiple| multiple * magnitude)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(rough)
}

fn logarithmic_span(low: f64, high: f64, tick: fn(f64) -> String) -> Span {
    let (low, high) = if low.is_finite() && high > low { (low, high) } else { (0.1, 10.0) };
    let decades = (high / low).log10();
    let multiples: &[f64] = if decades < 1.5 {
        &[1.0, 2.0, 3.0, 5.0, 7.0]
    } else if decades < 3.0 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let mut ticks = Vec::new();
    let mut decade = 10_f64.powf(low.log10().floor());
    while decade <= high && ticks.len() < 100 {
        let inside = multiples.iter().map(|multiple| multiple * decade).filter(|value| (low..=high).contains(value));
        ticks.extend(inside.map(|value| (value, tick(value))));
        decade *= 10.0;
    }
    Span { low, high, ticks, logarithmic: true }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // seconds are far below 2^52
fn time_span(low: f64, high: f64) -> Span {
    let (first, last) = if low.is_finite() { (low.max(0.0) as u64, high.max(0.0) as u64) } else { (0, 0) };
    let span = last.saturating_sub(first);
    let times = if span > MONTHS_FROM_SECONDS { months(first, last) } else { days(first, last) };
    let ticks = times.into_iter().map(|(time, label)| (time as f64, label)).collect();
    Span { low: first as f64, high: last.max(first + 1) as f64, ticks, logarithmic: false }
}

/// Ticks at midnight, or every three hours within two days.
fn days(first: u64, last: u64) -> Vec<(u64, String)> {
    let span = last - first;
    let distance =
        if span <= 2 * DAY_SECONDS { 3 * 3_600 } else { DAY_SECONDS * (span / DAY_SECONDS / TIME_LABELS + 1) };
    let label = |time: u64| if time.is_multiple_of(DAY_SECONDS) { day_month(time) } else { time_of_day(time) };
    let times = (first.div_ceil(distance)..=last / distance).map(|multiple| multiple * distance);
    times.map(|time| (time, label(time))).collect()
}

/// Ticks at the first of every n-th month, n a divisor or a multiple of the year.
fn months(first: u64, last: u64) -> Vec<(u64, String)> {
    let rough = (last - first) / (DAY_SECONDS * 30) / TIME_LABELS + 1;
    let distance = [1, 2, 3, 6, 12].into_iter().find(|months| *months >= rough).unwrap_or(rough.next_multiple_of(12));
    let start = day_of(first);
    let months = (start.year * 12 + start.month - 1..).filter(|month| month.is_multiple_of(distance));
    let times = months.map_while(|month| {
        unix_seconds(Day { year: month / 12, month: month % 12 + 1, day: 1 }, 0).filter(|time| *time <= last)
    });
    let label = |time: u64| if distance >= 12 { day_of(time).year.to_string() } else { month_year(time) };
    times.filter(|time| *time >= first).map(|time| (time, label(time))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(span: &Span) -> Vec<&str> {
        span.ticks.iter().map(|(_, label)| &**label).collect()
    }

    #[test]
    fn linear_ticks_stand_at_round_numbers() {
        let axis = Axis::linear(|value| format!("{value:.1}"));
        let span = axis.span([0.13, 0.94].into_iter(), true);
        assert_eq!(labels(&span), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert!((span.share(0.5) - 0.5).abs() < 1e-12);
        let inside = axis.span([0.13, 0.94].into_iter(), false);
        assert_eq!(labels(&inside), ["0.2", "0.4", "0.6", "0.8"]);
    }

    #[test]
    fn logarithmic_ticks_stand_at_decades() {
        let span = Axis::logarithmic(|value| format!("{value}")).span([0.5, 0.0, 2_000.0, f64::NAN].into_iter(), true);
        assert_eq!(labels(&span), ["1", "10", "100", "1000"]);
        assert!((span.share(1_000.0_f64.sqrt()) - 0.5).abs() < 1e-12);
    }

    #[test]
    #[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
    fn times_have_hours_days_months_or_years() {
        let at = |year, month| unix_seconds(Day { year, month, day: 1 }, 0).map_or(0.0, |time| time as f64);
        let spanned = |from: f64, to: f64| Axis::time().span([from, to].into_iter(), false);
        let start = at(2025, 1);
        assert_eq!(labels(&spanned(start, start + 36_000.0)), ["1 Jan", "03:00", "06:00", "09:00"]);
        assert_eq!(labels(&spanned(start, at(2025, 7)))[..2], ["Jan 2025", "Feb 2025"]);
        assert_eq!(labels(&spanned(start + 1.0, at(2031, 2))), ["2026", "2027", "2028", "2029", "2030", "2031"]);
        assert_eq!(labels(&spanned(start, start + 5.0 * 86_400.0)).len(), 6);
    }

    #[test]
    fn one_value_or_none_still_makes_an_axis() {
        let axis = Axis::linear(|value| format!("{value:.2}"));
        assert_eq!(labels(&axis.span([5.0].into_iter(), true)), ["4.95", "5.00", "5.05"]);
        assert!(!axis.span(std::iter::empty(), true).ticks.is_empty());
        assert_eq!(Axis::time().span(std::iter::empty(), false).ticks.len(), 1);
    }
}
