//! R: the largest of the covariance readings, the scenario grid and the floor, and what every leg adds.

use super::weighted::WeightedExposures;
use super::{CORRELATIONS, Exposures, Margins, PortfolioModel, SCENARIOS};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::math::{BIAS, ProductSum, biased_sum, sqrt_up, unscaled_up, wide_mul_shift_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of correlations, and of quadratic forms.
const CORRELATION_BITS: u32 = 15;
/// One, with the 2⁻¹⁰ that covers the rounding of a row's correlations.
const LIFTED_ONE: i64 = (1 << CORRELATION_BITS) + (1 << (CORRELATION_BITS - 10));
/// Fractional bits of a root in units: half of those of twice a quadratic form.
const ROOT_BITS: u32 = 8;
/// What the rounding of y can hide of a root, for each unit of it: √Q* of one unit is below √(1 + 2⁻¹⁰).
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
        self.requirement_with_rows_up(model, self.worst_row_up(model)?)
    }

    /// R of each of several models. What is the same as in the model before, its grid or all of it, is not evaluated again.
    ///
    /// # Errors
    /// As [`Self::requirement_up`].
    pub(super) fn requirements_up<const N: usize>(&self, models: [&PortfolioModel; N]) -> Result<[Value; N]> {
        let mut found = [Value::ZERO; N];
        let mut before: Option<(&PortfolioModel, Value, Value)> = None;
        for (slot, model) in found.iter_mut().zip(models) {
            let (worst_row, requirement) = match before {
                Some((last, worst_row, requirement)) if model.is(last) => (worst_row, requirement),
                Some((last, worst_row, _)) if model.has_grid_of(last) => {
                    (worst_row, self.requirement_with_rows_up(model, worst_row)?)
                }
                _ => {
                    let worst_row = self.worst_row_up(model)?;
                    (worst_row, self.requirement_with_rows_up(model, worst_row)?)
                }
            };
            *slot = requirement;
            before = Some((model, worst_row, requirement));
        }
        Ok(found)
    }

    fn requirement_with_rows_up(&self, model: &PortfolioModel, worst_row: Value) -> Result<Value> {
        let covariance = self.root_up(model)?.plus(self.convexity)?;
        let floor = model.hedged_floor.min(Ratio::ONE).of_up(self.gross)?;
        covariance.max(worst_row).max(floor).plus(self.added)
    }

    /// √Q at the estimated correlations alone, rounded up: weighed with σ for margins, the deviation of the account's value.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where it leaves 64 bits.
    pub fn deviation_up(&self, model: &PortfolioModel) -> Result<Value> {
        self.root_up(&PortfolioModel { shrinkage: Ratio::ZERO, ..*model })
    }

    /// √Q*: the largest of the three readings, rounded up.
    #[inline(never)]
    fn root_up(&self, model: &PortfolioModel) -> Result<Value> {
        let mut largest = self.quadratic_form(model.correlations);
        // (1 − θ)·Q + θ·E with the larger of the two extremes, where that is above Q; both are below 2¹⁰²
        let beyond = (self.extreme << CORRELATION_BITS).wrapping_sub(largest);
        if beyond > 0 {
            let shrinkage = model.shrinkage.min(Ratio::ONE).to_bits();
            let blended = wide_mul_shift_up::<{ Ratio::FRACTION_BITS }>(beyond.unsigned_abs(), shrinkage)?;
            largest = largest.wrapping_add(blended.cast_signed());
        }
        // a root below 2⁵²; a cut of at most 2⁴⁴
        let root = sqrt_up(largest.max(0).unsigned_abs() << 1).wrapping_add(self.cut.wrapping_mul(ROOT_OF_A_CUT));
        unscaled_up::<{ ROOT_BITS + Ratio::FRACTION_BITS }>(root, self.shift).map(Value)
    }

    /// Q·2¹⁵ = Σ y_i·(y_i·(1 + 2⁻¹⁰) + 2·Σ_{j>i} ρ_ij·y_j)·2¹⁵, exact.
    #[inline(always)]
    fn quadratic_form(&self, correlations: &[i16; CORRELATIONS]) -> i128 {
        let mut rows = Rows { weighted: &self.weighted, correlations, below: self.sum, form: ProductSum::default() };
        rows.add::<15>();
        rows.add::<14>();
        rows.add::<13>();
        rows.add::<12>();
        rows.add::<11>();
        rows.add::<10>();
        rows.add::<9>();
        rows.add::<8>();
        rows.add::<7>();
        rows.add::<6>();
        rows.add::<5>();
        rows.add::<4>();
        rows.add::<3>();
        rows.add::<2>();
        rows.add::<1>();
        rows.add::<0>();
        rows.form.total()
    }
}

/// A quadratic form under way, row by row.
struct Rows<'a> {
    weighted: &'a [i64; FACTORS],
    /// Of the rows that are left.
    correlations: &'a [i16],
    /// Σ of the y that are left.
    below: i64,
    form: ProductSum,
}

impl Rows<'_> {
    /// Adds the row that has `OTHERS` cells.
    #[inline(always)]
    fn add<const OTHERS: usize>(&mut self) {
        let Some((row, rest)) = self.correlations.split_first_chunk::<OTHERS>() else { return };
        let at = FACTORS.wrapping_sub(1).wrapping_sub(OTHERS);
        let (Some(&y), Some(others)) = (self.weighted.get(at), self.weighted.last_chunk::<OTHERS>()) else { return };
        self.correlations = rest;
        if y == 0 {
            return;
        }
        self.below = self.below.wrapping_sub(y);
        // 15 products below 2⁵⁴
        let pairs = biased_sum(row, others).wrapping_sub(self.below.wrapping_mul(BIAS));
        // below 2⁵³ and 2⁵⁸
        self.form.add(y, y.wrapping_mul(LIFTED_ONE).wrapping_add(pairs.wrapping_mul(2)));
    }
}
