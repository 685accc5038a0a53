//! A market's books: open interest, what the pool has booked, and what reaches positions lazily.

use crate::error::Result;
use crate::perp::PerpPosition;
use crate::quantities::{Amount, PerUnit, SignedAmount, SizeFactor};

/// The two numbers by which a side's funding and waterfalls reach its positions lazily.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SideIndices {
    /// S: what waterfalls left of a base atom.
    pub size: SizeFactor,
    /// Π: what a base atom earned, at a size factor of one.
    pub profit: PerUnit,
}

impl SideIndices {
    /// Nothing has happened.
    pub const START: Self = Self { size: SizeFactor::ONE, profit: PerUnit::ZERO };
}

/// Something of the longs and of the shorts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sides<T> {
    /// Of the longs.
    pub long: T,
    /// Of the shorts.
    pub short: T,
}

impl<T> Sides<T> {
    /// That of the side on which a position with this base stands; an empty one counts as long.
    #[inline(always)]
    pub const fn of(&self, base: SignedAmount) -> &T {
        if base.is_negative() { &self.short } else { &self.long }
    }
}

/// One market's books.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpBooks {
    /// Open interest of both sides.
    pub open_interest: Sides<Amount>,
    /// S and Π of both sides.
    pub indices: Sides<SideIndices>,
    /// What the pool has booked as the counterparty, unsettled.
    pub pool_quote: SignedAmount,
    /// The market's insurance fund, a claim on the pool's deposits.
    pub insurance: Amount,
    /// Booked in total already, on accounts when they are next touched.
    pub unapplied: SignedAmount,
    /// Atoms that settlements brought the pool so far, net.
    pub settled: SignedAmount,
}

impl PerpBooks {
    /// Books of a new market.
    pub const EMPTY: Self = Self {
        open_interest: Sides { long: Amount::ZERO, short: Amount::ZERO },
        indices: Sides { long: SideIndices::START, short: SideIndices::START },
        pool_quote: SignedAmount::ZERO,
        insurance: Amount::ZERO,
        unapplied: SignedAmount::ZERO,
        settled: SignedAmount::ZERO,
    };

    /// Longs less shorts: what the pool is short.
    #[inline(always)]
    pub fn skew(&self) -> Result<SignedAmount> {
        let long = SignedAmount::received(self.open_interest.long)?;
        long.minus(SignedAmount::received(self.open_interest.short)?)
    }

    /// Brings a position up to date with its side.
    #[inline(always)]
    pub fn touch(&mut self, position: &mut PerpPosition) -> Result<()> {
        let booked = position.touch(&self.indices)?;
        self.unapplied = self.unapplied.minus(booked)?;
        Ok(())
    }

    /// Trades a touched position and moves the open interest; the counterparty books the quote.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where a sum leaves 64 bits.
    #[inline(always)]
    pub fn trade(&mut self, position: &mut PerpPosition, delta: SignedAmount, quote: SignedAmount) -> Result<()> {
        let before = position.base;
        position.trade(delta, quote)?;
        self.leave(before)?;
        self.enter(position.base)?;
        self.restart_size_of_empty_sides();
        let indices = self.indices.of(position.base);
        (position.size, position.profit) = (indices.size, indices.profit);
        Ok(())
    }

    /// As [`Self::trade`], with the pool on the other side.
    #[inline(always)]
    pub fn trade_with_pool(
        &mut self,
        position: &mut PerpPosition,
        delta: SignedAmount,
        quote: SignedAmount,
    ) -> Result<()> {
        self.trade(position, delta, quote)?;
        self.pool_quote = self.pool_quote.minus(quote)?;
        Ok(())
    }

    /// Takes a fee out of a position: the insurance's part, the rest to the pool.
    #[inline(always)]
    pub fn charge(&mut self, position: &mut PerpPosition, fee: Amount, to_insurance: Amount) -> Result<()> {
        position.realised = position.realised.minus(SignedAmount::received(fee)?)?;
        self.insurance = self.insurance.plus(to_insurance)?;
        self.pool_quote = self.pool_quote.plus(SignedAmount::received(fee.minus(to_insurance)?)?)?;
        Ok(())
    }

    /// Settles `amount` of a position's realised profit (positive) or loss: the pool's deposits move by as much the other way.
    #[inline(always)]
    pub fn settle(&mut self, position: &mut PerpPosition, amount: SignedAmount) -> Result<()> {
        position.realised = position.realised.minus(amount)?;
        self.pool_quote = self.pool_quote.plus(amount)?;
        self.settled = self.settled.minus(amount)?;
        Ok(())
    }

    /// Nobody holds a position any more: the pool takes what rounding left unapplied, and the sides lose the atoms that no position had.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where the pool's sum leaves 64 bits.
    pub fn sweep(&mut self) -> Result<()> {
        self.pool_quote = self.pool_quote.plus(self.unapplied)?;
        self.unapplied = SignedAmount::ZERO;
        self.open_interest = Self::EMPTY.open_interest;
        self.restart_size_of_empty_sides();
        Ok(())
    }

    /// A side is never smaller than its positions together: a waterfall rounds S, and each position, down.
    fn leave(&mut self, base: SignedAmount) -> Result<()> {
        let (side, _) = self.side_and_indices_mut(base);
        *side = side.minus(base.magnitude())?;
        Ok(())
    }

    fn enter(&mut self, base: SignedAmount) -> Result<()> {
        let (side, _) = self.side_and_indices_mut(base);
        *side = side.plus(base.magnitude())?;
        Ok(())
    }

    /// S is one again when a side is empty: no position there refers to the old one, and an empty position takes the new one when it is touched.
    #[inline(always)]
    fn restart_size_of_empty_sides(&mut self) {
        if self.open_interest.long.is_zero() {
            self.indices.long.size = SizeFactor::ONE;
        }
        if self.open_interest.short.is_zero() {
            self.indices.short.size = SizeFactor::ONE;
        }
    }

    #[inline(always)]
    pub(super) const fn side_and_indices_mut(&mut self, base: SignedAmount) -> (&mut Amount, &mut SideIndices) {
        if base.is_negative() {
            (&mut self.open_interest.short, &mut self.indices.short)
        } else {
            (&mut self.open_interest.long, &mut self.indices.long)
        }
    }
}
