//! A small group on a node: USDC and SOL, a lender, borrowers with SOL against USDC.

use plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll::instructions::governance::{list_factor, list_reserve};
use plimsoll::state::{BOOK_BYTES, Book, MarginAccount};
use plimsoll_client::instructions::{self, ReserveKeys};
use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, Quote, pull_account_data};
use plimsoll_client::{Instruction, Pubkey, accounts, addresses, health, params};
use plimsoll_keeper::transaction::{Ending, Sender};
use plimsoll_params::ParameterFile;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signer::Signer;

use crate::node::{Node, root};

pub(crate) const USDC: u8 = 0;
pub(crate) const SOL: u8 = 1;
pub(crate) const USDC_ATOMS: u64 = 1_000_000;
const SOL_ATOMS: u64 = 1_000_000_000;
const TOKEN_PROGRAM: Pubkey = Pubkey::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
const PRICE_EXPONENT: i32 = -8;
const CENT: i64 = 1_000_000;
/// The lender's sub-account; borrowers' follow.
const LENDER: u16 = 0;
const TREASURY_ATOMS: u64 = 1_000_000_000_000_000;
const LENT_USDC: u64 = 1_000_000;
const COLLATERAL_SOL: u64 = 10;

pub(crate) struct Group<'a> {
    pub(crate) rpc: &'a RpcClient,
    pub(crate) admin: &'a Keypair,
    pub(crate) address: Pubkey,
    pub(crate) book: Pubkey,
    pub(crate) oracles: [Pubkey; 2],
    mints: [Pubkey; 2],
    feeds: [[u8; 32]; 2],
    published_seconds: [i64; 2],
}

fn mint_data(decimals: u8) -> Vec<u8> {
    let mut data = vec![0; 82];
    data[36..44].copy_from_slice(&u64::MAX.to_le_bytes());
    (data[44], data[45]) = (decimals, 1);
    data
}

fn token_account_data(mint: &Pubkey, owner: &Pubkey, amount_atoms: u64) -> Vec<u8> {
    let mut data = vec![0; 165];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(owner.as_ref());
    data[64..72].copy_from_slice(&amount_atoms.to_le_bytes());
    data[108] = 1;
    data
}

pub(crate) async fn execute(rpc: &RpcClient, payer: &Keypair, instructions: &[Instruction]) {
    let ending = Sender::new(rpc, payer).execute(instructions).await;
    let ending = ending.expect("the node can be reached");
    assert!(matches!(ending, Ending::Executed { .. }), "{ending:?}");
}

impl<'a> Group<'a> {
    /// Lists USDC and SOL with the parameters of local nodes.
    pub(crate) async fn create(node: &mut Node, rpc: &'a RpcClient, admin: &'a Keypair) -> Self {
        let file = ParameterFile::read(&root().join("migrations/params/localnet.toml")).expect("localnet.toml is read");
        let mints = [Pubkey::new_unique(), Pubkey::new_unique()];
        for (mint, factor) in mints.iter().zip(&file.factors) {
            node.set_account(mint, &TOKEN_PROGRAM, &mint_data(factor.base_decimals));
        }
        let (book, key) = (Pubkey::new_unique(), admin.pubkey());
        node.set_account(&book, &plimsoll::ID, &vec![0; BOOK_BYTES]);
        let group = addresses::group(&key, 0);
        let roles = GroupRoles { admin: key, steward: key, guardian: key, timelock_seconds: 0 };
        execute(
            rpc,
            admin,
            &[
                instructions::create_group(key, 0, mints[0], roles),
                instructions::create_book(group, key, book, mints[0], params::book(&file.book)),
            ],
        )
        .await;
        for (index, (mint, factor)) in (0..).zip(mints.iter().zip(&file.factors)) {
            let factor_listing = list_factor::FactorListing {
                symbol: factor.symbol.to_padded(),
                feed_id: factor.feed_id.0,
                oracle_kind: plimsoll::state::factor::ORACLE_PULL,
                base_decimals: factor.base_decimals,
                seed_sigma_fast_ppm: factor.seed_sigma_fast_ppm,
                seed_sigma_slow_ppm: factor.seed_sigma_slow_ppm,
                params: params::factor(&factor.params),
            };
            let reserve = &file.reserves[usize::from(index)];
            let reserve_listing = list_reserve::ReserveListing {
                factor_index: index,
                initial_rate_ppm_per_year: reserve.initial_rate_ppm_per_year,
                params: params::reserve(&reserve.params),
            };
            execute(
                rpc,
                admin,
                &[
                    instructions::list_factor(group, key, book, factor_listing),
                    instructions::list_reserve(group, key, book, (*mint, TOKEN_PROGRAM), reserve_listing),
                ],
            )
            .await;
        }
        Self {
            rpc,
            admin,
            address: group,
            book,
            oracles: [Pubkey::new_unique(), Pubkey::new_unique()],
            mints,
            feeds: [0, 1].map(|index: usize| file.factors[index].feed_id.0),
            published_seconds: [0, 0],
        }
    }

    /// Writes what the oracle would: a price of one whole token in USD, published now or in the next seconds.
    pub(crate) fn publish(&mut self, node: &mut Node, index: u8, price: i64, ahead_seconds: i64) {
        self.publish_cents(node, index, price * 100, ahead_seconds);
    }

