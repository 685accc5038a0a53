//! The natural logarithm: a table of 128 reciprocals, then a polynomial of degree six in 64-bit arithmetic.

use super::product::product;
use crate::error::{Result, RiskError};

const SEGMENTS: usize = 128;
/// ln 2 with 64 fractional bits.
pub(super) const LN_2_Q64: u64 = 0xB172_17F7_D1CF_79AC;
/// ln 2 with 56 fractional bits.
#[allow(clippy::cast_possible_wrap)] // below 2^56
const LN_2_Q56: i64 = ((LN_2_Q64 + (1 << 7)) >> 8) as i64;

/// A segment's reciprocal of its middle with 12 fractional bits, and −ln of that reciprocal with 56.
#[derive(Clone, Copy)]
struct Segment {
    reciprocal_q12: u64,
    log_q56: i64,
}

static TABLE: [Segment; SEGMENTS] = segments();

/// ln of a positive integer with 48 fractional bits; off by at most two units of the last place (2⁻⁴⁷).
///
/// # Errors
/// [`RiskError::PriceNotPositive`] for zero.
#[inline]
pub fn ln_bits(mantissa: u64) -> Result<i64> {
    if mantissa == 0 {
        return Err(RiskError::PriceNotPositive);
    }
    let zeros = mantissa.leading_zeros();
    // the mantissa as x·2^exponent with x in [1, 2), 55 fractional bits: exact for every accepted price (below 2^53)
    let x = (mantissa << zeros) >> 8;
    let exponent = i64::from(63 - zeros);
    let segment = lookup(x);

    // f = x·reciprocal − 1 with 67 fractional bits; the one is 2^67 and drops out modulo 2^64, |f| < 2^-7.9
    #[allow(clippy::cast_possible_wrap)]
    let f = x.wrapping_mul(segment.reciprocal_q12) as i64;
    // below 2^62 in all
    let sum = exponent.wrapping_mul(LN_2_Q56).wrapping_add(segment.log_q56).wrapping_add(ln_one_plus_q64(f) >> 8);
    Ok(sum.wrapping_add(1 << 7) >> 8)
}

/// ln(1 + f) with 64 fractional bits, f with 67 and below 2^-7.9 in size: f − f²/2 + f³/3 − f⁴/4 + f⁵/5 − f⁶/6.
///
/// Wrapping operators, because an overflow check on a product costs as much as a product of 128 bits; the bounds beside them say why nothing wraps.
#[inline(always)]
#[allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation)] // every term is below 2^57
fn ln_one_plus_q64(f: i64) -> i64 {
    let size = f.unsigned_abs();
    let square = (product(size, size) >> 70) as u64; // below 2^49
    let (f_q36, square_q46) = (size >> 31, square >> 18); // below 2^29 and 2^31
    let cube = f_q36.wrapping_mul(square_q46) >> 18;
    let fourth = square_q46.wrapping_mul(square_q46) >> 28;
    let fifth = (fourth >> 8).wrapping_mul(f_q36) >> 28;
    let sixth = (fourth >> 8).wrapping_mul(square_q46) >> 38;
    let odd = (size >> 3).wrapping_add(cube / 3).wrapping_add(fifth / 5) as i64;
    let even = (square / 2).wrapping_add(fourth / 4).wrapping_add(sixth / 6) as i64;
    if f < 0 { odd.wrapping_neg().wrapping_sub(even) } else { odd.wrapping_sub(even) }
}

/// The segment of x in [1, 2) with 55 fractional bits: its seven bits after the leading one.
#[inline(always)]
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation)] // masked to seven bits
fn lookup(x: u64) -> Segment {
    TABLE[((x >> 48) & 127) as usize]
}

#[allow(clippy::indexing_slicing, clippy::cast_possible_wrap)] // runs in the compiler
const fn segments() -> [Segment; SEGMENTS] {
    let mut table = [Segment { reciprocal_q12: 0, log_q56: 0 }; SEGMENTS];
    let mut i = 0;
    while i < SEGMENTS {
        let middle_q8 = 257 + 2 * (i as u64);
        let reciprocal_q12 = ((1 << 20) + middle_q8 / 2) / middle_q8;
        table[i] = Segment { reciprocal_q12, log_q56: minus_ln_q56(reciprocal_q12) as i64 };
        i += 1;
    }
    table
}

/// −ln(c / 2^12) = 2·atanh((2^12 − c)/(2^12 + c)), by its series; the argument is at most a third.
#[allow(clippy::cast_possible_truncation)]
const fn minus_ln_q56(reciprocal_q12: u64) -> u64 {
    let c = reciprocal_q12 as u128;
    let z = ((4096 - c) << 60) / (4096 + c);
    let square = (z * z) >> 60;
    let (mut power, mut sum, mut odd) = (z, 0, 1);
    while power > 0 {
        sum += power / odd;
        power = (power * square) >> 60;
        odd += 2;
    }
    ((2 * sum + 8) >> 4) as u64
}
