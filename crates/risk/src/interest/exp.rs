//! The exponential function for the adaptive curve and the touch probability.

use crate::error::{Result, RiskError};
use crate::math::mul_shift_down;
use crate::quantities::LogReturn;

/// ln 2 with 63 fractional bits.
const LN_2: u64 = 0x58B9_0BFB_E8E7_BCD5;
/// 1/ln 2 with 32 fractional bits, rounded down.
const RECIPROCAL_LN_2: u64 = 0x1_7154_7652;
/// The number of terms of the Taylor series; ln 2 to the 16th over 16! is below 2⁻⁵².
const TERMS: usize = 16;

/// 1/0!, 1/1!, … with 63 fractional bits, the highest power first.
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)] // evaluated by the compiler
const COEFFICIENTS: [u64; TERMS] = {
    let mut coefficients = [0; TERMS];
    let mut factorial: u64 = 1;
    let mut power = 0;
    while power < TERMS {
        if power > 0 {
            factorial = factorial.saturating_mul(power as u64);
        }
        coefficients[TERMS - 1 - power] = (1 << 63) / factorial;
        power += 1;
    }
    coefficients
};

/// A positive number as `mantissa · 2^(exponent − 63)`, the mantissa in [2⁶³, 2⁶⁴).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exponential {
    mantissa: u64,
    exponent: i32,
}

impl Exponential {
    /// `self · factor`, rounded down and at most `u64::MAX`.
    pub(crate) fn scale_down(self, factor: u64) -> u64 {
        let product = u128::from(factor).saturating_mul(u128::from(self.mantissa));
        let shift = 63_i32.saturating_sub(self.exponent);
        let scaled = if shift <= 0 {
            u128::MAX
        } else {
            product.checked_shr(shift.unsigned_abs()).unwrap_or(0)
        };
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }
}

/// `e^x` with a relative error below 2⁻⁴⁷ (`x` itself has 48 fractional bits).
pub(crate) fn exp(x: LogReturn) -> Result<Exponential> {
    let magnitude = x.to_bits().unsigned_abs();
    // x = exponent · ln 2 + remainder, remainder in [0, ln 2)
    let quotient = mul_shift_down::<32>(magnitude, RECIPROCAL_LN_2)? >> 48;
    let multiple = i128::from(LN_2)
        .checked_mul(i128::from(quotient))
        .ok_or(RiskError::Overflow)?;
    let mut remainder = i128::from(magnitude)
        .checked_mul(1 << 15)
        .and_then(|magnitude| magnitude.checked_sub(multiple))
        .ok_or(RiskError::Overflow)?;
    let mut exponent = i32::try_from(quotient).map_err(|_| RiskError::Overflow)?;
    if x.to_bits() < 0 {
        remainder = remainder.checked_neg().ok_or(RiskError::Overflow)?;
        exponent = exponent.checked_neg().ok_or(RiskError::Overflow)?;
    }
    // the reciprocal is rounded down and the sign was dropped: the estimate is off by at most one
    if remainder < 0 {
        remainder = remainder.saturating_add(i128::from(LN_2));
        exponent = exponent.saturating_sub(1);
    } else if remainder >= i128::from(LN_2) {
        remainder = remainder.saturating_sub(i128::from(LN_2));
        exponent = exponent.saturating_add(1);
    }
    let remainder = u64::try_from(remainder).map_err(|_| RiskError::Overflow)?;
    let mut sum: u64 = 0;
    for coefficient in COEFFICIENTS {
        sum = mul_shift_down::<63>(sum, remainder)?.saturating_add(coefficient);
    }
    Ok(Exponential {
        mantissa: sum,
        exponent,
    })
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_exponential_on_both_sides_of_zero() {
        for step in -1_600..=1_600 {
            let x = f64::from(step) / 100.0;
            let found = exp(LogReturn::from_bits((x * 2f64.powi(48)) as i64)).unwrap();
            let value = found.mantissa as f64 * 2f64.powi(found.exponent - 63);
            assert!((value / x.exp() - 1.0).abs() < 2f64.powi(-44), "e^{x}: {value}");
            let scaled = found.scale_down(1 << 32) as f64;
            assert!(
                (scaled - value * 2f64.powi(32)).abs() <= 1.0 + scaled * 2f64.powi(-44),
                "{x}: {scaled}"
            );
        }
    }

    #[test]
    fn scales_to_the_ends_of_its_range() {
        let largest = exp(LogReturn::MAX).unwrap();
        assert_eq!(largest.scale_down(1), u64::MAX);
        let smallest = exp(LogReturn::from_bits(i64::MIN)).unwrap();
        assert_eq!(smallest.scale_down(u64::MAX), 0);
    }
}
