//! What an instruction must do: emit exactly one event, or refuse with exactly one error and change nothing.

use anchor_lang::Event;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::{Keypair, World};
use solana_account::Account;
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

/// Errors of the token programs, by their numbers.
pub(crate) mod token {
    /// The source holds less than the amount.
    pub(crate) const INSUFFICIENT_FUNDS: u32 = 1;
    /// Source, destination and mint do not belong together.
    pub(crate) const MINT_MISMATCH: u32 = 3;
    /// The authority does not own the source.
    pub(crate) const OWNER_MISMATCH: u32 = 4;
}

/// How an instruction is refused: by this program, by Anchor, by a program that it calls, or by the runtime.
pub(crate) struct Refusal(InstructionError);

impl From<PlimsollError> for Refusal {
    fn from(error: PlimsollError) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<anchor_lang::error::ErrorCode> for Refusal {
    fn from(error: anchor_lang::error::ErrorCode) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<u32> for Refusal {
    fn from(code: u32) -> Self {
        Self(InstructionError::Custom(code))
    }
}

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        Self(error)
    }
}

/// Sends an instruction that must be refused with this error and leave every account that it names as it was.
#[track_caller]
pub(crate) fn refuses(
    world: &mut World,
    instruction: &Instruction,
    signers: &[&Keypair],
    expected: impl Into<Refusal>,
) {
    let before = accounts_of(world, instruction);
    let outcome = world.send(std::slice::from_ref(instruction), signers);
    assert_refusal(&outcome, &expected.into());
    assert!(before == accounts_of(world, instruction), "a refused instruction changed something");
}

/// Asserts that a transaction's only instruction failed with this error.
#[track_caller]
pub(crate) fn assert_refusal(outcome: &Outcome, expected: &Refusal) {
    match outcome {
        Ok(meta) => panic!("accepted instead of refused with {:?}\n{}", expected.0, meta.pretty_logs()),
        Err(failure) => assert_eq!(
            failure.err,
            TransactionError::InstructionError(0, expected.0.clone()),
            "{}",
            failure.meta.pretty_logs()
        ),
    }
}

/// Every account that an instruction names. Lamports are left out: the payer's pay the transaction's fee.
/// An account's data and owner; none where there is no account.
type Contents = Option<(Vec<u8>, Pubkey)>;

fn accounts_of(world: &World, instruction: &Instruction) -> Vec<(Pubkey, Contents)> {
    let state = |account: Account| (account.data, account.owner);
    let keys = instruction.accounts.iter().map(|meta| meta.pubkey);
    keys.map(|key| (key, world.svm.get_account(&key).map(state))).collect()
}

/// Sends an instruction that must succeed and emit this event and no other.
#[track_caller]
pub(crate) fn emits<E: Event>(world: &mut World, instruction: &Instruction, signers: &[&Keypair], event: &E) {
    let outcome = world.send(std::slice::from_ref(instruction), signers);
    assert_emitted(&outcome, event);
}

/// Asserts that a transaction succeeded with exactly this one event.
#[track_caller]
pub(crate) fn assert_emitted<E: Event>(outcome: &Outcome, event: &E) {
    assert!(events(outcome) == [event.data()], "another event than expected");
}

/// The transaction's only event.
#[track_caller]
pub(crate) fn emitted<E: Event>(outcome: &Outcome) -> E {
    let events = events(outcome);
    let [event] = events.as_slice() else { panic!("{} events instead of one", events.len()) };
    let body = event.strip_prefix(E::DISCRIMINATOR).expect("the event's discriminator");
    E::try_from_slice(body).expect("the event's fields")
}

#[track_caller]
pub(crate) fn events(outcome: &Outcome) -> Vec<Vec<u8>> {
    let meta = outcome.as_ref().unwrap_or_else(|failure| panic!("{:?}\n{}", failure.err, failure.meta.pretty_logs()));
    let encoded = meta.logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
    encoded.map(|text| STANDARD.decode(text).expect("base64")).collect()
}
