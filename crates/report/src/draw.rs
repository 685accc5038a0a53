//! A chart as an `<svg>` element. Colours come from the page's style sheet, so that it follows the reader's light or dark setting.

use std::fmt::Write;

use crate::axis::Span;
use crate::chart::{Chart, Mark, MarkShape, Series, Shape};
use crate::page::escape;

pub(crate) const WIDTH: f64 = 1_080.0;
pub(crate) const LEFT: f64 = 92.0;
pub(crate) const RIGHT: f64 = 20.0;
pub(crate) const TOP: f64 = 16.0;
pub(crate) const BOTTOM: f64 = 40.0;
/// What an axis' title adds.
const TITLE: f64 = 24.0;
/// A line has at most this many points before it is thinned, and four for each of half as many columns after.
const POINTS: usize = 2_160;

/// Where values lie on the drawing.
pub(crate) struct Frame {
    pub x: Span,
    pub y: Span,
    pub top: f64,
    pub bottom: f64,
}

impl Frame {
    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.share(value) * (WIDTH - LEFT - RIGHT)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.share(value) * (self.bottom - self.top)
    }

    /// Horizontal grid lines with their labels.
    pub(crate) fn draw_value_axis(&self, svg: &mut String, title: &str) {
        let right = WIDTH - RIGHT;
        for (value, text) in &self.y.ticks {
            let y = self.y(*value);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 10.0,
                y + 5.0,
                escape(text)
            );
        }
        if !title.is_empty() {
            let _ = writeln!(svg, "<text class=\"tick\" x=\"4\" y=\"18\">{}</text>", escape(title));
        }
        if self.y.low < 0.0 && self.y.high > 0.0 {
            let zero = self.y(0.0);
            let _ =
                writeln!(svg, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{zero:.1}\" y2=\"{zero:.1}\"/>");
        }
    }

    /// The line at the bottom.
    pub(crate) fn draw_base(&self, svg: &mut String) {
        let (right, bottom) = (WIDTH - RIGHT, self.bottom);
        let _ =
            writeln!(svg, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom:.1}\" y2=\"{bottom:.1}\"/>");
    }

    fn draw_horizontal_axis(&self, svg: &mut String, title: &str) {
        let bottom = self.bottom;
        for (value, text) in &self.x.ticks {
            let x = self.x(*value);
            let _ = writeln!(
                svg,
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom:.1}\" y2=\"{:.1}\"/>\
                 <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 6.0,
                bottom + 26.0,
                escape(text)
            );
        }
        if !title.is_empty() {
            let (middle, y) = (f64::midpoint(LEFT, WIDTH - RIGHT), bottom + 26.0 + TITLE);
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{middle:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
                escape(title)
            );
        }
        self.draw_base(svg);
    }
}

impl Chart {
    /// The chart as one `<svg>` element; nothing if there is nothing to show.
    #[must_use]
    pub fn svg(&self) -> String {
        if self.drawn().next().is_none() {
            return String::new();
        }
        let frame = self.frame();
        let label = escape(&self.label);
        let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{label}\">\n", self.height);
        for (from, to) in &self.bands {
            let (left, width) = (frame.x(*from), frame.x(*to) - frame.x(*from));
            let (top, height) = (frame.top, frame.bottom - frame.top);
            let _ = writeln!(
                svg,
                "<rect class=\"band\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
        }
        frame.draw_value_axis(&mut svg, &self.y.title);
        frame.draw_horizontal_axis(&mut svg, &self.x.title);
        for series in &self.series {
            self.draw_series(&mut svg, &frame, series);
        }
        for mark in &self.marks {
            draw_mark(&mut svg, &frame, mark);
        }
        svg + "</svg>\n"
    }

    fn shows(&self, point: &(f64, f64)) -> bool {
        self.x.shows(point.0) && self.y.shows(point.1)
    }

    /// Every point that can be drawn.
    fn drawn(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let points = self.series.iter().flat_map(|series| {
            let lower: &[(f64, f64)] = if let Shape::Between(lower) = &series.shape { lower } else { &[] };
            series.points.iter().chain(lower).copied()
        });
        points.filter(|point| self.shows(point))
    }

    fn frame(&self) -> Frame {
        let half_bar = |series: &Series| if let Shape::Bars(width) = series.shape { width / 2.0 } else { 0.0 };
        let wide = self.series.iter().map(half_bar).fold(0.0, f64::max);
        let has_bars = wide > 0.0 && self.y.from_zero;
        let heights = self.drawn().map(|(_, y)| y).chain(has_bars.then_some(0.0));
        Frame {
            x: self.x.span(self.drawn().flat_map(|(x, _)| [x - wide, x + wide]), false),
            y: self.y.span(heights, true),
            top: if self.y.title.is_empty() { TOP } else { TOP + TITLE },
            bottom: self.height - BOTTOM - if self.x.title.is_empty() { 0.0 } else { TITLE },
        }
    }

