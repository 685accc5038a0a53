//! Statistics that the commands share: tails, likelihoods, tests of coverage.

pub mod coverage;
pub mod descriptive;
pub mod liquidity;
pub mod optimise;
pub mod paths;
pub mod procyclicality;
pub mod qlike;
pub mod range;
pub mod risk_measures;
pub mod shortfall;
pub mod student;
pub mod tail;
