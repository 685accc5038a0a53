//! R: the largest of the covariance readings, the scenario grid and the floor, and what every leg adds.

use super::weighted::WeightedExposures;
use super::{CORRELATIONS, Exposures, Margins, PortfolioModel, SCENARIOS};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::math::{BIAS, ProductSum, biased_product, product, sqrt_up, unscaled_up, wide_mul_shift_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of correlations, and of quadratic forms.
const CORRELATION_BITS: u32 = 15;
/// One, with the 2⁻¹⁰ that covers the rounding of a row's correlations.
const LIFTED_ONE: i64 = (1 << CORRELATION_BITS) + (1 << (CORRELATION_BITS - 10));
/// Fractional bits of a root in units: half of those of twice a quadratic form.
const ROOT_BITS: u32 = 8;
/// What the rounding of one y can hide of a root: y is less than a unit nearer to zero than the exact one, and √Q* of that is below √(1 + 2⁻¹⁰) units.
const ROOT_OF_A_CUT: u64 = (1 << ROOT_BITS) + 1;

/// R of `exposures` at `margins`, rounded up.
///
/// # Errors
/// As [`WeightedExposures::new`] and [`WeightedExposures::requirement_up`].
pub fn requirement_up(exposures: &Exposures, margins: &Margins, model: &PortfolioModel) -> Result<Value> {
    WeightedExposures::new(exposures, margins)?.requirement_up(model)
}

/// The loss of each row of the grid in quote atoms, rounded up (positive: a loss); rows that are not in use are zero.
///
/// # Errors
/// As [`WeightedExposures::new`] and [`WeightedExposures::losses_up`].
pub fn losses_up(exposures: &Exposures, margins: &Margins, model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
    WeightedExposures::new(exposures, margins)?.losses_up(model)
}

impl WeightedExposures {
    /// R, rounded up.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where it leaves 64 bits.
    pub fn requirement_up(&self, model: &PortfolioModel) -> Result<Value> {
        let covariance = self.root_up(model)?.plus(self.convexity)?;
        let floor = model.hedged_floor.min(Ratio::ONE).of_up(self.gross)?;
        covariance.max(self.worst_row_up(model)?).max(floor).plus(self.added)
    }

    /// √Q at the estimated correlations alone, rounded up: weighed with σ for margins, the deviation of the account's value.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where it leaves 64 bits.
    pub fn deviation_up(&self, model: &PortfolioModel) -> Result<Value> {
        self.root_up(&PortfolioModel { shrinkage: Ratio::ZERO, ..*model })
    }

    /// √Q*: the largest of the three readings, rounded up.
    #[inline(never)]
    fn root_up(&self, model: &PortfolioModel) -> Result<Value> {
        let (estimated, squares) = self.quadratic_forms(model.correlations);
        let sum = self.sum.unsigned_abs(); // below 2⁴²
        // (1 − θ)·Q + θ·E with the larger of the two extremes, where that is above Q
        let extreme = squares.max(product(sum, sum).cast_signed()) << CORRELATION_BITS;
        let beyond = extreme.wrapping_sub(estimated); // both below 2¹⁰²
        let mut largest = estimated;
        if beyond > 0 {
            let shrinkage = model.shrinkage.min(Ratio::ONE).to_bits();
            let blended = wide_mul_shift_up::<{ Ratio::FRACTION_BITS }>(beyond.unsigned_abs(), shrinkage)?;
            largest = largest.wrapping_add(blended.cast_signed());
        }
        let cut = if self.shift == 0 { 0 } else { u64::from(self.held).wrapping_mul(ROOT_OF_A_CUT) };
        // a root below 2⁵²
        let root = sqrt_up(largest.max(0).unsigned_abs() << 1).wrapping_add(cut);
        unscaled_up::<{ ROOT_BITS + Ratio::FRACTION_BITS }>(root, self.shift).map(Value)
    }

    /// Q·2¹⁵ = Σ y_i·(y_i·(1 + 2⁻¹⁰) + 2·Σ_{j>i} ρ_ij·y_j)·2¹⁵ and Σ y_i², both exact.
    #[inline(always)]
    fn quadratic_forms(&self, correlations: &[i16; CORRELATIONS]) -> (i128, i128) {
        let (mut estimated, mut squares) = (ProductSum::default(), ProductSum::default());
        let (mut columns, mut rows) = (self.weighted.get(..self.used).unwrap_or(&[]), correlations.as_slice());
        let mut below = self.sum;
        let mut others_in_row = FACTORS;
        while let Some((&y, others)) = columns.split_first() {
            others_in_row = others_in_row.wrapping_sub(1);
            let Some((row, next)) = rows.split_at_checked(others_in_row) else { break };
            below = below.wrapping_sub(y);
            if y != 0 {
                let biased = row.iter().zip(others).fold(0_i64, |sum, (&correlation, &other)| {
                    sum.wrapping_add(biased_product(correlation, other)) // 15 products below 2⁵⁴
                });
                let pairs = biased.wrapping_sub(below.wrapping_mul(BIAS));
                // below 2⁵³ and 2⁵⁸
                estimated.add(y, y.wrapping_mul(LIFTED_ONE).wrapping_add(pairs.wrapping_mul(2)));
                squares.add(y, y);
            }
            (columns, rows) = (others, next);
        }
        (estimated.total(), squares.total())
    }
}
