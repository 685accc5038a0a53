//! Positions and a market's books: average entry, realised profit, open interest, and what is applied lazily.

use crate::error::{Result, RiskError};
use crate::math::{
    mul_div_down, mul_div_up, wide_mul_div_down, wide_mul_div_up, wide_mul_shift_down, wide_mul_shift_up,
};
use crate::quantities::{Amount, PerUnit, Price, SignedAmount, SizeFactor};

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

/// One account's position in one market.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpPosition {
    /// Base atoms; positive: long.
    pub base: SignedAmount,
    /// Quote paid (negative) or received for the open size.
    pub entry: SignedAmount,
    /// Profit or loss that is booked and not settled.
    pub realised: SignedAmount,
    /// The side's S when it was last touched.
    pub size: SizeFactor,
    /// The side's Π when it was last touched.
    pub profit: PerUnit,
}

impl Default for PerpPosition {
    fn default() -> Self {
        Self {
            base: SignedAmount::ZERO,
            entry: SignedAmount::ZERO,
            realised: SignedAmount::ZERO,
            size: SizeFactor::ONE,
            profit: PerUnit::ZERO,
        }
    }
}

impl PerpPosition {
    /// Whether nothing is held and nothing is to settle.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.base.is_zero() && self.entry.is_zero() && self.realised.is_zero()
    }

    /// Profit of the open size at a price: its value rounded down for a long and up for a short, plus its entry.
    #[inline(always)]
    pub fn unrealised_down(&self, price: Price) -> Result<SignedAmount> {
        let size = self.base.magnitude();
        let value = if self.base.is_negative() {
            SignedAmount::paid(Amount(price.value_up(size)?.0))?
        } else {
            SignedAmount::received(Amount(price.value_down(size)?.0))?
        };
        value.plus(self.entry)
    }

    /// Books what the side's indices have earned and closed since the last touch. Returns the quote booked, which the market owed until now.
    #[inline(always)]
    pub fn touch(&mut self, sides: &Sides<SideIndices>) -> Result<SignedAmount> {
        let indices = sides.of(self.base);
        if self.base.is_zero() || (self.profit.to_bits() == indices.profit.to_bits() && self.size == indices.size) {
            (self.size, self.profit) = (indices.size, indices.profit);
            return Ok(SignedAmount::ZERO);
        }
        let earned = self.earned_down(indices)?;
        self.realised = self.realised.plus(earned)?;
        if self.size != indices.size {
            self.shrink(indices.size)?;
        }
        (self.size, self.profit) = (indices.size, indices.profit);
        Ok(earned)
    }

    /// The position as [`Self::touch`] would leave it, but for the indices of its last touch where only Π has moved: for a margin check.
    #[inline(always)]
    pub(crate) fn touched(&self, sides: &Sides<SideIndices>) -> Result<Self> {
        let indices = sides.of(self.base);
        if self.base.is_zero() {
            return Ok(*self);
        }
        if self.size != indices.size {
            return self.touched_after_waterfall(sides);
        }
        let earned = if self.profit == indices.profit { SignedAmount::ZERO } else { self.earned_down(indices)? };
        Ok(Self { realised: self.realised.plus(earned)?, ..*self })
    }

    #[cold]
    #[inline(never)]
    fn touched_after_waterfall(&self, sides: &Sides<SideIndices>) -> Result<Self> {
        let mut touched = *self;
        touched.touch(sides)?;
        Ok(touched)
    }

    /// `⌊|base|·(Π − Π₀)/S₀⌋`.
    #[inline(always)]
    fn earned_down(&self, indices: &SideIndices) -> Result<SignedAmount> {
        let per_unit = indices.profit.minus(self.profit)?.to_bits();
        let (size, is_loss) = (self.base.magnitude().0, per_unit < 0);
        let atoms = if self.size == SizeFactor::ONE {
            let shifted = if is_loss { wide_mul_shift_up::<64> } else { wide_mul_shift_down::<64> };
            shifted(per_unit.unsigned_abs(), size)?
        } else {
            scaled(per_unit.unsigned_abs(), size, self.size, is_loss)?
        };
        let atoms = i64::try_from(atoms).map_err(|_| RiskError::Overflow)?;
        SignedAmount(atoms).signed(is_loss)
    }

    /// What a waterfall left: the closed part's entry is realised, the quote came with Π.
    #[cold]
    #[inline(never)]
    fn shrink(&mut self, size: SizeFactor) -> Result<()> {
        let before = self.base.magnitude();
        let left = mul_div_down(before.0, size.to_bits(), self.size.to_bits())?.min(before.0);
        let closed = before.minus(Amount(left))?;
        self.release_entry(closed)?;
        let left = SignedAmount::received(Amount(left))?;
        self.base = left.signed(self.base.is_negative())?;
        Ok(())
    }

    /// Moves the entry of `closed` of the open base atoms to `realised`: `⌊entry·closed/|base|⌋`.
    #[inline(always)]
    fn release_entry(&mut self, closed: Amount) -> Result<()> {
        let (size, entry) = (self.base.magnitude().0, self.entry.magnitude().0);
        let released = if closed.0 == size {
            self.entry
        } else if self.entry.is_negative() {
            SignedAmount::paid(Amount(mul_div_up(entry, closed.0, size)?))?
        } else {
            SignedAmount::received(Amount(mul_div_down(entry, closed.0, size)?))?
        };
        self.entry = self.entry.minus(released)?;
        self.realised = self.realised.plus(released)?;
        Ok(())
    }

    /// Trades `delta` base atoms for `quote`: grows, closes, or closes and then opens the other way. The position must be touched.
    ///
    /// Of a trade through zero, the quote is split by size between closing and opening, rounded down to the closing part.
    #[inline(always)]
    fn trade(&mut self, delta: SignedAmount, quote: SignedAmount) -> Result<()> {
        let grows = self.base.is_zero() || self.base.is_negative() == delta.is_negative();
        if grows {
            self.entry = self.entry.plus(quote)?;
        } else if delta.magnitude() <= self.base.magnitude() {
            self.release_entry(delta.magnitude())?;
            self.realised = self.realised.plus(quote)?;
        } else {
            return self.turn(delta, quote);
        }
        self.base = self.base.plus(delta)?;
        Ok(())
    }

    /// Closes all, then opens the rest the other way.
    fn turn(&mut self, delta: SignedAmount, quote: SignedAmount) -> Result<()> {
        let (closed, whole) = (self.base.magnitude().0, delta.magnitude().0);
        let closing = if quote.is_negative() {
            SignedAmount::paid(Amount(mul_div_up(quote.magnitude().0, closed, whole)?))?
        } else {
            SignedAmount::received(Amount(mul_div_down(quote.magnitude().0, closed, whole)?))?
        };
        self.release_entry(Amount(closed))?;
        self.realised = self.realised.plus(closing)?;
        self.entry = quote.minus(closing)?;
        self.base = self.base.plus(delta)?;
        Ok(())
    }
}

