//! Exposures times margins: one pass, shared by all models.

use super::{Exposures, PortfolioModel, SCENARIOS};
use crate::correlation::FACTORS;
use crate::error::Result;
use crate::quantities::{Ratio, Value};

/// m of each factor; zero where none is listed.
pub type Margins = [Ratio; FACTORS];

/// Exposures times margins.
#[derive(Clone, Copy, Debug)]
pub struct WeightedExposures {}

impl WeightedExposures {
    /// Weighs `exposures` with `margins`.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where an exposure times its margin does not fit 63 bits.
    pub fn new(_exposures: &Exposures, _margins: &Margins) -> Result<Self> {
        todo!()
    }

    /// R, rounded up.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where it leaves 64 bits.
    pub fn requirement_up(&self, _model: &PortfolioModel) -> Result<Value> {
        todo!()
    }

    /// The loss of each row, rounded up.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where a loss leaves 63 bits.
    pub fn losses_up(&self, _model: &PortfolioModel) -> Result<[i64; SCENARIOS]> {
        todo!()
    }
}