    /// As [`Self::publish`], in cents.
    pub(crate) fn publish_cents(&mut self, node: &mut Node, index: u8, price: i64, ahead_seconds: i64) {
        let at = usize::from(index);
        // never twice in one second: a feed's publications are told apart by their times
        let publish_time = (node.unix_seconds() + ahead_seconds).max(self.published_seconds[at] + 1);
        let quote = Quote {
            feed_id: self.feeds[at],
            price: price * CENT,
            confidence: 1_000,
            exponent: PRICE_EXPONENT,
            publish_time,
            prev_publish_time: self.published_seconds[at],
        };
        node.set_account(&self.oracles[at], &PULL_ORACLE_PROGRAM, &pull_account_data(&quote));
        self.published_seconds[at] = publish_time;
    }

    pub(crate) async fn refresh_prices(&self) {
        execute(self.rpc, self.admin, &[instructions::refresh_prices(self.book, &self.oracles)]).await;
    }

    fn reserve(&self, index: u8) -> ReserveKeys {
        ReserveKeys {
            book: self.book,
            reserve_index: index,
            mint: self.mints[usize::from(index)],
            token_program: TOKEN_PROGRAM,
        }
    }

    /// Opens a margin account and deposits; returns its address.
    pub(crate) async fn open(
        &self,
        node: &mut Node,
        owner: &Keypair,
        sub_account: u16,
        (index, amount_atoms): (u8, u64),
    ) -> Pubkey {
        let key = owner.pubkey();
        let account = addresses::margin_account(&self.address, &key, sub_account);
        let purse = self.purse(node, &key, index, TREASURY_ATOMS);
        execute(
            self.rpc,
            owner,
            &[
                instructions::open_margin_account(self.address, key, sub_account),
                instructions::deposit(&self.reserve(index), account, key, purse, amount_atoms),
            ],
        )
        .await;
        account
    }

    fn purse(&self, node: &mut Node, owner: &Pubkey, index: u8, amount_atoms: u64) -> Pubkey {
        let purse = Pubkey::new_unique();
        let data = token_account_data(&self.mints[usize::from(index)], owner, amount_atoms);
        node.set_account(&purse, &TOKEN_PROGRAM, &data);
        purse
    }

    /// A lender's million USDC, SOL at 200, and borrowers with 10 SOL each.
    pub(crate) async fn populate(&mut self, node: &mut Node, debts_usdc: impl IntoIterator<Item = u64>) -> Vec<Pubkey> {
        self.publish(node, USDC, 1, 0);
        self.publish(node, SOL, 200, 0);
        self.refresh_prices().await;
        self.open(node, self.admin, LENDER, (USDC, LENT_USDC * USDC_ATOMS)).await;
        let mut borrowers = Vec::new();
        for (number, debt_usdc) in (LENDER + 1..).zip(debts_usdc) {
            borrowers.push(self.borrow(node, number, debt_usdc * USDC_ATOMS).await);
        }
        borrowers
    }

    /// A borrower with SOL against USDC.
    async fn borrow(&self, node: &mut Node, sub_account: u16, usdc_atoms: u64) -> Pubkey {
        let account = self.open(node, self.admin, sub_account, (SOL, COLLATERAL_SOL * SOL_ATOMS)).await;
        let key = self.admin.pubkey();
        let purse = self.purse(node, &key, USDC, 0);
        let borrow = instructions::borrow(&self.reserve(USDC), account, key, purse, usdc_atoms);
        execute(self.rpc, self.admin, &[borrow]).await;
        account
    }

    async fn data(&self, address: &Pubkey) -> Vec<u8> {
        let account = self.rpc.get_account_with_commitment(address, CommitmentConfig::processed()).await;
        account.expect("the node can be reached").value.expect("the account exists").data
    }

    pub(crate) async fn book(&self) -> Box<Book> {
        accounts::book(&self.data(&self.book).await).expect("a Book")
    }

    pub(crate) async fn account(&self, address: &Pubkey) -> Box<MarginAccount> {
        accounts::margin_account(&self.data(address).await).expect("a margin account")
    }

    /// Whether a margin account has any maintenance health to lose, at the Book's prices.
    pub(crate) async fn is_healthy(&self, node: &mut Node, address: &Pubkey) -> bool {
        let now_seconds = node.unix_seconds().unsigned_abs();
        let (book, account) = (self.book().await, self.account(address).await);
        let health = health::liquidation(&book, &account, now_seconds).expect("the account can be measured");
        !health.maintenance.is_negative()
    }

    /// Every vault holds what the Book says; returns what depositors lost.
    pub(crate) async fn bad_debt_atoms(&self) -> u64 {
        let book = self.book().await;
        for (mint, reserve) in self.mints.iter().zip(&book.reserves) {
            let vault = self.data(&addresses::vault(&self.book, mint)).await;
            let held = u64::from_le_bytes(vault[64..72].try_into().expect("eight bytes"));
            assert_eq!(held, reserve.liquidity_atoms, "the vault of {mint}");
        }
        book.reserves.iter().map(|reserve| reserve.socialised_atoms).sum()
    }
}
