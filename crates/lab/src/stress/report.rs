//! The report of a run: a page that a risk officer reads, and a short table for the terminal.

use std::fmt::Write;

use plimsoll_report::format::{number, share};
use plimsoll_report::{Axis, BarChart, BarGroup, Cell, Chart, Fact, Page, Series, Shape, Table};

use super::figures::{ArmFigures, Figures};
use super::outcome::Moment;
use super::part::Part;
use crate::statistics::descriptive::{quantile_of_sorted, sorted};

/// Quantiles of the fan, outermost first.
const FAN: [(f64, f64); 2] = [(0.01, 0.99), (0.25, 0.75)];

/// The page.
#[must_use]
pub fn html(whole: &Part, figures: &Figures) -> String {
    let mut page = Page::new(&format!("Stress: {}", figures.scenario));
    page.lead(&format!("{} {}", figures.description, lead(figures)));
    if let [dynamic, fixed, ..] = figures.arms.as_slice() {
        page.facts(&facts(dynamic, fixed));
        page.section("Dynamic against fixed thresholds");
        page.paragraph(
            "Every arm sees the same prices, the same population and the same luck. The fixed threshold of a factor is the mean of its dynamic maintenance margin: over the whole \
             history where there are bars, over the path where there are only waypoints, over pilot paths of a simulation. Its initial margin stands as far above it. “With foresight” \
             is the mean of the replayed days alone. Losses are per path; VaR is exceeded in at most 5 or 1 % of the paths, ES is the mean beyond.",
        );
    }
    page.table(&bad_debt_table(figures));
    page.figure(&arms_chart(figures).figure());
    page.subsection("Bad debt by path");
    page.figure(&bad_debt_chart(whole).figure());
    page.subsection("Liquidations and the insurance fund");
    page.table(&liquidation_table(figures));
    page.table(&insurance_table(figures));
    page.section(&format!("The cascade of path {}, the worst under fixed thresholds", figures.worst_path));
    cascade(&mut page, whole);
    page.section("Prices");
    page.paragraph(&format!(
        "Prices are {}; before the venue's own liquidations move them. Relative to the start.",
        figures.prices_from
    ));
    fan_charts(&mut page, whole, figures);
    page.section("Assumptions");
    page.folded_text(
        "Scenario, as it was read",
        &toml::to_string_pretty(&whole.identity.definition).unwrap_or_default(),
    );
    page.footer(&notes());
    page.html()
}

fn lead(figures: &Figures) -> String {
    let request = &figures.request;
    format!("{} accounts on {} paths, seed {}.", number_of(request.accounts), number_of(request.paths), request.seed)
}

#[allow(clippy::cast_precision_loss)] // counts
fn number_of(count: u64) -> String {
    number(count as f64, 0)
}

fn notes() -> Vec<String> {
    [
        "Health, thresholds, liquidation plans and throughput are computed by the core that the program runs. Population, depth, keepers' delays and simulated returns are \
         assumptions of the scenario; figures compare arms under the same assumptions and do not forecast.",
        "Forced trades move prices by Y·σ·√(Q/daily volume), Q forgotten with a half-life, σ the larger of the core's estimate and the last hour's move. A liquidator whose sale \
         would cost more than his bonus waits.",
        "Bad debt is what failed accounts owed beyond what they had, at mid, before insurance pays; accounts that are insolvent at the end of a path count.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn facts(dynamic: &ArmFigures, fixed: &ArmFigures) -> [Fact; 4] {
    let ratio = dynamic.bad_debt_to_fixed;
    let words = ratio.map_or("–".to_owned(), |ratio| share(ratio, 0));
    [
        Fact::new(words, "bad debt of dynamic thresholds, of that under fixed ones of the same mean margin")
            .bad_if(ratio.is_some_and(|ratio| ratio > 1.0)),
        Fact::new(usd(dynamic.bad_debt_usd.at_99.expected_shortfall), "bad debt of dynamic thresholds, ES 99 %"),
        Fact::new(usd(fixed.bad_debt_usd.at_99.expected_shortfall), "bad debt of fixed thresholds, ES 99 %"),
        Fact::new(
            number_of(dynamic.by_unannounced_threshold),
            "liquidations by a threshold without notice and without a move of the price (must be 0)",
        )
        .bad_if(dynamic.by_unannounced_threshold > 0),
    ]
}

/// US dollars in thousands or millions.
fn usd(value: f64) -> String {
    match value.abs() {
        size if size >= 1e7 => format!("{} m$", number(value / 1e6, 1)),
        size if size >= 1e6 => format!("{} m$", number(value / 1e6, 2)),
        size if size >= 1e3 => format!("{} k$", number(value / 1e3, 0)),
        _ => format!("{} $", number(value, 0)),
    }
}

fn headings(names: &[&str]) -> Table {
    let cells = names.iter().enumerate();
    Table::new(cells.map(|(index, name)| if index == 0 { Cell::words(*name) } else { Cell::number(*name) }).collect())
}

fn bad_debt_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "bad debt",
        "mean margins",
        "mean",
        "to fixed",
        "VaR 95 %",
        "ES 95 %",
        "VaR 99 %",
        "ES 99 %",
        "largest",
        "paths with any",
    ]);
    for arm in &figures.arms {
        let margins = arm.mean_margins.iter().zip(&figures.factors).skip(1);
        let margins: Vec<String> =
            margins.map(|(margin, symbol)| format!("{symbol} {}", number(margin * 100.0, 1))).collect();
        let debt = &arm.bad_debt_usd;
        table.push(vec![
            Cell::words(&arm.name),
            Cell::words(margins.join(", ") + " %"),
            Cell::number(usd(debt.mean)),
            Cell::number(arm.bad_debt_to_fixed.map_or("–".into(), |ratio| share(ratio, 0))),
            Cell::number(usd(debt.at_95.value_at_risk)),
            Cell::number(usd(debt.at_95.expected_shortfall)),
            Cell::number(usd(debt.at_99.value_at_risk)),
            Cell::number(usd(debt.at_99.expected_shortfall)),
            Cell::number(usd(debt.largest)),
            Cell::number(share(arm.paths_with_bad_debt, 1)),
        ]);
    }
    table
}

