//! Thresholds against history: exceedances, their tests, and procyclicality beside other rules.
pub mod windows;
