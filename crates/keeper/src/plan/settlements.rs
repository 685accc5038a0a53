//! Realised profits and losses that move home: where it opens the way for a liquidation, where somebody asked for it, and when a market ends.

use plimsoll::state::{MarginAccount, PerpMarket};
use plimsoll_client::{Pubkey, failures, perps};
use plimsoll_risk::quantities::{DAY_SECONDS, SignedAmount};

use super::Action;
use crate::snapshot::Snapshot;

/// A settlement that changes what an unhealthy account's liquidation can reach: a profit becomes a deposit, a loss takes one or becomes a debt.
pub(super) fn of_unhealthy(snapshot: &Snapshot, address: Pubkey, account: &MarginAccount) -> Option<Action> {
    let market = perps::held_markets(account).find(|market| !moved(snapshot, account, *market).is_zero())?;
    Some(Action::SettlePnl { margin_account: address, market })
}

/// What a settlement would move; nothing where the program would refuse it.
fn moved(snapshot: &Snapshot, account: &MarginAccount, market: u8) -> SignedAmount {
    failures::settlement(&snapshot.book, account, market, snapshot.now_seconds).unwrap_or(SignedAmount::ZERO)
}

/// Every settlement that moves at least so much: losses first, which fill the pool that profits are paid from; the largest of each first.
pub(super) fn asked_for(snapshot: &Snapshot, least_atoms: u64) -> Vec<Action> {
    let least_atoms = least_atoms.max(1);
    let mut settlements: Vec<(SignedAmount, Action)> = Vec::new();
    for (address, account) in &snapshot.accounts {
        for market in perps::held_markets(account) {
            let view = perps::position(&snapshot.book, account, market);
            if view.is_ok_and(|view| view.position.realised.magnitude().0 >= least_atoms) {
                let moved = moved(snapshot, account, market);
                settlements.push((moved, Action::SettlePnl { margin_account: *address, market }));
            }
        }
    }
    settlements.retain(|(moved, _)| moved.magnitude().0 >= least_atoms);
    settlements.sort_by_key(|(moved, _)| (!moved.is_negative(), std::cmp::Reverse(moved.magnitude())));
    settlements.into_iter().map(|(_, action)| action).collect()
}

/// Every position and order of a market whose settlement time has come.
pub(super) fn delisted(snapshot: &Snapshot) -> Vec<Action> {
    let due = (0u8..)
        .zip(&snapshot.book.perp_markets)
        .filter(|(_, market)| market.is_delisting() && snapshot.now_seconds >= market.settle_at_seconds);
    due.filter_map(|(index, market)| Some((index, settlement_oracle(snapshot, market)?)))
        .flat_map(|(market, oracle)| {
            let held = snapshot.accounts.iter().filter(move |(_, account)| has_anything(snapshot, account, market));
            held.map(move |(address, _)| Action::SettleDelisted { margin_account: *address, market, oracle })
        })
        .collect()
}

/// An account whose position is to close, whose profit or loss can be settled, or whose orders take up slots.
fn has_anything(snapshot: &Snapshot, account: &MarginAccount, market: u8) -> bool {
    let view = perps::position(&snapshot.book, account, market);
    view.is_ok_and(|view| !view.position.base.is_zero())
        || account.orders.iter().any(|order| order.id != 0 && order.market == market)
        || (account.has_perp(market) && !moved(snapshot, account, market).is_zero())
}

/// The oracle account to pass: the one with the first publication since the settlement time, or any where it is not read any more.
fn settlement_oracle(snapshot: &Snapshot, market: &PerpMarket) -> Option<Pubkey> {
    let factor = snapshot.book.factor(market.factor_index).ok()?;
    let settle_at = market.settle_at_seconds;
    let is_read = market.settlement_price == 0 && snapshot.now_seconds < settle_at.saturating_add(DAY_SECONDS);
    let mut publications = snapshot.publications.iter().filter(|publication| publication.is_of(factor));
    let found = publications.find(|publication| !is_read || publication.is_first_since(settle_at))?;
    Some(found.oracle)
}
