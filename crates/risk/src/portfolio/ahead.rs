//! By how much a maintenance requirement can grow while margins walk between the ends of their paths.

use super::{InitialInputs, PortfolioModel};
use crate::error::{Result, RiskError};
use crate::math::{cut_up, excess_bits, unscaled_up};
use crate::quantities::{Ratio, Value};

/// Fractional bits of shocks and bases, as of a [`Ratio`]: what is shifted to make one.
const SHOCK_TO_RATIO: u32 = Ratio::FRACTION_BITS - super::model::SHOCK_BITS;
/// 1 + 2⁻¹¹ > √(1 + 2⁻¹⁰): the root of a change's quadratic form over the sum of its sizes.
const ROOT_BOUND: Ratio = Ratio::from_bits((1 << 32) + (1 << 21));
/// A root rounds up by 2⁻³⁰ of itself, everything else by less than 2⁻³² of an exposure: 2⁻²⁷ of all of them is more than both requirements' rounding.
const ROUNDING: Ratio = Ratio::from_bits(1 << 5);
/// The same of sums that round by whole atoms.
const ROUNDING_ATOMS: Value = Value(64);

/// Exposures are cut until their products with changes of margins have at most 63 bits.
const PRODUCT_BITS: u32 = 63;
/// Sums of 16 products are kept with four bits less, rounded up.
const SUM_CUT: u32 = 4;

/// Sums over all factors of exposures, cut by `bits`, times what their margins may still change by.
#[derive(Default)]
struct Changes {
    bits: u32,
    /// Σ |x|·d: d the larger of highest − now and now − lowest.
    net: u64,
    /// Σ hedged·(highest − now).
    hedged: u64,
    /// Σ gross·(highest − now).
    gross: u64,
    /// Σ |x|·(highest² − now²) of debts and shorts.
    convexity: Value,
}

/// One factor's margins ahead.
#[derive(Clone, Copy)]
struct Path {
    now: Ratio,
    highest: Ratio,
    lowest: Ratio,
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
    let (net, hedged, gross) =
        (changes.whole_up(changes.net)?, changes.whole_up(changes.hedged)?, changes.whole_up(changes.gross)?);
    let (in_force, announced) = (&inputs.maintenance.in_force, &inputs.maintenance.announced);
    let larger = |part: fn(&PortfolioModel) -> Ratio| part(in_force).max(part(announced));
    let root = ROOT_BOUND.of_up(net)?.plus(changes.convexity)?;
    let steepest = larger(|model| margins(model.bounds.shock.max(model.bounds.basis)));
    let basis = larger(|model| margins(model.bounds.basis));
    let rows = steepest.of_up(net)?.plus(basis.of_up(hedged)?)?;
    let floor = larger(|model| model.hedged_floor.min(Ratio::ONE)).of_up(gross)?;
    let all =
        inputs.maintenance.exposures.gross().iter().try_fold(Value::ZERO, |sum, gross| sum.plus(Value(*gross)))?;
    let rounding = ROUNDING.of_up(all)?.plus(ROUNDING_ATOMS)?;
    root.max(rows).max(floor).plus(rounding)
}

const fn margins(bits12: u16) -> Ratio {
    Ratio::from_bits((bits12 as u64) << SHOCK_TO_RATIO)
}

impl Changes {
    /// Errors: [`RiskError::Overflow`] where a factor's legs together do not fit 63 bits.
    #[inline(always)]
    fn of(inputs: &InitialInputs) -> Result<Self> {
        let exposures = inputs.maintenance.exposures;
        let paths = inputs.maintenance.margins.iter().zip(inputs.ahead.highest).zip(inputs.ahead.lowest);
        let paths = paths.map(|((&now, &highest), &lowest)| Path { now, highest, lowest });
        let gross = exposures.gross().iter().fold(0, |all, gross| all | gross);
        let widest = paths.clone().fold(0, |all, path| all | path.rise() | path.fall());
        if gross >> PRODUCT_BITS != 0 {
            return Err(RiskError::Overflow);
        }
        let mut changes = Self { bits: excess_bits(gross, widest, PRODUCT_BITS), ..Self::default() };
        let legs = exposures.spot().iter().zip(exposures.perp()).zip(exposures.gross());
        for (((&spot, &perp), &gross), path) in legs.zip(paths) {
            let rise = path.rise();
            if gross == 0 || rise | path.fall() == 0 {
                continue;
            }
            // both at most gross, below 2⁶³ in size
            let exposure = spot.wrapping_add(perp);
            changes.net = changes.with(changes.net, exposure.unsigned_abs(), rise.max(path.fall()));
            if rise == 0 {
                continue;
            }
            changes.gross = changes.with(changes.gross, gross, rise);
            if (spot ^ perp) < 0 {
                changes.hedged = changes.with(changes.hedged, spot.unsigned_abs().min(perp.unsigned_abs()), rise);
            }
            if exposure < 0 {
                let squares = Ratio::from_bits(rise).times_up(path.highest.plus(path.now)?)?;
                changes.convexity = changes.convexity.plus(squares.of_up(Value(exposure.unsigned_abs()))?)?;
            }
        }
        Ok(changes)
    }

    /// A sum with one product more, rounded up: 16 of 2⁶³, four bits less.
    #[inline(always)]
    const fn with(&self, sum: u64, size: u64, change: u64) -> u64 {
        sum.wrapping_add(cut_up(size, self.bits).wrapping_mul(change) >> SUM_CUT).wrapping_add(1)
    }

    /// A sum in whole quote atoms.
    #[inline(always)]
    fn whole_up(&self, sum: u64) -> Result<Value> {
        unscaled_up::<{ Ratio::FRACTION_BITS - SUM_CUT }>(sum, self.bits).map(Value)
    }
}

impl Path {
    /// By how much the margin may still rise.
    #[inline(always)]
    const fn rise(self) -> u64 {
        self.highest.to_bits().saturating_sub(self.now.to_bits())
    }

    /// By how much it may still fall.
    #[inline(always)]
    const fn fall(self) -> u64 {
        self.now.to_bits().saturating_sub(self.lowest.to_bits())
    }
}
