//! The two runs side by side, for the page and for the terminal.

use std::fmt::Write;

use super::format::{dollars, grouped, percent, price, signed_cents};
use super::{Liquidation, Report, Run};
use crate::scenario::calendar::{date_time, time_of_day};

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
    vec![
        row("Liquidations", |run| grouped(run.liquidations)),
        row("  of these by the walk alone", |run| grouped(run.threshold_liquidations)),
        row("Value liquidated, USDC", |run| dollars(run.liquidated_value_quote_atoms)),
        row("Bad debt, USDC", |run| signed_cents(i64::try_from(run.totals.bad_debt_quote_atoms).unwrap_or(i64::MAX))),
        row("Borrowers' equity kept", |run| format!("{} %", percent(run.totals.borrowers_equity_kept_ppm))),
        row("Worst one-hour threshold change", |run| {
            format!("{} points", percent(run.worst_hour_threshold_change_ppm.into()))
        }),
        row("Vaults less claims, atoms", |run| grouped(run.totals.conservation_error_atoms)),
    ]
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
