//! A lending market in the Bank: a group, its Book, and two assets: dollars of SPL Token and SOL of Token-2022.

use anchor_lang::solana_program::system_instruction::create_account;
use plimsoll_client::plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll_client::plimsoll::state::BOOK_BYTES;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions, plimsoll};
use plimsoll_tests::assets::{book_params, majors};
use plimsoll_tests::world::{factor_listing, reserve_listing};
use plimsoll_tests::{Asset, Keypair, Listing, Signer};

use crate::chain::Chain;
use crate::tokens;

/// One dollar in 10⁻⁸.
pub(crate) const DOLLAR_E8: i64 = 100_000_000;

/// Somebody with a margin account and a token account per asset.
pub(crate) struct Person {
    pub(crate) keypair: Keypair,
    pub(crate) margin: Pubkey,
    pub(crate) dollars: Pubkey,
    pub(crate) sol: Pubkey,
}

pub(crate) struct Market {
    pub(crate) chain: Chain,
    pub(crate) group: Pubkey,
    pub(crate) book: Pubkey,
    pub(crate) usdc: Asset,
    pub(crate) sol: Asset,
    sol_price_e8: i64,
}

impl Market {
    /// Founds the group, creates the Book by a top-level instruction, lists and prices both assets.
    pub(crate) async fn open() -> Self {
        let mut chain = Chain::start().await;
        let admin = chain.payer().pubkey();
        let quote_mint = tokens::create_mint(&mut chain, 6).await;
        let sol_mint = tokens::create_extended_mint(&mut chain, 9).await;
        let roles = GroupRoles { admin, steward: admin, guardian: admin, timelock_seconds: 0 };
        let group = addresses::group(&admin, 0);
        let founding = instructions::create_group(admin, 0, quote_mint, roles);
        chain.send(&[founding], &[]).await;
        let book = create_book(&mut chain, group, quote_mint).await;
        let usdc = asset(book, 0, (quote_mint, anchor_spl::token::ID), 6);
        let sol = asset(book, 1, (sol_mint, anchor_spl::token_2022::ID), 9);
        let mut market = Self { chain, group, book, usdc, sol, sol_price_e8: 200 * DOLLAR_E8 };
        let [usdc_listing, sol_listing, ..] = &majors()[..] else {
            panic!("the first two majors are dollars and SOL");
        };
        market.list(&usdc, usdc_listing).await;
        market.list(&sol, sol_listing).await;
        market.refresh_prices().await;
        market
    }

    async fn list(&mut self, asset: &Asset, listing: &Listing) {
        let (admin, tokens) = (self.chain.payer().pubkey(), (asset.mint, asset.token_program));
        let factor = factor_listing(listing, asset.feed_id);
        let reserve = reserve_listing(asset.index);
        let list = [
            instructions::list_factor(self.group, admin, self.book, factor),
            instructions::list_reserve(self.group, admin, self.book, tokens, reserve),
        ];
        self.chain.send(&list, &[]).await;
    }

    /// Somebody with freshly minted tokens and an open margin account.
    pub(crate) async fn person(&mut self, dollars: u64, sol: u64) -> Person {
        let (keypair, payer) = (Keypair::new(), self.chain.payer().pubkey());
        let owner = keypair.pubkey();
        let list = [
            anchor_lang::solana_program::system_instruction::transfer(&payer, &owner, 1_000_000_000),
            instructions::open_margin_account(self.group, owner, 0),
        ];
        self.chain.send(&list, &[&keypair]).await;
        let (usdc_asset, sol_asset) = (self.usdc, self.sol);
        let funds = (usdc_asset.atoms(dollars), sol_asset.atoms(sol));
        Person {
            margin: addresses::margin_account(&self.group, &owner, 0),
            dollars: tokens::create_funded(&mut self.chain, &usdc_asset, &owner, funds.0).await,
            sol: tokens::create_funded(&mut self.chain, &sol_asset, &owner, funds.1).await,
            keypair,
        }
    }

    /// Sends instructions that only this person signs, after fresh prices in the same transaction.
    pub(crate) async fn act(&mut self, person: &Person, list: &[Instruction]) {
        self.publish();
        let mut whole = vec![self.refresh_instruction()];
        whole.extend_from_slice(list);
        self.chain.send(&whole, &[&person.keypair]).await;
    }

    pub(crate) fn refresh_instruction(&self) -> Instruction {
        instructions::refresh_prices(self.book, &[self.usdc.oracle, self.sol.oracle])
    }

    /// Both oracles publish at the clock's second.
    pub(crate) fn publish(&mut self) {
        let (usdc, sol) = (self.usdc, self.sol);
        self.chain.publish(&usdc, DOLLAR_E8);
        self.chain.publish(&sol, self.sol_price_e8);
    }

    pub(crate) async fn refresh_prices(&mut self) {
        self.publish();
        self.chain.send(&[self.refresh_instruction()], &[]).await;
    }

    /// Waits for the next boundary of the grid, where the oracles' first publications have this price of SOL, and folds the step.
    pub(crate) async fn next_step(&mut self, sol_price_e8: i64) {
        self.sol_price_e8 = sol_price_e8;
        let grid_seconds = i64::from(book_params().grid_seconds);
        self.chain.advance(grid_seconds - self.chain.now() % grid_seconds);
        self.publish();
        let list = [self.refresh_instruction(), instructions::refresh_risk(self.book, &[])];
        self.chain.send(&list, &[]).await;
    }

    pub(crate) const fn sol_price_e8(&self) -> i64 {
        self.sol_price_e8
    }
}

/// A Book is larger than a program may create: the client creates it.
async fn create_book(chain: &mut Chain, group: Pubkey, quote_mint: Pubkey) -> Pubkey {
    let (admin, book) = (chain.payer().pubkey(), Keypair::new());
    let lamports = chain.rent_exempt_lamports(BOOK_BYTES).await;
    let list = [
        create_account(&admin, &book.pubkey(), lamports, BOOK_BYTES as u64, &plimsoll::ID),
        instructions::create_book(group, admin, book.pubkey(), quote_mint, book_params()),
    ];
    chain.send(&list, &[&book]).await;
    book.pubkey()
}

fn asset(book: Pubkey, index: u8, (mint, token_program): (Pubkey, Pubkey), decimals: u8) -> Asset {
    Asset { mint, token_program, decimals, feed_id: [index + 1; 32], oracle: Pubkey::new_unique(), index, book }
}
