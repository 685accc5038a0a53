//! Simulated crashes: Monte Carlo paths and cascades of liquidations.

pub mod bars;
pub mod books;
pub mod cascade;
pub mod definition;
pub mod error;
pub mod holding;
pub mod market;
pub mod outcome;
pub mod owner;
pub mod population;
pub mod run;
pub mod simulate;
pub mod venue;
pub mod waypoints;
