//! The two runs side by side, for the page and for the terminal.

use std::fmt::Write;

use plimsoll_report::calendar::{date_time, time_of_day};
use plimsoll_report::format::{dollars, grouped, percent, price, signed_cents};

use super::calls::{Calls, Ending};
use super::perps::{Counterparty, Deficit, Perps, PoolWithdrawal};
use super::{Liquidation, Report, Run};

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is compared, with its unit.
    pub label: &'static str,
    /// With moving thresholds.
    pub moving: String,
    /// With thresholds frozen at their first values.
    pub frozen: String,
}

/// The comparison, in the order in which it is read.
#[must_use]
pub fn rows(report: &Report) -> Vec<Row> {
    let row =
        |label, value: fn(&Run) -> String| Row { label, moving: value(&report.dynamic), frozen: value(&report.frozen) };
    let mut rows = vec![
        row("Liquidations of loans", |run| grouped(run.liquidations)),
        row("  of these by the walk alone", |run| grouped(run.threshold_liquidations)),
        row("Value liquidated, USDC", |run| dollars(run.liquidated_value_quote_atoms)),
        row("Bad debt, USDC", |run| signed_cents(i64::try_from(run.totals.bad_debt_quote_atoms).unwrap_or(i64::MAX))),
        row("Borrowers' equity kept", |run| format!("{} %", percent(run.totals.borrowers_equity_kept_ppm))),
        row("Worst one-hour threshold change", |run| {
            format!("{} points", percent(run.worst_hour_threshold_change_ppm.into()))
        }),
    ];
    rows.extend(call_rows(report));
    rows.extend(perp_rows(report));
    rows.push(row("Conservation error, atoms", |run| grouped(run.totals.conservation_error_atoms)));
    rows.push(row("  checks", |run| grouped(run.totals.conservation_checks)));
    rows
}

/// The margin calls' and the hedgers' part of the comparison.
fn call_rows(report: &Report) -> Vec<Row> {
    let row = |label, value: fn(&Calls) -> String| Row {
        label,
        moving: value(&report.dynamic.calls),
        frozen: value(&report.frozen.calls),
    };
    vec![
        row("Margin calls", |calls| grouped(calls.list.len() as u64)),
        row("  cured", |calls| grouped(calls.ended(Ending::Cured))),
        row("  of these by their owners", |calls| grouped(calls.cured_by_owners())),
        row("  ended in a liquidation", |calls| grouped(calls.ended(Ending::Liquidated))),
        row("  standing at the end", |calls| grouped(calls.ended(Ending::Open))),
        row("  paid in, USDC", |calls| dollars(calls.topped_up_quote_atoms())),
        row("Walk alone, without a call", |calls| grouped(calls.uncalled_walk_liquidations)),
        row("Hedgers in portfolio margin", |calls| grouped(calls.hedgers.in_portfolio)),
        row("  legs at their largest, USDC", |calls| dollars(calls.hedgers.largest_gross_quote_atoms)),
        row("  required then, USDC", |calls| dollars(calls.hedgers.requirement_quote_atoms)),
        row("  cross would require, USDC", |calls| dollars(calls.hedgers.cross_requirement_quote_atoms)),
        row("  liquidated", |calls| grouped(calls.hedgers.liquidated)),
    ]
}

/// The perpetual markets' part of the comparison.
fn perp_rows(report: &Report) -> Vec<Row> {
    let row = |label, value: fn(&Perps) -> String| Row {
        label,
        moving: value(&report.dynamic.perps),
        frozen: value(&report.frozen.perps),
    };
    vec![
        row("Perp orders filled", |perps| grouped(perps.orders.filled)),
        row("  armed by their condition", |perps| grouped(perps.orders.armed)),
        row("  lapsed", |perps| grouped(perps.orders.lapsed)),
        row("Perp liquidations", |perps| grouped(perps.liquidation_list.len() as u64)),
        row("  taken over by keepers", |perps| grouped(perps.liquidations_by(Counterparty::Account))),
        row("  closed against the pool", |perps| grouped(perps.liquidations_by(Counterparty::Pool))),
        row("  value, USDC", |perps| dollars(perps.liquidated_quote_atoms())),
        row("Funding paid, USDC", |perps| dollars(perps.funding_paid_quote_atoms())),
        row("Waterfall: deficits, USDC", |perps| waterfall(perps, |one| one.deficit_quote_atoms)),
        row("  paid by insurance", |perps| waterfall(perps, |one| one.insurance_quote_atoms)),
        row("  paid by the pool", |perps| waterfall(perps, |one| one.pool_quote_atoms)),
        row("  paid by winners", |perps| waterfall(perps, |one| one.winners_quote_atoms)),
        row("  closed against winners, USDC", |perps| waterfall(perps, |one| one.closed_quote_atoms)),
        row("Perp losses elsewhere, USDC", |perps| cents(perps.outside_waterfall_quote_atoms)),
        row("Pool share, of its first value", |perps| format!("{} %", percent(perps.share_kept_ppm()))),
    ]
}

fn waterfall(perps: &Perps, part: fn(&Deficit) -> u64) -> String {
    cents(perps.waterfall_quote_atoms(part))
}

fn cents(quote_atoms: u64) -> String {
    signed_cents(i64::try_from(quote_atoms).unwrap_or(i64::MAX))
}

/// A provider's request for his money, told in plain words.
#[must_use]
pub fn withdrawal_sentence(withdrawal: &PoolWithdrawal) -> String {
    let PoolWithdrawal { provider, asked_seconds, lapsed_requests, paid_seconds, .. } = withdrawal;
    let asked = format!("{provider} asked on {} UTC to leave the pool.", date_time(*asked_seconds));
    let refused = match lapsed_requests {
        0 => String::new(),
        1 => " One request lapsed: the pool needed the money for its positions.".to_owned(),
        many => format!(" {} requests lapsed: the pool needed the money for its positions.", grouped(*many)),
    };
    let paid = paid_seconds.map_or_else(
        || " Nothing was paid before the end.".to_owned(),
        |seconds| format!(" {} USDC were paid on {} UTC.", dollars(withdrawal.paid_quote_atoms), date_time(seconds)),
    );
    asked + &refused + &paid
}

/// A liquidation by the walk alone, told in plain words.
#[must_use]
pub fn walk_sentence(liquidation: &Liquidation) -> String {
    let Liquidation { borrower, account, keeper, collateral, debt, time_seconds, .. } = liquidation;
    let mut text = format!(
        "{borrower} (account {account}) was liquidated on {} UTC by {keeper}: a debt in {debt} worth {} USDC was repaid \
         against {collateral}.",
        date_time(*time_seconds),
        dollars(liquidation.repaid_quote_atoms),
    );
    if let Some(evidence) = &liquidation.evidence {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            " None of its oracle prices had moved since {}: {collateral} stood at {} USDC all hour, while its \
             maintenance margin walked from {}\u{a0}% to {}\u{a0}%, as announced an hour ahead. That took the account's \
             maintenance health from {} to {} USDC.",
            time_of_day(time_seconds.saturating_sub(super::CHANGE_WINDOW_SECONDS)),
            price(evidence.price_quote_atoms),
            percent(evidence.maintenance_before_ppm.into()),
            percent(evidence.maintenance_ppm.into()),
            signed_cents(evidence.health_before_quote_atoms),
            signed_cents(evidence.health_quote_atoms),
        );
    }
    text
}
