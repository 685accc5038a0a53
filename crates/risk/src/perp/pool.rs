//! The pool: its equity, what its positions require of it, and its shares. See `docs/risk.md`, section 12.

use crate::error::Result;
use crate::price::Quote;
use crate::quantities::{Amount, Ratio, Shares, SignedAmount, SignedValue, Value};

/// Shares and atoms that nobody holds, against the first-depositor attack.
pub const VIRTUAL: u64 = 1_000_000;

/// The pool's part of one market.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolMarket {
    /// Longs less shorts.
    pub skew: SignedAmount,
    /// What the pool has booked there, unsettled.
    pub pool_quote: SignedAmount,
    /// The factor's price.
    pub quote: Quote,
}

/// The pool's equity at three prices, summed market by market.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolEquity {
    /// At mid.
    pub mid: SignedValue,
    /// At the edges of confidence that are worse for the pool.
    pub worse: SignedValue,
    /// At the edges that are better.
    pub better: SignedValue,
}

impl PoolEquity {
    /// A pool with nothing but its deposits.
    #[must_use]
    pub const fn of_deposits(_deposits: Amount) -> Self {
        todo!()
    }

    /// Adds the pool's part of a market.
    pub fn add(&mut self, _market: &PoolMarket) -> Result<()> {
        todo!()
    }
}

/// What one market's skew requires: `|k|·mid·goal` with the sign of k, rounded away from zero.
pub fn exposure_up(_skew: SignedAmount, _mid: crate::quantities::Price, _goal: Ratio) -> Result<SignedAmount> {
    todo!()
}

/// Sums exposures, several markets of one factor together, and holds them against the pool's equity.
///
/// `exposures[i]` is the exposure to factor i; `covariance` the Book's upper triangle with 56 fractional bits (row by row, as [`crate::correlation`] keeps it).
/// The sum of the sizes is tried first: only where it is too large are correlations read.
///
/// # Errors
/// [`crate::RiskError::PoolRequirement`] where the requirement passes `share` of `equity`.
pub fn require_within(_exposures: &[i64], _covariance: &[i64], _share: Ratio, _equity: SignedValue) -> Result<()> {
    todo!()
}

/// `√(Σ x_i·x_j·ρ_ij)`, rounded up.
pub fn requirement_up(_exposures: &[i64], _covariance: &[i64]) -> Result<Value> {
    todo!()
}

/// Shares that a deposit mints: `⌊a·(S + 10⁶)/(equity + 10⁶)⌋`.
pub fn shares_down(_deposit: Amount, _total: Shares, _equity_better: SignedValue) -> Result<Shares> {
    todo!()
}

/// Atoms that shares are paid: `⌊n·(equity + 10⁶)/(S + 10⁶)⌋`.
pub fn payout_down(_shares: Shares, _total: Shares, _equity_worse: SignedValue) -> Result<Amount> {
    todo!()
}
