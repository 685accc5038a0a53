//! The risk lab: calibrates a factor's parameters from price history, backtests the thresholds through it, and stresses accounts with simulated
//! crashes. Everything about margins is computed by `plimsoll-risk`, the core that the program runs; the lab adds statistics, paths and reports.

pub mod backtest;
pub mod calibrate;
pub mod replay;
pub mod series;
pub mod statistics;
pub mod stress;
