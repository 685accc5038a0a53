//! R: the largest of the covariance readings, the scenario grid and the floor, and what every leg adds.

use super::{Exposures, Margins, PortfolioModel, SCENARIOS, WeightedExposures};
use crate::error::Result;
use crate::quantities::Value;

/// R of `exposures` at `margins`, rounded up.
///
/// # Errors
/// As [`WeightedExposures::new`] and [`WeightedExposures::requirement_up`].
pub fn requirement_up(exposures: &Exposures, margins: &Margins, model: &PortfolioModel) -> Result<Value> {
    WeightedExposures::new(exposures, margins)?.requirement_up(model)
}

/// The loss of each row of the grid in quote atoms, rounded up (positive: a loss); rows that are not in use are zero.
///
/// # Errors
/// As [`WeightedExposures::new`].
pub fn losses_up(exposures: &Exposures, margins: &Margins, model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
    WeightedExposures::new(exposures, margins)?.losses_up(model)
}
