//! The real Bank: Agave's runtime, fees and rent included, with the program's own bytes.

use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Instruction, Pubkey, accounts, oracle, plimsoll};
use plimsoll_tests::world::{EXPONENT, START_SECONDS, program_file};
use plimsoll_tests::{Asset, Keypair, Signer};
use solana_account::{Account, AccountSharedData};
use solana_clock::Clock;
use solana_program_test::{BanksClientError, ProgramTest, ProgramTestContext, read_file};
use solana_transaction::Transaction;

/// Loader of programs that nobody can upgrade.
const LOADER: Pubkey = Pubkey::from_str_const("BPFLoader2111111111111111111111111111111111");

/// A Bank with the program. Every transaction has a slot of its own, so that no two have the same blockhash.
pub(crate) struct Chain {
    context: ProgramTestContext,
    slot: u64,
    now_seconds: i64,
}

impl Chain {
    pub(crate) async fn start() -> Self {
        let file = program_file("plimsoll.so");
        assert!(file.exists(), "{} is missing: run `make program`", file.display());
        let program = Account {
            lamports: 1_000_000_000_000,
            data: read_file(file),
            owner: LOADER,
            executable: true,
            rent_epoch: u64::MAX,
        };
        let mut test = ProgramTest::default();
        if std::env::var_os("RUST_LOG").is_none() {
            log::set_max_level(log::LevelFilter::Error); // it writes every program's log otherwise
        }
        test.prefer_bpf(true);
        test.add_account(plimsoll::ID, program);
        let mut chain = Self { context: test.start_with_context().await, slot: 1, now_seconds: START_SECONDS };
        chain.advance(0);
        chain
    }

    pub(crate) fn payer(&self) -> Keypair {
        self.context.payer.insecure_clone()
    }

    pub(crate) fn now(&self) -> i64 {
        self.now_seconds
    }

    /// Opens a later slot: as many as pass in these seconds, at least one.
    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now_seconds += seconds;
        self.slot += 1 + seconds.unsigned_abs() * 5 / 2;
        self.context.warp_to_slot(self.slot).expect("a later slot");
        // a new Bank takes its time from votes, and nobody votes here
        self.context.set_sysvar(&Clock { slot: self.slot, unix_timestamp: self.now_seconds, ..Clock::default() });
    }

    /// Sends a transaction in a slot of its own, paid by the Bank's payer.
    pub(crate) async fn try_send(
        &mut self,
        list: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<(), BanksClientError> {
        self.advance(0);
        let payer = self.payer();
        let mut keys = vec![&payer];
        keys.extend(signers.iter().filter(|signer| signer.pubkey() != payer.pubkey()));
        let blockhash = self.context.last_blockhash;
        let transaction = Transaction::new_signed_with_payer(list, Some(&payer.pubkey()), &keys, blockhash);
        self.context.banks_client.process_transaction(transaction).await
    }

    /// Sends a transaction that must succeed.
    pub(crate) async fn send(&mut self, list: &[Instruction], signers: &[&Keypair]) {
        if let Err(error) = self.try_send(list, signers).await {
            panic!("{error:?}");
        }
    }

    pub(crate) async fn account(&self, address: Pubkey) -> Option<Account> {
        self.context.banks_client.get_account(address).await.expect("the Bank answers")
    }

    pub(crate) async fn rent_exempt_lamports(&self, bytes: usize) -> u64 {
        let rent = self.context.banks_client.get_rent().await.expect("the Bank answers");
        rent.minimum_balance(bytes)
    }

    pub(crate) async fn book(&self, address: Pubkey) -> Box<Book> {
        let account = self.account(address).await.expect("a Book");
        accounts::book(&account.data).expect("a Book of this version")
    }

    pub(crate) async fn margin_account(&self, address: Pubkey) -> Box<MarginAccount> {
        let account = self.account(address).await.expect("a margin account");
        accounts::margin_account(&account.data).expect("a margin account of this version")
    }

    /// Writes an oracle's account: the first publication of this second.
    pub(crate) fn publish(&mut self, asset: &Asset, price_e8: i64) {
        let data = oracle::pull_account_data(&oracle::Quote {
            feed_id: asset.feed_id,
            price: price_e8,
            confidence: price_e8.unsigned_abs() / 2_000,
            exponent: EXPONENT,
            publish_time: self.now_seconds,
            prev_publish_time: self.now_seconds - 1,
        });
        let account = Account {
            lamports: 1_000_000_000,
            data,
            owner: oracle::PULL_ORACLE_PROGRAM,
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.context.set_account(&asset.oracle, &AccountSharedData::from(account));
    }
}