fn liquidation_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "liquidations",
        "accounts",
        "at 95 %",
        "at 99 %",
        "value",
        "at 99 %",
        "failed",
        "announced",
        "without notice",
        "throttled",
        "impact",
    ]);
    for arm in &figures.arms {
        let unannounced = Cell::number(number_of(arm.by_unannounced_threshold));
        table.push(vec![
            Cell::words(&arm.name),
            Cell::number(number(arm.liquidated_accounts.mean, 0)),
            Cell::number(number(arm.liquidated_accounts.at_95.value_at_risk, 0)),
            Cell::number(number(arm.liquidated_accounts.at_99.value_at_risk, 0)),
            Cell::number(usd(arm.liquidated_usd.mean)),
            Cell::number(usd(arm.liquidated_usd.at_99.value_at_risk)),
            Cell::number(number(arm.failed_accounts.mean, 1)),
            Cell::number(number_of(arm.by_announced_threshold)),
            if arm.by_unannounced_threshold > 0 { unannounced.bad() } else { unannounced },
            Cell::number(number_of(arm.throttled)),
            Cell::number(share(arm.largest_impact, 1)),
        ]);
    }
    table
}

fn insurance_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "insurance fund's loss",
        "mean",
        "VaR 95 %",
        "ES 95 %",
        "VaR 99 %",
        "ES 99 %",
        "lenders' loss, mean",
        "ES 99 %",
    ]);
    for arm in &figures.arms {
        let (fund, lenders) = (&arm.insurance_loss_usd, &arm.lenders_loss_usd);
        table.push(vec![
            Cell::words(&arm.name),
            Cell::number(usd(fund.mean)),
            Cell::number(usd(fund.at_95.value_at_risk)),
            Cell::number(usd(fund.at_95.expected_shortfall)),
            Cell::number(usd(fund.at_99.value_at_risk)),
            Cell::number(usd(fund.at_99.expected_shortfall)),
            Cell::number(usd(lenders.mean)),
            Cell::number(usd(lenders.at_99.expected_shortfall)),
        ]);
    }
    table
}

/// Which part of the paths had a bad debt of at least so much, for the first two arms.
#[allow(clippy::cast_precision_loss)] // ranks
fn bad_debt_chart(whole: &Part) -> Chart {
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
        Axis::linear(|part| share(part, 0)).from_zero().titled("paths with at least that"),
        vec![curve(1, "hue-1", "fixed"), curve(0, "hue-0", "dynamic")],
    )
}

/// The worst path: prices, margins, what was liquidated and lost.
fn cascade(page: &mut Page, whole: &Part) {
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
fn fan_charts(page: &mut Page, whole: &Part, figures: &Figures) {
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
fn arms_chart(figures: &Figures) -> BarChart {
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

/// A short table for the terminal.
#[must_use]
pub fn terminal(figures: &Figures) -> String {
    let mut text =
        format!("{}: {}\n{} Prices: {}.\n", figures.scenario, figures.description, lead(figures), figures.prices_from);
    let _ = writeln!(
        text,
        "{:<24}{:>12}{:>10}{:>12}{:>12}{:>12}{:>14}{:>12}",
        "", "bad debt", "to fixed", "VaR 95 %", "ES 99 %", "liquidated", "fund ES 99 %", "no notice"
    );
    for arm in &figures.arms {
        let _ = writeln!(
            text,
            "{:<24}{:>12}{:>10}{:>12}{:>12}{:>12}{:>14}{:>12}",
            arm.name,
            usd(arm.bad_debt_usd.mean),
            arm.bad_debt_to_fixed.map_or("–".into(), |ratio| share(ratio, 0)),
            usd(arm.bad_debt_usd.at_95.value_at_risk),
            usd(arm.bad_debt_usd.at_99.expected_shortfall),
            usd(arm.liquidated_usd.mean),
            usd(arm.insurance_loss_usd.at_99.expected_shortfall),
            arm.by_unannounced_threshold,
        );
    }
    text
}
