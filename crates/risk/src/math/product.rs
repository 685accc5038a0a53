//! Products of 64-bit numbers, from 32-bit halves: on SBF a `u128` product is a call that costs twice as much.

use crate::error::{Result, RiskError};

const LOW_HALF: u64 = u32::MAX as u64;

/// The high and low 64-bit digit of `a · b`.
#[inline(always)]
pub(super) const fn product_digits(a: u64, b: u64) -> (u64, u64) {
    let (a_high, a_low) = (a >> 32, a & LOW_HALF);
    let (b_high, b_low) = (b >> 32, b & LOW_HALF);
    // halves are below 2³², so a product and two more halves fit 64 bits: (2³² − 1)² + 2·(2³² − 1) = 2⁶⁴ − 1
    let low = a_low.wrapping_mul(b_low);
    let cross = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let middle = a_low.wrapping_mul(b_high).wrapping_add(cross & LOW_HALF);
    let high = a_high.wrapping_mul(b_high).wrapping_add(cross >> 32).wrapping_add(middle >> 32);
    (high, (middle << 32) | (low & LOW_HALF))
}

/// The whole product.
#[inline(always)]
#[must_use]
pub const fn product(a: u64, b: u64) -> u128 {
    let (high, low) = product_digits(a, b);
    ((high as u128) << 64) | low as u128
}

/// `⌊a·b / 2⁶⁴⌋`.
#[inline(always)]
#[must_use]
pub(super) const fn high_digit(a: u64, b: u64) -> u64 {
    product_digits(a, b).0
}

/// `⌊a·b / 2^SHIFT⌋`, or [`RiskError::Overflow`]. `0 < SHIFT ≤ 64`.
#[inline(always)]
pub fn mul_shift_down<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    let (high, low) = product_digits(a, b);
    shift_digits::<SHIFT>(high, low)
}

/// `⌈a·b / 2^SHIFT⌉`, or [`RiskError::Overflow`]. `0 < SHIFT ≤ 64`.
#[inline(always)]
pub fn mul_shift_up<const SHIFT: u32>(a: u64, b: u64) -> Result<u64> {
    let (high, low) = product_digits(a, b);
    let (low, carry) = low.overflowing_add(u64::MAX >> (64 - SHIFT));
    // a product's high digit is at most 2⁶⁴ − 2, so the carry fits
    shift_digits::<SHIFT>(high.wrapping_add(u64::from(carry)), low)
}

/// `⌊a·b / 2^SHIFT⌋` and `⌈a·b / 2^SHIFT⌉` from one product, or [`RiskError::Overflow`] where the latter does not fit. `0 < SHIFT ≤ 64`.
#[inline(always)]
pub fn mul_shift_bounds<const SHIFT: u32>(a: u64, b: u64) -> Result<(u64, u64)> {
    let (high, low) = product_digits(a, b);
    let down = shift_digits::<SHIFT>(high, low)?;
    let is_exact = low << (64 - SHIFT) == 0;
    let up = if is_exact { down } else { down.checked_add(1).ok_or(RiskError::Overflow)? };
    Ok((down, up))
}

#[inline(always)]
const fn shift_digits<const SHIFT: u32>(high: u64, low: u64) -> Result<u64> {
    const { assert!(SHIFT > 0 && SHIFT <= 64, "a product has two digits") };
    if SHIFT == 64 {
        return Ok(high);
    }
    if high >> SHIFT != 0 {
        return Err(RiskError::Overflow);
    }
    Ok((high << (64 - SHIFT)) | (low >> SHIFT))
}

/// `size²·multiplier`: one product where `size·multiplier` fits 64 bits, as that of every return below 32 does. Saturates.
#[inline(always)]
#[must_use]
pub fn square_times(size: u64, multiplier: u32) -> u128 {
    if size < 1 << 53 && multiplier < 1 << 11 {
        return product(size, size.wrapping_mul(multiplier.into()));
    }
    product(size, size).saturating_mul(multiplier.into())
}

/// `⌊fraction²·factor⌋` for a fraction of 2^31 that is at most one, and a factor below 2^32: native products only.
#[inline(always)]
#[must_use]
pub fn square31_times(fraction31: u64, factor: u64) -> u64 {
    let square = fraction31.wrapping_mul(fraction31) >> 31; // at most 2^31
    square.wrapping_mul(factor) >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ends of the range and, from Knuth's MMIX generator, numbers of every length.
    fn factors() -> std::vec::Vec<u64> {
        let mut factors = std::vec![0, 1, LOW_HALF, LOW_HALF + 1, u64::MAX - 1, u64::MAX];
        factors.extend((0..200_u64).scan(1_u64, |state, step| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Some(*state >> (step % 64))
        }));
        factors
    }

    fn assert_shifts<const SHIFT: u32>(a: u64, b: u64) {
        let product = u128::from(a) * u128::from(b);
        let down = u64::try_from(product >> SHIFT).map_err(|_| RiskError::Overflow);
        let up = u64::try_from(product.div_ceil(1 << SHIFT)).map_err(|_| RiskError::Overflow);
        assert_eq!(mul_shift_down::<SHIFT>(a, b), down, "{a}·{b}/2^{SHIFT}");
        assert_eq!(mul_shift_up::<SHIFT>(a, b), up, "{a}·{b}/2^{SHIFT}");
        let both = up.map(|up| (down.unwrap(), up));
        assert_eq!(mul_shift_bounds::<SHIFT>(a, b), both, "{a}·{b}/2^{SHIFT}");
    }

    #[test]
    fn products_from_halves_are_those_of_128_bits() {
        for &a in &factors() {
            for &b in &factors() {
                assert_eq!(product(a, b), u128::from(a) * u128::from(b), "{a} {b}");
                assert_shifts::<1>(a, b);
                assert_shifts::<32>(a, b);
                assert_shifts::<40>(a, b);
                assert_shifts::<63>(a, b);
                assert_shifts::<64>(a, b);
            }
        }
    }
}
