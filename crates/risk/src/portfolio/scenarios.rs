//! The scenario grid: what each row loses.

use super::model::SHOCK_BITS;
use super::weighted::WeightedExposures;
use super::{PortfolioModel, SCENARIOS, Scenario};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::math::{BIAS, biased_sum4, biased_sum16, shifted_down, shifted_up, unscaled_signed_up, unscaled_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of a loss in units.
const LOSS_BITS: u32 = SHOCK_BITS + Ratio::FRACTION_BITS;
/// An account in the first factors only is summed over these.
const FEW: usize = 4;

/// What of an exposure a row can take at most.
#[derive(Clone, Copy, Default)]
struct Limit {
    /// |y|.
    weighted: i64,
    /// |x|·2¹² in units, rounded up for a long, which may lose it, and down for a short, which may gain it; at most 2⁵⁷.
    value: i64,
    is_short: bool,
}

type Limits = [Option<Limit>; FACTORS];

impl WeightedExposures {
    /// The loss of each row, rounded up.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where a loss leaves 63 bits.
    #[inline(never)]
    pub fn losses_up(&self, model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
        let mut losses = [0; SCENARIOS];
        let limits = if self.has_limits(model) { Some(self.limits(model)) } else { None };
        for (loss, row) in losses.iter_mut().zip(model.scenarios) {
            let excess = limits.as_ref().map_or(0, |limits| excess(limits, row));
            let scaled = self.unlimited_loss(row).wrapping_sub(excess).wrapping_add(self.hidden(model));
            *loss = unscaled_signed_up::<LOSS_BITS>(scaled, self.shift)?;
        }
        Ok(losses)
    }

    /// The largest loss of a row, rounded up; zero where none loses.
    #[inline(never)]
    pub(super) fn worst_row_up(&self, model: &PortfolioModel) -> Result<Value> {
        let worst = if self.has_limits(model) {
            self.worst_limited_row(model)
        } else {
            rows(model).fold(i64::MIN, |worst, row| worst.max(self.unlimited_loss(row)))
        };
        if worst == i64::MIN {
            return Ok(Value::ZERO);
        }
        let scaled = worst.wrapping_add(self.hidden(model)).max(0);
        unscaled_up::<LOSS_BITS>(scaled.unsigned_abs(), self.shift).map(Value)
    }

    #[inline(never)]
    fn worst_limited_row(&self, model: &PortfolioModel) -> i64 {
        let limits = self.limits(model);
        rows(model).fold(i64::MIN, |worst, row| worst.max(self.unlimited_loss(row).wrapping_sub(excess(&limits, row))))
    }

    /// −Σ shock·y + basis·hedged, 12 fractional bits: below 2⁵⁸.
    #[inline(always)]
    fn unlimited_loss(&self, row: &Scenario) -> i64 {
        let [shocks @ .., basis] = row;
        // 16 products of 2¹⁶ and 2³⁸
        let gain = match (self.weighted.first_chunk::<FEW>(), shocks.first_chunk::<FEW>()) {
            (Some(weighted), Some(shocks)) if self.used <= FEW => biased_sum4(shocks, weighted),
            _ => biased_sum16(shocks, &self.weighted),
        };
        let hedges = i64::from(*basis).wrapping_mul(self.hedged);
        self.sum.wrapping_mul(BIAS).wrapping_sub(gain).wrapping_add(hedges)
    }

    /// What the rounding of y, toward zero, can hide of a loss: below 2⁵⁷.
    #[inline(always)]
    const fn hidden(&self, model: &PortfolioModel) -> i64 {
        self.cut.cast_signed().wrapping_mul(model.bounds.shock as i64)
    }

    /// Whether some row could take more than the whole of some exposure.
    #[inline(always)]
    fn has_limits(&self, model: &PortfolioModel) -> bool {
        // below 2³⁶ and 2¹⁷
        self.largest_margin.to_bits().wrapping_mul(reach(model)) > 1 << LOSS_BITS
    }

    /// What rows can take of the exposures that they could take more of.
    #[inline(always)]
    fn limits(&self, model: &PortfolioModel) -> Limits {
        let mut limits = [None; FACTORS];
        let exposures = self.weighted.iter().zip(&self.sizes);
        for (limit, (&weighted, &size)) in limits.iter_mut().zip(exposures) {
            let full = u128::from(size) << Ratio::FRACTION_BITS; // below 2⁹⁵
            // the reach is below 2¹⁶, so a value that a row reaches is below 2⁴² units
            if weighted == 0 || full >> 42 >> self.shift != 0 {
                continue;
            }
            let is_short = weighted < 0;
            let value = if is_short { shifted_down(full, self.shift) } else { shifted_up(full, self.shift) };
            let size = weighted.unsigned_abs();
            if size.wrapping_mul(reach(model)) <= value << SHOCK_BITS {
                continue;
            }
            let value = (value << SHOCK_BITS).cast_signed();
            *limit = Some(Limit { weighted: size.cast_signed(), value, is_short });
        }
        limits
    }
}

#[inline(always)]
fn rows<'a>(model: &PortfolioModel<'a>) -> impl Iterator<Item = &'a Scenario> {
    model.scenarios.iter().take(SCENARIOS)
}

/// The largest shock and the largest basis together, 12 fractional bits.
#[inline(always)]
fn reach(model: &PortfolioModel) -> u64 {
    u64::from(model.bounds.shock).wrapping_add(model.bounds.basis.into())
}

/// By how much a row's falls pass what is left of each value once the basis is lost: a long does not lose it, a short does not gain it (negative).
#[inline(always)]
fn excess(limits: &Limits, row: &Scenario) -> i64 {
    let [shocks @ .., basis] = row;
    let limited = limits.iter().zip(shocks).filter_map(|(limit, shock)| Some((limit.as_ref()?, shock)));
    limited.fold(0_i64, |sum, (limit, &shock)| {
        let fall = i64::from(shock).wrapping_mul(limit.weighted).wrapping_neg(); // at most 2⁵³
        let left = limit.value.wrapping_sub(i64::from(*basis).wrapping_mul(limit.weighted)).max(0);
        let excess = fall.wrapping_sub(left).max(0);
        if limit.is_short { sum.wrapping_sub(excess) } else { sum.wrapping_add(excess) }
    })
}
