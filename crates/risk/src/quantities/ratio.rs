//! Fractions: of values, of one another, and of what time leaves.

use fixed::types::{U1F63, U32F32};

use super::{Decay, Ratio, Value, Variance};
use crate::error::Result;
use crate::math::{blend_up, decay_factor, mul_shift_down, mul_shift_up};

impl Ratio {
    /// One.
    pub const ONE: Self = Self(U32F32::ONE);

    /// From parts per million, rounded down; exact to 2⁻³².
    #[must_use]
    #[inline(always)]
    pub const fn from_ppm_down(ppm: u32) -> Self {
        Self::from_bits(((ppm as u64) << 32) / 1_000_000)
    }

    /// From parts per million, rounded up.
    #[must_use]
    #[inline(always)]
    pub const fn from_ppm_up(ppm: u32) -> Self {
        Self::from_bits(((ppm as u64) << 32).div_ceil(1_000_000))
    }

    /// `self · value`, rounded down.
    #[inline(always)]
    pub fn of_down(self, value: Value) -> Result<Value> {
        mul_shift_down::<32>(value.0, self.to_bits()).map(Value)
    }

    /// `self · value`, rounded up.
    #[inline(always)]
    pub fn of_up(self, value: Value) -> Result<Value> {
        mul_shift_up::<32>(value.0, self.to_bits()).map(Value)
    }

    /// Product of two ratios, rounded down.
    #[inline(always)]
    pub fn times_down(self, other: Self) -> Result<Self> {
        mul_shift_down::<32>(self.to_bits(), other.to_bits()).map(Self::from_bits)
    }

    /// Product of two ratios, rounded up.
    #[inline(always)]
    pub fn times_up(self, other: Self) -> Result<Self> {
        mul_shift_up::<32>(self.to_bits(), other.to_bits()).map(Self::from_bits)
    }
}

impl Decay {
    /// One: no time has passed.
    pub const ONE: Self = Self(U1F63::ONE);

    /// 2^(−elapsed/half_life), off by at most 2⁻⁵². Errors where the half-life is zero.
    #[inline]
    pub fn over(elapsed_seconds: u64, half_life_seconds: u32) -> Result<Self> {
        decay_factor(elapsed_seconds, half_life_seconds).map(Self::from_bits)
    }

    /// 1 − self: the weight of the new observation.
    #[must_use]
    #[inline(always)]
    pub const fn complement(self) -> Self {
        Self::from_bits(Self::ONE.to_bits().saturating_sub(self.to_bits()))
    }

    /// λ·old + (1 − λ)·new, rounded up; it lies between the two.
    #[must_use]
    #[inline(always)]
    pub fn blend_up(self, old: Variance, new: Variance) -> Variance {
        Variance::from_bits(blend_up(old.to_bits(), new.to_bits(), self.to_bits()))
    }

    /// λ·ratio, rounded up.
    #[inline(always)]
    pub fn of_up(self, ratio: Ratio) -> Result<Ratio> {
        mul_shift_up::<63>(ratio.to_bits(), self.to_bits()).map(Ratio::from_bits)
    }
}
