//! A decimal price as a binary mantissa, by long division with native 64-bit operations: exact and cheap.

use crate::error::{Result, RiskError};

/// Fractional bits of the result.
const FRACTION_BITS: u32 = 40;
/// The largest power of ten, in either direction, that is scaled by.
pub const MAX_POWER_OF_TEN: u32 = 36;
/// The largest power of ten of one division: its square still leaves room in 64 bits for chunks of the quotient.
const MAX_STEP: u32 = 18;

#[allow(clippy::indexing_slicing)] // runs in the compiler
static POWERS_OF_TEN: [u64; 19] = {
    let mut powers = [1; 19];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// `⌊value · 10^power · 2^40⌋`.
///
/// # Errors
/// [`RiskError::Overflow`] where it does not fit or the power lies beyond ±[`MAX_POWER_OF_TEN`].
pub fn scale_decimal_down(value: u64, power: i32) -> Result<u64> {
    scale(value, power, FRACTION_BITS).map(|(floor, _)| floor)
}

/// `value · 10^power · 2^40`, rounded to the nearest, halves up. Errors as [`scale_decimal_down`].
#[inline]
pub fn scale_decimal_nearest(value: u64, power: i32) -> Result<u64> {
    let (floor, _) = scale(value, power, FRACTION_BITS + 1)?;
    Ok((floor >> 1) + (floor & 1)) // floor >> 1 is below 2^63
}

/// `⌈value · 10^power · 2^40⌉`. Errors as [`scale_decimal_down`].
#[inline]
pub fn scale_decimal_up(value: u64, power: i32) -> Result<u64> {
    let (floor, is_inexact) = scale(value, power, FRACTION_BITS)?;
    floor.checked_add(u64::from(is_inexact)).ok_or(RiskError::Overflow)
}

/// `⌊value · 10^power · 2^bits⌋`, and whether something was cut off.
#[inline]
fn scale(value: u64, power: i32, bits: u32) -> Result<(u64, bool)> {
    let size = power.unsigned_abs();
    if size > MAX_POWER_OF_TEN {
        return Err(RiskError::Overflow);
    }
    if power >= 0 {
        return multiply(value, size, bits).map(|product| (product, false));
    }
    let (quotient, is_inexact) = divide(value, power_of_ten(size.min(MAX_STEP)), bits)?;
    if size <= MAX_STEP {
        return Ok((quotient, is_inexact));
    }
    // a floor of a floor is the floor of the whole quotient
    let rest = power_of_ten(size - MAX_STEP);
    Ok((quotient / rest, is_inexact || quotient % rest != 0))
}

fn multiply(value: u64, power: u32, bits: u32) -> Result<u64> {
    let whole = 10u64.checked_pow(power).and_then(|factor| value.checked_mul(factor)).ok_or(RiskError::Overflow)?;
    shift_left_checked(whole, bits)
}

/// `⌊value · 2^bits / divisor⌋` in chunks of as many bits as the divisor leaves free; the divisor is 1 to 10^18.
#[inline]
fn divide(value: u64, divisor: u64, bits: u32) -> Result<(u64, bool)> {
    let mut quotient = value / divisor;
    let mut remainder = value % divisor;
    let mut bits_left = bits;
    shift_left_checked(quotient, bits)?;
    while bits_left > 0 {
        // remainder < divisor, so shifting by the divisor's leading zeros (at least 4) stays within 64 bits
        let chunk = divisor.leading_zeros().min(bits_left);
        let shifted = remainder << chunk;
        quotient = (quotient << chunk) | (shifted / divisor);
        remainder = shifted % divisor;
        bits_left -= chunk;
    }
    Ok((quotient, remainder != 0))
}

/// 10^power for a power of at most 18.
#[inline(always)]
fn power_of_ten(power: u32) -> u64 {
    POWERS_OF_TEN.get(power as usize).copied().unwrap_or(1)
}

#[inline(always)]
fn shift_left_checked(value: u64, shift: u32) -> Result<u64> {
    if value.leading_zeros() < shift { Err(RiskError::Overflow) } else { Ok(value << shift) }
}
