//! Products and quotients of 128-bit numbers.

use super::product::product;
use crate::error::{Result, RiskError};

const LOW: u128 = u64::MAX as u128;

/// `⌊a·b / 2^SHIFT⌋` of a 128-bit and a 64-bit number, or [`RiskError::Overflow`]. `SHIFT ≤ 64`.
#[inline(always)]
pub fn wide_mul_shift_down<const SHIFT: u32>(a: u128, b: u64) -> Result<u128> {
    let (high, low) = partial_products(a, b);
    shift_left_checked(high, 64 - SHIFT)?.checked_add(low >> SHIFT).ok_or(RiskError::Overflow)
}

/// `⌈a·b / 2^SHIFT⌉` of a 128-bit and a 64-bit number, or [`RiskError::Overflow`]. `SHIFT ≤ 64`.
#[inline(always)]
pub fn wide_mul_shift_up<const SHIFT: u32>(a: u128, b: u64) -> Result<u128> {
    let (high, low) = partial_products(a, b);
    // low ≤ (2^64 − 1)², so adding 2^SHIFT − 1 cannot overflow
    let low_up = (low + ((1u128 << SHIFT) - 1)) >> SHIFT;
    shift_left_checked(high, 64 - SHIFT)?.checked_add(low_up).ok_or(RiskError::Overflow)
}

/// `λ·old + (1 − λ)·new` rounded up, λ a fraction of 2^63 that is at most one. The result lies between the two.
#[inline(always)]
#[must_use]
pub fn blend_up(old: u128, new: u128, keep63: u64) -> u128 {
    let weight = (1u64 << 63).saturating_sub(keep63);
    // weight ≤ 2^63, so the product shifted by 63 is at most the difference: neither sum leaves the interval [old, new]
    if old >= new {
        let (high, low) = partial_products(old.wrapping_sub(new), weight);
        old.wrapping_sub((high << 1).wrapping_add(low >> 63))
    } else {
        let (high, low) = partial_products(new.wrapping_sub(old), weight);
        old.wrapping_add((high << 1).wrapping_add(low.wrapping_add((1 << 63) - 1) >> 63))
    }
}

/// `⌊a·b / c⌋` with a 256-bit product, or an error where `c` is zero or the quotient does not fit.
pub fn wide_mul_div_down(a: u128, b: u128, c: u128) -> Result<u128> {
    mul_div_remainder(a, b, c).map(|(quotient, _)| quotient)
}

/// `⌈a·b / c⌉` with a 256-bit product, or an error where `c` is zero or the quotient does not fit.
pub fn wide_mul_div_up(a: u128, b: u128, c: u128) -> Result<u128> {
    let (quotient, remainder) = mul_div_remainder(a, b, c)?;
    quotient.checked_add(u128::from(remainder != 0)).ok_or(RiskError::Overflow)
}

/// The products of `b` with the upper and lower half of `a`.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // the halves
fn partial_products(a: u128, b: u64) -> (u128, u128) {
    (product((a >> 64) as u64, b), product(a as u64, b))
}

#[inline(always)]
fn shift_left_checked(value: u128, shift: u32) -> Result<u128> {
    if value.leading_zeros() < shift { Err(RiskError::Overflow) } else { Ok(value << shift) }
}

fn mul_div_remainder(a: u128, b: u128, c: u128) -> Result<(u128, u128)> {
    if c == 0 {
        return Err(RiskError::DivisionByZero);
    }
    if let Some(product) = a.checked_mul(b) {
        return Ok((product / c, product % c));
    }
    let (high, low) = full_product(a, b);
    divide_256(high, low, c)
}

/// The 256-bit product as upper and lower halves.
fn full_product(a: u128, b: u128) -> (u128, u128) {
    let (a_high, a_low) = (a >> 64, a & LOW);
    let (b_high, b_low) = (b >> 64, b & LOW);
    let low = a_low * b_low;
    let cross = a_high * b_low;
    // each partial product is at most (2^64 − 1)², which leaves room for two 64-bit carries
    let middle = a_low * b_high + (low >> 64) + (cross & LOW);
    let high = a_high * b_high + (middle >> 64) + (cross >> 64);
    (high, (middle << 64) | (low & LOW))
}

/// Schoolbook division bit by bit; rare, so plain.
fn divide_256(high: u128, low: u128, divisor: u128) -> Result<(u128, u128)> {
    if high >= divisor {
        return Err(RiskError::Overflow);
    }
    let (mut remainder, mut quotient) = (high, 0u128);
    for bit in (0..128).rev() {
        let carry = remainder >> 127;
        remainder = (remainder << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        // remainder < 2·divisor here; with the carry set the true remainder is 2^128 + remainder
        if carry == 1 || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Ok((quotient, remainder))
}
