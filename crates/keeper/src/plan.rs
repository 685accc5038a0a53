//! What to do next: a pure function of what is known.

mod action;
mod bankruptcies;
mod calls;
mod liquidations;
mod orders;
mod refreshes;
mod settlements;
mod takeover;

pub use action::Action;

use crate::settings::Settings;
use crate::snapshot::Snapshot;

/// Everything worth doing now, most urgent first: interest, funding, implied volatility and the grid step, which margin checks rest on and which are
/// rarely due; then liquidations by largest shortfall and bankruptcies; then orders, whose publication may soon be gone; then margin calls, which give
/// an hour's notice; then settlements and prices.
///
/// Prices come last, because oracles may publish faster than transactions are confirmed: a keeper that first brought every publication would never liquidate.
/// Where prices are too old to liquidate at, no liquidation is planned, and where its legs have newer publications, it brings them itself; so does an order.
///
/// Actions after the first are planned as if the first had not happened; look at the chain again before each.
#[must_use]
pub fn plan(snapshot: &Snapshot, settings: &Settings) -> Vec<Action> {
    let mut actions = Vec::new();
    actions.extend(refreshes::interest(snapshot, settings.accrue_seconds));
    actions.extend(refreshes::funding(snapshot, settings.funding_seconds));
    if !settings.frozen_thresholds {
        actions.extend(refreshes::implied(snapshot));
        actions.extend(refreshes::risk(snapshot));
    }
    actions.extend(liquidations::all(snapshot, settings));
    actions.extend(orders::all(snapshot, &settings.margin_account));
    actions.extend(calls::all(snapshot));
    actions.extend(settlements::delisted(snapshot));
    actions.extend(settings.settle_atoms.map(|least| settlements::asked_for(snapshot, least)).unwrap_or_default());
    actions.extend(refreshes::prices(snapshot));
    actions
}
