//! What an owner does when his account is called or comes close to its line.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::FactorTerms;
use plimsoll_risk::quantities::{Amount, SignedAmount};

use super::holding::{Holding, Kind};
use super::venue::{QUOTE, Venue};

/// A size is reduced in steps of this part of it.
const PARTS: u64 = 32;

/// The holding reduced, at mid, by the smallest part of its size that leaves initial health at zero or above; none where it needs no reduction or no part
/// of it does that.
///
/// # Errors
/// The core's refusal of a valuation.
pub fn reduced(holding: &Holding, terms: &[FactorTerms], venue: &Venue) -> Result<Option<Holding>, RiskError> {
    if !holding.health(terms, venue)?.initial.is_negative() {
        return Ok(None);
    }
    let (mut too_small, mut enough) = (0, PARTS);
    let whole = without(holding, PARTS, terms)?;
    if whole.health(terms, venue)?.initial.is_negative() {
        return Ok(None);
    }
    let mut best = whole;
    while enough - too_small > 1 {
        let middle = too_small.midpoint(enough);
        let candidate = without(holding, middle, terms)?;
        if candidate.health(terms, venue)?.initial.is_negative() {
            too_small = middle;
        } else {
            (enough, best) = (middle, candidate);
        }
    }
    Ok(Some(best))
}

/// The holding less so many parts of its size, traded at mid.
fn without(holding: &Holding, parts: u64, terms: &[FactorTerms]) -> Result<Holding, RiskError> {
    let part_of = |amount: Amount| {
        Amount(u64::try_from(u128::from(amount.0) * u128::from(parts) / u128::from(PARTS)).unwrap_or(u64::MAX))
    };
    let (own, quote) = (terms[holding.factor].mid, terms[QUOTE].mid);
    let mut reduced = *holding;
    match holding.kind {
        Kind::LoanLong | Kind::LoanShort => {
            let repaid = part_of(holding.debt);
            let (owed, held) = if holding.kind.is_long() { (quote, own) } else { (own, quote) };
            let value = owed.value_up(repaid)?;
            let sold = (u128::from(value.0) << 40).div_ceil(u128::from(held.to_bits()));
            let sold = Amount(u64::try_from(sold).map_err(|_| RiskError::Overflow)?).min(holding.deposit);
            reduced.debt = holding.debt.minus(repaid)?;
            reduced.deposit = holding.deposit.minus(sold)?;
        }
        Kind::PerpLong | Kind::PerpShort => {
            let closed = part_of(holding.perp.base.magnitude());
            if holding.perp.base.is_negative() {
                reduced.trade(SignedAmount::received(closed)?, SignedAmount::paid(Amount(own.value_up(closed)?.0))?)?;
            } else {
                reduced
                    .trade(SignedAmount::paid(closed)?, SignedAmount::received(Amount(own.value_down(closed)?.0))?)?;
            }
        }
    }
    Ok(reduced)
}
