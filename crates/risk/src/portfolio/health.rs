//! Health of a portfolio account from its exposures, the models in force, announced and newest, and its cross health.

use super::{Exposures, Margins, PortfolioModel};
use crate::error::Result;
use crate::quantities::{Ratio, SignedValue, Value};

/// Maintenance health, and the requirement behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PortfolioHealth {
    /// H: never below the cross health.
    pub health: SignedValue,
    /// R.
    pub requirement: Value,
}

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
    /// τ.
    pub walked: Ratio,
}

/// H_M: max(cross, counted − R_M), R_M = R_force + τ·(R_announced − R_force), rounded up.
pub fn maintenance_health(_inputs: &PortfolioInputs, _cross: SignedValue) -> Result<PortfolioHealth> {
    todo!()
}

/// H_I: max(cross, min(counted_I − max(R of all three models at IM), counted_M − (1 + gap)·R_ahead)).
///
/// `initial` holds the legs at initial prices and weights, `margins` IM; `maintenance` those of [`maintenance_health`], and `highest` and `lowest` the ends of
/// each path ahead. `newest` is the model that would be announced next.
pub fn initial_health(
    _initial: (&Exposures, &Margins),
    _maintenance: &PortfolioInputs,
    _ahead: (&Margins, &Margins),
    _newest: &PortfolioModel,
    _terms: (Ratio, SignedValue),
) -> Result<SignedValue> {
    todo!()
}
