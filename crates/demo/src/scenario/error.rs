//! Why a scenario is refused, and what to do about it.

use thiserror::Error;

/// A refusal: where, what, and the remedy.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ScenarioError {
    /// A name that is neither a scenario of the project nor a file.
    #[error("no scenario is called \"{name}\"; use one of {known}, or a path ending in .csv or .toml")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A file that cannot be read.
    #[error("{file}: cannot be read: {reason}; check the path")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's words.
        reason: String,
    },
    /// An error in one field of a row of a CSV file.
    #[error("{file}, line {line}, field {field}: {problem}; {remedy}")]
    Row {
        /// The file.
        file: String,
        /// Line, the header being 1.
        line: u64,
        /// The column.
        field: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// An error of a file as a whole, or of the `SCENARIO=` value.
    #[error("{file}: {problem}; {remedy}")]
    File {
        /// The file, or the value of `SCENARIO=`.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },
}

impl ScenarioError {
    /// An error of a file as a whole.
    pub(super) fn file(file: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), problem: problem.into(), remedy: remedy.into() }
    }
}
