//! The charts of the perpetual markets and their pool.

use plimsoll_report::{Axis, Chart, Series, Shape, format};

use super::Report;
use super::panels::percent_tick;
use super::perps::{MarketSeries, Perps};

/// The colours of the markets, in their order.
pub(super) const HUES: [&str; 4] = ["hue-0", "hue-1", "hue-2", "hue-3"];

/// Which chart of the markets.
#[derive(Clone, Copy)]
pub(super) enum MarketChart {
    Skew,
    OpenInterest,
    FundingRate,
    FundingPaid,
}

/// The pool's equity in both runs.
pub(super) fn pool_chart(report: &Report) -> String {
    let times = &report.dynamic.times_seconds;
    let line =
        |perps: &Perps, class| Series::over_time(class, Shape::Line, times, &thousands(&perps.pool.equity_quote_atoms));
    let lines = vec![line(&report.frozen.perps, "frozen-sum"), line(&report.dynamic.perps, "moving-sum")];
    draw("Equity of the pool", thousand_tick, lines)
}

/// One line per market of the run with moving thresholds.
pub(super) fn market_chart(report: &Report, which: MarketChart) -> String {
    let (label, values): (&str, fn(&MarketSeries) -> Vec<f64>) = match which {
        MarketChart::Skew => ("Longs less shorts", |market| thousands(&market.skew_quote_atoms())),
        MarketChart::OpenInterest => {
            ("Open interest of both sides", |market| thousands(&signed(&market.open_interest_quote_atoms())))
        }
        MarketChart::FundingRate => ("Funding rate per day", |market| percents(&market.funding_ppm_per_day)),
        MarketChart::FundingPaid => {
            ("Funding paid so far", |market| thousands(&signed(&market.funding_paid_quote_atoms)))
        }
    };
    let times = &report.dynamic.times_seconds;
    let markets = report.dynamic.perps.markets.iter().zip(HUES);
    let lines = markets.map(|(market, class)| Series::over_time(class, Shape::Step, times, &values(market))).collect();
    let tick = if matches!(which, MarketChart::FundingRate) { percent_tick } else { thousand_tick };
    draw(label, tick, lines)
}

fn draw(label: &str, tick: fn(f64) -> String, lines: Vec<Series>) -> String {
    let has_negative = lines.iter().flat_map(|line| &line.points).any(|(_, value)| *value < 0.0);
    let values = Axis { from_zero: !has_negative, ..Axis::linear(tick) };
    Chart { height: 260.0, ..Chart::new(label, Axis::time(), values, lines) }.svg()
}

fn signed(quote_atoms: &[u64]) -> Vec<i64> {
    quote_atoms.iter().map(|atoms| i64::try_from(*atoms).unwrap_or(i64::MAX)).collect()
}

#[allow(clippy::cast_precision_loss)] // for drawing
fn thousands(quote_atoms: &[i64]) -> Vec<f64> {
    quote_atoms.iter().map(|atoms| *atoms as f64 / 1e9).collect()
}

#[allow(clippy::cast_precision_loss)] // for drawing
fn percents(ppm: &[i64]) -> Vec<f64> {
    ppm.iter().map(|ppm| *ppm as f64 / 1e4).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // ticks are of the size of the pool
fn thousand_tick(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    if value.abs() < 100.0 && value.fract().abs() > 1e-9 {
        return format!("{sign}{:.1}", value.abs());
    }
    format!("{sign}{}", format::grouped(value.abs().round() as u64))
}
