//! Margin calls: accounts that what is announced will make liquidatable, and calls that no longer hold.

use plimsoll_client::calls;

use super::Action;
use crate::snapshot::Snapshot;

/// `call_margin` of every account that it would call, or whose call it would clear.
pub(super) fn all(snapshot: &Snapshot) -> Vec<Action> {
    let accounts = snapshot.accounts.iter();
    let due = accounts.filter(|(_, account)| calls::is_due(&snapshot.book, account, snapshot.now_seconds));
    due.map(|(address, _)| Action::CallMargin { margin_account: *address }).collect()
}
