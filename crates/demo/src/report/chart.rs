//! A line chart over time as inline SVG. Colours come from the page's style sheet, so that it follows the reader's
//! light or dark setting.

use std::fmt::Write;

use crate::scenario::calendar::{day_month, time_of_day};

const WIDTH: f64 = 1_080.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 40.0;
const DAY_SECONDS: u64 = 86_400;

/// A line.
pub(super) struct Line {
    /// Class of the style sheet that gives colour and dash.
    pub class: &'static str,
    /// Value at each time.
    pub values: Vec<f64>,
    /// Drawn as steps: a value holds until the next one.
    pub stepped: bool,
}

/// A mark on the chart.
pub(super) struct Mark {
    pub time_seconds: u64,
    pub value: f64,
    /// Class of the style sheet; also decides the shape.
    pub kind: MarkKind,
    /// Shown when the pointer rests on it.
    pub title: String,
}

/// Shapes differ, not colours alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    Moving,
    Frozen,
    Walk,
}

/// One chart.
pub(super) struct Chart<'a> {
    /// Read aloud by screen readers.
    pub label: String,
    pub height: f64,
    pub times_seconds: &'a [u64],
    pub lines: Vec<Line>,
    pub marks: Vec<Mark>,
    /// Shaded spans of time.
    pub bands: Vec<(u64, u64)>,
    /// Whether the vertical axis begins at 0.
    pub from_zero: bool,
    /// Writes a tick's value with its unit.
    pub tick: fn(f64) -> String,
}

/// The scales of one chart.
struct Scales {
    first: u64,
    last: u64,
    low: f64,
    high: f64,
    height: f64,
}

#[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
impl Scales {
    fn x(&self, time: u64) -> f64 {
        let share = time.saturating_sub(self.first) as f64 / (self.last - self.first).max(1) as f64;
        LEFT + share.min(1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        self.height - BOTTOM - (value - self.low) / (self.high - self.low) * (self.height - TOP - BOTTOM)
    }
}

impl Chart<'_> {
    /// The chart as one `<svg>` element; nothing if there is no time to show.
    pub(super) fn svg(&self) -> String {
        let (Some(first), Some(last)) = (self.times_seconds.first(), self.times_seconds.last()) else {
            return String::new();
        };
        let (low, high, step) = self.value_axis();
        let scales = Scales { first: *first, last: *last, low, high, height: self.height };
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">\n",
            self.height,
            super::html::escape(&self.label)
        );
        for (from, to) in &self.bands {
            let (left, right) = (scales.x(*from), scales.x(*to));
            let height = self.height - TOP - BOTTOM;
            let width = right - left;
            let _ = writeln!(
                svg,
                "<rect class=\"band\" x=\"{left:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
        }
        self.draw_value_axis(&mut svg, &scales, step);
        if low < 0.0 && high > 0.0 {
            let (right, zero) = (WIDTH - RIGHT, scales.y(0.0));
            let _ =
                writeln!(svg, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{zero:.1}\" y2=\"{zero:.1}\"/>");
        }
        self.draw_time_axis(&mut svg, &scales);
        for line in &self.lines {
            self.draw_line(&mut svg, &scales, line);
        }
        for mark in &self.marks {
            draw_mark(&mut svg, &scales, mark);
        }
        svg + "</svg>\n"
    }

    /// Low end, high end and tick distance, at round numbers.
    fn value_axis(&self) -> (f64, f64, f64) {
        let values = || self.lines.iter().flat_map(|line| line.values.iter().copied());
        let top = values().fold(f64::NEG_INFINITY, f64::max);
        let bottom = if self.from_zero { 0.0 } else { values().fold(f64::INFINITY, f64::min) };
        if !(top.is_finite() && bottom.is_finite() && top > bottom) {
            let middle = if top.is_finite() { top } else { 0.0 };
            let half = if middle.abs() > 0.0 { middle.abs() * 0.01 } else { 1.0 };
            return (if self.from_zero { 0.0 } else { middle - half }, middle + half, half);
        }
        let rough = (top - bottom) / 4.5;
        let magnitude = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * magnitude).into_iter().find(|s| *s >= rough);
        let step = step.unwrap_or(rough);
        ((bottom / step).floor() * step, (top / step).ceil() * step, step)
    }

    fn draw_value_axis(&self, svg: &mut String, scales: &Scales, step: f64) {
        let right = WIDTH - RIGHT;
        let mut value = scales.low;
        while value <= scales.high + step * 0.01 {
            let y = scales.y(value);
            let text = (self.tick)(value);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                LEFT - 10.0,
                y + 5.0
            );
            value += step;
        }
    }

    /// Ticks at midnight, or every three hours within two days; at most some ten labels.
    fn draw_time_axis(&self, svg: &mut String, scales: &Scales) {
        let span = scales.last - scales.first;
        let distance = if span <= 2 * DAY_SECONDS { 3 * 3_600 } else { DAY_SECONDS * (span / DAY_SECONDS / 10 + 1) };
        let bottom = self.height - BOTTOM;
        let mut time = scales.first.next_multiple_of(distance);
        while time <= scales.last {
            let x = scales.x(time);
            let text = if time % DAY_SECONDS == 0 { day_month(time) } else { time_of_day(time) };
            let _ = writeln!(
                svg,
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom:.1}\" y2=\"{:.1}\"/>\
                 <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
                bottom + 6.0,
                bottom + 26.0
            );
            time += distance;
        }
        let right = WIDTH - RIGHT;
        let _ =
            writeln!(svg, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom:.1}\" y2=\"{bottom:.1}\"/>");
    }

    fn draw_line(&self, svg: &mut String, scales: &Scales, line: &Line) {
        let mut points = String::new();
        let mut height = None;
        for (time, value) in self.times_seconds.iter().zip(&line.values) {
            let (x, y) = (scales.x(*time), scales.y(*value));
            if let Some(before) = height.replace(y).filter(|_| line.stepped) {
                let _ = write!(points, "{x:.1},{before:.1} ");
            }
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        let _ = writeln!(svg, "<polyline class=\"line {}\" points=\"{}\"/>", line.class, points.trim_end());
    }
}

fn draw_mark(svg: &mut String, scales: &Scales, mark: &Mark) {
    let (x, y) = (scales.x(mark.time_seconds), scales.y(mark.value));
    let title = super::html::escape(&mark.title);
    let _ = match mark.kind {
        MarkKind::Moving => {
            writeln!(
                svg,
                "<circle class=\"mark moving\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"><title>{title}</title></circle>"
            )
        }
        MarkKind::Frozen => writeln!(
            svg,
            "<rect class=\"mark frozen\" x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\"><title>{title}</title></rect>",
            x - 4.5,
            y - 4.5
        ),
        MarkKind::Walk => writeln!(
            svg,
            "<path class=\"mark walk\" d=\"M{x:.1} {:.1}l9 9l-9 9l-9 -9z\"><title>{title}</title></path>",
            y - 9.0
        ),
    };
}
