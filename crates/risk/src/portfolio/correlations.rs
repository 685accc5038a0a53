//! All correlations from the covariances, cheap enough for every fold.

use crate::correlation::{CELLS, FACTORS};

/// Cells of the strict upper triangle of the correlation matrix, row by row.
pub const CORRELATIONS: usize = FACTORS * (FACTORS - 1) / 2;

/// ρ of every pair from the covariance, rounded toward zero to 15 bits; 0 where a variance is zero. Native 64-bit operations only: it runs in every fold.
pub fn correlations(_cells: &[i64; CELLS], _out: &mut [i16; CORRELATIONS]) {
    todo!()
}
