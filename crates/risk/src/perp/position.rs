//! A position: average entry, realised profit, and what its side's two numbers bring it.

use crate::error::{Result, RiskError};
use crate::math::{
    mul_div_down, mul_div_up, mul_shift_down, mul_shift_up, wide_mul_div_word_down, wide_mul_div_word_up,
    wide_mul_shift_down, wide_mul_shift_up,
};
use crate::perp::{SideIndices, Sides};
use crate::quantities::{Amount, PerUnit, Price, SignedAmount, SizeFactor};

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

    /// What closing all at a price brings (a long) or costs (a short, negative), rounded down.
    #[inline(always)]
    pub(super) fn value_down(&self, price: Price) -> Result<SignedAmount> {
        let size = self.base.magnitude();
        if self.base.is_negative() {
            SignedAmount::paid(Amount(price.value_up(size)?.0))
        } else {
            SignedAmount::received(Amount(price.value_down(size)?.0))
        }
    }

    /// Profit of the open size at a price: its value rounded down for a long and up for a short, plus its entry.
    #[inline(always)]
    pub fn unrealised_down(&self, price: Price) -> Result<SignedAmount> {
        self.value_down(price)?.plus(self.entry)
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
            whole_atoms(per_unit.unsigned_abs(), size, is_loss)?
        } else {
            // 64 fractional bits of Π over 62 of S; an S below one leaves room for two more
            let quadrupled = self.size.to_bits().checked_mul(4).ok_or(RiskError::Overflow)?;
            let divided = if is_loss { wide_mul_div_word_up } else { wide_mul_div_word_down };
            divided(per_unit.unsigned_abs(), size, quadrupled)?
        };
        SignedAmount::received(Amount(atoms))?.negated_if(is_loss)
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
        self.base = left.negated_if(self.base.is_negative())?;
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
    pub(super) fn trade(&mut self, delta: SignedAmount, quote: SignedAmount) -> Result<()> {
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

/// `per_unit·size/2⁶⁴`, rounded as told: one product where it is less than a quote atom per base atom.
#[inline(always)]
fn whole_atoms(per_unit: u128, size: u64, round_away: bool) -> Result<u64> {
    if let Ok(fraction) = u64::try_from(per_unit) {
        return if round_away { mul_shift_up::<64>(fraction, size) } else { mul_shift_down::<64>(fraction, size) };
    }
    let shifted = if round_away { wide_mul_shift_up::<64> } else { wide_mul_shift_down::<64> };
    u64::try_from(shifted(per_unit, size)?).map_err(|_| RiskError::Overflow)
}
