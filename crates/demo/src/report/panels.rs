//! The charts of the page: which series they show, in which order.

use plimsoll_report::calendar::date_time;
use plimsoll_report::format::{dollars, grouped, price};
use plimsoll_report::{Axis, Chart, Mark, MarkShape, Series, Shape};

use super::perp_panels::HUES;
use super::{CHANGE_WINDOW_SECONDS, Cause, FactorSeries, Liquidation, Report, Run};

/// The factors whose price moved in the scenario.
pub(super) fn moving_factors(report: &Report) -> Vec<&FactorSeries> {
    let moved = |factor: &&FactorSeries| {
        let (low, high) = (factor.price_quote_atoms.iter().min(), factor.price_quote_atoms.iter().max());
        // A hundredth either way: a dollar token's flutter fills a chart without telling anything.
        low.zip(high).is_some_and(|(low, high)| high - low > high / 50)
    };
    report.dynamic.factors.iter().filter(moved).collect()
}

/// Price of one factor, with the liquidations of both runs that seized or repaid it.
pub(super) fn price_chart(report: &Report, factor: &FactorSeries) -> String {
    let run = &report.dynamic;
    let mut marks: Vec<Mark> = Vec::new();
    for (run, frozen) in [(&report.frozen, true), (run, false)] {
        let touching = run.liquidation_list.iter().filter(|liquidation| main_factor(liquidation) == factor.symbol);
        marks.extend(touching.map(|liquidation| mark(run, factor, liquidation, frozen)));
    }
    // The rare ones on top.
    marks.sort_by_key(|mark| mark.shape == MarkShape::Diamond);
    let line = Series::over_time("price", Shape::Line, &run.times_seconds, &usd(&factor.price_quote_atoms));
    let label = format!("Price of {} with liquidations", factor.symbol);
    let chart = Chart::new(&label, Axis::time(), Axis::linear(price_tick), vec![line]);
    Chart { marks, bands: walk_bands(run), ..chart }.svg()
}

/// Maintenance and initial margin of one factor in both runs.
pub(super) fn threshold_chart(report: &Report, factor: &FactorSeries) -> String {
    let times = &report.dynamic.times_seconds;
    let line = |class, ppm: &[u32]| Series::over_time(class, Shape::Step, times, &percents(ppm));
    let mut lines = Vec::new();
    if let Some(frozen) = report.frozen.factors.iter().find(|other| other.symbol == factor.symbol) {
        lines.push(line("initial still", &frozen.initial_ppm));
        lines.push(line("maintenance still", &frozen.maintenance_ppm));
    }
    lines.push(line("initial", &factor.initial_ppm));
    lines.push(line("maintenance", &factor.maintenance_ppm));
    let label = format!("Initial and maintenance margin of {}", factor.symbol);
    let chart = Chart::new(&label, Axis::time(), Axis::linear(percent_tick).from_zero(), lines);
    Chart { bands: walk_bands(&report.dynamic), ..chart }.svg()
}

/// Value liquidated up to each moment, in both runs.
pub(super) fn cumulative_chart(report: &Report) -> String {
    let times = &report.dynamic.times_seconds;
    let line = |run: &Run, class| Series::over_time(class, Shape::Step, times, &cumulative_usd(run, times));
    let lines = vec![line(&report.frozen, "frozen-sum"), line(&report.dynamic, "moving-sum")];
    let chart = Chart::new("Value liquidated so far", Axis::time(), Axis::linear(dollar_tick).from_zero(), lines);
    Chart { height: 280.0, bands: walk_bands(&report.dynamic), ..chart }.svg()
}

/// Volatility of the moving factors, up to four.
pub(super) fn sigma_chart(report: &Report, factors: &[&FactorSeries]) -> String {
    let times = &report.dynamic.times_seconds;
    let lines = factors.iter().zip(HUES);
    let lines = lines
        .map(|(factor, class)| Series::over_time(class, Shape::Step, times, &percents(&factor.sigma_ppm)))
        .collect();
    let chart = Chart::new("Volatility per day", Axis::time(), Axis::linear(percent_tick).from_zero(), lines);
    Chart { height: 260.0, bands: walk_bands(&report.dynamic), ..chart }.svg()
}

/// The hour before the first and up to the last liquidation by the walk, in one band per unbroken stretch.
#[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
fn walk_bands(run: &Run) -> Vec<(f64, f64)> {
    let mut bands: Vec<(u64, u64)> = Vec::new();
    for liquidation in run.walk_liquidations() {
        let (from, to) = (liquidation.time_seconds.saturating_sub(CHANGE_WINDOW_SECONDS), liquidation.time_seconds);
        match bands.last_mut() {
            Some(band) if band.1 >= from => band.1 = band.1.max(to),
            _ => bands.push((from, to)),
        }
    }
    bands.into_iter().map(|(from, to)| (from as f64, to as f64)).collect()
}

/// The chart on which a liquidation is marked: the collateral's, or the debt's if dollars were seized.
fn main_factor(liquidation: &Liquidation) -> &str {
    if liquidation.collateral == "USDC" { &liquidation.debt } else { &liquidation.collateral }
}

#[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
fn mark(run: &Run, factor: &FactorSeries, liquidation: &Liquidation, frozen: bool) -> Mark {
    let step = run.times_seconds.partition_point(|time| *time <= liquidation.time_seconds).saturating_sub(1);
    let quote_atoms = factor.price_quote_atoms.get(step).copied().unwrap_or(0);
    let (shape, class) = match (frozen, liquidation.cause) {
        (true, _) => (MarkShape::Square, "frozen"),
        (false, Cause::Threshold) => (MarkShape::Diamond, "walk"),
        (false, Cause::Price) => (MarkShape::Circle, "moving"),
    };
    let title = format!(
        "{} UTC, {}: a debt in {} worth {} USDC repaid against {}, price {} USDC",
        date_time(liquidation.time_seconds),
        liquidation.borrower,
        liquidation.debt,
        dollars(liquidation.repaid_quote_atoms),
        liquidation.collateral,
        price(quote_atoms),
    );
    Mark { x: liquidation.time_seconds as f64, y: usd(&[quote_atoms])[0], shape, class, title }
}

fn cumulative_usd(run: &Run, times: &[u64]) -> Vec<f64> {
    let mut total_quote_atoms = 0_u64;
    let mut liquidations = run.liquidation_list.iter().peekable();
    let total = |time: &u64| {
        while let Some(one) = liquidations.next_if(|one| one.time_seconds <= *time) {
            total_quote_atoms = total_quote_atoms.saturating_add(one.repaid_quote_atoms);
        }
        total_quote_atoms
    };
    usd(&times.iter().map(total).collect::<Vec<u64>>())
}

#[allow(clippy::cast_precision_loss)] // for drawing
fn usd(quote_atoms: &[u64]) -> Vec<f64> {
    quote_atoms.iter().map(|atoms| *atoms as f64 / 1e6).collect()
}

fn percents(ppm: &[u32]) -> Vec<f64> {
    ppm.iter().map(|ppm| f64::from(*ppm) / 1e4).collect()
}

pub(super) fn percent_tick(value: f64) -> String {
    // a sum of steps from below zero ends beside it
    let value = if value.abs() < 1e-9 { 0.0 } else { value };
    if value.fract().abs() < 1e-9 { format!("{value:.0} %") } else { format!("{value:.1} %") }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ticks are of the size of prices
fn dollar_tick(value: f64) -> String {
    grouped(value.max(0.0).round() as u64)
}

fn price_tick(value: f64) -> String {
    if value.abs() < 10.0 { format!("{value:.2}") } else { dollar_tick(value) }
}
