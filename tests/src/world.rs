//! A LiteSVM with the real program, a group, and assets whose oracles a test moves.

use std::path::PathBuf;

use litesvm::LiteSVM;
use plimsoll_client::plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll_client::plimsoll::state::{BOOK_BYTES, Book, MarginAccount};
use plimsoll_client::{Instruction, Pubkey, accounts, addresses, instructions, plimsoll};
use solana_account::Account;
use solana_clock::Clock;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;

use crate::assets::{self, Asset, Listing};
pub use crate::listings::{factor_listing, reserve_listing};
use crate::outcome::Outcome;

/// When every test world begins: a boundary of the grid.
pub const START_SECONDS: i64 = 1_760_000_400;
/// Exponent of the test oracles.
pub const EXPONENT: i32 = -8;

/// A group with its assets on a chain of its own.
pub struct World {
    /// The chain.
    pub svm: LiteSVM,
    /// Admin of the group, and payer of every transaction.
    pub admin: Keypair,
    /// The group.
    pub group: Pubkey,
    /// Its Book.
    pub book: Pubkey,
    /// Its assets; the first is the quote token.
    pub assets: Vec<Asset>,
}

/// Where `make program` puts the real programs.
#[must_use]
pub fn program_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/deploy").join(name)
}

impl World {
    /// A world with the four majors listed and priced.
    #[must_use]
    pub fn with_majors() -> Self {
        Self::with(&assets::majors())
    }

    /// A world with these assets listed and priced.
    #[must_use]
    pub fn with(listings: &[Listing]) -> Self {
        let mut world = Self::empty();
        world.found_group(listings.first().map_or(6, |listing| listing.decimals));
        for listing in listings {
            world.list(listing);
        }
        world.refresh_prices();
        world
    }

    /// The program on a chain, an admin with lamports, and nothing else.
    ///
    /// # Panics
    /// Where the program was not built.
    #[must_use]
    pub fn empty() -> Self {
        let mut svm = LiteSVM::new();
        let file = program_file("plimsoll.so");
        assert!(file.exists(), "{} is missing: run `make program`", file.display());
        svm.add_program_from_file(plimsoll::ID, file).expect("the program loads");
        let mut clock: Clock = svm.get_sysvar();
        clock.unix_timestamp = START_SECONDS;
        svm.set_sysvar(&clock);
        let admin = Keypair::new();
        svm.airdrop(&admin.pubkey(), 1_000_000_000_000).expect("airdrop");
        let (group, book) = (addresses::group(&admin.pubkey(), 0), Pubkey::default());
        Self { svm, admin, group, book, assets: Vec::new() }
    }

    /// Creates the quote mint, the group and its Book.
    pub fn found_group(&mut self, quote_decimals: u8) {
        let quote_mint = self.create_mint(quote_decimals);
        let admin = self.admin.pubkey();
        let roles = GroupRoles { admin, steward: admin, guardian: admin, timelock_seconds: 0 };
        self.must(&[instructions::create_group(admin, 0, quote_mint, roles)], &[]);
        self.book = Pubkey::new_unique();
        self.set_account(self.book, vec![0; BOOK_BYTES], plimsoll::ID);
        let create = instructions::create_book(self.group, admin, self.book, quote_mint, assets::book_params());
        self.must(&[create], &[]);
        self.assets.push(Asset {
            mint: quote_mint,
            token_program: anchor_spl::token::ID,
            decimals: quote_decimals,
            feed_id: [0; 32],
            oracle: Pubkey::default(),
            index: 0,
            book: self.book,
        });
    }

    /// Lists an asset as factor and reserve; the first one is the quote token.
    ///
    /// # Panics
    /// Where the program refuses it.
    pub fn list(&mut self, listing: &Listing) -> Asset {
        let index = u8::try_from(self.assets.len()).expect("at most sixteen");
        let asset = if self.assets.first().is_some_and(|quote| quote.oracle == Pubkey::default()) {
            Asset { feed_id: [1; 32], oracle: Pubkey::new_unique(), ..self.assets.remove(0) }
        } else {
            let mint = self.create_mint(listing.decimals);
            let (feed_id, oracle) = ([index + 1; 32], Pubkey::new_unique());
            let token_program = anchor_spl::token::ID;
            Asset { mint, token_program, decimals: listing.decimals, feed_id, oracle, index, book: self.book }
        };
        self.publish(&asset, listing.price_e8);
        let admin = self.admin.pubkey();
        let factor = instructions::list_factor(self.group, admin, self.book, factor_listing(listing, asset.feed_id));
        let tokens = (asset.mint, asset.token_program);
        let reserve = instructions::list_reserve(self.group, admin, self.book, tokens, reserve_listing(asset.index));
        self.must(&[factor], &[]);
        self.must(&[reserve], &[]);
        self.assets.push(asset);
        asset
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Moves the clock ahead.
    pub fn advance(&mut self, seconds: i64) {
        let mut clock: Clock = self.svm.get_sysvar();
        clock.unix_timestamp += seconds;
        clock.slot += u64::try_from(seconds.max(1)).unwrap_or(1) * 5 / 2;
        self.svm.set_sysvar(&clock);
        self.svm.expire_blockhash();
    }

    /// The Book.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn book_state(&self) -> Box<Book> {
        let account = self.svm.get_account(&self.book).expect("a Book");
        accounts::book(&account.data).expect("a Book of this version")
    }

    /// A margin account.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn margin_state(&self, address: &Pubkey) -> Box<MarginAccount> {
        let account = self.svm.get_account(address).expect("a margin account");
        accounts::margin_account(&account.data).expect("a margin account of this version")
    }

    /// Writes an account with rent-exempt lamports.
    ///
    /// # Panics
    /// Where LiteSVM refuses it.
    pub fn set_account(&mut self, address: Pubkey, data: Vec<u8>, owner: Pubkey) {
        let lamports = self.svm.minimum_balance_for_rent_exemption(data.len());
        let account = Account { lamports, data, owner, executable: false, rent_epoch: u64::MAX };
        self.svm.set_account(address, account).expect("an account that fits");
    }

    /// Sends instructions, paid and signed by the admin, signed by `signers` too.
    pub fn send(&mut self, list: &[Instruction], signers: &[&Keypair]) -> Outcome {
        self.svm.expire_blockhash();
        let payer = self.admin.pubkey();
        let message = Message::new(list, Some(&payer));
        let mut keys: Vec<&Keypair> = vec![&self.admin];
        keys.extend(signers.iter().filter(|signer| signer.pubkey() != payer));
        let transaction = Transaction::new(&keys, message, self.svm.latest_blockhash());
        self.svm.send_transaction(transaction).map_err(Box::new)
    }

    /// Sends instructions that must succeed; returns the compute units used.
    ///
    /// # Panics
    /// Where they do not.
    #[track_caller]
    pub fn must(&mut self, list: &[Instruction], signers: &[&Keypair]) -> u64 {
        match self.send(list, signers) {
            Ok(meta) => meta.compute_units_consumed,
            Err(failure) => panic!("{:?}\n{}", failure.err, failure.meta.pretty_logs()),
        }
    }

    /// Sends one instruction as a wallet would: paid and signed by its owner alone; returns the compute units used.
    ///
    /// # Panics
    /// Where it is refused.
    #[track_caller]
    pub fn must_signed_by(&mut self, instruction: &Instruction, trader: &crate::traders::Trader) -> u64 {
        self.must(std::slice::from_ref(instruction), &[&trader.keypair])
    }
}
