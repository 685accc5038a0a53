//! Health of a portfolio account from its exposures, the models in force, announced and newest, and its cross health.

use super::{Exposures, Margins, PortfolioModel};
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
    /// The larger of the two: what initial health builds on.
    pub worst: Value,
}

/// The hour ahead.
#[derive(Clone, Copy, Debug)]
pub struct AheadInputs<'a> {
    /// The highest point of each path ahead, the present one included.
    pub highest: &'a Margins,
    /// The lowest.
    pub lowest: &'a Margins,
    /// Σ v·(size margin + m·impact) as in [`Exposures::added`], at the highest margins, size margins and impacts ahead: [`super::LegTerms::addition_up`].
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

impl PortfolioHealth {
    /// H_end: max(cross, counted − (1 + buffer)·R_M). `cross` is the cross health at liquidation's end.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where the requirement leaves 64 bits.
    pub fn liquidation_end(&self, _buffer: Ratio, _cross: SignedValue) -> Result<SignedValue> {
        todo!()
    }
}

/// H_M: max(cross, counted − R_M), R_M = R_force + τ·(R_announced − R_force), rounded up.
///
/// # Errors
/// [`crate::RiskError::Overflow`] as [`super::requirement_up`].
pub fn maintenance_health(_inputs: &PortfolioInputs, _cross: SignedValue) -> Result<PortfolioHealth> {
    todo!()
}

/// H_I: max(cross, min(counted_I − max(R of all three models at IM), counted_M − (1 + gap)·R_ahead)).
///
/// `maintenance` is what [`maintenance_health`] returned for `inputs.maintenance`; `cross` the initial cross health.
///
/// # Errors
/// [`crate::RiskError::Overflow`] as [`super::requirement_up`].
pub fn initial_health(
    _inputs: &InitialInputs,
    _maintenance: &PortfolioHealth,
    _cross: SignedValue,
) -> Result<SignedValue> {
    todo!()
}
