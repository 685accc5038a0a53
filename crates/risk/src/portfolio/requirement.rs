//! R: the largest of the covariance readings, the scenario grid and the floor, and what every leg adds.

use super::{Exposures, PortfolioModel, SCENARIOS};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::quantities::{Ratio, Value};

/// m of each factor; zero where none is listed.
pub type Margins = [Ratio; FACTORS];

/// R of `exposures` at `margins`, rounded up.
///
/// # Errors
/// [`crate::RiskError::Overflow`] where an exposure times its margin does not fit 63 bits.
pub fn requirement_up(_exposures: &Exposures, _margins: &Margins, _model: &PortfolioModel) -> Result<Value> {
    todo!()
}

/// The loss of each row of the grid in quote atoms, rounded up (positive: a loss); rows that are not in use are zero.
pub fn losses_up(_exposures: &Exposures, _margins: &Margins, _model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
    todo!()
}
