//! The backtest: its statistics against published and hand-computed numbers, windows, figures, refusals, the report, and real histories.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // small numbers

mod coverage;
mod figures;
mod history;
mod market;
mod procyclicality;
mod refusals;
mod report;
mod shortfall;
mod windows;
