//! Where an order stands between placed and filled: the program's own conditions, named.

use plimsoll::state::margin_account::Order;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_risk::perp::order;

use crate::Pubkey;
use crate::instructions::OrderKey;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Its condition is to be shown: it was never armed, or lapsed since.
    Waiting,
    /// Armed, and due at this time; until then its owner may cancel it.
    Armed {
        /// When it is due.
        due_seconds: u64,
    },
    /// Due, and not to be cancelled: whoever brings its publication fills it.
    Binding {
        /// Since when it is due.
        due_seconds: u64,
    },
    /// It can never be executed again: expired, lapsed without a condition, or of a market that has left its slot. Anybody may cancel it.
    Void,
}

/// The orders of an account, lowest slot first.
pub fn of_account(address: Pubkey, account: &MarginAccount) -> impl Iterator<Item = (OrderKey, &Order)> {
    let orders = (0u8..).zip(&account.orders);
    orders
        .filter(|(_, order)| order.id != 0)
        .map(move |(slot, order)| (OrderKey { margin_account: address, slot, id: order.id }, order))
}

/// When an armed order, or a request to the pool, is due. Meaningless while its condition is to be shown.
#[must_use]
pub fn due_seconds(book: &Book, order: &Order) -> u64 {
    order::due_seconds(order.armed_seconds, &order.timing(&book.pool))
}

/// Where an order stands at a moment.
#[must_use]
pub fn state(book: &Book, order: &Order, now_seconds: u64) -> OrderState {
    let due_seconds = due_seconds(book, order);
    if order.is_void(book, now_seconds) {
        OrderState::Void
    } else if order.binds(&book.pool, now_seconds) {
        OrderState::Binding { due_seconds }
    } else if order.has_lapsed(&book.pool, now_seconds) {
        OrderState::Waiting
    } else {
        OrderState::Armed { due_seconds }
    }
}
