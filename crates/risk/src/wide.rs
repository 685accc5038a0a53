//! Exact products and quotients with a 128-bit index: wider than `u128`, done in 64-bit digits.
//!
//! Operators here are plain where a comment shows that they cannot overflow; casts take the low digit on purpose.
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use crate::error::{Result, RiskError};

const LOW_DIGIT: u128 = u64::MAX as u128;
const LOW_HALF: u64 = u32::MAX as u64;

/// Splits a number into its high and low 64-bit digits.
#[inline(always)]
const fn digits(number: u128) -> (u64, u64) {
    ((number >> 64) as u64, number as u64)
}

/// The high and low digit of `a · b`, from four products of 32-bit halves: on SBF half the price of a `u128` multiplication, which is a call.
#[inline(always)]
const fn product_digits(a: u64, b: u64) -> (u64, u64) {
    let (a_high, a_low) = (a >> 32, a & LOW_HALF);
    let (b_high, b_low) = (b >> 32, b & LOW_HALF);
    // halves are below 2³², so a product and two more halves fit 64 bits
    let low = a_low * b_low;
    let cross = a_high * b_low + (low >> 32);
    let middle = a_low * b_high + (cross & LOW_HALF);
    (
        a_high * b_high + (cross >> 32) + (middle >> 32),
        (middle << 32) | (low & LOW_HALF),
    )
}

/// `⌊a·b / 2^SHIFT⌋`, or [`RiskError::Overflow`], for `0 < SHIFT < 64`: [`crate::math::mul_shift_down`] for the chain's hottest path.
#[inline(always)]
pub(crate) fn hot_mul_shift_down<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    let (high, low) = product_digits(a, b);
    if high >> SHIFT != 0 {
        return Err(RiskError::Overflow);
    }
    Ok((high << (64 - SHIFT)) | (low >> SHIFT))
}

/// `⌈a·b / 2^SHIFT⌉`, or [`RiskError::Overflow`], for `0 < SHIFT < 64`: [`crate::math::mul_shift_up`] for the chain's hottest path.
#[inline(always)]
pub(crate) fn hot_mul_shift_up<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    let (high, low) = product_digits(a, b);
    let (low, carry) = low.overflowing_add((1 << SHIFT) - 1);
    // a product's high digit is at most 2⁶⁴ − 2, so the carry fits
    let high = high + u64::from(carry);
    if high >> SHIFT != 0 {
        return Err(RiskError::Overflow);
    }
    Ok((high << (64 - SHIFT)) | (low >> SHIFT))
}

/// `⌊count · index / 2⁹⁶⌋`, exact.
#[inline]
pub(crate) fn times_index_down(count: u64, index: u128) -> Result<u64> {
    let (high, low) = digits(index);
    // (2⁶⁴ − 1)² + 2⁶⁴ < 2¹²⁸, and a floor of a floor is the floor of the whole
    let sum = u128::from(count) * u128::from(high) + ((u128::from(count) * u128::from(low)) >> 64);
    u64::try_from(sum >> 32).map_err(|_| RiskError::Overflow)
}

/// `⌈count · index / 2⁹⁶⌉`, exact.
#[inline]
pub(crate) fn times_index_up(count: u64, index: u128) -> Result<u64> {
    let (high, low) = digits(index);
    // the same bound with a carry: (2⁶⁴ − 1)² + 2⁶⁴ + 2³² < 2¹²⁸
    let low_product = (u128::from(count) * u128::from(low) + LOW_DIGIT) >> 64;
    let sum = u128::from(count) * u128::from(high) + low_product;
    u64::try_from((sum + 0xFFFF_FFFF) >> 32).map_err(|_| RiskError::Overflow)
}

/// `⌊index · fraction / 2⁶⁴⌋` for a 64-bit fraction below one.
#[inline]
pub(crate) fn fraction_of_index_down(index: u128, fraction: u64) -> u128 {
    let (high, low) = digits(index);
    u128::from(high) * u128::from(fraction) + ((u128::from(low) * u128::from(fraction)) >> 64)
}

