//! Reserve positions: what an account has deposited in a reserve or owes to it, as shares of the reserve's totals.
//!
//! Every rounding goes against the holder, so the books obey, in exact 96-bit arithmetic (**INV-SOLVENT**):
//! `deposit_shares · deposit_index + insurance ≤ liquidity + debt_shares · debt_index`. See `docs/risk.md`, section 8.

use crate::error::{Result, RiskError};
use crate::math::{per_index_down, per_index_up, times_index_down, times_index_up};
use crate::quantities::{Amount, Index, Shares};

impl Index {
    /// The lowest deposit index at which a reserve takes deposits, 2⁻³²: below it a share is worth too little to count in.
    pub const DEPOSIT_FLOOR: Self = Self::from_bits(1 << 64);

    /// What shares are worth, rounded down: for claims.
    #[inline]
    pub fn amount_down(self, shares: Shares) -> Result<Amount> {
        times_index_down(shares.0, self.to_bits()).map(Amount)
    }

    /// What shares are worth, rounded up: for debts.
    #[inline]
    pub fn amount_up(self, shares: Shares) -> Result<Amount> {
        times_index_up(shares.0, self.to_bits()).map(Amount)
    }

    /// The shares that an amount makes, rounded down: deposit shares minted, debt shares burned.
    #[inline]
    pub fn shares_down(self, amount: Amount) -> Result<Shares> {
        per_index_down(amount.0, self.to_bits()).map(Shares)
    }

    /// The shares that an amount makes, rounded up: deposit shares burned, debt shares minted.
    #[inline]
    pub fn shares_up(self, amount: Amount) -> Result<Shares> {
        per_index_up(amount.0, self.to_bits()).map(Shares)
    }
}

/// The books of one reserve.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReserveTotals {
    /// Atoms booked as lying in the vault.
    pub liquidity: Amount,
    /// Shares of all depositors.
    pub deposit_shares: Shares,
    /// Shares of all borrowers.
    pub debt_shares: Shares,
    /// Atoms per deposit share.
    pub deposit_index: Index,
    /// Atoms per debt share.
    pub debt_index: Index,
    /// Atoms of the vault or of the debts that belong to the reserve's insurance.
    pub insurance: Amount,
}

impl ReserveTotals {
    /// A reserve in which nothing has happened: both indices are one.
    pub const EMPTY: Self = Self {
        liquidity: Amount::ZERO,
        deposit_shares: Shares::ZERO,
        debt_shares: Shares::ZERO,
        deposit_index: Index::ONE,
        debt_index: Index::ONE,
        insurance: Amount::ZERO,
    };

    /// Everything that depositors may claim together, rounded up.
    pub fn deposits_up(&self) -> Result<Amount> {
        self.deposit_index.amount_up(self.deposit_shares)
    }

    /// Everything that borrowers owe together, rounded down.
    pub fn debts_down(&self) -> Result<Amount> {
        self.debt_index.amount_down(self.debt_shares)
    }

    /// Books to the insurance what belongs to nobody else: `liquidity + debts − deposits`, where that is more than it has.
    ///
    /// That is its share of interest and every fraction that rounding took from a holder. Call it only between bookings, while `liquidity` is complete.
    pub(crate) fn sweep_to_insurance(&mut self, debts: Amount, deposits: Amount) -> Result<()> {
        let assets = self.liquidity.plus(debts)?;
        // a book that is short keeps its insurance: there is nothing to sweep
        self.insurance = Amount(assets.0.saturating_sub(deposits.0)).max(self.insurance);
        Ok(())
    }
}

/// One account's part of one reserve: a deposit or a debt, never both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReservePosition {
    /// Shares of the reserve's deposits.
    pub deposit_shares: Shares,
    /// Shares of the reserve's debts.
    pub debt_shares: Shares,
}

