//! A quadratic form x'ρx from a covariance matrix, from above, in native 64-bit operations.
//!
//! With y = x/√variance, once a factor, a pair's term is `y_i·y_j·C_ij`: no correlation is divided out. Sizes have 30 bits, below the highest bit of the
//! largest; a positive term is made of upper bounds and a negative one of lower bounds, so the sum is never below the exact one.

use super::root::{root_of, sqrt_up};

/// The bits below the highest one of the largest size that are cut off: 64 less 30.
const CUT: u32 = 34;

/// A size over a standard deviation, bounded from both sides.
#[derive(Clone, Copy, Default, Debug)]
pub struct Standardised {
    /// The size, rounded up; at most 2³⁰.
    size_up: u64,
    /// size·2³¹/root, rounded down and up: below 2³¹, because a root is at least 2³⁰·⁵.
    down: u64,
    up: u64,
    /// By how many bits the root of the variance was shifted up.
    lift: u32,
}

impl Standardised {
    /// Of a size whose leading zeros are at least `size_lift`, those of the largest size. `None` where the variance is not above zero.
    #[inline(always)]
    #[must_use]
    pub fn new(size: u64, size_lift: u32, variance: i64) -> Option<Self> {
        if variance <= 0 {
            return None;
        }
        let full = size << size_lift;
        let size_down = full >> CUT; // below 2³⁰
        let size_up = size_down + u64::from(full & ((1 << CUT) - 1) != 0);
        let variance = variance.unsigned_abs();
        let lift = (variance.leading_zeros() - 1) / 2; // the sign bit is a leading zero
        let lifted = variance << (2 * lift); // in [2⁶¹, 2⁶³)
        let root = root_of(lifted);
        let root_up = root + u64::from(root.wrapping_mul(root) != lifted);
        Some(Self { size_up, down: (size_down << 31) / root_up, up: (size_up << 31).div_ceil(root), lift })
    }

    /// The square of the size, rounded up: the term of a factor with itself.
    #[inline(always)]
    #[must_use]
    pub const fn square_up(self) -> i128 {
        self.size_up.wrapping_mul(self.size_up) as i128 // at most 2⁶⁰
    }

    /// Twice the term of two factors, rounded up; `is_hedge`: their sizes have different signs. A cell beyond a correlation of one counts as at most 2.
    #[inline(always)]
    #[must_use]
    pub fn twice_product_up(self, other: Self, cell: i64, is_hedge: bool) -> i128 {
        let lift = self.lift + other.lift; // at most 62
        if (cell < 0) == is_hedge {
            // each y < 2³¹, so (y·y)/2³¹ ≤ 2³¹; the cell is at most 2³²
            let sizes = (self.up.wrapping_mul(other.up) + ((1 << 31) - 1)) >> 31;
            return i128::from(sizes.wrapping_mul(cell_up(cell, lift))) << 1;
        }
        let sizes = self.down.wrapping_mul(other.down) >> 31;
        -(i128::from(sizes.wrapping_mul(cell_down(cell, lift))) << 1)
    }
}

/// The root of a sum of terms, in the unit of the sizes before `size_lift`, rounded up; at most `limit`.
#[must_use]
pub fn root_of_terms_up(sum: i128, size_lift: u32, limit: u64) -> u64 {
    let root = u128::from(sqrt_up(sum.max(0).unsigned_abs()));
    let size = (root << CUT).div_ceil(1 << size_lift); // a root is below 2⁶⁴
    u64::try_from(size).map_or(limit, |size| size.min(limit))
}

/// `⌈|cell|·2^lift/2³¹⌉`, at most 2³².
#[inline(always)]
fn cell_up(cell: i64, lift: u32) -> u64 {
    let size = cell.unsigned_abs();
    if lift < 31 {
        // |cell| ≤ 2⁶³ and less than 2³¹ is added
        let cut = 31 - lift;
        return ((size + ((1 << cut) - 1)) >> cut).min(1 << 32);
    }
    lifted(size, lift - 31)
}

/// `⌊|cell|·2^lift/2³¹⌋`, at most 2³².
#[inline(always)]
fn cell_down(cell: i64, lift: u32) -> u64 {
    let size = cell.unsigned_abs();
    if lift < 31 { (size >> (31 - lift)).min(1 << 32) } else { lifted(size, lift - 31) }
}

#[inline(always)]
fn lifted(size: u64, lift: u32) -> u64 {
    if size.leading_zeros() < lift { 1 << 32 } else { (size << lift).min(1 << 32) }
}
