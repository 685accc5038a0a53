//! Indices, which make amounts of shares, and signed values.

use fixed::types::U32F96;

use super::{Amount, Index, SignedAmount, SignedValue, SizeFactor, Value};
use crate::error::{Result, RiskError};

impl Index {
    /// One atom per share: where every reserve starts.
    pub const ONE: Self = Self(U32F96::ONE);

    /// The upper 64 bits (16 whole, 48 fractional), rounded down: for deposits in a margin check. Errors when the index is 2¹⁶ or more.
    #[inline(always)]
    pub fn mantissa48_down(self) -> Result<u64> {
        u64::try_from(self.to_bits() >> 48).map_err(|_| RiskError::Overflow)
    }

    /// The upper 64 bits (16 whole, 48 fractional), rounded up: for debts in a margin check. Errors when the index is near 2¹⁶ or more.
    #[inline(always)]
    pub fn mantissa48_up(self) -> Result<u64> {
        self.mantissa48_down()?.checked_add(1).ok_or(RiskError::Overflow)
    }
}

impl SizeFactor {
    /// One: no waterfall has closed anything.
    pub const ONE: Self = Self::from_bits(1 << Self::FRACTION_BITS);
    /// 2⁻³⁰: below it, no waterfall closes any more.
    pub const FLOOR: Self = Self::from_bits(1 << (Self::FRACTION_BITS - 30));
}

impl SignedAmount {
    /// The size without its sign.
    #[must_use]
    #[inline(always)]
    pub const fn magnitude(self) -> Amount {
        Amount(self.0.unsigned_abs())
    }

    /// Whether it is below zero: a short, a payment.
    #[must_use]
    #[inline(always)]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The same size with the other sign; [`RiskError::Overflow`] for the smallest number.
    #[inline(always)]
    pub const fn negated(self) -> Result<Self> {
        match self.0.checked_neg() {
            Some(negated) => Ok(Self(negated)),
            None => Err(RiskError::Overflow),
        }
    }

    /// The same number, or its negation.
    #[inline(always)]
    pub(crate) const fn negated_if(self, is_negative: bool) -> Result<Self> {
        if is_negative { self.negated() } else { Ok(self) }
    }

    /// Nearer to zero by an amount, which is at most the size.
    #[inline(always)]
    pub(crate) fn toward_zero(self, amount: Amount) -> Result<Self> {
        Self::received(self.magnitude().minus(amount)?)?.negated_if(self.is_negative())
    }

    /// An amount received.
    #[inline(always)]
    pub fn received(amount: Amount) -> Result<Self> {
        i64::try_from(amount.0).map(Self).map_err(|_| RiskError::Overflow)
    }

    /// An amount paid.
    #[inline(always)]
    pub fn paid(amount: Amount) -> Result<Self> {
        Self::received(amount)?.negated()
    }
}

impl SignedValue {
    /// Whether the value is below zero.
    #[must_use]
    #[inline(always)]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount by which the value falls short of zero; zero where it does not.
    pub fn shortfall(self) -> Result<Value> {
        if self.0 >= 0 {
            return Ok(Value::ZERO);
        }
        u64::try_from(self.0.unsigned_abs()).map(Value).map_err(|_| RiskError::Overflow)
    }
}
