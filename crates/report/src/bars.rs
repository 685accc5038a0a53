//! A chart of bars over categories, side by side for each group.

use std::fmt::Write;

use crate::axis::{Axis, Scale, Span};
use crate::draw::{BOTTOM, Frame, LEFT, RIGHT, TOP, WIDTH};
use crate::page::{LegendEntry, escape, legend};

/// The values of one group, one for each category.
#[derive(Clone, Debug)]
pub struct BarGroup {
    /// Class of the style sheet that gives the colour: `hue-0` to `hue-5`.
    pub class: &'static str,
    /// Its name in the legend; none where it is empty.
    pub name: String,
    /// A value for each category; a missing or infinite one has no bar.
    pub values: Vec<f64>,
}

/// Bars over categories.
#[derive(Clone, Debug)]
pub struct BarChart {
    /// What it shows; read aloud by screen readers.
    pub label: String,
    /// Height, where the width is 1,080.
    pub height: f64,
    /// Names along the bottom.
    pub categories: Vec<String>,
    /// Bars that stand side by side.
    pub groups: Vec<BarGroup>,
    /// Writes a value with its unit.
    pub tick: fn(f64) -> String,
}

impl BarChart {
    /// The legend and the chart, as they stand on a page.
    #[must_use]
    pub fn figure(&self) -> String {
        let named = self.groups.iter().filter(|group| !group.name.is_empty());
        let entries: Vec<LegendEntry<'_>> =
            named.map(|group| LegendEntry::Fill("bar", group.class, &group.name)).collect();
        let legend = if entries.is_empty() { String::new() } else { legend(&entries) };
        format!("{legend}<div class=\"plot\">{}</div>\n", self.svg())
    }

    /// The chart as one `<svg>` element; nothing if there is nothing to show.
    #[must_use]
    pub fn svg(&self) -> String {
        if self.categories.is_empty() || !self.values().any(f64::is_finite) {
            return String::new();
        }
        let axis = Axis { scale: Scale::Linear, ..Axis::linear(self.tick).from_zero() };
        let y = axis.span(self.values().chain([0.0]), true);
        let x = Span::of_units();
        let frame = Frame { x, y, top: TOP, bottom: self.height - BOTTOM };
        let label = escape(&self.label);
        let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{label}\">\n", self.height);
        frame.draw_value_axis(&mut svg, "");
        for (place, category) in self.categories.iter().enumerate() {
            self.draw_category(&mut svg, &frame, place, category);
        }
        frame.draw_base(&mut svg);
        svg + "</svg>\n"
    }

    fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.groups.iter().flat_map(|group| group.values.iter().copied())
    }

    #[allow(clippy::cast_precision_loss)] // counts of bars
    fn draw_category(&self, svg: &mut String, frame: &Frame, place: usize, category: &str) {
        let slot = (WIDTH - LEFT - RIGHT) / self.categories.len() as f64;
        let width = slot * 0.7 / self.groups.len().max(1) as f64;
        let left = LEFT + slot * (place as f64 + 0.15);
        let base = frame.y(0.0);
        for (index, group) in self.groups.iter().enumerate() {
            let Some(value) = group.values.get(place).filter(|value| value.is_finite()) else { continue };
            let (x, y) = (left + index as f64 * width, frame.y(*value));
            let title = format!("{category}, {}: {}", group.name, (self.tick)(*value));
            let _ = writeln!(
                svg,
                "<rect class=\"bar {}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
                group.class,
                y.min(base),
                (width - 2.0).max(1.0),
                (y - base).abs(),
                escape(&title)
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            left + slot * 0.35,
            frame.bottom + 26.0,
            escape(category)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_has_a_bar_in_each_category() {
        let group = |class, values: &[f64]| BarGroup { class, name: class.to_owned(), values: values.to_vec() };
        let chart = BarChart {
            label: "l".to_owned(),
            height: 200.0,
            categories: vec!["a<".to_owned(), "b".to_owned()],
            groups: vec![group("hue-0", &[1.0, f64::NAN]), group("hue-1", &[-2.0, 3.0])],
            tick: |value| format!("{value:.0}"),
        };
        let figure = chart.figure();
        assert_eq!(figure.matches("<rect class=\"bar hue-0\" x").count(), 1 + 1, "a legend entry and a bar");
        assert_eq!(figure.matches("<rect class=\"bar hue-1\" x").count(), 1 + 2);
        assert!(figure.contains("a&lt;") && !figure.contains("NaN"));
        assert!(BarChart { groups: Vec::new(), ..chart }.svg().is_empty());
    }
}
