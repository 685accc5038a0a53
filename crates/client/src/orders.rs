//! Where an order stands between placed and filled.

use plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, Order, POOL_MARKET};
use plimsoll::state::{Book, MarginAccount};
use plimsoll_risk::perp::order;

use crate::Pubkey;
use crate::instructions::OrderKey;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Nobody has shown yet that its condition holds.
    Waiting,
    /// Armed, and due at this time; until then its owner may cancel it.
    Armed {
        /// When it is due.
        due_seconds: u64,
    },
    /// Due, and its owner may not cancel it.
    Binding {
        /// Since when it is due.
        due_seconds: u64,
    },
    /// Nobody filled it in time. One with a condition may be armed again.
    Lapsed {
        /// When it was due.
        due_seconds: u64,
    },
    /// Its time is over.
    Expired,
}

/// The orders of an account, lowest slot first.
pub fn of_account(address: Pubkey, account: &MarginAccount) -> impl Iterator<Item = (OrderKey, &Order)> {
    let orders = (0u8..).zip(&account.orders);
    orders
        .filter(|(_, order)| order.id != 0)
        .map(move |(slot, order)| (OrderKey { margin_account: address, slot, id: order.id }, order))
}

/// Whether an order is a request to the pool.
#[must_use]
pub const fn is_pool_order(order: &Order) -> bool {
    order.market == POOL_MARKET
}

/// When an order is due: an armed one of a market, or a request to the pool. None while its condition is to be shown.
#[must_use]
pub fn due_seconds(book: &Book, order: &Order) -> Option<u64> {
    let params = &book.pool.params;
    let delayed = |delay_seconds: u32| Some(order.placed_seconds.saturating_add(delay_seconds.into()));
    match order.kind {
        ORDER_POOL_DEPOSIT => delayed(params.deposit_delay_seconds),
        ORDER_POOL_WITHDRAW => delayed(params.withdraw_delay_seconds),
        _ if order.armed_seconds == 0 => None,
        _ => Some(order::due_seconds(order.armed_seconds, &book.pool.order_terms())),
    }
}

/// Where an order stands at a moment.
#[must_use]
pub fn state(book: &Book, order: &Order, now_seconds: u64) -> OrderState {
    let due = due_seconds(book, order);
    let is_expired = now_seconds > order.expires_seconds;
    match due {
        Some(due_seconds) if now_seconds < due_seconds && !is_expired => OrderState::Armed { due_seconds },
        Some(due_seconds) if is_binding(book, order, now_seconds) => OrderState::Binding { due_seconds },
        _ if is_expired => OrderState::Expired,
        Some(due_seconds) => OrderState::Lapsed { due_seconds },
        None => OrderState::Waiting,
    }
}

fn is_binding(book: &Book, order: &Order, now_seconds: u64) -> bool {
    if is_pool_order(order) {
        return due_seconds(book, order).is_some_and(|due| now_seconds >= due);
    }
    order::binds(order.armed_seconds, now_seconds, &book.pool.order_terms())
}
