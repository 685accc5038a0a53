//! By how much a maintenance requirement can grow while margins walk between the ends of their paths.

use super::{InitialInputs, PortfolioModel};
use crate::error::{Result, RiskError};
use crate::quantities::{Ratio, Value};

/// Fractional bits of shocks and bases, as of a [`Ratio`]: what is shifted to make one.
const SHOCK_TO_RATIO: u32 = Ratio::FRACTION_BITS - super::model::SHOCK_BITS;
/// 1 + 2⁻¹¹ > √(1 + 2⁻¹⁰): the root of a change's quadratic form over the sum of its sizes.
const ROOT_BOUND: Ratio = Ratio::from_bits((1 << 32) + (1 << 21));
/// A root rounds up by 2⁻³⁰ of itself, everything else by less than 2⁻³² of an exposure: 2⁻²⁷ of all of them is more than both requirements' rounding.
const ROUNDING: Ratio = Ratio::from_bits(1 << 5);
/// The same of sums that round by whole atoms.
const ROUNDING_ATOMS: Value = Value(64);

/// Sums over all factors of exposures times what their margins may still change by.
#[derive(Default)]
struct Changes {
    /// Σ |x|·d: d the larger of highest − now and now − lowest.
    net: Value,
    /// Σ |x|·(highest² − now²) of debts and shorts.
    convexity: Value,
    /// Σ hedged·(highest − now).
    hedged: Value,
    /// Σ gross·(highest − now).
    gross: Value,
    /// Σ gross of all factors.
    all: Value,
}

/// What R can be above that of the present margins at any margins between the ends of the paths, what legs add apart. Zero where all paths are flat.
///
/// Each reading of the covariance is a seminorm of y, so a change of y adds at most its own root; a row is at most S times as steep as the sum of the sizes of y
/// in each net exposure and grows by the basis with a hedge's margin; the floor grows with the gross margin.
#[inline(never)]
pub(super) fn growth_up(inputs: &InitialInputs) -> Result<Value> {
    if inputs.ahead.highest == inputs.ahead.lowest {
        return Ok(Value::ZERO);
    }
    let changes = Changes::of(inputs)?;
    let (in_force, announced) = (&inputs.maintenance.in_force, &inputs.maintenance.announced);
    let larger = |part: fn(&PortfolioModel) -> Ratio| part(in_force).max(part(announced));
    let root = ROOT_BOUND.of_up(changes.net)?.plus(changes.convexity)?;
    let steepest = larger(|model| margins(model.bounds.shock.max(model.bounds.basis)));
    let basis = larger(|model| margins(model.bounds.basis));
    let rows = steepest.of_up(changes.net)?.plus(basis.of_up(changes.hedged)?)?;
    let floor = larger(|model| model.hedged_floor.min(Ratio::ONE)).of_up(changes.gross)?;
    let rounding = ROUNDING.of_up(changes.all)?.plus(ROUNDING_ATOMS)?;
    root.max(rows).max(floor).plus(rounding)
}

const fn margins(bits12: u16) -> Ratio {
    Ratio::from_bits((bits12 as u64) << SHOCK_TO_RATIO)
}

impl Changes {
    fn of(inputs: &InitialInputs) -> Result<Self> {
        let mut changes = Self::default();
        let exposures = inputs.maintenance.exposures;
        let legs = exposures.spot().iter().zip(exposures.perp()).zip(exposures.gross());
        let paths = inputs.maintenance.margins.iter().zip(inputs.ahead.highest).zip(inputs.ahead.lowest);
        for (((&spot, &perp), &gross), ((&now, &highest), &lowest)) in legs.zip(paths) {
            changes.all = changes.all.plus(Value(gross))?;
            if gross == 0 || highest == lowest {
                continue;
            }
            changes.add_net(spot.checked_add(perp).ok_or(RiskError::Overflow)?, now, highest, lowest)?;
            let rise = difference(highest, now);
            let hedged = if (spot ^ perp) < 0 { spot.unsigned_abs().min(perp.unsigned_abs()) } else { 0 };
            changes.hedged = changes.hedged.plus(rise.of_up(Value(hedged))?)?;
            changes.gross = changes.gross.plus(rise.of_up(Value(gross))?)?;
        }
        Ok(changes)
    }

    fn add_net(&mut self, exposure: i64, now: Ratio, highest: Ratio, lowest: Ratio) -> Result<()> {
        let size = Value(exposure.unsigned_abs());
        let (rise, fall) = (difference(highest, now), difference(now, lowest));
        self.net = self.net.plus(rise.max(fall).of_up(size)?)?;
        if exposure < 0 {
            let squares = rise.times_up(highest.plus(now)?)?;
            self.convexity = self.convexity.plus(squares.of_up(size)?)?;
        }
        Ok(())
    }
}

/// How much higher one margin is; zero where it is not.
const fn difference(higher: Ratio, lower: Ratio) -> Ratio {
    Ratio::from_bits(higher.to_bits().saturating_sub(lower.to_bits()))
}
