//! Parameters of a factor from its history, with the evidence beside them.
//!
//! Prices come in, and out go the `[[factors]]` of a parameter file, each number with the measurement that it follows from; what no history measures is kept
//! from the parameters in force. The variances are the core's own ([`fold`]); what the change would do to margins and accounts is computed by the
//! core too ([`effect`]).

pub mod accounts;
mod cautions;
pub mod command;
pub mod effect;
mod error;
pub mod factor;
pub mod findings;
pub mod fold;
pub mod fragment;
pub mod half_lives;
pub mod jumps;
pub mod levels;
pub mod liquidity;
pub mod options;
mod page;
mod panels;
mod rounding;
pub mod tails;

pub use error::CalibrateError;
