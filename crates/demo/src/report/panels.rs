//! The charts of the page: which series they show, in which order.

use super::chart::{Chart, Line, Mark, MarkKind};
use super::format::{dollars, grouped, price};
use super::{CHANGE_WINDOW_SECONDS, Cause, FactorSeries, Liquidation, Report, Run};
use crate::scenario::calendar::date_time;

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
    marks.sort_by_key(|mark| mark.kind == MarkKind::Walk);
    Chart {
        label: format!("Price of {} with liquidations", factor.symbol),
        height: 300.0,
        times_seconds: &run.times_seconds,
        lines: vec![Line { class: "price", values: usd(&factor.price_quote_atoms), stepped: false }],
        marks,
        bands: walk_bands(run),
        from_zero: false,
        tick: price_tick,
    }
    .svg()
}

/// Maintenance and initial margin of one factor in both runs.
pub(super) fn threshold_chart(report: &Report, factor: &FactorSeries) -> String {
    let mut lines = Vec::new();
    if let Some(frozen) = report.frozen.factors.iter().find(|other| other.symbol == factor.symbol) {
        lines.push(Line { class: "initial still", values: percents(&frozen.initial_ppm), stepped: true });
        lines.push(Line { class: "maintenance still", values: percents(&frozen.maintenance_ppm), stepped: true });
    }
    lines.push(Line { class: "initial", values: percents(&factor.initial_ppm), stepped: true });
    lines.push(Line { class: "maintenance", values: percents(&factor.maintenance_ppm), stepped: true });
    Chart {
        label: format!("Initial and maintenance margin of {}", factor.symbol),
        height: 300.0,
        times_seconds: &report.dynamic.times_seconds,
        lines,
        marks: Vec::new(),
        bands: walk_bands(&report.dynamic),
        from_zero: true,
        tick: percent_tick,
    }
    .svg()
}

/// Value liquidated up to each moment, in both runs.
pub(super) fn cumulative_chart(report: &Report) -> String {
    let line =
        |run: &Run, class| Line { class, values: cumulative_usd(run, &report.dynamic.times_seconds), stepped: true };
    Chart {
        label: "Value liquidated so far".to_owned(),
        height: 280.0,
        times_seconds: &report.dynamic.times_seconds,
        lines: vec![line(&report.frozen, "frozen-sum"), line(&report.dynamic, "moving-sum")],
        marks: Vec::new(),
        bands: walk_bands(&report.dynamic),
        from_zero: true,
        tick: dollar_tick,
    }
    .svg()
}

/// Volatility of the moving factors, up to four.
pub(super) fn sigma_chart(report: &Report, factors: &[&FactorSeries]) -> String {
    const CLASSES: [&str; 4] = ["hue-0", "hue-1", "hue-2", "hue-3"];
    let lines = factors
        .iter()
        .zip(CLASSES)
        .map(|(factor, class)| Line { class, values: percents(&factor.sigma_ppm), stepped: true })
        .collect();
    Chart {
        label: "Volatility per day".to_owned(),
        height: 260.0,
        times_seconds: &report.dynamic.times_seconds,
        lines,
        marks: Vec::new(),
        bands: walk_bands(&report.dynamic),
        from_zero: true,
        tick: percent_tick,
    }
    .svg()
}

/// The hour before the first and up to the last liquidation by the walk, in one band per unbroken stretch.
fn walk_bands(run: &Run) -> Vec<(u64, u64)> {
    let mut bands: Vec<(u64, u64)> = Vec::new();
    for liquidation in run.walk_liquidations() {
        let (from, to) = (liquidation.time_seconds.saturating_sub(CHANGE_WINDOW_SECONDS), liquidation.time_seconds);
        match bands.last_mut() {
            Some(band) if band.1 >= from => band.1 = band.1.max(to),
            _ => bands.push((from, to)),
        }
    }
    bands
}

/// The chart on which a liquidation is marked: the collateral's, or the debt's if dollars were seized.
fn main_factor(liquidation: &Liquidation) -> &str {
    if liquidation.collateral == "USDC" { &liquidation.debt } else { &liquidation.collateral }
}

fn mark(run: &Run, factor: &FactorSeries, liquidation: &Liquidation, frozen: bool) -> Mark {
    let step = run.times_seconds.partition_point(|time| *time <= liquidation.time_seconds).saturating_sub(1);
    let quote_atoms = factor.price_quote_atoms.get(step).copied().unwrap_or(0);
    let kind = match (frozen, liquidation.cause) {
        (true, _) => MarkKind::Frozen,
        (false, Cause::Threshold) => MarkKind::Walk,
        (false, Cause::Price) => MarkKind::Moving,
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
    Mark { time_seconds: liquidation.time_seconds, value: usd(&[quote_atoms])[0], kind, title }
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