    fn draw_series(&self, svg: &mut String, frame: &Frame, series: &Series) {
        let class = series.class;
        let place = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let shown = points.iter().filter(|point| self.shows(point));
            let placed = shown.map(|(x, y)| (frame.x(*x), frame.y(*y))).collect();
            // dots need not stand in order, so columns mean nothing to them
            if series.shape == Shape::Scatter { placed } else { thinned(placed) }
        };
        let points = place(&series.points);
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let _ = match &series.shape {
            Shape::Line => writeln!(svg, "<polyline class=\"line {class}\" points=\"{}\"/>", joined(&points)),
            Shape::Step => writeln!(svg, "<polyline class=\"line {class}\" points=\"{}\"/>", joined(&stepped(&points))),
            Shape::Area => {
                let base = [(last.0, frame.bottom), (first.0, frame.bottom)];
                let outline: Vec<(f64, f64)> = points.iter().copied().chain(base).collect();
                writeln!(svg, "<polygon class=\"area {class}\" points=\"{}\"/>", joined(&outline))
            }
            Shape::Between(lower) => {
                let outline: Vec<(f64, f64)> = points.iter().copied().chain(place(lower).into_iter().rev()).collect();
                writeln!(svg, "<polygon class=\"area {class}\" points=\"{}\"/>", joined(&outline))
            }
            Shape::Scatter => points.iter().try_for_each(|(x, y)| {
                writeln!(svg, "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>")
            }),
            Shape::Bars(width) => {
                draw_bars(svg, frame, series, *width);
                Ok(())
            }
        };
    }
}

fn draw_bars(svg: &mut String, frame: &Frame, series: &Series, width: f64) {
    let base = frame.y(0.0_f64.clamp(frame.y.low, frame.y.high));
    for (x, y) in series.points.iter().filter(|(_, y)| y.is_finite()) {
        let (left, right, y) = (frame.x(x - width / 2.0), frame.x(x + width / 2.0), frame.y(*y));
        let _ = writeln!(
            svg,
            "<rect class=\"bar {}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            series.class,
            y.min(base),
            (right - left - 0.6).max(0.4),
            (y - base).abs()
        );
    }
}

/// Of many points in one column the first, the lowest, the highest and the last: nothing that could be seen is lost.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() <= POINTS {
        return points;
    }
    let mut kept = Vec::with_capacity(4 * POINTS);
    for column in points.chunk_by(|a, b| a.0.floor().total_cmp(&b.0.floor()).is_eq()) {
        let by_height = |a: &usize, b: &usize| column[*a].1.total_cmp(&column[*b].1);
        let places = 0..column.len();
        let extremes =
            [Some(0), places.clone().min_by(by_height), places.max_by(by_height), column.len().checked_sub(1)];
        let mut places: Vec<usize> = extremes.into_iter().flatten().collect();
        places.sort_unstable();
        places.dedup();
        kept.extend(places.into_iter().map(|place| column[place]));
    }
    kept
}

/// Each height held until the next point.
fn stepped(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let corners = points.windows(2).flat_map(|pair| [(pair[1].0, pair[0].1), pair[1]]);
    points.first().copied().into_iter().chain(corners).collect()
}

fn joined(points: &[(f64, f64)]) -> String {
    let mut text = String::with_capacity(points.len() * 12);
    for (x, y) in points {
        let _ = write!(text, "{x:.1},{y:.1} ");
    }
    text.truncate(text.trim_end().len());
    text
}

fn draw_mark(svg: &mut String, frame: &Frame, mark: &Mark) {
    let (x, y) = (frame.x(mark.x), frame.y(mark.y));
    let element = mark_element(mark.shape, mark.class, x, y);
    let _ = writeln!(svg, "{element}<title>{}</title></{}>", escape(&mark.title), mark_tag(mark.shape));
}

/// The opening tag of a mark around a point.
pub(crate) fn mark_element(shape: MarkShape, class: &str, x: f64, y: f64) -> String {
    match shape {
        MarkShape::Circle => format!("<circle class=\"mark {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\">"),
        MarkShape::Square => {
            format!("<rect class=\"mark {class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\">", x - 4.5, y - 4.5)
        }
        MarkShape::Diamond => format!("<path class=\"mark {class}\" d=\"M{x:.1} {:.1}l9 9l-9 9l-9 -9z\">", y - 9.0),
    }
}

/// The name of a mark's element.
pub(crate) fn mark_tag(shape: MarkShape) -> &'static str {
    match shape {
        MarkShape::Circle => "circle",
        MarkShape::Square => "rect",
        MarkShape::Diamond => "path",
    }
}
