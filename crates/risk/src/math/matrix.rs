//! One cell of the covariance fold, in native 64-bit operations.

/// `⌊cell·keep / 2^32⌋ + ⌊a·b / 2^6⌋`: each floor is less than one unit below. `keep32 ≤ 2^32`; a and b are at most 2^31 in size.
///
/// The upper and lower half of the cell are scaled apart, so that no product needs 128 bits. Nothing wraps while |cell| ≤ 2^62.
#[inline(always)]
#[must_use]
pub fn decay_and_add_product(cell: i64, keep32: u64, a: i64, b: i64) -> i64 {
    #[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]
    let decayed = {
        let low = (cell as u64) & 0xFFFF_FFFF;
        // |cell >> 32| ≤ 2^30, low < 2^32, keep ≤ 2^32: both products fit
        (cell >> 32).wrapping_mul(keep32 as i64).wrapping_add((low.wrapping_mul(keep32) >> 32) as i64)
    };
    decayed.wrapping_add(a.wrapping_mul(b) >> 6)
}
