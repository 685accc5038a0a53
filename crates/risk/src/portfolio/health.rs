//! Health of a portfolio account from its exposures, the models in force, announced and newest, and its cross health.

use super::ahead::growth_up;
use super::{Exposures, Margins, PortfolioModel, WeightedExposures};
use crate::error::Result;
use crate::quantities::{Ratio, SignedValue, Value};

/// What maintenance health of a portfolio account follows from.
#[derive(Clone, Copy, Debug)]
pub struct PortfolioInputs<'a> {
    /// Legs at mid (or at liquidation's edges), with maintenance weights.
    pub exposures: &'a Exposures,
    /// MM(t).
    pub margins: &'a Margins,
    /// In force.
    pub in_force: PortfolioModel<'a>,
    /// Announced.
    pub announced: PortfolioModel<'a>,
    /// τ; above one counts as one.
    pub walked: Ratio,
}

/// Maintenance health, and the requirements behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PortfolioHealth {
    /// H_M: never below the cross health.
    pub health: SignedValue,
    /// The sum of weighted values without margins.
    pub counted: SignedValue,
    /// R_M: walked from the model in force to the announced one.
    pub requirement: Value,
    /// The larger of those that count now or in the hour ahead, in force (while τ < 1) and announced: what initial health builds on.
    pub worst: Value,
}

/// The hour ahead.
#[derive(Clone, Copy, Debug)]
pub struct AheadInputs<'a> {
    /// The highest point of each path ahead, the present one included.
    pub highest: &'a Margins,
    /// The lowest.
    pub lowest: &'a Margins,
    /// [`Exposures::added`] at the highest margins, size margins and impacts ahead: the sum of all legs' [`super::LegTerms::addition_ahead_up`].
    pub added: Value,
}

/// What initial health follows from besides maintenance.
#[derive(Clone, Copy, Debug)]
pub struct InitialInputs<'a> {
    /// Legs at initial prices, with initial weights; impact the worst of in force, announced and newest.
    pub exposures: &'a Exposures,
    /// IM.
    pub margins: &'a Margins,
    /// The model that would be announced next.
    pub newest: PortfolioModel<'a>,
    /// Legs at mid, with the lowest maintenance weights ahead (the present ones while no weight walks), and MM now.
    pub maintenance: PortfolioInputs<'a>,
    /// The hour ahead.
    pub ahead: AheadInputs<'a>,
    /// The largest `initial_gap` of the factors held.
    pub initial_gap: Ratio,
}

impl PortfolioInputs<'_> {
    /// Whether the walk is over: the model in force counts no more.
    const fn is_over(&self) -> bool {
        self.walked.to_bits() >= Ratio::ONE.to_bits()
    }

    /// R_M, and the larger of the requirements that count now or in the hour ahead.
    fn requirement_up(&self) -> Result<(Value, Value)> {
        let weighted = WeightedExposures::new(self.exposures, self.margins)?;
        if self.is_over() {
            let announced = weighted.requirement_up(&self.announced)?;
            return Ok((announced, announced));
        }
        // at τ = 0 too: the announced one counts in the hour ahead, and costs little while its grid is the same
        let [in_force, announced] = weighted.requirements_up([&self.in_force, &self.announced])?;
        Ok((walk_up(in_force, announced, self.walked)?, in_force.max(announced)))
    }
}

/// `from + walked·(to − from)`, rounded up.
fn walk_up(from: Value, to: Value, walked: Ratio) -> Result<Value> {
    if to >= from { from.plus(walked.of_up(to.minus(from)?)?) } else { from.minus(walked.of_down(from.minus(to)?)?) }
}

impl PortfolioHealth {
    /// H_end: max(cross, counted − (1 + buffer)·R_M). `cross` is the cross health at liquidation's end.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where the requirement leaves 64 bits.
    pub fn liquidation_end(&self, buffer: Ratio, cross: SignedValue) -> Result<SignedValue> {
        Ok(cross.max(self.counted.minus(with_part_up(self.requirement, buffer)?)?))
    }
}

/// `(1 + part)·value`, rounded up.
fn with_part_up(value: Value, part: Ratio) -> Result<SignedValue> {
    let sum = value.plus(part.of_up(value)?)?;
    Ok(SignedValue(sum.0.into()))
}

/// H_M: max(cross, counted − R_M), R_M = R_force + τ·(R_announced − R_force), rounded up.
///
/// # Errors
/// [`crate::RiskError::Overflow`] as [`super::requirement_up`].
pub fn maintenance_health(inputs: &PortfolioInputs, cross: SignedValue) -> Result<PortfolioHealth> {
    let (requirement, worst) = inputs.requirement_up()?;
    let counted = inputs.exposures.counted;
    let health = cross.max(counted.minus(SignedValue(requirement.0.into()))?);
    Ok(PortfolioHealth { health, counted, requirement, worst })
}

/// H_I: max(cross, min(counted_I − max(R of all three models at IM), counted_M − (1 + gap)·R_ahead)).
///
/// `maintenance` is what [`maintenance_health`] returned for `inputs.maintenance`; `cross` the initial cross health.
///
/// # Errors
/// [`crate::RiskError::Overflow`] as [`super::requirement_up`].
pub fn initial_health(
    inputs: &InitialInputs,
    maintenance: &PortfolioHealth,
    cross: SignedValue,
) -> Result<SignedValue> {
    let required = inputs.worst_initial_up()?;
    let initial = inputs.exposures.counted.minus(SignedValue(required.0.into()))?;
    if initial <= cross {
        return Ok(cross);
    }
    let ahead = with_part_up(inputs.requirement_ahead_up(maintenance.worst)?, inputs.initial_gap)?;
    Ok(cross.max(initial.min(inputs.maintenance.exposures.counted.minus(ahead)?)))
}

impl InitialInputs<'_> {
    /// The largest requirement of the three models at IM.
    fn worst_initial_up(&self) -> Result<Value> {
        let weighted = WeightedExposures::new(self.exposures, self.margins)?;
        let PortfolioInputs { in_force, announced, .. } = &self.maintenance;
        let [newest, announced, in_force] = weighted.requirements_up([&self.newest, announced, in_force])?;
        Ok(newest.max(announced).max(in_force))
    }

    /// R_ahead: no maintenance requirement of the hour ahead is above it.
    fn requirement_ahead_up(&self, worst: Value) -> Result<Value> {
        let now = self.maintenance.exposures.added;
        let requirement = worst.plus(growth_up(self)?)?;
        // the two sums round alike, so more is added by the same legs only where a margin, a size margin or an impact grows
        if self.ahead.added > now { requirement.plus(self.ahead.added.minus(now)?) } else { Ok(requirement) }
    }
}
