//! Why a transaction was refused, and whether somebody else's success explains it.

use plimsoll::error::PlimsollError;
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

/// Refusals that mean: what was wanted has been done already, or the moment for it has passed since it was planned.
const RACES: [PlimsollError; 19] = [
    PlimsollError::NotLiquidatable,
    // a price came in after the account was seen healthy
    PlimsollError::AlreadyLiquidatable,
    PlimsollError::NothingToRepay,
    PlimsollError::NothingToSeize,
    PlimsollError::NothingToClose,
    PlimsollError::ThroughputExhausted,
    PlimsollError::NotBankrupt,
    PlimsollError::StepAlreadyFolded,
    PlimsollError::SampleNotFirst,
    PlimsollError::PriceNotNewer,
    PlimsollError::OrderMissing,
    // armed by somebody else: the instruction then wants to fill
    PlimsollError::OrderTooEarly,
    PlimsollError::OrderLapsed,
    // the oracle's account, or the price in force, went on
    PlimsollError::PublicationNotFirst,
    PlimsollError::ConditionUnmet,
    PlimsollError::NoDeficit,
    PlimsollError::NoPosition,
    PlimsollError::NothingToSettle,
    // the last position of a delisted market was settled, and the slot is free
    PlimsollError::MarketIndex,
];

/// A refused transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The program's name of the refusal, or the runtime's words.
    pub error: String,
    /// Whether a competitor's success explains it.
    pub is_race: bool,
}

impl Refusal {
    /// Interprets an error and the log that came with it.
    #[must_use]
    pub fn new(error: &TransactionError, log: &[String]) -> Self {
        let TransactionError::InstructionError(_, InstructionError::Custom(code)) = error else {
            return Self { error: error.to_string(), is_race: false };
        };
        Self {
            error: name_in(log).unwrap_or_else(|| error.to_string()),
            is_race: RACES.into_iter().any(|race| u32::from(race) == *code),
        }
    }
}

/// The refusal's name, as Anchor logs it.
fn name_in(log: &[String]) -> Option<String> {
    log.iter().rev().find_map(|line| {
        let (_, rest) = line.split_once("Error Code: ")?;
        rest.split_once('.').map(|(name, _)| name.to_owned())
    })
}
