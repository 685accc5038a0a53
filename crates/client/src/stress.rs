//! The ladder of losses that `stress_account` returns.

use anchor_lang::AnchorDeserialize;
use plimsoll::margin;
use plimsoll::state::{Book, MarginAccount};

use crate::accounts::DecodeError;
use crate::health::Refusal;

pub use margin::StressReport;

/// The report in the return data of `stress_account`. A transaction's return data drops zeros at its end: they are put back.
///
/// # Errors
/// Where the bytes are more or other than a report.
pub fn report(return_data: &[u8]) -> Result<StressReport, DecodeError> {
    let mut bytes = return_data.to_vec();
    bytes.resize(bytes.len().max(BYTES), 0);
    StressReport::try_from_slice(&bytes).map_err(|_| DecodeError::WrongKind("StressReport"))
}

/// Three numbers, the count of rows, and a number for each row of the grid.
const BYTES: usize = 3 * 8 + 1 + plimsoll::constants::SCENARIOS * 8;

/// The same report, computed from the accounts.
///
/// # Errors
/// The program's refusals.
pub fn of(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<StressReport, Refusal> {
    margin::stress(book, account, now_seconds)
}
