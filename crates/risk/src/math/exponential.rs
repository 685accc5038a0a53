//! Powers of two and of e: a table of 128 powers, then a polynomial of degree five in 64-bit arithmetic.

use super::logarithm::LN_2_Q64;
use super::product::{high_digit, product};
use super::wide::wide_mul_shift_down;
use crate::error::{Result, RiskError};

const SEGMENTS: usize = 128;
/// log₂ e with 63 fractional bits.
const LOG2_E_Q63: u64 = 0xB8AA_3B29_5C17_F0BC;
/// The largest size of an exponent that [`exp_bits`] evaluates: 30, with 48 fractional bits.
pub const EXP_LIMIT_BITS: u64 = 30 << 48;

static TABLE: [u64; SEGMENTS] = powers();

/// 2^(−elapsed/half_life) with 63 fractional bits: at most one, off by at most 2⁻⁵², and 0 from 63 half-lives on.
///
/// # Errors
/// [`RiskError::DivisionByZero`] where the half-life is zero.
#[inline]
pub fn decay_factor(elapsed_seconds: u64, half_life_seconds: u32) -> Result<u64> {
    let half_life = u64::from(half_life_seconds);
    let halvings = elapsed_seconds.checked_div(half_life).ok_or(RiskError::DivisionByZero)?;
    if halvings >= 63 {
        return Ok(0);
    }
    // two steps of long division; each remainder is below 2^32
    let first = (elapsed_seconds % half_life) << 32;
    let second = (first % half_life) << 32;
    let fraction = ((first / half_life) << 32) | (second / half_life);
    Ok(exp2_minus(fraction) >> halvings)
}

/// e^x with 64 fractional bits, x with 48; x beyond ±30 counts as ±30. Off by at most 2⁻⁴⁶ of itself or one unit.
#[must_use]
pub fn exp_bits(x: i64) -> u128 {
    let size = x.unsigned_abs().min(EXP_LIMIT_BITS);
    let exponent_q64 = product(size, LOG2_E_Q63) >> 47;
    let whole = exponent_q64 >> 64; // at most 43
    #[allow(clippy::cast_possible_truncation)]
    let fraction = exponent_q64 as u64;
    if x < 0 {
        return (u128::from(exp2_minus(fraction)) << 1) >> whole;
    }
    if fraction == 0 {
        return 1 << (64 + whole);
    }
    // 2^(n + f) = 2^(n + 1)·2^−(1 − f); below 2^63 before, below 2^109 after the shift
    u128::from(exp2_minus(fraction.wrapping_neg())) << (whole + 2)
}

/// `factor·e^x`, x with 48 fractional bits; at most `u64::MAX`. Errors as those of [`exp_bits`], rounded down from there.
#[must_use]
pub fn times_exp_down(factor: u64, x: i64) -> u64 {
    // below 2^109 · 2^64 / 2^64
    let product = wide_mul_shift_down::<64>(exp_bits(x), factor).unwrap_or(u128::MAX);
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// 2^−f with 63 fractional bits, f in [0, 1) with 64.
#[inline(always)]
fn exp2_minus(fraction: u64) -> u64 {
    let power = lookup(fraction);
    let y = high_digit(fraction & ((1 << 57) - 1), LN_2_Q64); // below 2^57
    let square = high_digit(y, y); // below 2^49
    let (y_q36, square_q46) = (y >> 28, square >> 18); // below 2^29 and 2^31
    // wrapping, because an overflow check on a product costs as much as a product of 128 bits; each is below 2^62
    let cube = y_q36.wrapping_mul(square_q46) >> 18;
    let fourth = square_q46.wrapping_mul(square_q46) >> 28;
    let fifth = (fourth >> 8).wrapping_mul(y_q36) >> 28;
    // 1 − e^−y = y − y²/2 + y³/6 − y⁴/24 + y⁵/120, positive and below 2^-7
    let fall = y - square / 2 + cube / 6 - fourth / 24 + fifth / 120;
    power - high_digit(power, fall)
}

#[inline(always)]
#[allow(clippy::indexing_slicing)] // seven bits
fn lookup(fraction: u64) -> u64 {
    TABLE[(fraction >> 57) as usize]
}

/// 2^(−i/128) with 63 fractional bits.
#[allow(clippy::indexing_slicing)] // runs in the compiler
const fn powers() -> [u64; SEGMENTS] {
    let mut table = [0; SEGMENTS];
    let mut i = 0;
    while i < SEGMENTS {
        table[i] = exp_minus_q63(((LN_2_Q64 as u128) * (i as u128)) / (SEGMENTS as u128));
        i += 1;
    }
    table
}

/// e^−y for y in [0, 1) with 64 fractional bits, by its series.
#[allow(clippy::cast_possible_truncation)]
const fn exp_minus_q63(y: u128) -> u64 {
    let (mut term, mut positive, mut negative, mut n) = (1u128 << 64, 1u128 << 64, 0u128, 1u128);
    while term > 0 {
        term = ((term * y) >> 64) / n;
        if n % 2 == 1 {
            negative += term;
        } else {
            positive += term;
        }
        n += 1;
    }
    ((positive - negative + 1) >> 1) as u64
}
