//! INV-LEDGER: what a perp market has booked sums to zero, and its open interest is that of its positions.

use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_risk::perp::PerpPosition;

use super::{Change, Verdict, ensure, text};
use crate::action::Kind;
use crate::snapshot::Snapshot;

/// A position with what its side's indices hold for it.
pub(crate) fn touched(book: &Book, account: &MarginAccount, market: u8) -> Result<PerpPosition, String> {
    plimsoll_client::perps::position(book, account, market).map(|view| view.position).map_err(text)
}

/// INV-LEDGER: Σ (entry + realised) + pool + insurance + unapplied = 0, to the atom; slots, bits and the count agree.
pub(crate) fn balanced(state: &Snapshot) -> Verdict {
    for (index, market) in state.markets() {
        let slot = usize::from(index);
        let held: i128 = state.open_accounts().map(|(_, account)| &account.perps[slot]).map(quote_of).sum();
        let booked = i128::from(market.pool_quote_atoms)
            + i128::from(market.insurance_atoms)
            + i128::from(market.unapplied_atoms);
        ensure(held + booked == 0, || format!("INV-LEDGER: market {index}: {held} held and {booked} booked"))?;
        let holders = state.open_accounts().filter(|(_, account)| account.has_perp(index)).count();
        ensure(u64::try_from(holders) == Ok(market.positions), || {
            format!("INV-LEDGER: market {index}: {holders} holders, {} counted", market.positions)
        })?;
        for (who, account) in state.open_accounts() {
            let is_empty = account.perps[slot].position().is_empty();
            ensure(account.has_perp(index) != is_empty, || {
                format!("INV-LEDGER: account {who}: the bit of market {index} is wrong")
            })?;
        }
    }
    Ok(())
}

fn quote_of(slot: &plimsoll_client::plimsoll::state::margin_account::PerpPosition) -> i128 {
    i128::from(slot.quote_entry_atoms) + i128::from(slot.realised_atoms)
}

/// What each waterfall may have left of a side above its positions: less than an atom for each of them and one more.
#[derive(Default)]
pub(crate) struct OpenInterest {
    slack_atoms: [[u128; 2]; 16],
}

impl OpenInterest {
    /// INV-LEDGER: a side is the sum of its positions, but for what waterfalls rounded away.
    pub(crate) fn check(&mut self, change: &Change) -> Verdict {
        for (index, market) in change.after.markets() {
            let (sums, holders) = sides(change.after, index)?;
            let slack = &mut self.slack_atoms[usize::from(index)];
            let has_shrunk = change.action.kind == Kind::ResolvePerpBankruptcy
                && market.waterfall_base_atoms
                    != change.before.book.perp_markets[usize::from(index)].waterfall_base_atoms;
            for side in 0..2 {
                let booked = u128::from([market.long_base_atoms, market.short_base_atoms][side]);
                slack[side] =
                    if booked == 0 { 0 } else { slack[side] + if has_shrunk { holders[side] + 1 } else { 0 } };
                let most = sums[side] + slack[side];
                ensure((sums[side]..=most).contains(&booked), || {
                    format!(
                        "INV-LEDGER: market {index}: side {side} is {booked}, its positions {} to {most}",
                        sums[side]
                    )
                })?;
            }
            if slack.iter().all(|slack| *slack == 0) {
                unapplied_is_the_pools(change.after, index)?;
            }
        }
        Ok(())
    }
}

/// Base atoms and holders of the longs and of the shorts.
pub(crate) fn sides(state: &Snapshot, market: u8) -> Result<([u128; 2], [u128; 2]), String> {
    let (mut sums, mut holders) = ([0; 2], [0; 2]);
    for (_, account) in state.open_accounts().filter(|(_, account)| account.has_perp(market)) {
        let base = touched(&state.book, account, market)?.base;
        if !base.is_zero() {
            let side = usize::from(base.is_negative());
            sums[side] += u128::from(base.magnitude().0);
            holders[side] += 1;
        }
    }
    Ok((sums, holders))
}

/// What is left of `unapplied` once every position is touched is rounding, which the pool gets: while no waterfall has rounded a position, never
/// less than nothing.
fn unapplied_is_the_pools(state: &Snapshot, market: u8) -> Verdict {
    let left = left_unapplied(state, market)?;
    ensure(left >= 0, || format!("INV-LEDGER: market {market}: positions were given {} atoms too much", -left))
}

/// `unapplied` once every position is touched.
pub(crate) fn left_unapplied(state: &Snapshot, market: u8) -> Result<i128, String> {
    let mut left = i128::from(state.book.perp_markets[usize::from(market)].unapplied_atoms);
    for (_, account) in state.open_accounts().filter(|(_, account)| account.has_perp(market)) {
        let slot = &account.perps[usize::from(market)];
        let now = touched(&state.book, account, market)?;
        left -= i128::from(now.entry.0) + i128::from(now.realised.0) - quote_of(slot);
    }
    Ok(left)
}
