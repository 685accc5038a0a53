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

/// `⌈multiplier·√x / 2³²⌉` with the root rounded up to 32 significant bits: at most 2⁻³¹ of it and one unit above. It never falls as `x` grows.
#[inline]
#[must_use]
pub fn times_root_up(multiplier: u64, x: u64) -> u64 {
    if x == 0 {
        return 0;
    }
    let half_shift = x.leading_zeros() / 2;
    let mantissa = x << (2 * half_shift);
    let floor = root_of_normalised(mantissa);
    let root = floor.wrapping_add(u64::from(floor.wrapping_mul(floor) != mantissa)); // at most 2³²
    // root·(2³² − 1) twice: (2³² − 1)·2³² and, rounded up, 2³² − 1 more still fit
    let (high, low) = (multiplier >> 32, multiplier & u64::from(u32::MAX));
    let low_up = low.wrapping_mul(root).wrapping_add(u64::from(u32::MAX)) >> 32;
    let product = high.wrapping_mul(root).wrapping_add(low_up);
    let shifted = product >> half_shift;
    shifted.wrapping_add(u64::from(shifted << half_shift != product))
}

/// The leading 63 or 64 bits and half the (even) number of bits cut off.
#[inline(always)]
fn normalise(x: u128) -> (u64, u32) {
    let half_shift = 65u32.saturating_sub(x.leading_zeros()) / 2;
    #[allow(clippy::cast_possible_truncation)] // the shift leaves at most 64 bits
    let mantissa = (x >> (2 * half_shift)) as u64;
    (mantissa, half_shift)
}

/// ⌊√m⌋.
#[inline(always)]
pub(super) fn root_of(m: u64) -> u64 {
    if m == 0 {
        return 0;
    }
    let half_shift = m.leading_zeros() / 2;
    root_of_normalised(m << (2 * half_shift)) >> half_shift
}

/// ⌊√x⌋ for x of 63 or 64 bits. Three steps from a line within 4 % of the root (4 % → 0.08 % → 3·10⁻⁷ → 5·10⁻¹⁴) leave less than one unit, which is taken off.
#[inline(always)]
fn root_of_normalised(x: u64) -> u64 {
    // for x/2^64 in [1/4, 1): 0.668·x + 0.35, within 4 % of the root
    let mut root = ((x >> 32).wrapping_mul(171) >> 8) + 1_503_238_553;
    for _ in 0..3 {
        root = (root + x / root) >> 1; // from above: the mean of a number and its quotient is never below the root
    }
    let root = root.min(u64::from(u32::MAX));
    root - u64::from(root.wrapping_mul(root) > x)
}
