//! Integer kernels: products, quotients, roots, logarithms and exponentials. The only place in the core with raw integers.
//!
//! Operators here are plain where a comment or the types show that they cannot overflow.
#![allow(clippy::arithmetic_side_effects)]

use crate::error::{Result, RiskError};

mod decimal;
mod exponential;
mod logarithm;
mod matrix;
mod root;
mod wide;

pub use decimal::{MAX_POWER_OF_TEN, scale_decimal_down, scale_decimal_nearest, scale_decimal_up};
pub use exponential::{EXP_LIMIT_BITS, decay_factor, exp_bits};
pub use logarithm::ln_bits;
pub use matrix::decay_and_add_product;
pub use root::{sqrt_down, sqrt_fraction32_up, sqrt_up};
pub use wide::{blend_up, wide_mul_div_down, wide_mul_div_up, wide_mul_shift_down, wide_mul_shift_up};

/// `⌊a·b / 2^SHIFT⌋`, or [`RiskError::Overflow`]. `SHIFT ≤ 64`.
#[inline(always)]
pub fn mul_shift_down<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    let product = (u128::from(a) * u128::from(b)) >> SHIFT;
    u64::try_from(product).map_err(|_| RiskError::Overflow)
}

/// `⌈a·b / 2^SHIFT⌉`, or [`RiskError::Overflow`]. `SHIFT ≤ 64`.
#[inline(always)]
pub fn mul_shift_up<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    // a·b ≤ (2^64 − 1)², so adding 2^SHIFT − 1 cannot overflow
    let product = (u128::from(a) * u128::from(b) + ((1u128 << SHIFT) - 1)) >> SHIFT;
    u64::try_from(product).map_err(|_| RiskError::Overflow)
}

/// `⌊a·b / c⌋`, or an error where `c` is zero or the quotient does not fit.
#[inline]
pub fn mul_div_down(a: u64, b: u64, c: u64) -> Result<u64> {
    let quotient = (u128::from(a) * u128::from(b))
        .checked_div(u128::from(c))
        .ok_or(RiskError::DivisionByZero)?;
    u64::try_from(quotient).map_err(|_| RiskError::Overflow)
}

/// `⌈a·b / c⌉`, or an error where `c` is zero or the quotient does not fit.
#[inline]
pub fn mul_div_up(a: u64, b: u64, c: u64) -> Result<u64> {
    if c == 0 {
        return Err(RiskError::DivisionByZero);
    }
    let quotient = (u128::from(a) * u128::from(b)).div_ceil(u128::from(c));
    u64::try_from(quotient).map_err(|_| RiskError::Overflow)
}

/// `⌊smaller / larger · 2^31⌋` of two mantissas to about 31 significant bits, with native divisions only. Zero where `larger` is zero;
/// `smaller ≤ larger` is the caller's to see to (a larger one counts as equal).
#[inline(always)]
#[must_use]
pub fn fraction31_down(smaller: u64, larger: u64) -> u64 {
    // 33 bits are left of the larger one, so the smaller one can be shifted by 31 and stay below 2^64
    let shift = 31u32.saturating_sub(larger.leading_zeros());
    let (numerator, denominator) = (smaller.min(larger) >> shift, larger >> shift);
    (numerator << 31).checked_div(denominator).unwrap_or(0)
}

/// `size²·multiplier`: one 128-bit product where `size·multiplier` fits 64 bits, as that of every return below 32 does. Saturates.
#[inline(always)]
#[must_use]
pub fn square_times(size: u64, multiplier: u32) -> u128 {
    if size < 1 << 53 && multiplier < 1 << 11 {
        return u128::from(size) * u128::from(size.wrapping_mul(multiplier.into()));
    }
    (u128::from(size) * u128::from(size)).saturating_mul(multiplier.into())
}

/// `⌊fraction²·factor⌋` for a fraction of 2^31 that is at most one, and a factor below 2^32: native products only.
#[inline(always)]
#[must_use]
pub fn square31_times(fraction31: u64, factor: u64) -> u64 {
    let square = fraction31.wrapping_mul(fraction31) >> 31; // at most 2^31
    square.wrapping_mul(factor) >> 31
}

/// The whole product.
#[inline(always)]
#[must_use]
pub fn product(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}
