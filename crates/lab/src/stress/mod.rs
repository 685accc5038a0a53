//! Simulated crashes: Monte Carlo paths and cascades of liquidations.

pub mod bars;
pub mod books;
pub mod cascade;
mod charts;
mod check;
pub mod command;
pub mod definition;
pub mod error;
pub mod figures;
pub mod holding;
pub mod market;
pub mod merge;
pub mod outcome;
pub mod owner;
pub mod part;
pub mod population;
pub mod report;
pub mod run;
pub mod simulate;
pub mod table;
pub mod venue;
pub mod waypoints;
