//! The waterfall of a lending deficit: the reserve's insurance first, then its depositors, through the deposit index.
//! See `docs/risk.md`, section 7.

use crate::error::{Result, RiskError};
use crate::math::index_of_ratio_down;
use crate::position::{ReservePosition, ReserveTotals};
use crate::quantities::{Amount, Index, Value};

/// A resolved bankruptcy: who bears the deficit. `insurance_loss + socialised = deficit`, to the atom (**INV-WATERFALL**).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bankruptcy {
    /// By how much the reserve's debts shrink.
    pub deficit: Amount,
    /// What the reserve's insurance pays.
    pub insurance_loss: Amount,
    /// What its depositors lose together: the fall of their claims' sum, rounded up before and after.
    pub socialised: Amount,
    /// The books without the debt. Where `deposit_index` is below [`Index::DEPOSIT_FLOOR`] the reserve is closed for deposits.
    pub totals: ReserveTotals,
}

/// Writes off a position's debt. Accrue the reserve first.
///
/// `remaining_assets` is the value of all the account's deposits at mid; what is worth at most `dust` stays with the account.
/// Errors: [`RiskError::NotBankrupt`] where the account still has more than dust or owes nothing here.
pub fn resolve_bankruptcy(
    totals: &ReserveTotals,
    position: &ReservePosition,
    remaining_assets: Value,
    dust: Value,
) -> Result<Bankruptcy> {
    if remaining_assets > dust || position.debt_shares.is_zero() {
        return Err(RiskError::NotBankrupt);
    }
    let mut books = *totals;
    let debts = books.debts_down()?;
    let deposits = books.deposits_up()?;
    // with the sweep, insurance + deposits ≥ debts ≥ deficit: the two can always bear it
    books.sweep_to_insurance(debts, deposits)?;
    books.debt_shares = books.debt_shares.minus(position.debt_shares)?;
    let deficit = debts.minus(books.debts_down()?)?;
    let insurance_loss = deficit.min(books.insurance);
    let socialised = deficit.minus(insurance_loss)?;
    books.insurance = books.insurance.minus(insurance_loss)?;
    if !socialised.is_zero() {
        let deposits_left = deposits.minus(socialised)?;
        books.deposit_index = Index::from_bits(index_of_ratio_down(deposits_left.0, books.deposit_shares.0)?);
    }
    Ok(Bankruptcy { deficit, insurance_loss, socialised, totals: books })
}
