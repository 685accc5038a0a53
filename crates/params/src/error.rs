//! What can be wrong with a parameter file.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Line of the file, counted from 1.
    pub line: usize,
    /// Dotted path of the key, array elements by position: `factors[1].params.horizon_seconds`. Empty where the file is no TOML.
    pub field: String,
    /// What is wrong and, where it is not plain, what would be right.
    pub message: String,
}

/// Why a parameter file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ParamsError {
    /// The file could not be read.
    #[error("{}: cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file was read and refused; every violation stands on a line of its own, as `file:line: field: message`.
    #[error("{}", Listed { file, violations })]
    Invalid {
        /// The file.
        file: PathBuf,
        /// What is wrong; a type error hides those after it.
        violations: Vec<Violation>,
    },
}

struct Listed<'a> {
    file: &'a PathBuf,
    violations: &'a [Violation],
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, violation) in self.violations.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            let colon = if violation.field.is_empty() { "" } else { ": " };
            write!(
                formatter,
                "{separator}{}:{}: {}{colon}{}",
                self.file.display(),
                violation.line,
                violation.field,
                violation.message
            )?;
        }
        Ok(())
    }
}
