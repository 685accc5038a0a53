//! The pool: its equity, what its positions require of it, and its shares. See `docs/risk.md`, section 12.

use crate::correlation::{CELLS, FACTORS, covariance};
use crate::error::{Result, RiskError};
use crate::math::{Standardised, mul_div_down, root_of_terms_up};
use crate::price::Quote;
use crate::quantities::{Amount, Price, Ratio, Shares, SignedAmount, SignedValue, Value};

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
    pub const fn of_deposits(deposits: Amount) -> Self {
        let deposits = SignedValue(deposits.0 as i128);
        Self { mid: deposits, worse: deposits, better: deposits }
    }

    /// Adds the pool's part of a market: `pool_quote − k·p`, rounded down. It is short what traders are long, so a higher price is worse where k > 0.
    #[inline(always)]
    pub fn add(&mut self, market: &PoolMarket) -> Result<()> {
        let Quote { mid, confidence, .. } = market.quote;
        let higher = mid.plus(confidence)?;
        let lower = Price::from_bits(mid.to_bits().saturating_sub(confidence.to_bits()));
        let (worse, better) = if market.skew.is_negative() { (lower, higher) } else { (higher, lower) };
        self.mid = self.mid.plus(market.worth_down(mid)?)?;
        self.worse = self.worse.plus(market.worth_down(worse)?)?;
        self.better = self.better.plus(market.worth_down(better)?)?;
        Ok(())
    }
}

impl PoolMarket {
    #[inline(always)]
    fn worth_down(&self, price: Price) -> Result<SignedValue> {
        let size = self.skew.magnitude();
        let booked = SignedValue(self.pool_quote.0.into());
        if self.skew.is_negative() {
            booked.plus(SignedValue(price.value_down(size)?.0.into()))
        } else {
            booked.minus(SignedValue(price.value_up(size)?.0.into()))
        }
    }
}

/// What one market's skew requires: `|k|·mid·goal` with the sign of k, rounded away from zero.
#[inline(always)]
pub fn exposure_up(skew: SignedAmount, mid: Price, goal: Ratio) -> Result<SignedAmount> {
    let size = Amount(goal.of_up(mid.value_up(skew.magnitude())?)?.0);
    if skew.is_negative() { SignedAmount::paid(size) } else { SignedAmount::received(size) }
}

/// Sums exposures, several markets of one factor together, and holds them against the pool's equity; a negative one counts as 0.
///
/// `exposures[i]` is the exposure to factor i; `cells` the Book's covariances. The sum of the sizes is tried first: only where it is too large are
/// covariances read.
///
/// # Errors
/// [`RiskError::PoolRequirement`] where the requirement passes `share` of `equity`.
#[inline(always)]
pub fn require_within(
    exposures: &[i64; FACTORS],
    cells: &[i64; CELLS],
    share: Ratio,
    equity: SignedValue,
) -> Result<()> {
    let equity = u64::try_from(equity.0.max(0)).map_err(|_| RiskError::Overflow)?;
    let limit = share.of_down(Value(equity))?;
    if sum_of_sizes(exposures)? <= limit || requirement_up(exposures, cells)? <= limit {
        return Ok(());
    }
    Err(RiskError::PoolRequirement)
}

/// `√(Σ x_i·x_j·ρ_ij)`, never below the exact value, nor above the sum of the sizes; its square lies at most 2⁻¹⁸ of the largest exposure's square above.
///
/// A factor without a variance may move with every other: its size is added to the root.
#[inline(never)]
pub fn requirement_up(exposures: &[i64; FACTORS], cells: &[i64; CELLS]) -> Result<Value> {
    let largest = exposures.iter().fold(0, |largest: u64, exposure| largest.max(exposure.unsigned_abs()));
    let lift = largest.leading_zeros();
    let mut legs = [Leg::default(); FACTORS];
    let mut unused = legs.iter_mut();
    let mut terms = 0_i128;
    let mut uncorrelated = 0_u64;
    for (factor, &exposure) in exposures.iter().enumerate().filter(|(_, exposure)| **exposure != 0) {
        let variance = covariance(cells, factor, factor).to_bits();
        let Some(size) = Standardised::new(exposure.unsigned_abs(), lift, variance) else {
            uncorrelated = uncorrelated.checked_add(exposure.unsigned_abs()).ok_or(RiskError::Overflow)?;
            continue;
        };
        if let Some(leg) = unused.next() {
            *leg = Leg { factor, is_short: exposure < 0, size };
        }
        terms = terms.saturating_add(size.square_up());
    }
    let unused = unused.len();
    let mut rest = legs.get(..FACTORS.saturating_sub(unused)).unwrap_or(&[]);
    while let Some((leg, others)) = rest.split_first() {
        for other in others {
            let cell = covariance(cells, leg.factor, other.factor).to_bits();
            let term = leg.size.twice_product_up(other.size, cell, leg.is_short != other.is_short);
            terms = terms.saturating_add(term);
        }
        rest = others;
    }
    let sum = sum_of_sizes(exposures)?;
    let correlated = Value(root_of_terms_up(terms, lift, sum.0));
    Ok(correlated.plus(Value(uncorrelated))?.min(sum))
}

/// One exposure of the quadratic form.
#[derive(Clone, Copy, Default)]
struct Leg {
    factor: usize,
    is_short: bool,
    size: Standardised,
}

#[inline(always)]
fn sum_of_sizes(exposures: &[i64; FACTORS]) -> Result<Value> {
    exposures.iter().try_fold(Value::ZERO, |sum, exposure| sum.plus(Value(exposure.unsigned_abs())))
}

/// Shares that a deposit mints: `⌊a·(S + 10⁶)/(equity + 10⁶)⌋`; a negative equity counts as 0.
pub fn shares_down(deposit: Amount, total: Shares, equity_better: SignedValue) -> Result<Shares> {
    mul_div_down(deposit.0, total.plus(Shares(VIRTUAL))?.0, with_virtual(equity_better)?).map(Shares)
}

/// Atoms that shares are paid: `⌊n·(equity + 10⁶)/(S + 10⁶)⌋`; a negative equity counts as 0. The pool's deposits may be less.
pub fn payout_down(shares: Shares, total: Shares, equity_worse: SignedValue) -> Result<Amount> {
    mul_div_down(shares.0, with_virtual(equity_worse)?, total.plus(Shares(VIRTUAL))?.0).map(Amount)
}

fn with_virtual(equity: SignedValue) -> Result<u64> {
    let sum = equity.0.max(0).checked_add(VIRTUAL.into()).ok_or(RiskError::Overflow)?;
    u64::try_from(sum).map_err(|_| RiskError::Overflow)
}
