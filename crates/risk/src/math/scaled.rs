//! Numbers that share one exponent: wide products cut to some bits together, and brought back.

use crate::error::{Result, RiskError};

/// By how many bits two numbers, or all of two kinds of numbers or-ed, have a product that is longer than `bits`.
#[inline]
#[must_use]
pub const fn excess_bits(a: u64, b: u64, bits: u32) -> u32 {
    (128 - a.leading_zeros() - b.leading_zeros()).saturating_sub(bits)
}

/// `⌊number / 2^shift⌋` of a number below 2^(64 + shift); shift < 64.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)] // the digits
pub const fn shifted_down(number: u128, shift: u32) -> u64 {
    let (high, low) = ((number >> 64) as u64, number as u64);
    if shift == 0 { low } else { (high << (64 - shift)) | (low >> shift) }
}

/// `⌈number / 2^shift⌉` of a number below 2^(63 + shift); shift < 64.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)] // the low digit
pub const fn shifted_up(number: u128, shift: u32) -> u64 {
    let is_exact = number as u64 & ((1 << shift) - 1) == 0;
    // below 2⁶³ and one
    shifted_down(number, shift).wrapping_add(!is_exact as u64)
}

/// `⌊size / 2^bits⌋`; bits < 64.
#[inline(always)]
#[must_use]
pub const fn cut_down(size: u64, bits: u32) -> u64 {
    size >> bits
}

/// `⌈size / 2^bits⌉` of a size below 2^63; bits < 63.
#[inline(always)]
#[must_use]
pub const fn cut_up(size: u64, bits: u32) -> u64 {
    // both are below 2⁶³
    size.wrapping_add((1_u64 << bits).wrapping_sub(1)) >> bits
}

/// `⌈size · 2^shift / 2^FRACTION⌉`, or [`RiskError::Overflow`]. FRACTION < 64 and shift < 64.
#[inline]
pub const fn unscaled_up<const FRACTION: u32>(size: u64, shift: u32) -> Result<u64> {
    if shift >= FRACTION {
        let left = shift - FRACTION;
        return if size.leading_zeros() < left { Err(RiskError::Overflow) } else { Ok(size << left) };
    }
    let right = FRACTION - shift;
    // a size of 64 bits can be too long to be rounded up by an addition
    Ok(cut_down(size, right) + (size & ((1 << right) - 1) != 0) as u64)
}

/// The same of a number with a sign: a negative one is rounded toward zero. [`RiskError::Overflow`] beyond 63 bits.
#[inline]
pub fn unscaled_signed_up<const FRACTION: u32>(number: i64, shift: u32) -> Result<i64> {
    let size = number.unsigned_abs();
    if number >= 0 {
        return i64::try_from(unscaled_up::<FRACTION>(size, shift)?).map_err(|_| RiskError::Overflow);
    }
    let size = if shift < FRACTION { size >> (FRACTION - shift) } else { unscaled_up::<FRACTION>(size, shift)? };
    i64::try_from(size).map(|size| -size).map_err(|_| RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [i64; 12] =
        [0, 1, -1, 2, -3, 1 << 20, -(1 << 20) - 1, (1 << 40) - 1, 1 << 44, -(1 << 62), i64::MIN, i64::MAX];

    #[test]
    fn products_of_what_is_left_fit() {
        for a in [0_u64, 1, (1 << 20) - 1, 1 << 20, (1 << 40) + 1, u64::MAX >> 1] {
            for b in [0_u64, 1, (1 << 32) - 1, 1 << 32, (1 << 36) - 1] {
                let cut = excess_bits(a, b, 63);
                assert_eq!(cut_down(a, cut), a / (1 << cut));
                assert_eq!(cut_up(a, cut), a.div_ceil(1 << cut));
                assert!(u128::from(cut_down(a, cut)) * u128::from(b) < 1 << 63, "{a} {b}");
            }
        }
    }

    #[test]
    fn wide_numbers_are_cut_like_others() {
        for number in [0_u128, 1, (1 << 40) - 1, (1 << 64) + 1, (1 << 95) - 1] {
            for shift in [33, 40, 63] {
                assert_eq!(u128::from(shifted_down(number, shift)), number >> shift);
                assert_eq!(u128::from(shifted_up(number, shift)), number.div_ceil(1 << shift));
            }
        }
    }

    #[test]
    fn scaled_numbers_come_back_rounded_up() {
        for number in NUMBERS {
            for shift in [0, 1, 39, 44, 45, 55] {
                // ⌈n·2^shift/2⁴⁴⌉
                let exact = (i128::from(number) << shift).div_euclid(1 << 44)
                    + i128::from((i128::from(number) << shift).rem_euclid(1 << 44) != 0);
                let exact = i64::try_from(exact).ok().filter(|exact| *exact != i64::MIN).ok_or(RiskError::Overflow);
                assert_eq!(unscaled_signed_up::<44>(number, shift), exact, "{number} {shift}");
            }
        }
    }
}
