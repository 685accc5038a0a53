//! The live view of a run: a state goes in, lines of text come out. Nothing here prints.
//!
//! [`frame`] fits 100 columns and 30 rows and is redrawn in place on a terminal; [`day_line`] is for logs.

mod state;

pub use state::{AccountCounts, FactorState, KeeperCounts, MarketState, Moment, PerpState};

use plimsoll_report::calendar::{date_time, day_month};
use plimsoll_report::format::{dollars, grouped, percent, price, signed_cents};

use crate::report::Report;
use crate::report::comparison::{self, walk_sentence, withdrawal_sentence};

/// The widest line, in characters.
pub const MAX_COLUMNS: usize = 100;
/// The most lines of a frame.
pub const MAX_ROWS: usize = 30;

/// Whether lines carry ANSI colours: only if the output is a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Off,
    /// ANSI escape sequences.
    On,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BAR_COLUMNS: u64 = 40;
const FACTOR_ROWS: usize = 8;
const MARKET_ROWS: usize = 4;
const KEEPER_ROWS: usize = 4;

/// The screen for one moment: at most [`MAX_ROWS`] lines of at most [`MAX_COLUMNS`] characters.
#[must_use]
pub fn frame(moment: &Moment, colour: Colour) -> Vec<String> {
    let mut lines = vec![
        paint(&cut(&format!("Plimsoll   {}", moment.title)), BOLD, colour),
        format!("{} UTC   step {} of {}", date_time(moment.time_seconds), grouped(moment.step), grouped(moment.steps)),
        progress_bar(moment),
        String::new(),
        paint("factor          price    σ per day     MM now    MM in 1 h     IM now   announced path", DIM, colour),
    ];
    lines.extend(moment.factors.iter().take(FACTOR_ROWS).map(|factor| factor_line(factor, colour)));
    lines.push(String::new());
    lines.extend(account_lines(&moment.accounts, colour));
    lines.push(String::new());
    lines.extend(perp_lines(&moment.perps, colour));
    lines.push(String::new());
    lines.extend(moment.keepers.iter().take(KEEPER_ROWS).map(keeper_line));
    lines.truncate(MAX_ROWS);
    lines
}

/// The log line of a simulated day, for output that is no terminal.
#[must_use]
pub fn day_line(moment: &Moment) -> String {
    let accounts = &moment.accounts;
    let margins: Vec<String> = moment
        .factors
        .iter()
        .map(|factor| format!("{} {} MM {} %", factor.symbol, price(factor.price_quote_atoms), now_percent(factor)))
        .collect();
    format!(
        "{:>6}  {}  |  called {} ({} so far, {} cured), liquidatable {}, liquidations {} ({} by the walk), bad debt {}  |  perps: pool {}, orders {}, liquidations {}, \
         waterfall {}",
        day_month(moment.time_seconds),
        margins.join(", "),
        accounts.called,
        accounts.calls,
        accounts.cured,
        accounts.liquidatable,
        accounts.liquidations,
        accounts.threshold_liquidations,
        signed_cents(i64::try_from(accounts.bad_debt_quote_atoms).unwrap_or(i64::MAX)),
        signed_dollars(moment.perps.pool_equity_quote_atoms),
        moment.perps.orders_filled,
        moment.perps.liquidations,
        dollars(moment.perps.waterfall_quote_atoms),
    )
}

/// The comparison at the end, with the first liquidation by the walk alone in words.
#[must_use]
pub fn closing(report: &Report, colour: Colour) -> Vec<String> {
    let heading = format!("{:<34}{:>22}{:>22}", "", "moving thresholds", "frozen thresholds");
    let mut lines = vec![paint(&heading, DIM, colour)];
    for row in comparison::rows(report) {
        lines.push(format!("{:<34}{:>22}{:>22}", row.label, row.moving, row.frozen));
    }
    for withdrawal in &report.dynamic.perps.withdrawal_list {
        lines.push(String::new());
        lines.extend(wrap(&withdrawal_sentence(withdrawal)));
    }
    if let Some(liquidation) = report.dynamic.walk_liquidations().next() {
        lines.push(String::new());
        lines.push(paint("Liquidated by the walk alone", BOLD, colour));
        lines.extend(wrap(&walk_sentence(liquidation)));
    }
    lines
}

fn progress_bar(moment: &Moment) -> String {
    let steps = moment.steps.max(1);
    let step = moment.step.min(steps);
    let done = usize::try_from(step * BAR_COLUMNS / steps).unwrap_or(0);
    let left = usize::try_from(BAR_COLUMNS).unwrap_or(0).saturating_sub(done);
    let (minutes, seconds) = (moment.elapsed_seconds / 60, moment.elapsed_seconds % 60);
    format!("[{}{}] {:>3} %   {minutes}:{seconds:02} elapsed", "█".repeat(done), "·".repeat(left), step * 100 / steps)
}

fn now_percent(factor: &FactorState) -> String {
    percent(factor.path_ppm.first().copied().unwrap_or(0).into())
}

