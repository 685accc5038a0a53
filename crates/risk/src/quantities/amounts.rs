//! Indices, which make amounts of shares, and signed values.

use fixed::types::U32F96;

use super::{Index, SignedValue, Value};
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
