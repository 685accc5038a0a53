//! Why a calibration stops.

use plimsoll_params::ParamsError;
use plimsoll_risk::RiskError;
use thiserror::Error;

use crate::series::SeriesError;

/// A refusal: the fact and the remedy.
#[derive(Debug, Error)]
pub enum CalibrateError {
    /// A price history is refused.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// A parameter file is refused.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// A file other than those cannot be read.
    #[error("{file}: cannot be read: {reason}; check the path")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's words.
        reason: String,
    },
    /// A file of accounts says what it may not.
    #[error("{file}, field {field}: {problem}")]
    Accounts {
        /// The file.
        file: String,
        /// The field.
        field: String,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// An option has a value that it may not have.
    #[error("option --{option}: {value} is outside {bounds}; {remedy}")]
    Option {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// What may be given.
        bounds: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A value of `--factor` or `--lookback` that is not `SYMBOL=path`, or a symbol given twice or not at all.
    #[error("option --{option}: {problem}; write --{option} SOL=sol.csv, once for each factor")]
    Named {
        /// The option.
        option: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Bars that the program's grid cannot be folded on.
    #[error(
        "{file}: bars of {bar_seconds} s; the estimator needs bars of 60 s to an hour that divide a day: bring finer ones"
    )]
    Bars {
        /// The file.
        file: String,
        /// Length of its bars.
        bar_seconds: u64,
    },
    /// Too little history.
    #[error("{file}: {what} needs {needed}, the file has {found}; bring a longer history")]
    History {
        /// The file.
        file: String,
        /// What is to be estimated.
        what: &'static str,
        /// What that needs.
        needed: String,
        /// What is there.
        found: String,
    },
    /// A history without a single movement.
    #[error("{file}: {what} cannot be fitted: the prices do not move, or all alike; check the file")]
    Still {
        /// The file.
        file: String,
        /// What was to be fitted.
        what: &'static str,
    },
    /// The core refuses what it was given.
    #[error("{file}: the core refuses {what}: {source}")]
    Core {
        /// The file.
        file: String,
        /// What it was given.
        what: &'static str,
        /// Its refusal.
        source: RiskError,
    },
    /// The calibrated parameters break a rule of the parameter files.
    #[error("the calibrated parameters are refused:\n{0}")]
    Refused(ParamsError),
}

/// Names the file and what the core was given in its refusal.
pub(super) fn core<'a>(file: &'a str, what: &'static str) -> impl Fn(RiskError) -> CalibrateError + 'a {
    move |source| CalibrateError::Core { file: file.to_owned(), what, source }
}
