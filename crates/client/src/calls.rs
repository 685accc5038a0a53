//! Margin calls, found off-chain.

use plimsoll::state::{Book, MarginAccount};

use crate::health;

/// Whether `call_margin` would say something that the account does not: a call that is not stored, or a stored one that no longer holds.
///
/// A deadline or a shortfall that only moved is no news, unless the owner was told of a later moment than the true one: an account may be looked at often,
/// and is called once. What cannot be evaluated now is not called: the program would refuse it.
#[must_use]
pub fn is_due(book: &Book, account: &MarginAccount, now_seconds: u64) -> bool {
    let Ok(projection) = health::projection(book, account, now_seconds) else {
        return false;
    };
    if projection.maintenance.is_negative() {
        return false;
    }
    match projection.call {
        Some(call) => !account.is_called() || call.deadline_seconds < account.call.deadline_seconds,
        None => account.is_called(),
    }
}
