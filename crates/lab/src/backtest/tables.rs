//! The tables of a series.

use plimsoll_report::format::{duration, grouped, number, share};
use plimsoll_report::{Cell, Table};

use super::calibration::{Calibration, TAIL_PROBABILITY};
use super::figures::{Coverage, SeriesBacktest, ShortfallTest, Target, Variant};
use super::rules::RuleId;
use crate::statistics::coverage::TrafficLight;
use crate::statistics::student;

fn headed(words: &str, numbers: &[&str]) -> Table {
    let mut columns = vec![Cell::words(words)];
    columns.extend(numbers.iter().map(|heading| Cell::number(*heading)));
    Table::new(columns)
}

/// What the older half said.
pub(super) fn calibration(calibration: &Calibration) -> Table {
    let mut table = headed("Fast half-life", &["σ_floor √day", "σ_stress √day", "ν", "95 % of ν", "k"]);
    let (low, high) = calibration.degrees_interval;
    table.push(vec![
        Cell::words(duration(calibration.fast_half_life_seconds.into())),
        Cell::number(share(calibration.floor_volatility, 2)),
        Cell::number(share(calibration.stress_volatility, 2)),
        Cell::number(number(calibration.degrees_of_freedom, 2)),
        Cell::number(format!("{} to {}", number(low, 2), number(high, 2))),
        Cell::number(number(calibration.shortfall_multiple, 3)),
    ]);
    table
}

/// A row per rule and side.
pub(super) fn coverage(figures: &SeriesBacktest) -> Table {
    let columns = ["Side", "Beyond", "Kupiec p", "Indep. p", "Both p", "Light", "Excess", "Either"];
    let mut table = headed("Rule", &columns);
    for rule in &figures.rules {
        for (side, coverage) in [("long", &rule.long), ("short", &rule.short)] {
            let is_long = side == "long";
            let mut row = vec![Cell::words(if is_long { rule.rule.name() } else { "" }), Cell::number(side)];
            row.extend(coverage_cells(coverage, figures));
            row.push(Cell::number(if is_long { grouped(rule.either_failures) } else { String::new() }));
            table.push(row);
        }
    }
    table
}

fn coverage_cells(coverage: &Coverage, figures: &SeriesBacktest) -> [Cell; 6] {
    let failures = Cell::number(grouped(coverage.failures));
    [
        if coverage.failures > figures.kupiec_high { failures.bad() } else { failures },
        kupiec(coverage, figures),
        Cell::number(number(coverage.independence.p_value, 3)),
        Cell::number(number(coverage.conditional.p_value, 3)),
        light(coverage.zone),
        Cell::number(share(coverage.worst_excess, 2)),
    ]
}

/// The probability, and where it rejects, on which side.
fn kupiec(coverage: &Coverage, figures: &SeriesBacktest) -> Cell {
    let probability = number(coverage.kupiec.p_value, 3);
    match coverage.failures {
        failures if failures > figures.kupiec_high => Cell::number(format!("{probability} many")).bad(),
        failures if failures < figures.kupiec_low => Cell::number(format!("{probability} few")),
        _ => Cell::number(probability),
    }
}

fn light(zone: TrafficLight) -> Cell {
    match zone {
        TrafficLight::Green => Cell::number("green").good(),
        TrafficLight::Yellow => Cell::number("yellow"),
        TrafficLight::Red => Cell::number("red").bad(),
    }
}

/// A row per rule.
pub(super) fn procyclicality(figures: &SeriesBacktest) -> Table {
    let columns = ["Average", "/ EWMA", "Peak/trough", "Rise 1 h", "1 d", "5 d", "Shortfall"];
    let mut table = headed("Rule", &columns);
    let ewma = figures.rule(RuleId::Ewma).map_or(f64::NAN, |ewma| ewma.average);
    for rule in &figures.rules {
        table.push(vec![
            Cell::words(rule.rule.name()),
            Cell::number(share(rule.average, 2)),
            Cell::number(number(rule.average / ewma, 2)),
            Cell::number(number(rule.peak_to_trough, 2)),
            Cell::number(points(rule.worst_rise_hour)),
            Cell::number(points(rule.worst_rise_day)),
            Cell::number(points(rule.worst_rise_five_days)),
            Cell::number(share(rule.total_shortfall, 1)),
        ]);
    }
    table
}

fn points(rise: f64) -> String {
    format!("{} pt", number(rise * 100.0, 2))
}

/// A row per side.
pub(super) fn shortfall(figures: &SeriesBacktest) -> Table {
    let mut table = headed("Side", &["Beyond VaR", "Expected", "Z1", "Z2", "P(Z2 so low)"]);
    #[allow(clippy::cast_precision_loss)] // counts of windows
    let expected = figures.windows as f64 * TAIL_PROBABILITY;
    for (side, ShortfallTest { statistics, z2_p_value }) in
        [("long", figures.shortfall_long), ("short", figures.shortfall_short)]
    {
        let p_value = Cell::number(number(z2_p_value, 3));
        table.push(vec![
            Cell::words(side),
            Cell::number(grouped(statistics.beyond)),
            Cell::number(number(expected, 1)),
            Cell::number(number(statistics.z1.unwrap_or(f64::NAN), 2)),
            Cell::number(number(statistics.z2, 2)),
            if z2_p_value < 0.05 { p_value.bad() } else { p_value },
        ]);
    }
    table
}

/// The model with other parameters: a row per variant.
pub(super) fn sensitivity(figures: &SeriesBacktest) -> Table {
    let mut table =
        headed("Parameters", &["Fast", "σ_stress", "k", "Long", "Short", "Average", "1 d rise", "Shortfall"]);
    for Variant { name, calibration, targets } in &figures.sensitivity {
        let mut row = vec![
            Cell::words(*name),
            Cell::number(duration(calibration.fast_half_life_seconds.into())),
            Cell::number(share(calibration.stress_volatility, 2)),
            Cell::number(number(calibration.shortfall_multiple, 2)),
        ];
        row.extend(targets.iter().map(target));
        table.push(row);
    }
    table
}

/// A measured figure, set off by whether it is what had to be reached.
pub(super) fn target(target: &Target) -> Cell {
    let decimals = if target.limit >= 5.0 { 0 } else { 3 };
    let cell = Cell::number(number(target.measured, decimals));
    if target.reached { cell.good() } else { cell.bad() }
}

/// VaR over es of the fitted t.
pub(super) fn value_at_risk_share(calibration: &Calibration) -> f64 {
    student::value_at_risk(1.0 - TAIL_PROBABILITY, calibration.degrees_of_freedom) / calibration.shortfall_multiple
}
