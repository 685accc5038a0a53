//! What became of a transaction.

use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use plimsoll_client::plimsoll::error::PlimsollError;
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

/// A transaction's result.
pub type Outcome = Result<TransactionMetadata, Box<FailedTransactionMetadata>>;

/// The custom error number of a failed transaction.
///
/// # Panics
/// Where it succeeded or failed otherwise.
#[track_caller]
#[must_use]
pub fn refusal(outcome: &Outcome) -> u32 {
    match outcome {
        Ok(meta) => panic!("accepted, though it should have been refused\n{}", meta.pretty_logs()),
        Err(failure) => match failure.err {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => code,
            ref other => panic!("failed with {other:?} instead of a refusal\n{}", failure.meta.pretty_logs()),
        },
    }
}

/// Asserts that the program refused with exactly this error.
///
/// # Panics
/// Where it did not.
#[track_caller]
#[allow(clippy::needless_pass_by_value)] // reads better at the call
pub fn assert_refused(outcome: Outcome, expected: PlimsollError) {
    let code = refusal(&outcome);
    let expected_code = u32::from(expected);
    let logs = outcome.err().map(|failure| failure.meta.pretty_logs()).unwrap_or_default();
    assert_eq!(code, expected_code, "refused with another error\n{logs}");
}

/// Asserts that Anchor refused an account with exactly this error.
///
/// # Panics
/// Where it did not.
#[track_caller]
pub fn assert_refused_by_anchor(outcome: Outcome, expected: anchor_lang::error::ErrorCode) {
    let code = refusal(&outcome);
    let logs = outcome.err().map(|failure| failure.meta.pretty_logs()).unwrap_or_default();
    assert_eq!(code, u32::from(expected), "refused with another error\n{logs}");
}