/// `⌈index · fraction / 2⁶⁴⌉` for a 64-bit fraction below one.
#[inline]
pub(crate) fn fraction_of_index_up(index: u128, fraction: u64) -> u128 {
    let (high, low) = digits(index);
    u128::from(high) * u128::from(fraction) + ((u128::from(low) * u128::from(fraction) + LOW_DIGIT) >> 64)
}

/// `⌊amount · 2⁹⁶ / index⌋` and whether something was left over.
///
/// One step of Knuth's algorithm D (The Art of Computer Programming 2, 4.3.1): the quotient is a single 64-bit digit, so one division
/// by the index's normalised high digit gives it or at most two more.
#[inline]
fn divide_by_index(amount: u64, index: u128) -> Result<(u64, bool)> {
    if index == 0 {
        return Err(RiskError::DivisionByZero);
    }
    if u128::from(amount) << 32 >= index {
        return Err(RiskError::Overflow); // the quotient would need a second digit
    }
    let shift = index.leading_zeros();
    let (divisor_high, divisor_low) = digits(index << shift);
    // amount · 2³² < index, so its normalised form is below 2¹²⁸ and the dividend's third digit is zero
    let dividend = (u128::from(amount) << 32) << shift;
    let divisor = u128::from(divisor_high);
    let mut quotient = (dividend / divisor).min(LOW_DIGIT);
    let mut remainder = dividend - quotient * divisor;
    let mut product_low = quotient * u128::from(divisor_low);
    while remainder <= LOW_DIGIT && product_low > remainder << 64 {
        quotient -= 1;
        remainder += divisor;
        product_low -= u128::from(divisor_low);
    }
    let exact = remainder <= LOW_DIGIT && product_low == remainder << 64;
    Ok((quotient as u64, !exact))
}

/// `⌊amount · 2⁹⁶ / index⌋`, exact.
#[inline]
pub(crate) fn per_index_down(amount: u64, index: u128) -> Result<u64> {
    divide_by_index(amount, index).map(|(quotient, _)| quotient)
}

/// `⌈amount · 2⁹⁶ / index⌉`, exact.
#[inline]
pub(crate) fn per_index_up(amount: u64, index: u128) -> Result<u64> {
    let (quotient, has_remainder) = divide_by_index(amount, index)?;
    quotient
        .checked_add(u64::from(has_remainder))
        .ok_or(RiskError::Overflow)
}

/// `⌊amount · 2⁹⁶ / count⌋`: the index at which `count` shares are worth at most `amount`.
pub(crate) fn index_of_ratio_down(amount: u64, count: u64) -> Result<u128> {
    if count == 0 {
        return Err(RiskError::DivisionByZero);
    }
    let count = u128::from(count);
    let dividend = u128::from(amount) << 64;
    let (high, remainder) = (dividend / count, dividend % count);
    if high >> 96 != 0 {
        return Err(RiskError::Overflow);
    }
    // remainder < 2⁶⁴, so the last 32 bits of the quotient come from one more division
    Ok((high << 32) | ((remainder << 32) / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hot_products_are_the_wide_ones() {
        let mut factors = std::vec![0, 1, LOW_HALF, LOW_HALF + 1, u64::MAX - 1, u64::MAX];
        // Knuth's MMIX generator: any spread of bits will do
        factors.extend((0..200_u64).scan(1_u64, |state, step| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            Some(*state >> (step % 64))
        }));
        for &a in &factors {
            for &b in &factors {
                let product = u128::from(a) * u128::from(b);
                let down = u64::try_from(product >> 40).map_err(|_| RiskError::Overflow);
                let up = u64::try_from((product + ((1 << 40) - 1)) >> 40).map_err(|_| RiskError::Overflow);
                assert_eq!(hot_mul_shift_down::<40>(a, b), down, "{a} {b}");
                assert_eq!(hot_mul_shift_up::<40>(a, b), up, "{a} {b}");
            }
        }
    }
}
