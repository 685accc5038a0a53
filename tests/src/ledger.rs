//! The ledger law of perps: whatever happened, a market's books sum to zero and its open interest is that of its positions.

use plimsoll_client::plimsoll::state::{Book, MarginAccount, PerpMarket};
use plimsoll_client::{Pubkey, perps};
use plimsoll_risk::quantities::SizeFactor;

use crate::world::World;

impl World {
    /// Asserts INV-LEDGER of every listed market over these margin accounts, which must be all that hold a position.
    ///
    /// # Panics
    /// Where a sum is another one.
    #[track_caller]
    pub fn assert_ledger(&self, accounts: &[Pubkey]) {
        let accounts: Vec<_> = accounts.iter().map(|address| self.margin_state(address)).collect();
        assert_ledger(&self.book_state(), &accounts);
    }
}

/// Asserts INV-LEDGER of every listed market over all accounts that hold a position.
///
/// # Panics
/// Where a sum is another one.
#[track_caller]
pub fn assert_ledger(book: &Book, accounts: &[Box<MarginAccount>]) {
    for (index, market) in (0u8..).zip(&book.perp_markets).filter(|(_, market)| market.is_listed()) {
        assert_sum(index, market, accounts);
        assert_open_interest(book, index, accounts);
    }
}

/// Σ (entry + realised) + `pool_quote` + insurance + unapplied = 0; and the market knows how many hold something of it.
#[track_caller]
fn assert_sum(index: u8, market: &PerpMarket, accounts: &[Box<MarginAccount>]) {
    let held: Vec<_> = accounts.iter().filter(|account| account.has_perp(index)).collect();
    let perps = held.iter().map(|account| &account.perps[usize::from(index)]);
    let positions: i128 = perps.map(|perp| i128::from(perp.quote_entry_atoms) + i128::from(perp.realised_atoms)).sum();
    let pool = i128::from(market.pool_quote_atoms) + i128::from(market.insurance_atoms);
    let sum = positions + pool + i128::from(market.unapplied_atoms);
    assert_eq!(sum, 0, "market {index} does not sum to zero");
    assert_eq!(market.positions, held.len() as u64, "holders of market {index}");
}

/// Each side's open interest is the sum of its positions; after a waterfall at most an atom for each above it, and one more.
#[track_caller]
fn assert_open_interest(book: &Book, index: u8, accounts: &[Box<MarginAccount>]) {
    let (mut long, mut short) = (0, 0);
    for account in accounts {
        let base = perps::position(book, account, index).expect("a position").position.base;
        *(if base.is_negative() { &mut short } else { &mut long }) += base.magnitude().0;
    }
    let market = &book.perp_markets[usize::from(index)];
    for (booked, held, size) in
        [(market.long_base_atoms, long, market.size_factor[0]), (market.short_base_atoms, short, market.size_factor[1])]
    {
        let rounded = if size == SizeFactor::ONE.to_bits() { 0 } else { market.positions + 1 };
        let excess = booked.checked_sub(held);
        assert!(excess.is_some_and(|excess| excess <= rounded), "market {index}: {booked} booked, {held} held");
    }
}
