//! Square roots with 31 significant bits, by Newton's method on 64-bit mantissas: on-chain a native division costs one compute unit.

/// A lower bound of √x, exact below 2^64 and otherwise less than 2^-31 of it short.
#[inline]
#[must_use]
pub fn sqrt_down(x: u128) -> u64 {
    let (mantissa, half_shift) = normalise(x);
    // mantissa < 2^64 and half_shift ≤ 32: the root is below 2^32 before and below 2^64 after the shift
    root_of(mantissa) << half_shift
}

/// An upper bound of √x, at most 2^-30 of it above; exact where x is a square of at most 32 significant bits. Saturates at 2^64 − 1.
#[inline]
#[must_use]
pub fn sqrt_up(x: u128) -> u64 {
    let (mantissa, half_shift) = normalise(x);
    let root = root_of(mantissa); // below 2^32
    let is_exact = root.wrapping_mul(root) == mantissa && u128::from(mantissa) << (2 * half_shift) == x;
    if is_exact {
        return root << half_shift;
    }
    let bound = u128::from(root + 1) << half_shift;
    u64::try_from(bound).unwrap_or(u64::MAX)
}

/// An upper bound of √x for x and its root with 32 fractional bits, at most 2^-30 of it or one unit above.
#[inline]
#[must_use]
pub fn sqrt_fraction32_up(x: u64) -> u64 {
    sqrt_up(u128::from(x) << 32)
}

/// The leading 63 or 64 bits and half the (even) number of bits cut off.
#[inline(always)]
fn normalise(x: u128) -> (u64, u32) {
    let half_shift = 65u32.saturating_sub(x.leading_zeros()) / 2;
    #[allow(clippy::cast_possible_truncation)] // the shift leaves at most 64 bits
    let mantissa = (x >> (2 * half_shift)) as u64;
    (mantissa, half_shift)
}

/// ⌊√m⌋. Three steps from a line within 4 % of the root (4 % → 0.08 % → 3·10⁻⁷ → 5·10⁻¹⁴) leave less than one unit, which is taken off.
#[inline(always)]
pub(super) fn root_of(m: u64) -> u64 {
    if m == 0 {
        return 0;
    }
    let half_shift = m.leading_zeros() / 2;
    let x = m << (2 * half_shift);
    // for x/2^64 in [1/4, 1): 0.668·x + 0.35, within 4 % of the root
    let mut root = ((x >> 32).wrapping_mul(171) >> 8) + 1_503_238_553;
    for _ in 0..3 {
        root = (root + x / root) >> 1; // from above: the mean of a number and its quotient is never below the root
    }
    let root = root.min(u64::from(u32::MAX));
    let floor = root - u64::from(root.wrapping_mul(root) > x);
    floor >> half_shift
}
