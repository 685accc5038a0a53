//! Statistics that the commands share: tails, likelihoods, tests of coverage.

pub mod paths;
pub mod risk_measures;
