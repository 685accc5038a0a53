//! Margin calls: accounts that what is announced will make liquidatable, and calls that no longer hold.

use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::health;

use super::Action;
use crate::snapshot::Snapshot;

/// `call_margin` of every account that it would call, or whose call it would clear.
pub(super) fn all(snapshot: &Snapshot) -> Vec<Action> {
    let due = snapshot.accounts.iter().filter(|(_, account)| is_due(&snapshot.book, account, snapshot.now_seconds));
    due.map(|(address, _)| Action::CallMargin { margin_account: *address }).collect()
}

/// Whether the stored call says something else than the projection. A deadline or a shortfall that only moved is no news, unless the owner was told of
/// a later moment than the true one: an account is looked at often, and called once.
fn is_due(book: &Book, account: &MarginAccount, now_seconds: u64) -> bool {
    let Ok(projection) = health::projection(book, account, now_seconds) else {
        // what cannot be evaluated now is not called: the program would refuse it
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
