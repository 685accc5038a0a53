//! Exact products and quotients with a 128-bit index (32 whole bits, 96 fractional), in 64-bit digits.
#![allow(clippy::cast_possible_truncation)] // casts take the low digit on purpose

use super::product::{high_digit, product};
use super::quotient::divide_digits;
use crate::error::{Result, RiskError};

const LOW_DIGIT: u128 = u64::MAX as u128;

/// Splits a number into its high and low 64-bit digits.
#[inline(always)]
const fn digits(number: u128) -> (u64, u64) {
    ((number >> 64) as u64, number as u64)
}

/// `⌊count · index / 2⁹⁶⌋`, exact.
#[inline]
pub(crate) fn times_index_down(count: u64, index: u128) -> Result<u64> {
    // a floor of a floor is the floor of the whole
    u64::try_from(fraction_of_index_down(index, count) >> 32).map_err(|_| RiskError::Overflow)
}

/// `⌈count · index / 2⁹⁶⌉`, exact.
#[inline]
pub(crate) fn times_index_up(count: u64, index: u128) -> Result<u64> {
    // (2⁶⁴ − 1)² + 2⁶⁴ + 2³² < 2¹²⁸
    let sum = fraction_of_index_up(index, count).wrapping_add(0xFFFF_FFFF);
    u64::try_from(sum >> 32).map_err(|_| RiskError::Overflow)
}

/// `⌊index · count / 2⁶⁴⌋`: a part of the index, for a 64-bit fraction below one.
#[inline]
pub(crate) fn fraction_of_index_down(index: u128, count: u64) -> u128 {
    let (high, low) = digits(index);
    // (2⁶⁴ − 1)² + 2⁶⁴ < 2¹²⁸
    product(high, count).wrapping_add(u128::from(high_digit(low, count)))
}

/// `⌈index · count / 2⁶⁴⌉`: a part of the index, for a 64-bit fraction below one.
#[inline]
pub(crate) fn fraction_of_index_up(index: u128, count: u64) -> u128 {
    let (high, low) = digits(index);
    // the same bound, the low product rounded up to at most 2⁶⁴ − 1
    product(high, count).wrapping_add(product(low, count).wrapping_add(LOW_DIGIT) >> 64)
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
    let (dividend_high, dividend_low) = digits(dividend);
    let (mut quotient, mut remainder) = if dividend_high < divisor_high {
        let (quotient, remainder) = divide_digits(dividend_high, dividend_low, divisor_high);
        (quotient, u128::from(remainder))
    } else {
        // dividend < 2⁶⁴ · divisor + 2⁶⁴, so the difference is below divisor + 2⁶⁴
        (u64::MAX, dividend - product(u64::MAX, divisor_high))
    };
    let mut product_low = product(quotient, divisor_low);
    while remainder <= LOW_DIGIT && product_low > remainder << 64 {
        quotient -= 1;
        remainder += divisor;
        product_low -= u128::from(divisor_low);
    }
    let is_exact = remainder <= LOW_DIGIT && product_low == remainder << 64;
    Ok((quotient, !is_exact))
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
    quotient.checked_add(u64::from(has_remainder)).ok_or(RiskError::Overflow)
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