/// How an amount was split between the two sides of a position. The parts add up to the amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Split {
    /// What went into the deposit (credit) or came out of it (debit).
    pub deposit: Amount,
    /// What repaid debt (credit) or became debt (debit).
    pub debt: Amount,
}

impl ReservePosition {
    /// What the position's deposit may claim, rounded down.
    #[inline]
    pub fn claim_down(&self, totals: &ReserveTotals) -> Result<Amount> {
        totals.deposit_index.amount_down(self.deposit_shares)
    }

    /// What the position owes, rounded up.
    #[inline]
    pub fn owed_up(&self, totals: &ReserveTotals) -> Result<Amount> {
        totals.debt_index.amount_up(self.debt_shares)
    }

    /// Whether the position holds nothing and its slot is free.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.deposit_shares.is_zero() && self.debt_shares.is_zero()
    }
}

/// Gives `amount` to a position: it repays debt first, the rest becomes a deposit.
///
/// Repaying the whole debt burns all of its shares. `totals.liquidity` stays untouched: the caller books what enters the vault.
/// Errors: [`RiskError::ReserveClosed`] where a deposit would be made below [`Index::DEPOSIT_FLOOR`]; [`RiskError::Overflow`].
/// After an error both books may be half written: discard them.
pub fn credit(position: &mut ReservePosition, totals: &mut ReserveTotals, amount: Amount) -> Result<Split> {
    let repaid = if position.debt_shares.is_zero() { Amount::ZERO } else { repay(position, totals, amount)? };
    let deposited = amount.minus(repaid)?;
    if !deposited.is_zero() {
        if totals.deposit_index < Index::DEPOSIT_FLOOR {
            return Err(RiskError::ReserveClosed);
        }
        let minted = totals.deposit_index.shares_down(deposited)?;
        position.deposit_shares = position.deposit_shares.plus(minted)?;
        totals.deposit_shares = totals.deposit_shares.plus(minted)?;
    }
    Ok(Split { deposit: deposited, debt: repaid })
}

/// Takes `amount` from a position: out of its deposit first, the rest becomes debt.
///
/// Taking the whole claim burns all deposit shares. `totals.liquidity` stays untouched: the caller books what leaves the vault, and
/// checks that it is there. After an error both books may be half written: discard them.
pub fn debit(position: &mut ReservePosition, totals: &mut ReserveTotals, amount: Amount) -> Result<Split> {
    let withdrawn = if position.deposit_shares.is_zero() { Amount::ZERO } else { withdraw(position, totals, amount)? };
    let borrowed = amount.minus(withdrawn)?;
    if !borrowed.is_zero() {
        let minted = totals.debt_index.shares_up(borrowed)?;
        position.debt_shares = position.debt_shares.plus(minted)?;
        totals.debt_shares = totals.debt_shares.plus(minted)?;
    }
    Ok(Split { deposit: withdrawn, debt: borrowed })
}

/// Burns debt shares for at most `amount`; returns what was repaid.
fn repay(position: &mut ReservePosition, totals: &mut ReserveTotals, amount: Amount) -> Result<Amount> {
    let owed = position.owed_up(totals)?;
    let (repaid, burned) =
        if amount >= owed { (owed, position.debt_shares) } else { (amount, totals.debt_index.shares_down(amount)?) };
    position.debt_shares = position.debt_shares.minus(burned)?;
    totals.debt_shares = totals.debt_shares.minus(burned)?;
    Ok(repaid)
}

/// Burns deposit shares for at most `amount`; returns what was withdrawn.
fn withdraw(position: &mut ReservePosition, totals: &mut ReserveTotals, amount: Amount) -> Result<Amount> {
    let claim = position.claim_down(totals)?;
    let (withdrawn, burned) = if amount >= claim {
        (claim, position.deposit_shares)
    } else {
        (amount, totals.deposit_index.shares_up(amount)?)
    };
    position.deposit_shares = position.deposit_shares.minus(burned)?;
    totals.deposit_shares = totals.deposit_shares.minus(burned)?;
    Ok(withdrawn)
}
