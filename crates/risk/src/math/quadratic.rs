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

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_precision_loss)] // doubles judge integers here
mod tests {
    use super::*;

    /// From Knuth's MMIX generator: numbers of every length up to `bits`.
    fn numbers(bits: u32) -> impl FnMut() -> u64 {
        let mut state = 1_u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let length = (state >> 8) % u64::from(bits);
            (state >> (64 - bits)) >> length
        }
    }

    /// y² · variance against size², both sides exact.
    #[test]
    fn standardised_sizes_lie_on_either_side_of_the_exact_one() {
        let mut next = numbers(63);
        for _ in 0..20_000 {
            let (size, variance) = (next() | 1, next() | 1);
            let found = Standardised::new(size, size.leading_zeros(), variance as i64).unwrap();
            let full = size << size.leading_zeros();
            let lifted = u128::from(variance) << (2 * found.lift);
            let square = |number: u64| u128::from(number) * u128::from(number);
            assert!(square(found.down) * lifted <= square((full >> CUT) << 31), "{size} {variance}");
            assert!(square(found.up) * lifted >= square(full.div_ceil(1 << CUT) << 31), "{size} {variance}");
            assert!(found.up - found.down <= 6, "{size} {variance}");
        }
    }

    /// Doubles are off by at most 2⁻⁵⁰ of a term, and a term rounded the wrong way by about 2⁻³¹.
    #[test]
    #[allow(clippy::cast_possible_truncation)] // a fraction of a root below 2⁶²
    fn terms_are_never_below_the_exact_ones_and_close_above() {
        let mut next = numbers(62);
        for _ in 0..20_000 {
            let [x, y] = [next() | 1, next() | 1];
            let [a, b] = [next() | 1, next() | 1].map(|variance| variance as i64);
            let root = (a as f64).sqrt() * (b as f64).sqrt();
            let cell = ((next() as f64 / 2f64.powi(62) * root) as i64).min(1 << 62);
            let lift = x.leading_zeros().min(y.leading_zeros());
            let standardised = |size, variance| Standardised::new(size, lift, variance).unwrap();
            let unit = 2f64.powi(i32::try_from(lift).unwrap() - 34);
            for (cell, is_hedge) in [(cell, false), (cell, true), (-cell, false), (-cell, true)] {
                let found = standardised(x, a).twice_product_up(standardised(y, b), cell, is_hedge) as f64;
                let sign = if is_hedge { -1.0 } else { 1.0 };
                let exact = 2.0 * sign * (x as f64 * unit) * (y as f64 * unit) * (cell as f64 / root);
                let error = exact.abs() * 2f64.powi(-50);
                assert!(found >= exact - error, "{x} {y} {a} {b} {cell}: {found} below {exact}");
                assert!(found <= exact + error + 2f64.powi(36), "{x} {y} {a} {b} {cell}: {found} above {exact}");
            }
            let square = standardised(x, a).square_up() as f64;
            assert!(square >= (x as f64 * unit).powi(2) * (1.0 - 2f64.powi(-50)));
        }
    }
}
