//! Perp positions and the pool as they stand: with what their market's indices hold for them, which the accounts show only when touched.

pub use plimsoll::perp_liquidation::held_markets;
use plimsoll::perps;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::pool::{self, PoolEquity};
use plimsoll_risk::quantities::{Amount, Price, Shares, SignedAmount, SignedValue};

use crate::health::{Refusal, refuse};

/// One position of an account, at the Book's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionView {
    /// Which market.
    pub market: u8,
    /// The position with the funding and the waterfalls that it has not booked yet.
    pub position: PerpPosition,
    /// Profit of the open size at mid.
    pub unrealised: SignedAmount,
}

impl PositionView {
    /// Unrealised and realised profit together.
    ///
    /// # Errors
    /// Where the sum leaves 64 bits.
    pub fn profit(&self) -> Result<SignedAmount, Refusal> {
        refuse(self.unrealised.plus(self.position.realised))
    }
}

/// Books every market's funding up to now: what the program does before it looks at an account. Call it on a copy.
///
/// # Errors
/// The program's refusals.
pub fn bring_funding_up(book: &mut Book, now_seconds: u64) -> Result<(), Refusal> {
    perps::update_all_funding(book, now_seconds)
}

/// An account's position in a market, with what is due to it up to the market's last funding update; an empty one where it holds none.
///
/// # Errors
/// The program's refusals: no such market.
pub fn position(book: &Book, account: &MarginAccount, market: u8) -> Result<PositionView, Refusal> {
    let (_, position) = perps::load(book, account, market)?;
    let factor = book.factor(book.perp_market(market)?.factor_index)?;
    let unrealised = refuse(position.unrealised_down(Price::from_bits(factor.price.mid)))?;
    Ok(PositionView { market, position, unrealised })
}

/// Every position of an account.
///
/// # Errors
/// As [`position`].
pub fn positions(book: &Book, account: &MarginAccount) -> Result<Vec<PositionView>, Refusal> {
    held_markets(account).map(|market| position(book, account, market)).collect()
}

/// The pool's equity at mid and at both edges of confidence, up to the last funding updates.
///
/// # Errors
/// The program's refusals: a market with open interest and without a price.
pub fn pool_equity(book: &Book) -> Result<PoolEquity, Refusal> {
    perps::pool_equity(book)
}

/// What the pool may claim in the quote reserve: the most that it can pay.
///
/// # Errors
/// The program's refusals.
pub fn pool_deposits(book: &Book) -> Result<Amount, Refusal> {
    perps::pool_deposits(book)
}

/// What shares of the pool are worth at mid, rounded down. A payout is made at the edge of confidence that is worse for whoever asks, out of the pool's
/// deposits.
///
/// # Errors
/// As [`pool_equity`].
pub fn shares_value_down(book: &Book, shares: Shares) -> Result<Amount, Refusal> {
    let equity: SignedValue = pool_equity(book)?.mid;
    refuse(pool::payout_down(shares, Shares(book.pool.total_shares), equity))
}
