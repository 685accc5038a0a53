//! The charts of a report.

use plimsoll_report::format::{number, share};
use plimsoll_report::{Axis, BarChart, BarGroup, Chart, Page, Series, Shape};

use super::figures::{ArmFigures, Figures};
use super::outcome::Moment;
use super::part::Part;
use super::report::usd;
use crate::statistics::descriptive::{quantile_of_sorted, sorted};

/// Quantiles of the fan, outermost first.
const FAN: [(f64, f64); 2] = [(0.01, 0.99), (0.25, 0.75)];

/// Which part of the paths had a bad debt of at least so much, for the first two arms.
#[allow(clippy::cast_precision_loss)] // ranks
pub(super) fn bad_debt_chart(whole: &Part) -> Chart {
    let curve = |arm: usize, class: &'static str, name: &str| {
        let mut debts: Vec<f64> = whole
            .results
            .iter()
            .filter_map(|result| result.outcomes.get(arm))
            .map(|outcome| outcome.bad_debt_usd)
            .collect();
        debts.sort_by(f64::total_cmp);
        let count = debts.len() as f64;
        let points = debts.iter().enumerate().map(|(rank, debt)| (*debt, 1.0 - rank as f64 / count)).collect();
        Series::new(class, Shape::Step, points).named(name)
    };
    Chart::new(
        "part of the paths whose bad debt is at least the amount below",
        Axis::linear(usd).from_zero().titled("bad debt of a path"),
        Axis::logarithmic(|part| share(part, 1)).titled("paths with at least that"),
        vec![curve(1, "hue-1", "fixed"), curve(0, "hue-0", "dynamic")],
    )
}

/// The worst path: prices, margins, what was liquidated and lost.
pub(super) fn cascade(page: &mut Page, whole: &Part) {
    let [dynamic, fixed] = &whole.timeline.arms;
    let (Some(first), Some(last)) = (dynamic.first(), dynamic.last()) else { return };
    let symbols: Vec<&str> = whole.identity.symbols().collect();
    // the factor that fell furthest tells the story
    let fall = |factor: usize| {
        dynamic.iter().map(|moment| moment.prices_usd[factor] / first.prices_usd[factor]).fold(1.0, f64::min)
    };
    let factor = (1..symbols.len()).min_by(|one, other| fall(*one).total_cmp(&fall(*other))).unwrap_or(0);
    let symbol = symbols[factor];
    page.paragraph(&format!(
        "{symbol} fell furthest, to {} of its price. Bad debt at the end: {} with dynamic thresholds, {} with fixed ones.",
        share(fall(factor), 0),
        usd(last.bad_debt_usd),
        usd(fixed.last().map_or(0.0, |moment| moment.bad_debt_usd)),
    ));
    let over = |class, moments: &[Moment], value: &dyn Fn(&Moment) -> f64, name: &str| {
        let times: Vec<u64> = moments.iter().map(|moment| moment.at_seconds).collect();
        let values: Vec<f64> = moments.iter().map(value).collect();
        Series::over_time(class, Shape::Line, &times, &values).named(name)
    };
    let price = |moment: &Moment| moment.prices_usd[factor];
    let mut charts = vec![Chart::new(
        &format!("price of {symbol}"),
        Axis::time(),
        Axis::linear(|usd| number(usd, 2)).titled("US dollars"),
        vec![over("hue-0", dynamic, &price, &format!("{symbol}, this venue's liquidations included"))],
    )];
    charts.push(Chart::new(
        &format!("margins of {symbol}"),
        Axis::time(),
        Axis::linear(|margin| share(margin, 0)).from_zero().titled("margin"),
        vec![
            over("hue-0", dynamic, &|moment| moment.margins[factor], "maintenance, dynamic"),
            over("hue-0 still", dynamic, &|moment| moment.initial_margins[factor], "initial, dynamic"),
            over("hue-1", fixed, &|moment| moment.margins[factor], "maintenance, fixed"),
            over("hue-1 still", fixed, &|moment| moment.initial_margins[factor], "initial, fixed"),
        ],
    ));
    for (label, value) in [
        ("liquidated so far", (|moment: &Moment| moment.liquidated_usd) as fn(&Moment) -> f64),
        ("bad debt so far", |moment: &Moment| moment.bad_debt_usd),
    ] {
        let series = vec![over("hue-0", dynamic, &value, "dynamic"), over("hue-1", fixed, &value, "fixed")];
        charts.push(Chart::new(label, Axis::time(), Axis::linear(usd).from_zero().titled(label), series));
    }
    for mut chart in charts {
        chart.height = 220.0;
        page.figure(&chart.figure());
    }
}

