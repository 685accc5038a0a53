//! All correlations from the covariances, cheap enough for every fold.

use crate::correlation::{CELLS, FACTORS};
use crate::math::{InverseRoot, correlation15};

/// Cells of the strict upper triangle of the correlation matrix, row by row.
pub const CORRELATIONS: usize = FACTORS * (FACTORS - 1) / 2;

/// ρ of every pair from the covariance, rounded toward zero to 15 bits; 0 where a variance is zero.
///
/// Each is less than two units of 2⁻¹⁵ nearer to zero than the exact one. So what was taken from the exact, positive semidefinite matrix has a zero diagonal and rows
/// whose sizes add up to less than 15·2·2⁻¹⁵ < 2⁻¹⁰: with 2⁻¹⁰ on the diagonal it is positive semidefinite by Gershgorin's theorem, and so is the whole
/// (**INV-PSD**). That is the second term of Q in section 16.
#[inline(never)]
pub fn correlations(cells: &[i64; CELLS], out: &mut [i16; CORRELATIONS]) {
    let roots = inverse_roots(cells);
    let mut columns = roots.as_slice();
    let (mut covariances, mut unwritten) = (cells.as_slice(), out.as_mut_slice());
    while let Some((&root, others)) = columns.split_first() {
        let Some(Row { off_diagonal, below, .. }) = Row::first(covariances, others.len()) else { return };
        let Some((correlations, rest)) = unwritten.split_at_mut_checked(others.len()) else { return };
        for ((correlation, &covariance), &other) in correlations.iter_mut().zip(off_diagonal).zip(others) {
            *correlation = correlation15(covariance, root, other);
        }
        (columns, covariances, unwritten) = (others, below, rest);
    }
}

/// 1/√variance of each factor.
#[inline(always)]
fn inverse_roots(cells: &[i64; CELLS]) -> [InverseRoot; FACTORS] {
    let mut roots = [InverseRoot::default(); FACTORS];
    let (mut covariances, mut unwritten) = (cells.as_slice(), roots.as_mut_slice());
    while let Some((root, others)) = unwritten.split_first_mut() {
        let Some(Row { variance, below, .. }) = Row::first(covariances, others.len()) else { break };
        *root = InverseRoot::new(variance);
        (unwritten, covariances) = (others, below);
    }
    roots
}

/// A row of the upper triangle.
struct Row<'a> {
    variance: i64,
    off_diagonal: &'a [i64],
    below: &'a [i64],
}

impl<'a> Row<'a> {
    /// The first row of `cells`, with `others` cells beside the diagonal.
    #[inline(always)]
    fn first(cells: &'a [i64], others: usize) -> Option<Self> {
        let (&variance, rest) = cells.split_first()?;
        let (off_diagonal, below) = rest.split_at_checked(others)?;
        Some(Self { variance, off_diagonal, below })
    }
}
