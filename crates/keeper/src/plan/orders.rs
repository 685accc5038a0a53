//! Orders: show that a condition holds, fill what is due on its one publication, carry out requests to the pool.

use plimsoll::state::margin_account::{MODE_CROSS, Order};
use plimsoll::state::{Book, Factor, MarginAccount};
use plimsoll_client::instructions::OrderKey;
use plimsoll_client::orders::{self, OrderState};
use plimsoll_client::{Pubkey, perps};
use plimsoll_risk::perp::fill;
use plimsoll_risk::quantities::{Price, SignedAmount};

use super::{Action, refreshes};
use crate::oracle::Publication;
use crate::snapshot::Snapshot;

/// What to do about every order: first what is due, longest first, then what may be armed. Nothing where the keeper's account cannot take the fees.
pub(super) fn all(snapshot: &Snapshot, own_account: &Pubkey) -> Vec<Action> {
    if snapshot.accounts.get(own_account).is_none_or(|account| account.mode != MODE_CROSS) {
        return Vec::new();
    }
    let (mut due, mut armed) = (Vec::new(), Vec::new());
    for (address, account) in &snapshot.accounts {
        for (key, order) in orders::of_account(*address, account) {
            match orders::state(&snapshot.book, order, snapshot.now_seconds) {
                OrderState::Waiting => armed.extend(arm(snapshot, account, key, order)),
                OrderState::Armed { due_seconds } | OrderState::Binding { due_seconds } => {
                    due.extend(execute(snapshot, key, order, due_seconds).map(|action| (due_seconds, action)));
                }
                OrderState::Void => {}
            }
        }
    }
    due.sort_by_key(|(due_seconds, _)| *due_seconds);
    due.into_iter().map(|(_, action)| action).chain(armed).collect()
}

fn execute(snapshot: &Snapshot, order: OrderKey, terms: &Order, due_seconds: u64) -> Option<Action> {
    if terms.is_for_pool() {
        pool_order(snapshot, order, due_seconds)
    } else {
        fill(snapshot, order, terms, due_seconds)
    }
}

/// A fill, where an oracle account carries the publication that the order waits for, young enough for its window.
fn fill(snapshot: &Snapshot, order: OrderKey, terms: &Order, due_seconds: u64) -> Option<Action> {
    let (book, now_seconds) = (&*snapshot.book, snapshot.now_seconds);
    let factor = factor_of(book, terms.market)?;
    let window_seconds = terms.timing(&book.pool).window_seconds;
    let mut publications = snapshot.publications.iter().filter(|publication| publication.is_of(factor));
    let publication = publications.find(|publication| {
        publication.is_first_since(due_seconds)
            && !publication.is_from_future(now_seconds)
            && publication.age_seconds(now_seconds) <= window_seconds
    })?;
    // an unconfirmed step: the order fills on neither side of it
    if factor.is_pending(now_seconds) {
        return None;
    }
    let oracle = publication.oracle;
    Some(Action::FillOrder { order, oracle, oracles: refreshes::news(snapshot, |news| news.oracle == oracle) })
}

/// Arming, where the condition holds at the Book's price and there is something to trade.
fn arm(snapshot: &Snapshot, account: &MarginAccount, order: OrderKey, terms: &Order) -> Option<Action> {
    let book = &*snapshot.book;
    let factor = factor_of(book, terms.market)?;
    let is_met = terms.condition()?.require_met(Price::from_bits(factor.price.mid)).is_ok();
    if !is_met || !has_fresh_price(factor, snapshot.now_seconds) {
        return None;
    }
    let base = perps::position(book, account, terms.market).ok()?.position.base;
    if terms.is_reduce_only() && !fill::reduces(base, SignedAmount(terms.base_atoms)) {
        return None;
    }
    let publication = snapshot.publications.iter().find(|publication| publication.is_of(factor))?;
    Some(Action::ArmOrder { order, oracle: publication.oracle })
}

/// A request to the pool, where each market with open interest has a price since it was due, in the Book or at its oracle.
fn pool_order(snapshot: &Snapshot, order: OrderKey, due_seconds: u64) -> Option<Action> {
    let (book, now_seconds) = (&*snapshot.book, snapshot.now_seconds);
    if now_seconds < due_seconds {
        return None;
    }
    let mut oracles = Vec::new();
    for market in book.perp_markets.iter().filter(|market| market.has_open_interest()) {
        let factor = book.factor(market.factor_index).ok()?;
        if factor.price.publish_time_seconds >= due_seconds && has_fresh_price(factor, now_seconds) {
            continue;
        }
        let since_due = |news: &Publication| news.is_of(factor) && news.publish_time_seconds >= due_seconds;
        let news = refreshes::news(snapshot, since_due);
        if news.is_empty() {
            return None;
        }
        oracles.extend(news);
    }
    Some(Action::ExecutePoolOrder { order, oracles })
}

fn factor_of(book: &Book, market: u8) -> Option<&Factor> {
    book.factor(book.perp_market(market).ok()?.factor_index).ok()
}

/// Whether the program decides by the price in force: there is one, young enough and confirmed.
fn has_fresh_price(factor: &Factor, now_seconds: u64) -> bool {
    let age_seconds = now_seconds.saturating_sub(factor.price.publish_time_seconds);
    factor.price.mid != 0
        && age_seconds <= u64::from(factor.params.liquidation_max_age_seconds)
        && !factor.is_pending(now_seconds)
}