/// One fan for each factor that moves, or the lines of a replay.
pub(super) fn fan_charts(page: &mut Page, whole: &Part, figures: &Figures) {
    let Some(first) = whole.results.first() else { return };
    let is_replay = whole.identity.definition.replay.is_some();
    if is_replay {
        let classes = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"];
        let lines = figures.factors.iter().enumerate().map(|(factor, symbol)| {
            let points =
                first.fan.iter().map(|(at, usd)| (seconds(*at), usd[factor] / first.fan[0].1[factor])).collect();
            Series::new(classes[factor % classes.len()], Shape::Line, points).named(symbol)
        });
        page.figure(&relative_chart("prices", lines.collect()).figure());
        return;
    }
    for (factor, symbol) in figures.factors.iter().enumerate().skip(1) {
        page.subsection(symbol);
        page.figure(&relative_chart(symbol, fan(whole, factor)).figure());
    }
}

fn relative_chart(label: &str, series: Vec<Series>) -> Chart {
    let mut chart = Chart::new(
        label,
        Axis::time(),
        Axis::linear(|part| share(part, 0)).titled("of the price at the start"),
        series,
    );
    chart.height = 240.0;
    chart
}

/// Quantiles over all paths at each kept time.
fn fan(whole: &Part, factor: usize) -> Vec<Series> {
    let times: Vec<u64> =
        whole.results.first().map(|first| first.fan.iter().map(|(at, _)| *at).collect()).unwrap_or_default();
    let at_time = |index: usize| {
        let relative = whole
            .results
            .iter()
            .filter_map(|result| Some(result.fan.get(index)?.1[factor] / result.fan.first()?.1[factor]));
        sorted(&relative.collect::<Vec<f64>>())
    };
    let samples: Vec<Vec<f64>> = (0..times.len()).map(at_time).collect();
    let line = |part: f64| -> Vec<(f64, f64)> {
        times.iter().zip(&samples).map(|(at, sorted)| (seconds(*at), quantile_of_sorted(sorted, part))).collect()
    };
    let between = |(low, high): (f64, f64)| {
        let name = format!("{} to {} of the paths", share(low, 0), share(high, 0));
        Series::new("hue-0", Shape::Between(line(low)), line(high)).named(&name)
    };
    let mut series: Vec<Series> = FAN.into_iter().map(between).collect();
    series.push(Series::new("hue-0", Shape::Line, line(0.5)).named("median"));
    series
}

#[allow(clippy::cast_precision_loss)] // seconds
const fn seconds(at: u64) -> f64 {
    at as f64
}

/// Bad debt of each arm at 95 and 99 %, side by side.
pub(super) fn arms_chart(figures: &Figures) -> BarChart {
    let group = |class, name: &str, value: fn(&ArmFigures) -> f64| BarGroup {
        class,
        name: name.into(),
        values: figures.arms.iter().map(value).collect(),
    };
    BarChart {
        label: "expected shortfall of bad debt by arm".into(),
        height: 240.0,
        categories: figures.arms.iter().map(|arm| arm.name.clone()).collect(),
        groups: vec![
            group("hue-0", "ES 95 %", |arm| arm.bad_debt_usd.at_95.expected_shortfall),
            group("hue-1", "ES 99 %", |arm| arm.bad_debt_usd.at_99.expected_shortfall),
        ],
        tick: usd,
    }
}
