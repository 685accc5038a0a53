//! Simulated crashes: Monte Carlo paths and cascades of liquidations.

pub mod books;
pub mod cascade;
pub mod error;
pub mod holding;
pub mod market;
pub mod outcome;
pub mod owner;
pub mod population;
pub mod venue;
