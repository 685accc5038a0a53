//! The natural logarithm of a ratio of two prices.

use crate::error::{Result, RiskError};
use crate::math::mul_shift_down;
use crate::quantities::{LogReturn, Price};

/// ln 2 with 48 fractional bits.
const LN_2: i64 = 0xB172_17F7_D1CF;
/// Terms of the series; the next one is below (1/3)³⁷/37, under 2⁻⁶³.
const LAST_POWER: u64 = 35;

/// `ln(numerator/denominator)` within 2⁻⁴⁴, or [`RiskError::PriceNotPositive`].
pub(super) fn ln_ratio(numerator: Price, denominator: Price) -> Result<LogReturn> {
    let difference = ln_mantissa(numerator.to_bits())?.checked_sub(ln_mantissa(denominator.to_bits())?);
    difference.map(LogReturn::from_bits).ok_or(RiskError::Overflow)
}

/// ln of an integer, with 48 fractional bits: `n = 2^k · m`, `ln m = 2·atanh((m − 1)/(m + 1))`, m in [1, 2).
fn ln_mantissa(number: u64) -> Result<i64> {
    if number == 0 {
        return Err(RiskError::PriceNotPositive);
    }
    let zeros = number.leading_zeros();
    // 63 fractional bits
    let normalised = u128::from(number) << zeros;
    let one = 1_u128 << 63;
    let (distance, sum) = (normalised.checked_sub(one), normalised.checked_add(one));
    let ratio = distance
        .zip(sum)
        .and_then(|(distance, sum)| (distance << 63).checked_div(sum))
        .ok_or(RiskError::Overflow)?;
    let ratio = u64::try_from(ratio).map_err(|_| RiskError::Overflow)?;
    let square = mul_shift_down::<63>(ratio, ratio)?;
    let mut power = LAST_POWER;
    let mut series: u64 = 0;
    // Horner's scheme over the odd powers, from the highest: 1/p + z²·(…)
    loop {
        let reciprocal = (1_u64 << 63).checked_div(power).ok_or(RiskError::DivisionByZero)?;
        series = mul_shift_down::<63>(series, square)?.saturating_add(reciprocal);
        let Some(next) = power.checked_sub(2) else { break };
        power = next;
    }
    let half = mul_shift_down::<63>(series, ratio)?;
    let fraction = i64::try_from(half >> 14).map_err(|_| RiskError::Overflow)?;
    let exponent = i64::from(63_u32.saturating_sub(zeros));
    LN_2.checked_mul(exponent)
        .and_then(|whole| whole.checked_add(fraction))
        .ok_or(RiskError::Overflow)
}
