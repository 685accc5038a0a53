//! Statistics that the commands share: tails, likelihoods, tests of coverage.

pub mod descriptive;
pub mod liquidity;
pub mod optimise;
pub mod qlike;
pub mod range;
pub mod student;
pub mod tail;
