//! The scenario grid: what each row loses.

use super::model::ONE_MARGIN;
use super::weighted::WeightedExposures;
use super::{PortfolioModel, SCENARIOS, Scenario};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::math::{unscaled_signed_up, unscaled_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of a loss in units: those of shocks.
const LOSS_BITS: u32 = ONE_MARGIN.ilog2();
/// Fractional bits of a loss, units included.
const SCALED_BITS: u32 = LOSS_BITS + Ratio::FRACTION_BITS;

/// An exposure whose whole value some row reaches.
#[derive(Clone, Copy, Default)]
struct Limited {
    factor: usize,
    /// |y|.
    size: i64,
    /// |x|·2¹²: at most 2⁵⁷.
    value: i64,
    is_short: bool,
}

impl WeightedExposures {
    /// The loss of each row, rounded up.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where a loss leaves 63 bits.
    #[inline(never)]
    pub fn losses_up(&self, model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
        let mut losses = [0; SCENARIOS];
        let (limited, count) = self.limited(model);
        let limited = limited.get(..count).unwrap_or(&[]);
        for (loss, row) in losses.iter_mut().zip(model.scenarios) {
            let scaled = self.row_loss(row, limited).wrapping_add(self.cut(model));
            *loss = unscaled_signed_up::<SCALED_BITS>(scaled, self.shift)?;
        }
        Ok(losses)
    }

    /// The largest loss of a row, rounded up; zero where none loses.
    #[inline(never)]
    pub(super) fn worst_row_up(&self, model: &PortfolioModel) -> Result<Value> {
        let (limited, count) = self.limited(model);
        let limited = limited.get(..count).unwrap_or(&[]);
        let rows = model.scenarios.iter().take(SCENARIOS);
        let worst = rows.fold(i64::MIN, |worst, row| worst.max(self.row_loss(row, limited)));
        if worst == i64::MIN {
            return Ok(Value::ZERO);
        }
        let scaled = worst.wrapping_add(self.cut(model)).max(0);
        unscaled_up::<SCALED_BITS>(scaled.unsigned_abs(), self.shift).map(Value)
    }

    /// −Σ shock·y + basis·hedged, 12 fractional bits, where no exposure moves by more than its value: below 2⁶¹.
    #[inline(always)]
    fn row_loss(&self, row: &Scenario, limited: &[Limited]) -> i64 {
        let [shocks @ .., basis] = row;
        // 16 products of at most 2¹⁵ and 2⁴⁰; a basis of at most 2¹² and 2⁴⁵
        let gain = shocks
            .iter()
            .zip(&self.weighted)
            .fold(0_i64, |gain, (&shock, &weighted)| gain.wrapping_add(i64::from(shock).wrapping_mul(weighted)));
        let basis = i64::from(*basis);
        let loss = basis.wrapping_mul(self.hedged).wrapping_sub(gain);
        limited.iter().fold(loss, |loss, exposure| loss.wrapping_sub(exposure.excess(shocks, basis)))
    }

    /// What the rounding of y, toward zero by less than a unit each, can hide of a loss.
    #[inline(always)]
    fn cut(&self, model: &PortfolioModel) -> i64 {
        if self.shift == 0 { 0 } else { i64::from(self.held).wrapping_mul(model.bounds.shock.into()) }
    }

    /// The exposures whose whole value the grid's largest shock and basis could pass.
    #[inline(always)]
    fn limited(&self, model: &PortfolioModel) -> ([Limited; FACTORS], usize) {
        let mut limited = [Limited::default(); FACTORS];
        let mut count = 0_usize;
        let reach = i64::from(model.bounds.shock).wrapping_add(model.bounds.basis.into());
        for (factor, (&weighted, &value)) in self.weighted.iter().zip(&self.values).enumerate() {
            let (size, value) = (weighted.wrapping_abs(), value << LOSS_BITS);
            if size.wrapping_mul(reach) <= value {
                continue;
            }
            if let Some(slot) = limited.get_mut(count) {
                *slot = Limited { factor, size, value, is_short: weighted < 0 };
                count = count.wrapping_add(1);
            }
        }
        (limited, count)
    }
}

impl Limited {
    /// By how much a row's fall passes what is left of the value once the basis is lost: a long does not lose it, a short does not gain it (negative).
    #[inline(always)]
    fn excess(&self, shocks: &[i16; FACTORS], basis: i64) -> i64 {
        let shock = shocks.get(self.factor).copied().map_or(0, i64::from);
        let fall = shock.wrapping_mul(self.size).wrapping_neg(); // at most 2⁵⁵
        let left = self.value.wrapping_sub(basis.wrapping_mul(self.size)).max(0);
        let excess = fall.wrapping_sub(left).max(0);
        if self.is_short { excess.wrapping_neg() } else { excess }
    }
}
