//! The covariance of all pairs of factors, from one vector a fold. `docs/risk.md`, section 3.
//!
//! **INV-PSD.** A fold is C ← λ·C + y·yᵀ with every cell rounded down by less than two units of the last place, and the diagonal raised by 32. The first part is
//! positive semidefinite when C is; in the rounding errors each diagonal element is above 30, and the 15 others of its row are below 2 each, so by
//! Gershgorin's theorem they are positive semidefinite too.

use crate::error::{Result, RiskError};
use crate::math::{decay_and_add_product, mul_shift_up, sqrt_up, wide_mul_div_down};
use crate::quantities::{Correlation, Covariance, Decay, LogReturn, Ratio, Variance};

/// The number of factors.
pub const FACTORS: usize = 16;
/// Cells of the upper triangle, row by row: row i holds (i, i) to (i, 15).
pub const CELLS: usize = FACTORS * (FACTORS + 1) / 2;
/// What the diagonal gains in a fold, in units of the last place: more than the row's rounding errors together.
const DIAGONAL_LIFT: i64 = 32;
/// The largest size of an element of y, with 31 fractional bits.
const MAX_ELEMENT: u64 = 1 << 31;
/// y² counts at most (1 − λ)·64, so that no variance passes 64 a day.
const MAX_VARIANCE_ROOT: Ratio = Ratio::from_ppm_down(8_000_000);

/// A fold's weights: the same for every pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CovarianceWeights {
    /// λ, rounded to 32 fractional bits; the new weight is computed from the rounded one.
    pub keep32: u64,
    /// √((1 − λ)/Δt), rounded up, 32 fractional bits.
    pub scale: u64,
    /// The largest size of an element of y.
    pub limit: u64,
}

impl CovarianceWeights {
    /// The weights of a fold over `steps` steps of a grid with `steps_per_day` steps; `decay` is λ for that interval.
    ///
    /// # Errors
    /// [`RiskError::DivisionByZero`] where `steps` is zero, [`RiskError::Overflow`] where the step is shorter than 2⁻³¹ days.
    pub fn new(decay: Decay, steps: u64, steps_per_day: u64) -> Result<Self> {
        const ONE: u64 = 1 << 32;
        let keep32 = decay.to_bits().checked_add(1 << 30).ok_or(RiskError::Overflow)? >> 31;
        let fresh = ONE.saturating_sub(keep32);
        // 32 fractional bits become 64, whose root has 32
        let per_day = wide_mul_div_down(u128::from(fresh) << 32, steps_per_day.into(), steps.into())?;
        let limit = mul_shift_up::<33>(sqrt_up(u128::from(fresh) << 32), MAX_VARIANCE_ROOT.to_bits())?;
        Ok(Self { keep32, scale: sqrt_up(per_day), limit: limit.min(MAX_ELEMENT) })
    }

    /// y of a winsorised return, with 31 fractional bits.
    #[inline]
    #[must_use]
    pub fn element(&self, winsorised: LogReturn) -> i64 {
        let bits = winsorised.to_bits();
        // 48 + 32 fractional bits, of which 31 stay
        let size = mul_shift_up::<49>(bits.unsigned_abs(), self.scale).map_or(self.limit, |size| size.min(self.limit));
        let size = i64::try_from(size).unwrap_or(0);
        if bits < 0 { size.saturating_neg() } else { size }
    }
}

/// Folds the winsorised returns of one interval into the upper triangle. A factor without a return over this interval passes zero.
///
/// # Errors
/// None but [`RiskError::Overflow`] for cells that no fold can have written.
pub fn fold(cells: &mut [i64; CELLS], returns: &[LogReturn; FACTORS], weights: &CovarianceWeights) -> Result<()> {
    let elements = returns.map(|winsorised| weights.element(winsorised));
    let mut columns = elements.as_slice();
    let mut rest = cells.as_mut_slice();
    while let Some((&y, _)) = columns.split_first() {
        let (row, below) = rest.split_at_mut_checked(columns.len()).ok_or(RiskError::Overflow)?;
        for (cell, &other) in row.iter_mut().zip(columns) {
            *cell = decay_and_add_product(*cell, weights.keep32, y, other);
        }
        if let Some(diagonal) = row.first_mut() {
            *diagonal = diagonal.checked_add(DIAGONAL_LIFT).ok_or(RiskError::Overflow)?;
        }
        rest = below;
        columns = columns.get(1..).unwrap_or(&[]);
    }
    Ok(())
}

/// The covariance of two factors per day; zero for an index that no factor has.
#[must_use]
pub fn covariance(cells: &[i64; CELLS], i: usize, j: usize) -> Covariance {
    let bits = cell_index(i.min(j), i.max(j)).and_then(|index| cells.get(index)).copied();
    Covariance::from_bits(bits.unwrap_or(0))
}

/// ρ of two factors, rounded toward zero, within ±1; zero where a variance is.
pub fn rho(cells: &[i64; CELLS], i: usize, j: usize) -> Result<Correlation> {
    const ONE: u64 = 1 << Correlation::FRACTION_BITS;
    let variance = |index| u128::from(covariance(cells, index, index).to_bits().max(0).unsigned_abs());
    // each is below 2^63; small ones are shifted up, so that their root too has 31 significant bits
    let product = variance(i).saturating_mul(variance(j));
    if product == 0 {
        return Ok(Correlation::ZERO);
    }
    let half_shift = product.leading_zeros() >> 1;
    let root = sqrt_up(product << (half_shift << 1));
    let bits = covariance(cells, i, j).to_bits();
    let scaled = u128::from(bits.unsigned_abs()) << half_shift;
    let size = wide_mul_div_down(scaled, ONE.into(), root.into())?.min(ONE.into());
    let size = i32::try_from(size).map_err(|_| RiskError::Overflow)?;
    Ok(Correlation::from_bits(if bits < 0 { size.saturating_neg() } else { size }))
}

/// A factor's own covariance as a variance.
#[must_use]
pub fn variance(cells: &[i64; CELLS], i: usize) -> Variance {
    let bits = covariance(cells, i, i).to_bits().max(0).unsigned_abs();
    // 56 fractional bits become 96; 63 bits fit
    Variance::from_bits(u128::from(bits) << 40)
}

/// Where the cell of row `i` and column `j ≥ i` stands: Σ of the rows before, then the distance from the diagonal.
fn cell_index(i: usize, j: usize) -> Option<usize> {
    if j >= FACTORS {
        return None;
    }
    let before = i.checked_mul(FACTORS.checked_mul(2)?.checked_add(1)?.checked_sub(i)?)?.checked_div(2)?;
    before.checked_add(j.checked_sub(i)?)
}
