//! What a portfolio requirement is computed with.

use super::CORRELATIONS;
use crate::correlation::{CELLS, FACTORS};
use crate::error::Result;
use crate::quantities::Ratio;

/// Rows of the grid at most.
pub const SCENARIOS: usize = 32;

/// One row of the scenario grid, in units of each factor's margin, 12 fractional bits, within ±8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Scenario {
    /// Simple return of each factor.
    pub shocks: [i16; FACTORS],
    /// What a hedge between spot and perp of one factor loses; not negative.
    pub basis: i16,
}

impl Scenario {
    /// Refuses a shock outside ±8 and a negative basis: `ScenarioOutOfRange`.
    pub fn check(&self) -> Result<()> {
        todo!()
    }
}

/// Correlations, shrinkage, floor and grid: the tide announces them together. Borrowed, for a Book holds three of them.
#[derive(Clone, Copy, Debug)]
pub struct PortfolioModel<'a> {
    /// ρ_ij, strict upper triangle, 15 fractional bits (at most 32,767).
    pub correlations: &'a [i16; CORRELATIONS],
    /// θ.
    pub shrinkage: Ratio,
    /// hedged_floor.
    pub hedged_floor: Ratio,
    /// The rows in use.
    pub scenarios: &'a [Scenario],
}

/// ρ of every pair from the covariance, rounded toward zero to 15 bits; 0 where a variance is zero. Native 64-bit operations only: it runs in every fold.
pub fn correlations(_cells: &[i64; CELLS], _out: &mut [i16; CORRELATIONS]) -> Result<()> {
    todo!()
}
