//! Transactions that are tried and not sent: what would become of them, and of the accounts.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::{Keypair, Signer, World};
use solana_account::{AccountSharedData, ReadableAccount};
use solana_instruction_error::InstructionError;
use solana_message::Message;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

/// What a transaction would do: the accounts after it, or the error and the instruction that it came from.
pub(super) type Trial = Result<Vec<(Pubkey, AccountSharedData)>, (u8, u32)>;

/// Tries a transaction, paid by the admin.
pub(super) fn try_out(world: &World, list: &[Instruction], signer: &Keypair) -> Trial {
    let payer = world.admin.pubkey();
    let message = Message::new(list, Some(&payer));
    let transaction = Transaction::new(&[&world.admin, signer], message, world.svm.latest_blockhash());
    match world.svm.simulate_transaction(transaction) {
        Ok(done) => Ok(done.post_accounts),
        Err(failure) => match failure.err {
            TransactionError::InstructionError(index, InstructionError::Custom(code)) => Err((index, code)),
            other => panic!("failed with {other:?}\n{}", failure.meta.pretty_logs()),
        },
    }
}

/// The data of an account after a transaction.
pub(super) fn data_of(accounts: &[(Pubkey, AccountSharedData)], address: &Pubkey) -> Vec<u8> {
    let found = accounts.iter().find(|(key, _)| key == address);
    found.expect("an account of the transaction").1.data().to_vec()
}

/// Whether the last instruction was refused because nothing is to be liquidated.
pub(super) fn is_safe(trial: &Trial, list: &[Instruction]) -> bool {
    let last = u8::try_from(list.len() - 1).expect("a few instructions");
    matches!(trial, Err(refused) if *refused == (last, u32::from(PlimsollError::NotLiquidatable)))
}