fn factor_line(factor: &FactorState, colour: Colour) -> String {
    let now = factor.path_ppm.first().copied().unwrap_or(0);
    let ahead = factor.path_ppm.last().copied().unwrap_or(0);
    let (arrow, code) = match ahead.cmp(&now) {
        std::cmp::Ordering::Greater => ("↑", YELLOW),
        std::cmp::Ordering::Less => ("↓", GREEN),
        std::cmp::Ordering::Equal => ("→", DIM),
    };
    let ahead = format!("{arrow} {:>6} %", percent(ahead.into()));
    format!(
        "{:<6}{:>15}{:>11} %{:>9} %     {}{:>9} %   {}",
        factor.symbol.chars().take(6).collect::<String>(),
        price(factor.price_quote_atoms),
        percent(factor.sigma_ppm.into()),
        now_percent(factor),
        paint(&ahead, code, colour),
        percent(factor.initial_ppm.into()),
        sparkline(&factor.path_ppm),
    )
}

/// The path as at most 13 bars between its own lowest and highest point; flat where nothing moves.
fn sparkline(path: &[u32]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let low = path.iter().copied().min().unwrap_or(0);
    let span = u64::from(path.iter().copied().max().unwrap_or(0) - low).max(1);
    let level = |value: &u32| usize::try_from(u64::from(value - low) * 7 / span).unwrap_or(0);
    path.iter().take(13).map(|value| BARS[level(value).min(7)]).collect()
}

fn account_lines(accounts: &AccountCounts, colour: Colour) -> [String; 3] {
    let loud = |count: u64, code| paint(&grouped(count), if count > 0 { code } else { DIM }, colour);
    let bad_debt = signed_cents(i64::try_from(accounts.bad_debt_quote_atoms).unwrap_or(i64::MAX));
    [
        format!(
            "accounts   healthy {}   called {}   liquidatable {}",
            paint(&grouped(accounts.healthy), GREEN, colour),
            loud(accounts.called, YELLOW),
            loud(accounts.liquidatable, RED),
        ),
        format!(
            "calls      made {}   cured {}",
            grouped(accounts.calls),
            paint(&grouped(accounts.cured), GREEN, colour)
        ),
        format!(
            "so far     liquidations {} ({} by the walk alone)   bad debt {} USDC",
            grouped(accounts.liquidations),
            grouped(accounts.threshold_liquidations),
            paint(&bad_debt, if accounts.bad_debt_quote_atoms > 0 { RED } else { DIM }, colour),
        ),
    ]
}

/// A table of the markets, and a line about the pool.
fn perp_lines(perps: &PerpState, colour: Colour) -> Vec<String> {
    let mut lines = vec![paint("perp       longs, USDC     shorts, USDC     skew, USDC    funding a day", DIM, colour)];
    lines.extend(perps.markets.iter().take(MARKET_ROWS).map(|market| {
        let signed = |quote_atoms: u64| i64::try_from(quote_atoms).unwrap_or(i64::MAX);
        let skew = signed(market.long_quote_atoms).saturating_sub(signed(market.short_quote_atoms));
        let sign = if market.funding_ppm_per_day < 0 { "-" } else { "" };
        let funding = format!("{sign}{}", percent(market.funding_ppm_per_day.unsigned_abs()));
        cut(&format!(
            "{:<6}{:>16}{:>17}{:>15}{:>15} %",
            market.symbol.chars().take(6).collect::<String>(),
            dollars(market.long_quote_atoms),
            dollars(market.short_quote_atoms),
            signed_dollars(skew),
            funding,
        ))
    }));
    lines.push(cut(&format!(
        "pool       equity {} USDC   orders filled {}   liquidations {}   waterfall {} USDC",
        signed_dollars(perps.pool_equity_quote_atoms),
        grouped(perps.orders_filled),
        grouped(perps.liquidations),
        dollars(perps.waterfall_quote_atoms),
    )));
    lines
}

fn signed_dollars(quote_atoms: i64) -> String {
    format!("{}{}", if quote_atoms < 0 { "-" } else { "" }, dollars(quote_atoms.unsigned_abs()))
}

fn keeper_line(keeper: &KeeperCounts) -> String {
    cut(&format!(
        "{:<10} refreshes {:>7}   liquidations {:>4}   races lost {:>4}",
        keeper.name,
        grouped(keeper.refreshes),
        grouped(keeper.liquidations),
        grouped(keeper.lost_races)
    ))
}

fn paint(text: &str, code: &str, colour: Colour) -> String {
    match colour {
        Colour::Off => text.to_owned(),
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
    }
}

fn cut(line: &str) -> String {
    line.chars().take(MAX_COLUMNS).collect()
}

/// Breaks a sentence at spaces.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.len() - 1;
        let length = lines[line].chars().count();
        if length > 0 && length + 1 + word.chars().count() > MAX_COLUMNS {
            lines.push(word.to_owned());
        } else {
            lines[line] += if length > 0 { " " } else { "" };
            lines[line] += word;
        }
    }
    lines
}
