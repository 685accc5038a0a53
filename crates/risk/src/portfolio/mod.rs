//! Portfolio margin: exposures netted per factor, three readings of the covariance, a scenario grid, a floor. `docs/risk.md`, section 16.

mod exposures;
mod health;
mod model;
mod requirement;

pub use exposures::{Exposures, Spans};
pub use health::{PortfolioHealth, PortfolioInputs, initial_health, maintenance_health};
pub use model::{PortfolioModel, SCENARIOS, Scenario, correlations};
pub use requirement::{Margins, losses_up, requirement_up};

/// Cells of the strict upper triangle of the correlation matrix, row by row.
pub const CORRELATIONS: usize = crate::correlation::FACTORS * (crate::correlation::FACTORS - 1) / 2;
