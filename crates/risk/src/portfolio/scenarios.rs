//! The scenario grid: what each row loses.

use super::model::SHOCK_BITS;
use super::weighted::WeightedExposures;
use super::{PortfolioModel, SCENARIOS, Scenario};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::math::{BIAS, biased_sum, shifted_down, shifted_up, unscaled_signed_up, unscaled_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of a loss in units.
const LOSS_BITS: u32 = SHOCK_BITS + Ratio::FRACTION_BITS;
/// An account that holds none but the first factors is summed over these.
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
            let scaled = self.row_loss(row).wrapping_sub(excess).wrapping_add(self.offset(model));
            *loss = unscaled_signed_up::<LOSS_BITS>(scaled, self.shift)?;
        }
        Ok(losses)
    }

    /// The largest loss of a row, rounded up; zero where none loses.
    #[inline(never)]
    pub(super) fn worst_row_up(&self, model: &PortfolioModel) -> Result<Value> {
        let worst = if self.has_limits(model) {
            let limits = self.limits(model);
            worst(model, |row| self.row_loss(row).wrapping_sub(excess(&limits, row)))
        } else if self.used <= FEW {
            worst(model, |row| self.few_loss(row))
        } else {
            worst(model, |row| self.row_loss(row))
        };
        let Some(worst) = worst else { return Ok(Value::ZERO) };
        let scaled = worst.wrapping_add(self.offset(model)).max(0);
        unscaled_up::<LOSS_BITS>(scaled.unsigned_abs(), self.shift).map(Value)
    }

    /// −Σ shock·y + basis·hedged, 12 fractional bits, all but what [`Self::offset`] adds: below 2⁶⁰.
    #[inline(always)]
    fn row_loss(&self, row: &Scenario) -> i64 {
        let [shocks @ .., basis] = row;
        i64::from(*basis).wrapping_mul(self.hedged).wrapping_sub(biased_sum(shocks, &self.weighted))
    }

    /// The same where none but the first factors are held.
    #[inline(always)]
    fn few_loss(&self, row: &Scenario) -> i64 {
        let [.., basis] = row;
        let gain = match (row.first_chunk::<FEW>(), self.weighted.first_chunk::<FEW>()) {
            (Some(shocks), Some(weighted)) => biased_sum(shocks, weighted),
            _ => 0,
        };
        i64::from(*basis).wrapping_mul(self.hedged).wrapping_sub(gain)
    }

    /// What is added to every row: the bias of the products, and what the rounding of y, toward zero, can hide of a loss: below 2⁵⁹.
    #[inline(always)]
    const fn offset(&self, model: &PortfolioModel) -> i64 {
        let hidden = self.cut.cast_signed().wrapping_mul(model.bounds.shock as i64);
        self.sum.wrapping_mul(BIAS).wrapping_add(hidden)
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

/// The largest loss of a row in use, if there is any.
#[inline(always)]
fn worst(model: &PortfolioModel, loss: impl Fn(&Scenario) -> i64) -> Option<i64> {
    model.scenarios.iter().take(SCENARIOS).map(loss).max()
}

/// The largest shock and the largest basis together, 12 fractional bits.
#[inline(always)]
fn reach(model: &PortfolioModel) -> u64 {
    u64::from(model.bounds.shock).wrapping_add(model.bounds.basis.into())
}

/// By how much a row's falls pass what they can take of each value: a long loses no more than all of it, a short gains no more than what the basis leaves of
/// it (negative).
#[inline(always)]
fn excess(limits: &Limits, row: &Scenario) -> i64 {
    let [shocks @ .., basis] = row;
    let limited = limits.iter().zip(shocks).filter_map(|(limit, shock)| Some((limit.as_ref()?, shock)));
    limited.fold(0_i64, |sum, (limit, &shock)| {
        let fall = i64::from(shock).wrapping_mul(limit.weighted).wrapping_neg(); // at most 2⁵³
        if !limit.is_short {
            return sum.wrapping_add(fall.wrapping_sub(limit.value).max(0));
        }
        let left = limit.value.wrapping_sub(i64::from(*basis).wrapping_mul(limit.weighted)).max(0);
        sum.wrapping_sub(fall.wrapping_sub(left).max(0))
    })
}
