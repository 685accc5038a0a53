//! Portfolio margin: exposures netted per factor, three readings of the covariance, a scenario grid, a floor. `docs/risk.md`, section 16.
//!
//! Every requirement begins with [`WeightedExposures`]: exposures times margins, once for each set of margins; any number of models are then evaluated with it.

mod ahead;
mod correlations;
mod exposures;
mod health;
mod model;
mod requirement;
mod scenarios;
mod weighted;

pub use correlations::{CORRELATIONS, correlations};
pub use exposures::{Exposures, LegTerms, PerpLeg};
pub use health::{AheadInputs, InitialInputs, PortfolioHealth, PortfolioInputs, initial_health, maintenance_health};
pub use model::{GridBounds, PortfolioModel, SCENARIO_CELLS, SCENARIOS, Scenario, check_scenario};
pub use requirement::{losses_up, requirement_up};
pub use weighted::{Margins, WeightedExposures};
