//! Thresholds against history: exceedances, their tests, and procyclicality beside other rules.

mod calibration;
mod error;
mod ewma;
mod figures;
mod rules;
mod run;
mod windows;

pub use calibration::{Calibration, TAIL_PROBABILITY, base_decimals};
pub use error::BacktestError;
pub use ewma::Ewma;
pub use figures::{Coverage, RuleFigures, SeriesBacktest, ShortfallTest, Target, targets};
pub use rules::{Ingredients, Rule, RuleId, hyperliquid, walked_shortfall};
pub use run::{Traced, asset, backtest};
pub use windows::{Losses, Window, windows};
