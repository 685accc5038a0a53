//! A chart over two axes: lines, steps, areas, points, bars, marks and shaded spans.

use crate::axis::Axis;
use crate::page::{LegendEntry, legend};

/// What is drawn for a series.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// From point to point.
    Line,
    /// A value holds until the next one.
    Step,
    /// From point to point, filled down to the bottom of the chart.
    Area,
    /// The room between the series' points and these lower ones.
    Between(Vec<(f64, f64)>),
    /// Dots.
    Scatter,
    /// Bars of this width, in the unit of the horizontal axis, around each point.
    Bars(f64),
}

/// One series of a chart.
#[derive(Clone, Debug)]
pub struct Series {
    /// Class of the style sheet that gives the colour: `hue-0` to `hue-5`, with ` still` for a dashed line, or one of the page's own.
    pub class: &'static str,
    /// How it is drawn.
    pub shape: Shape,
    /// Its points, from left to right. Those that the axes cannot show (NaN, or zero on a logarithmic one) are left out.
    pub points: Vec<(f64, f64)>,
    /// Its name in the legend; none where it is empty.
    pub name: String,
}

impl Series {
    /// A series without a name.
    #[must_use]
    pub fn new(class: &'static str, shape: Shape, points: Vec<(f64, f64)>) -> Self {
        Self { class, shape, points, name: String::new() }
    }

    /// Values at times, in Unix seconds; as long as the shorter of both.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
    pub fn over_time(class: &'static str, shape: Shape, times_seconds: &[u64], values: &[f64]) -> Self {
        let points = times_seconds.iter().zip(values).map(|(time, value)| (*time as f64, *value)).collect();
        Self::new(class, shape, points)
    }

    /// The same series with a name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }
}

/// How often values fall into each of `bins` bins of equal width, as a part of all: bars to be drawn. Values that are no numbers do not count.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts and a bounded place
pub fn histogram(class: &'static str, values: &[f64], bins: usize) -> Series {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    if values.is_empty() || bins == 0 {
        return Series::new(class, Shape::Bars(1.0), Vec::new());
    }
    let width = if high > low { (high - low) / bins as f64 } else { 1.0 };
    let mut counts = vec![0_u64; bins];
    for value in &values {
        let place = (((value - low) / width) as usize).min(bins - 1);
        counts[place] += 1;
    }
    let share = |count: u64| count as f64 / values.len() as f64;
    let points = counts.iter().enumerate().map(|(bin, count)| (low + (bin as f64 + 0.5) * width, share(*count)));
    Series::new(class, Shape::Bars(width), points.collect())
}

/// Shapes of marks differ, not colours alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkShape {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A square on its corner, larger.
    Diamond,
}

/// A mark on a chart.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Where, on the horizontal axis.
    pub x: f64,
    /// Where, on the vertical axis.
    pub y: f64,
    /// Its shape.
    pub shape: MarkShape,
    /// Class of the style sheet: `hue-0` to `hue-5`, or one of the page's own.
    pub class: &'static str,
    /// Shown when the pointer rests on it.
    pub title: String,
}

/// One chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows; read aloud by screen readers.
    pub label: String,
    /// Height, where the width is 1,080.
    pub height: f64,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, the first one undermost.
    pub series: Vec<Series>,
    /// Marks above the series.
    pub marks: Vec<Mark>,
    /// Shaded spans of the horizontal axis.
    pub bands: Vec<(f64, f64)>,
}

impl Chart {
    /// A chart of these series, 300 high.
    #[must_use]
    pub fn new(label: &str, x: Axis, y: Axis, series: Vec<Series>) -> Self {
        Self { label: label.to_owned(), height: 300.0, x, y, series, marks: Vec::new(), bands: Vec::new() }
    }

    /// The legend of its named series and the chart, as they stand on a page.
    #[must_use]
    pub fn figure(&self) -> String {
        let entries: Vec<LegendEntry<'_>> = self
            .series
            .iter()
            .filter(|series| !series.name.is_empty())
            .map(|series| match series.shape {
                Shape::Line | Shape::Step => LegendEntry::Line(series.class, &series.name),
                Shape::Scatter => LegendEntry::Mark(MarkShape::Circle, series.class, &series.name),
                Shape::Area | Shape::Between(_) => LegendEntry::Fill("area", series.class, &series.name),
                Shape::Bars(_) => LegendEntry::Fill("bar", series.class, &series.name),
            })
            .collect();
        let legend = if entries.is_empty() { String::new() } else { legend(&entries) };
        format!("{legend}<div class=\"plot\">{}</div>\n", self.svg())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(series: Vec<Series>) -> Chart {
        Chart::new("a <chart>", Axis::linear(|x| format!("{x}")), Axis::linear(|y| format!("{y}")), series)
    }

    #[test]
    fn a_histogram_counts_every_number_once() {
        let series = histogram("hue-0", &[0.0, 0.1, 0.9, 1.0, f64::NAN], 2);
        assert_eq!(series.points, [(0.25, 0.5), (0.75, 0.5)]);
        assert_eq!(series.shape, Shape::Bars(0.5));
        assert!(histogram("hue-0", &[], 5).points.is_empty());
        assert!((histogram("hue-0", &[3.0, 3.0], 4).points[0].1 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn every_shape_is_drawn() {
        let points = vec![(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)];
        let lower = points.iter().map(|(x, y)| (*x, y - 1.0)).collect();
        let shapes = [Shape::Line, Shape::Step, Shape::Area, Shape::Between(lower), Shape::Scatter, Shape::Bars(0.5)];
        for (shape, element) in shapes.into_iter().zip([
            "<polyline class=\"line hue-1\"",
            "<polyline class=\"line hue-1\"",
            "<polygon class=\"area hue-1\"",
            "<polygon class=\"area hue-1\"",
            "<circle class=\"dot hue-1\"",
            "<rect class=\"bar hue-1\"",
        ]) {
            let figure = chart(vec![Series::new("hue-1", shape, points.clone()).named("a & b")]).figure();
            assert!(figure.contains(element) && figure.contains("a &amp; b"), "{figure}");
            assert!(figure.contains("aria-label=\"a &lt;chart&gt;\""));
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let svg = chart(vec![Series::new("hue-1", Shape::Line, vec![(0.0, f64::NAN), (1.0, f64::INFINITY)])]).svg();
        assert!(svg.is_empty());
        let mut one = chart(vec![Series::new("hue-1", Shape::Line, vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, 0.0)])]);
        assert!(!one.svg().contains("NaN"));
        one.y = Axis::logarithmic(|y| format!("{y}"));
        assert!(!one.svg().contains("NaN") && !one.svg().contains("inf"));
    }

    #[test]
    fn a_long_line_keeps_its_extremes_and_loses_points() {
        let mut points: Vec<(f64, f64)> = (0..50_000).map(|x| (f64::from(x), 0.0)).collect();
        points[31_234].1 = 7.0;
        points[31_240].1 = -7.0;
        let svg = chart(vec![Series::new("hue-1", Shape::Line, points)]).svg();
        assert!(svg.len() < 200_000, "{}", svg.len());
        let line = svg.lines().find(|line| line.contains("polyline")).expect("a line");
        let heights: Vec<f64> = line.split(&[' ', '"'][..]).filter_map(|p| p.split_once(',')?.1.parse().ok()).collect();
        let spread = heights.iter().copied().fold(0.0, f64::max) - heights.iter().copied().fold(300.0, f64::min);
        assert!(spread > 150.0, "{spread}");
    }
}
