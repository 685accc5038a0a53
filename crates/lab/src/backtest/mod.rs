//! Thresholds against history: exceedances, their tests, and procyclicality beside other rules.

mod calibration;
mod error;
mod ewma;
mod windows;

pub use calibration::{Calibration, TAIL_PROBABILITY, base_decimals};
pub use error::BacktestError;
pub use ewma::Ewma;
pub use windows::{Losses, Window, windows};
