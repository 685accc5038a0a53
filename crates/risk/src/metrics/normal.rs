//! The tails of the normal distribution.

use crate::error::{Result, RiskError};
use crate::math::{mul_shift_down, times_exp_down};
use crate::quantities::Ratio;

/// Beyond this many standard deviations the two tails hold less than 10⁻¹⁰.
const FARTHEST: Ratio = Ratio::from_bits(7 << 32);
/// 1/√2 with 32 fractional bits.
const RECIPROCAL_SQRT_2: u64 = 0xB504_F333;
/// 0.3275911 with 32 fractional bits.
const P: u64 = 1_406_993_061;
/// The coefficients a₅ … a₁ with 32 fractional bits.
const A: [i64; 5] = [4_558_701_605, -6_241_240_432, 6_104_925_532, -1_221_904_177, 1_094_484_764];

/// `2·Φ(−deviations) = erfc(deviations/√2)`, by Abramowitz and Stegun 7.1.26 (Handbook of Mathematical Functions, 1964; error below 1.5·10⁻⁷).
pub(super) fn two_tailed_probability(deviations: Ratio) -> Result<Ratio> {
    if deviations > FARTHEST {
        return Ok(Ratio::ZERO);
    }
    let x = mul_shift_down::<32>(deviations.to_bits(), RECIPROCAL_SQRT_2)?;
    let denominator = mul_shift_down::<32>(x, P)?.checked_add(1 << 32).ok_or(RiskError::Overflow)?;
    let t = i64::try_from(u64::MAX.checked_div(denominator).ok_or(RiskError::DivisionByZero)?)
        .map_err(|_| RiskError::Overflow)?;
    let mut polynomial: i64 = 0;
    for coefficient in A {
        // |polynomial| stays below 3 and t is at most 1: the product has fewer than 66 bits, the sum fewer than 36
        let product = i128::from(polynomial.saturating_add(coefficient)).saturating_mul(i128::from(t)) >> 32;
        polynomial = i64::try_from(product).map_err(|_| RiskError::Overflow)?;
    }
    let square = i64::try_from(mul_shift_down::<16>(x, x)?).map_err(|_| RiskError::Overflow)?;
    let polynomial = u64::try_from(polynomial).map_err(|_| RiskError::Overflow)?;
    Ok(Ratio::from_bits(times_exp_down(polynomial, square.saturating_neg())).min(Ratio::ONE))
}