/// `per_unit·size/2⁶⁴·2⁶²/S₀`, rounded as told: the path of positions opened after a waterfall.
#[cold]
#[inline(never)]
fn scaled(per_unit: u128, size: u64, factor: SizeFactor, round_away: bool) -> Result<u128> {
    // (Π·size)/(S₀·4): 2⁶² of the factor under 2⁶⁴ of the profit
    let divisor = u128::from(factor.to_bits()).checked_mul(4).ok_or(RiskError::Overflow)?;
    if round_away {
        wide_mul_div_up(per_unit, size.into(), divisor)
    } else {
        wide_mul_div_down(per_unit, size.into(), divisor)
    }
}

impl SignedAmount {
    /// The same number, or its negation.
    #[inline(always)]
    const fn signed(self, is_negative: bool) -> Result<Self> {
        if is_negative { self.negated() } else { Ok(self) }
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
    /// [`RiskError::Overflow`] where a sum leaves 64 bits.
    #[inline(always)]
    pub fn trade(&mut self, position: &mut PerpPosition, delta: SignedAmount, quote: SignedAmount) -> Result<()> {
        let before = position.base;
        position.trade(delta, quote)?;
        self.leave(before)?;
        self.enter(position.base)?;
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

    fn leave(&mut self, base: SignedAmount) -> Result<()> {
        let side = self.side_mut(base);
        // rounding of a waterfall may have left a side an atom a position short of its parts
        *side = Amount(side.0.saturating_sub(base.magnitude().0));
        Ok(())
    }

    fn enter(&mut self, base: SignedAmount) -> Result<()> {
        let side = self.side_mut(base);
        *side = side.plus(base.magnitude())?;
        Ok(())
    }

    #[inline(always)]
    const fn side_mut(&mut self, base: SignedAmount) -> &mut Amount {
        if base.is_negative() { &mut self.open_interest.short } else { &mut self.open_interest.long }
    }
}
