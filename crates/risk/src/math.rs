//! Integer kernels: products, quotients, roots, logarithms and exponentials. The only place in the core with raw integers.
//!
//! Operators here are plain where a comment or the types show that they cannot overflow.
#![allow(clippy::arithmetic_side_effects)]

use crate::error::{Result, RiskError};

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
