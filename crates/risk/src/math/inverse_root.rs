//! Correlations from covariances, in native 64-bit operations: one inverse root for each variance, two products for each pair.

use super::root::root_of;

/// 1/√variance, rounded down: `mantissa·2^(lift − 61)`, the mantissa at most 2^30.5.
#[derive(Clone, Copy, Default, Debug)]
pub struct InverseRoot {
    mantissa: u64,
    lift: u32,
}

impl InverseRoot {
    /// Less than 2⁻²⁹ of it below the exact one; zero where the variance is not above zero.
    #[inline(always)]
    #[must_use]
    pub fn new(variance: i64) -> Self {
        if variance <= 0 {
            return Self::default();
        }
        let variance = variance.unsigned_abs();
        let lift = (variance.leading_zeros() - 1) / 2; // the sign bit is a leading zero
        let lifted = variance << (2 * lift); // in [2⁶¹, 2⁶³)
        let root = root_of(lifted);
        let root_up = root + u64::from(root.wrapping_mul(root) != lifted); // in [2^30.5, 2^31.5]
        Self { mantissa: (1 << 61) / root_up, lift }
    }
}

/// The covariance over both roots, 15 fractional bits, toward zero, at most 32,767: less than 1 + 2⁻¹² units below the exact one in size.
#[inline(always)]
#[must_use]
pub fn correlation15(covariance: i64, a: InverseRoot, b: InverseRoot) -> i16 {
    const LARGEST: u64 = i16::MAX as u64;
    let size = covariance.unsigned_abs();
    let lift = a.lift + b.lift; // at most 62
    let lifted = size << lift; // below 2⁶³ in a covariance matrix: the root of two lifted variances
    if lifted >> lift != size || lifted >> 63 != 0 {
        // beyond a correlation of one
        return if a.mantissa == 0 || b.mantissa == 0 { 0 } else { signed(LARGEST, covariance) };
    }
    // 32 bits by 31, and again: below 2⁶³. Each cut takes less than 2⁻²⁹ of a correlation of one, and so does each mantissa
    let once = (lifted >> 31).wrapping_mul(a.mantissa) >> 31;
    let size = once.wrapping_mul(b.mantissa) >> 45;
    signed(size.min(LARGEST), covariance)
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // at most 32,767
const fn signed(size: u64, sign: i64) -> i16 {
    let size = size as i16;
    if sign < 0 { -size } else { size }
}
