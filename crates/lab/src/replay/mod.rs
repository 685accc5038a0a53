//! A factor through history: the core's estimator and thresholds, step by step at the crank's spacing.
//!
//! No formula stands here. [`FactorState`] does what `refresh_prices` and `refresh_risk` do on-chain, with the same calls into the core: screen, jump
//! guard, stable price, observation, fold, goal, announced path, initial margin. [`history`] feeds it the bars of a series.

mod bars;
mod error;
mod factor;
mod model;
pub mod real;

pub use bars::history;
pub use error::ReplayError;
pub use factor::{FactorState, Step};
pub use model::{FactorModel, FactorParameters, Seeds};
