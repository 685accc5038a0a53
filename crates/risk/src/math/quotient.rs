//! Quotients of two-digit numbers by one digit, with native divisions: on SBF a `u128` division is a call of a thousand units.

use super::product::{product, product_digits};
use crate::error::{Result, RiskError};

const LOW_HALF: u64 = u32::MAX as u64;

/// `⌊a·b / c⌋`, or an error where `c` is zero or the quotient does not fit.
#[inline]
pub fn mul_div_down(a: u64, b: u64, c: u64) -> Result<u64> {
    mul_div_remainder(a, b, c).map(|(quotient, _)| quotient)
}

/// `⌈a·b / c⌉`, or an error where `c` is zero or the quotient does not fit.
#[inline]
pub fn mul_div_up(a: u64, b: u64, c: u64) -> Result<u64> {
    let (quotient, remainder) = mul_div_remainder(a, b, c)?;
    quotient.checked_add(u64::from(remainder != 0)).ok_or(RiskError::Overflow)
}

/// The quotient, and the remainder times a power of two.
#[inline]
fn mul_div_remainder(a: u64, b: u64, c: u64) -> Result<(u64, u64)> {
    let (high, low) = product_digits(a, b);
    divide_by_word(high, low, c)
}

/// `⌊a / c⌋`, or an error where `c` is zero or the quotient does not fit.
#[inline]
pub fn wide_div_down(a: u128, c: u64) -> Result<u64> {
    let (high, low) = digits(a);
    divide_by_word(high, low, c).map(|(quotient, _)| quotient)
}

/// `⌊a·b / c⌋` of a 128-bit and a 64-bit number, or an error where `c` is zero or the quotient does not fit 64 bits.
#[inline]
pub fn wide_mul_div_word_down(a: u128, b: u64, c: u64) -> Result<u64> {
    wide_mul_div_word(a, b, c).map(|(quotient, _)| quotient)
}

/// `⌈a·b / c⌉` of a 128-bit and a 64-bit number, or an error where `c` is zero or the quotient does not fit 64 bits.
#[inline]
pub fn wide_mul_div_word_up(a: u128, b: u64, c: u64) -> Result<u64> {
    let (quotient, remainder) = wide_mul_div_word(a, b, c)?;
    quotient.checked_add(u64::from(remainder != 0)).ok_or(RiskError::Overflow)
}

#[inline]
fn wide_mul_div_word(a: u128, b: u64, c: u64) -> Result<(u64, u64)> {
    let (high, low) = digits(a);
    let (carry, last) = product_digits(low, b);
    // (2⁶⁴ − 1)² + 2⁶⁴ − 1 < 2¹²⁸
    let (top, middle) = digits(product(high, b).wrapping_add(carry.into()));
    if top != 0 {
        return Err(RiskError::Overflow);
    }
    divide_by_word(middle, last, c)
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // the digits
const fn digits(number: u128) -> (u64, u64) {
    ((number >> 64) as u64, number as u64)
}

/// Quotient of a two-digit number by one digit, and the remainder times a power of two.
#[inline]
fn divide_by_word(high: u64, low: u64, c: u64) -> Result<(u64, u64)> {
    if c == 0 {
        return Err(RiskError::DivisionByZero);
    }
    if high >= c {
        return Err(RiskError::Overflow);
    }
    let shift = c.leading_zeros();
    if shift == 0 {
        return Ok(divide_digits(high, low, c));
    }
    // high < c, so nothing is shifted out
    Ok(divide_digits((high << shift) | (low >> (64 - shift)), low << shift, c << shift))
}

/// Quotient and remainder of a two-digit number by a divisor above its high digit, the divisor's highest bit set.
///
/// Knuth's algorithm D (The Art of Computer Programming 2, 4.3.1) with digits of 32 bits.
#[inline]
pub(super) fn divide_digits(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let (first, remainder) = divide_half(high, low >> 32, divisor);
    let (second, remainder) = divide_half(remainder, low & LOW_HALF, divisor);
    ((first << 32) | second, remainder)
}

/// One 32-bit digit of the quotient: `(remainder · 2³² + next) / divisor` for a remainder below the divisor and a 32-bit next digit.
#[inline(always)]
fn divide_half(remainder: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (divisor_high, divisor_low) = (divisor >> 32, divisor & LOW_HALF);
    // the divisor is normalised, so the estimate is at most 2³² + 1 and at most two too large
    let mut digit = remainder / divisor_high;
    let mut rest = remainder % divisor_high;
    while digit > LOW_HALF || digit.wrapping_mul(divisor_low) > (rest << 32) | next {
        digit -= 1;
        rest += divisor_high;
        if rest > LOW_HALF {
            break;
        }
    }
    // the true remainder is below the divisor, so its low 64 bits are all of it
    let left = (remainder << 32).wrapping_add(next).wrapping_sub(digit.wrapping_mul(divisor));
    (digit, left)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_by_halves_are_those_of_128_bits() {
        // the divisors that make an estimate two too large have a high half of 2³¹ and a low half of ones
        let mut numbers = std::vec![1, 2, LOW_HALF, LOW_HALF + 1, (1 << 63) | LOW_HALF, u64::MAX - 1, u64::MAX];
        // Knuth's MMIX generator: numbers of every length
        numbers.extend((0..60_u64).scan(1_u64, |state, step| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Some((*state >> (step % 64)).max(1))
        }));
        for &a in &numbers {
            for &b in &numbers {
                for &c in &numbers {
                    let product = u128::from(a) * u128::from(b);
                    let down = u64::try_from(product / u128::from(c)).map_err(|_| RiskError::Overflow);
                    let up = u64::try_from(product.div_ceil(u128::from(c))).map_err(|_| RiskError::Overflow);
                    assert_eq!(mul_div_down(a, b, c), down, "{a}·{b}/{c}");
                    assert_eq!(mul_div_up(a, b, c), up, "{a}·{b}/{c}");
                }
            }
        }
    }
}
