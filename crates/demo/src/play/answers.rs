//! How owners answer margin calls: every second one pays, out of savings, what brings the account out of reach of everything announced.

use plimsoll_client::health;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_risk::position;
use plimsoll_risk::quantities::Amount;

use super::market::copy_of;

/// Savings of an owner: this part of what was deposited at the start.
const SAVINGS_SHARE: u64 = 5;
/// How often the amount is raised by half until it is enough.
const RAISES: u32 = 12;

/// Quote atoms that an owner has at hand besides a deposit of this value.
#[must_use]
pub const fn savings_atoms(deposit_quote_atoms: u64) -> u64 {
    deposit_quote_atoms / SAVINGS_SHARE
}

/// Whether the owner at a place in the cast answers at all.
#[must_use]
pub const fn answers(place: usize) -> bool {
    place.is_multiple_of(2)
}

/// What an owner brings to the quote reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Atoms.
    pub amount_atoms: u64,
    /// Whether they pay a debt; else they are deposited.
    pub is_repayment: bool,
}

/// The least of a few amounts, out of savings, after which nothing announced reaches the account. None where it is not called or no such amount is enough.
#[must_use]
pub fn top_up(book: &Book, account: &MarginAccount, savings_atoms: u64, now_seconds: u64) -> Option<TopUp> {
    if !account.is_called() {
        return None;
    }
    let index = usize::from(book.pool.quote_reserve);
    let reserve = book.reserves.get(index)?;
    let held = account.position(index).ok()?;
    let owed = held.owed_up(&reserve.totals()).ok()?;
    let most = if owed.is_zero() { savings_atoms } else { savings_atoms.min(owed.0) };
    let mut amount_atoms = account.call.shortfall_quote_atoms.max(1);
    for _ in 0..RAISES {
        amount_atoms = amount_atoms.saturating_add(amount_atoms / 2 + 1);
        if amount_atoms > most {
            return None;
        }
        if is_enough(book, account, amount_atoms, now_seconds) {
            return Some(TopUp { amount_atoms, is_repayment: !owed.is_zero() });
        }
    }
    None
}

fn is_enough(book: &Book, account: &MarginAccount, amount_atoms: u64, now_seconds: u64) -> bool {
    let (mut book, mut account) = (copy_of(book), *account);
    let index = usize::from(book.pool.quote_reserve);
    let reserve = &mut book.reserves[index];
    let mut totals = reserve.totals();
    let credited = account.position(index).ok().and_then(|mut held| {
        position::credit(&mut held, &mut totals, Amount(amount_atoms)).ok()?;
        account.set_position(index, held).ok()
    });
    reserve.set_totals(&totals);
    credited.is_some()
        && health::projection(&book, &account, now_seconds)
            .is_ok_and(|ahead| ahead.call.is_none() && !ahead.maintenance.is_negative())
}
