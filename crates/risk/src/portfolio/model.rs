//! What a portfolio requirement is computed with.

use super::CORRELATIONS;
use crate::correlation::FACTORS;
use crate::error::{Result, RiskError};
use crate::quantities::Ratio;

/// Rows of the grid at most.
pub const SCENARIOS: usize = 32;
/// Numbers of a row: a shock for each factor, then the basis.
pub const SCENARIO_CELLS: usize = FACTORS + 1;
/// The largest shock either way, 12 fractional bits.
const MAX_SHOCK: u16 = 8 << SHOCK_BITS;
/// One margin.
pub(super) const ONE_MARGIN: u16 = 1 << SHOCK_BITS;
/// Fractional bits of shocks and bases.
pub(super) const SHOCK_BITS: u32 = 12;

/// One row of the scenario grid, 12 fractional bits: the simple return of each factor in units of its margin, within ±8, then the basis: what a hedge
/// between spot and perp of one factor loses, from 0 to 1 margins. An array, so that a Book's rows can be borrowed as they lie.
pub type Scenario = [i16; SCENARIO_CELLS];

/// Refuses a row with a shock outside ±8 margins or a basis outside 0 to 1: [`RiskError::ScenarioOutOfRange`].
pub fn check_scenario(row: &Scenario) -> Result<()> {
    let [shocks @ .., basis] = row;
    let are_shocks_allowed = shocks.iter().all(|shock| shock.unsigned_abs() <= MAX_SHOCK);
    if are_shocks_allowed && *basis >= 0 && basis.unsigned_abs() <= ONE_MARGIN {
        return Ok(());
    }
    Err(RiskError::ScenarioOutOfRange)
}

/// How far the rows of a grid reach, 12 fractional bits. Kept beside the rows, so that a margin check need not look for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GridBounds {
    /// S: the size of the largest shock, at least 1.
    pub shock: u16,
    /// The largest basis.
    pub basis: u16,
}

impl GridBounds {
    /// Of checked rows.
    #[must_use]
    pub fn of(rows: &[Scenario]) -> Self {
        let mut bounds = Self { shock: ONE_MARGIN, basis: 0 };
        for [shocks @ .., basis] in rows {
            bounds.shock = shocks.iter().fold(bounds.shock, |largest, shock| largest.max(shock.unsigned_abs()));
            bounds.basis = bounds.basis.max(basis.unsigned_abs());
        }
        bounds
    }
}

/// Correlations, shrinkage, floor and grid: the tide announces them together. Borrowed, for a Book holds three of them.
#[derive(Clone, Copy, Debug)]
pub struct PortfolioModel<'a> {
    /// ρ_ij, strict upper triangle, 15 fractional bits (at most 32,767), as [`super::correlations`] writes it.
    pub correlations: &'a [i16; CORRELATIONS],
    /// θ; above one counts as one.
    pub shrinkage: Ratio,
    /// `hedged_floor`; above one counts as one.
    pub hedged_floor: Ratio,
    /// The rows in use, each checked; those after the 32nd do not count.
    pub scenarios: &'a [Scenario],
    /// [`GridBounds::of`] the rows.
    pub bounds: GridBounds,
}

impl PortfolioModel<'_> {
    /// Whether both are the same model, borrowed from the same place: then one requirement is that of both.
    pub(super) fn is(&self, other: &Self) -> bool {
        core::ptr::eq(self.correlations, other.correlations)
            && core::ptr::eq(self.scenarios, other.scenarios)
            && self.shrinkage == other.shrinkage
            && self.hedged_floor == other.hedged_floor
            && self.bounds == other.bounds
    }

    /// Whether both have the same rows: a grid changes far less often than what is announced with it.
    #[inline(never)]
    pub(super) fn has_grid_of(&self, other: &Self) -> bool {
        self.bounds == other.bounds && self.scenarios.as_flattened() == other.scenarios.as_flattened()
    }
}
