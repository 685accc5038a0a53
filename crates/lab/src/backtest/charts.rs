//! The charts of a series.
#![allow(clippy::cast_precision_loss)] // seconds are far below 2^52

use plimsoll_report::calendar::date_time;
use plimsoll_report::format::{number, share};
use plimsoll_report::{Axis, Chart, LegendEntry, Mark, MarkShape, Series, Shape, legend};

use super::rules::{Rule, RuleId};
use super::run::Traced;
use crate::replay::{Step, real};
use crate::statistics::procyclicality::{Level, worst_rise};

/// What is shown on either side of the worst rise.
const AROUND_SECONDS: u64 = 129_600;
const DAY_SECONDS: u64 = 86_400;

/// Ticks stand at whole multiples of powers of ten.
fn percent(value: f64) -> String {
    let decimals = (-(value * 100.0 + 1e-9).log10().floor()).clamp(0.0, 4.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
    share(value, decimals as usize)
}

fn levels(class: &'static str, name: &str, levels: &[Level]) -> Series {
    let points = levels.iter().map(|level| (level.time_seconds as f64, level.margin)).collect();
    Series::new(class, Shape::Step, points).named(name)
}

fn rule(traced: &Traced, id: RuleId) -> Option<&Rule> {
    traced.rules.iter().find(|rule| rule.id == id)
}

/// es through the tested half beside both comparisons, and every loss beyond it.
pub(super) fn margins(traced: &Traced) -> String {
    let shown = [
        ("hue-1", "unmitigated EWMA, equal average", RuleId::EwmaAtEqualAverage),
        ("hue-3 still", "fixed, equal average", RuleId::Fixed),
        ("hue-2", "MM, its es part", RuleId::Shortfall),
    ];
    let drawn = shown.into_iter().filter_map(|(class, name, id)| Some(levels(class, name, &rule(traced, id)?.long)));
    let label = format!("Margins of {} through the tested half, as a part of the position", traced.figures.series);
    let mut chart = Chart::new(&label, Axis::time(), Axis::logarithmic(percent), drawn.collect());
    chart.height = 360.0;
    chart.marks = marks(traced);
    let losses = [
        LegendEntry::Mark(MarkShape::Circle, "hue-5", "loss of a long beyond MM"),
        LegendEntry::Mark(MarkShape::Diamond, "hue-4", "loss of a short beyond MM"),
    ];
    legend(&losses) + &chart.figure()
}

fn marks(traced: &Traced) -> Vec<Mark> {
    let Some(own) = rule(traced, RuleId::Shortfall) else { return Vec::new() };
    let mut marks = Vec::new();
    for window in &traced.windows {
        let (long, short) = own.at(window);
        let sides = [
            ("long", window.long.worst, long, MarkShape::Circle, "hue-5"),
            ("short", window.short.worst, short, MarkShape::Diamond, "hue-4"),
        ];
        for (side, loss, margin, shape, class) in sides {
            if loss > margin {
                let (time, lost, held) = (date_time(window.time_seconds), share(loss, 2), share(margin, 2));
                let title = format!("{time}: a {side} lost {lost}, es {held}");
                marks.push(Mark { x: window.time_seconds as f64, y: loss, shape, class, title });
            }
        }
    }
    marks
}

/// When the unmitigated EWMA's worst one-day rise ended, and three days around it: what moved at once, what was announced, what was in force; and the price.
pub(super) fn worst_day(traced: &Traced) -> (u64, String) {
    let Some(ewma) = rule(traced, RuleId::EwmaAtEqualAverage) else { return (0, String::new()) };
    let middle = worst_rise(&ewma.long, DAY_SECONDS).until_seconds;
    let near = |time_seconds: u64| time_seconds.abs_diff(middle) <= AROUND_SECONDS;
    let steps: Vec<&Step> = traced.steps.iter().filter(|step| near(step.time_seconds)).collect();
    let line = |class, name: &str, value: &dyn Fn(&Step) -> f64| {
        let points = steps.iter().map(|step| (step.time_seconds as f64, value(step))).collect();
        Series::new(class, Shape::Step, points).named(name)
    };
    let unmitigated: Vec<Level> = ewma.long.iter().copied().filter(|level| near(level.time_seconds)).collect();
    let drawn = vec![
        levels("hue-1", "unmitigated EWMA, equal average", &unmitigated),
        line("hue-0", "initial margin", &|step| real::ratio(step.initial)),
        line("hue-2 still", "announced for an hour later", &|step| real::ratio(step.path_end)),
        line("hue-2", "maintenance margin in force", &|step| real::ratio(step.maintenance)),
    ];
    let label = format!("Margins of {} around {}", traced.figures.series, date_time(middle));
    let margins = Chart::new(&label, Axis::time(), Axis::logarithmic(percent), drawn);
    let price = line("hue-3", "price", &|step| real::price(step.mid, traced.atom_power));
    let label = format!("Price of {} around {}", traced.figures.series, date_time(middle));
    let mut prices = Chart::new(
        &label,
        Axis::time(),
        Axis::linear(|value| number(value, if value < 10.0 { 2 } else { 0 })),
        vec![price],
    );
    prices.height = 190.0;
    (middle, margins.figure() + &prices.figure())
}
