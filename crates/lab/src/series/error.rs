//! Why a price history is refused, and what to do about it.

use thiserror::Error;

/// A refusal: where, what, and the remedy.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SeriesError {
    /// A file that cannot be read.
    #[error("{file}: cannot be read: {reason}; check the path")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's words.
        reason: String,
    },
    /// An error in the header.
    #[error("{file}, line 1, field {field}: {problem}; {remedy}")]
    Column {
        /// The file.
        file: String,
        /// The column.
        field: String,
        /// What is wrong.
        problem: &'static str,
        /// What to do.
        remedy: String,
    },
    /// An error in one field of a row.
    #[error("{file}, line {line}, field {field}: {problem}; {remedy}")]
    Row {
        /// The file.
        file: String,
        /// Line, the header being 1.
        line: u64,
        /// The column, or `row` for the row as a whole.
        field: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Too few rows.
    #[error("{file}: {rows} data rows; give at least two, so that the bars have a length")]
    TooShort {
        /// The file.
        file: String,
        /// Rows below the header.
        rows: usize,
    },
    /// More is missing than may be bridged.
    #[error(
        "{file}, line {line}, field open_time_seconds: {missing} of {expected} bars are missing, the most in a row before this line; at most one in \
         20 may be: fill the gaps, or cut the file to the part without them"
    )]
    Gaps {
        /// The file.
        file: String,
        /// The line behind the longest gap.
        line: u64,
        /// Bars missing.
        missing: u64,
        /// Bars that the file would have.
        expected: u64,
    },
}
