//! What `stress` and `merge` refuse.

use std::path::PathBuf;

use plimsoll_risk::RiskError;
use thiserror::Error;

use crate::replay::ReplayError;

/// A refusal: the fact and the remedy.
#[derive(Debug, Error)]
pub enum StressError {
    /// No scenario of this name, and no file.
    #[error("scenario \"{name}\" is neither a file nor one of {}; use one of them, or the path of a TOML file", shipped.join(", "))]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// The scenarios that come with the lab.
        shipped: Vec<&'static str>,
    },
    /// A file says what it may not.
    #[error("{file}{}: {field}: {problem}", line.map_or_else(String::new, |line| format!(", line {line}")))]
    Definition {
        /// The file's name.
        file: String,
        /// The line, where it is known.
        line: Option<usize>,
        /// The key.
        field: String,
        /// The fact and the remedy.
        problem: String,
    },
    /// An option says what it may not.
    #[error("--{option} {value}: {problem}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// Its value.
        value: String,
        /// The fact and the remedy.
        problem: String,
    },
    /// A scenario names a factor that the parameter file does not list.
    #[error("the parameter file lists no factor \"{symbol}\"; list it, or take it out of the scenario")]
    UnknownFactor {
        /// The factor's name.
        symbol: String,
    },
    /// Parts that do not make up one run.
    #[error("{part}: {problem}")]
    Parts {
        /// The part, or the directory that lacks one.
        part: PathBuf,
        /// The fact and the remedy.
        problem: String,
    },
    /// The core refuses what a simulation asks of it.
    #[error(transparent)]
    Core(#[from] RiskError),
    /// The core refuses a parameter, or the replay a price.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A file cannot be read or written.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        problem: String,
    },
}

impl StressError {
    /// An error about a file that the system reported.
    pub fn of_file(file: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.into();
        move |error| Self::File { file, problem: error.to_string() }
    }
}
