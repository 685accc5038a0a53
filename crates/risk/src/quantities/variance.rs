//! Variances and standard deviations.

use super::{Ratio, Variance};
use crate::error::{Result, RiskError};
use crate::math::{sqrt_down, sqrt_up, wide_mul_shift_up};

impl Variance {
    /// The standard deviation, rounded down, with 31 significant bits.
    #[must_use]
    #[inline]
    pub fn root_down(self) -> Ratio {
        Ratio::from_bits(sqrt_down(self.to_bits()) >> 16)
    }

    /// The standard deviation, rounded up, at most 2⁻³⁰ of it or one unit above.
    #[must_use]
    #[inline]
    pub fn root_up(self) -> Ratio {
        Ratio::from_bits(sqrt_up(self.to_bits()).div_ceil(1 << 16))
    }

    /// The square of a standard deviation, exact.
    #[inline(always)]
    pub const fn from_root(volatility: Ratio) -> Result<Self> {
        let root = volatility.to_bits() as u128;
        // 64 fractional bits become 96
        match root.saturating_mul(root).checked_mul(1 << 32) {
            Some(bits) => Ok(Self::from_bits(bits)),
            None => Err(RiskError::Overflow),
        }
    }

    /// The product with a ratio, rounded up.
    #[inline(always)]
    pub fn times_up(self, ratio: Ratio) -> Result<Self> {
        wide_mul_shift_up::<32>(self.to_bits(), ratio.to_bits()).map(Self::from_bits)
    }
}
