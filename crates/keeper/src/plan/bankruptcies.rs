//! Losses that no asset stands behind: of perps market by market, then of loans debt by debt.

use plimsoll::state::MarginAccount;
use plimsoll::state::margin_account::PerpPosition;
use plimsoll_client::{Pubkey, failures, perps};

use super::Action;
use crate::snapshot::Snapshot;

/// The markets whose loss the program would distribute now.
pub(super) fn of_perps(snapshot: &Snapshot, address: Pubkey, account: &MarginAccount) -> Vec<Action> {
    perps::held_markets(account)
        .filter(|market| failures::perp_bankruptcy(&snapshot.book, account, *market, snapshot.now_seconds).is_ok())
        .map(|market| Action::ResolvePerpBankruptcy { margin_account: address, market })
        .collect()
}

/// Every debt of an account without assets, once no perp of it could still pay one.
pub(super) fn of_loans(address: Pubkey, account: &MarginAccount) -> Vec<Action> {
    let can_pay = |position: &PerpPosition| position.base_atoms != 0 || position.realised_atoms > 0;
    if account.perps.iter().any(can_pay) {
        return Vec::new();
    }
    let balances = (0u8..).zip(&account.balances);
    balances
        .filter(|(_, balance)| balance.debt_shares != 0)
        .map(|(reserve_index, _)| Action::ResolveBankruptcy { margin_account: address, reserve_index })
        .collect()
}
