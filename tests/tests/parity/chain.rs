//! The core on the chain: the parity program in LiteSVM.

use litesvm::LiteSVM;
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_parity::{Answer, Request};
use plimsoll_tests::world::program_file;
use plimsoll_tests::{Keypair, Signer};
use solana_compute_budget::compute_budget::ComputeBudget;
use solana_message::Message;
use solana_transaction::Transaction;

/// Enough for thousands of cases in one transaction.
const COMPUTE_UNITS: u64 = 10_000_000_000;

/// A chain with the parity program.
pub(crate) struct Chain {
    svm: LiteSVM,
    payer: Keypair,
    program: Pubkey,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let budget = ComputeBudget { compute_unit_limit: COMPUTE_UNITS, ..ComputeBudget::new_with_defaults(false) };
        let mut svm = LiteSVM::new().with_compute_budget(budget);
        let file = program_file("plimsoll_parity.so");
        assert!(file.exists(), "{} is missing: run `make program`", file.display());
        let program = Pubkey::new_unique();
        svm.add_program_from_file(program, file).expect("the program loads");
        let payer = Keypair::new();
        svm.airdrop(&payer.pubkey(), 1_000_000_000).expect("airdrop");
        Self { svm, payer, program }
    }

    /// What the program answers, or how it failed.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, String> {
        let data = request.to_bytes();
        let instruction = Instruction::new_with_bytes(self.program, &data, Vec::new());
        let message = Message::new(&[instruction], Some(&self.payer.pubkey()));
        self.svm.expire_blockhash();
        let transaction = Transaction::new(&[&self.payer], message, self.svm.latest_blockhash());
        match self.svm.send_transaction(transaction) {
            Ok(meta) => Ok(Answer::from_bytes(&meta.return_data.data)),
            Err(failure) => Err(format!("{:?}\n{}", failure.err, failure.meta.pretty_logs())),
        }
    }
}
