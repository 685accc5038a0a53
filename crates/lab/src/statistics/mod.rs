//! Statistics that the commands share: tails, likelihoods, tests of coverage.

pub mod coverage;
pub mod procyclicality;
pub mod shortfall;
