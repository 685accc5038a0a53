//! Price history: OHLCV bars read from CSV files, and what is wrong with them.

/// Prices of one interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// When the interval begins, Unix time.
    pub open_time_seconds: u64,
    /// The first price.
    pub open: f64,
    /// The highest price.
    pub high: f64,
    /// The lowest price.
    pub low: f64,
    /// The last price.
    pub close: f64,
    /// What was traded, in whole base tokens.
    pub volume_base: Option<f64>,
}
