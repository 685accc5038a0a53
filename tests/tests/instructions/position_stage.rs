//! Situations of perps that several instructions are tried in.

use plimsoll_client::{Instruction, Pubkey, addresses, health, instructions, perps, plimsoll};
use plimsoll_risk::health::{CrossHealth, LiquidationHealth};
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::{Asset, Trader, World};

use crate::oracles::ONE_E8;
use crate::stage::{edit_book, move_price};

/// The market on SOL.
pub(crate) const SOL_PERP: u8 = 0;
/// The market on BTC.
pub(crate) const BTC_PERP: u8 = 1;
/// The market on ETH.
pub(crate) const ETH_PERP: u8 = 2;
/// What the long holds, in base atoms.
pub(crate) const LONG: i64 = 500_000_000_000;

/// A pool of 10 million USDC; somebody who bought 500 SOL-PERP at 200 with 20,000 USDC, a fifth of it; shorts; a rich liquidator.
pub(crate) struct PositionStage {
    pub(crate) world: World,
    pub(crate) usdc: Asset,
    pub(crate) sol: Asset,
    pub(crate) long: Trader,
    /// Of 250 and 750 SOL, or none.
    pub(crate) shorts: Vec<Trader>,
    pub(crate) liquidator: Trader,
    others: Vec<Pubkey>,
}

impl PositionStage {
    /// Nobody is short but the pool. No second has passed since the long's fill.
    pub(crate) fn new() -> Self {
        Self::with_shorts(&[])
    }

    /// Shorts of 250 and 750 SOL, so that the pool is long 500.
    pub(crate) fn two_sided() -> Self {
        Self::with_shorts(&[250_000_000_000, 750_000_000_000])
    }

    /// Shorts of these sizes, in base atoms.
    pub(crate) fn with_shorts(sizes: &[i64]) -> Self {
        let (mut world, provider) = World::with_perps();
        let [usdc, sol, ..] = world.assets[..] else { panic!("four majors") };
        let liquidator = world.depositor(&usdc, usdc.atoms(1_000_000));
        let long = world.depositor(&usdc, usdc.atoms(20_000));
        world.trade(&long, SOL_PERP, LONG).expect("a purchase");
        let mut shorts = Vec::new();
        for size in sizes {
            let short = world.depositor(&usdc, usdc.atoms(100_000));
            world.trade(&short, SOL_PERP, -size).expect("a sale");
            shorts.push(short);
        }
        let others = vec![provider.account];
        Self { world, usdc, sol, long, shorts, liquidator, others }
    }

    /// SOL comes to this many dollars.
    pub(crate) fn sol_at(mut self, dollars: i64) -> Self {
        self.move_sol(dollars);
        self
    }

    pub(crate) fn move_sol(&mut self, dollars: i64) {
        move_price(&mut self.world, &self.sol.clone(), dollars * ONE_E8);
    }

    /// As if SOL's price had stood for long: its stable price has come to it.
    pub(crate) fn calm_sol(&mut self) {
        edit_book(&mut self.world, |book| book.factors[1].stable.stable = book.factors[1].price.mid);
        self.world.advance_refreshed(1);
    }

    /// Somebody new with this much USDC.
    pub(crate) fn holder(&mut self, dollars: u64) -> Trader {
        let usdc = self.usdc;
        self.holder_of(&usdc, usdc.atoms(dollars))
    }

    /// Somebody new with one deposit.
    pub(crate) fn holder_of(&mut self, asset: &Asset, amount_atoms: u64) -> Trader {
        let holder = self.world.depositor(asset, amount_atoms);
        self.others.push(holder.account);
        holder
    }

    /// An isolated account of the long's owner, for SOL-PERP, with this much USDC.
    pub(crate) fn isolated(&mut self, dollars: u64) -> Trader {
        let keypair = self.long.keypair.insecure_clone();
        let (group, book, owner) = (self.world.group, self.world.book, self.long.key());
        let open = instructions::open_isolated_account(group, book, owner, 1, SOL_PERP);
        self.world.must(&[open], &[&keypair]);
        let isolated = Trader { keypair, account: addresses::margin_account(&group, &owner, 1) };
        let usdc = self.usdc;
        self.world.deposit(&isolated, &usdc, usdc.atoms(dollars)).expect("a deposit");
        self.others.push(isolated.account);
        isolated
    }

    /// Closes a position against the pool.
    pub(crate) fn close(&mut self, trader: &Trader, market: u8) {
        let base_atoms = self.world.margin_state(&trader.account).perps[usize::from(market)].base_atoms;
        self.world.trade(trader, market, -base_atoms).expect("a closing trade");
    }

    /// Books interest and funding of this second, so that what follows shows itself alone.
    pub(crate) fn bring_up(&mut self, market: u8) {
        let book = self.world.book;
        self.world.must(&[instructions::accrue(book), instructions::update_funding(book, market)], &[]);
    }

    pub(crate) fn settle(&self, account: Pubkey, market: u8) -> Instruction {
        instructions::settle_pnl(self.world.book, account, market)
    }

    pub(crate) fn send(&mut self, instruction: Instruction) -> Outcome {
        self.world.send(&[instruction], &[])
    }

    /// Everybody who may hold a position: the books of every market sum to zero over them.
    #[track_caller]
    pub(crate) fn assert_ledger(&self) {
        let mut accounts = self.others.clone();
        accounts.extend([self.long.account, self.liquidator.account]);
        accounts.extend(self.shorts.iter().map(|short| short.account));
        self.world.assert_ledger(&accounts);
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.world.now()).expect("after 1970")
    }

    pub(crate) fn cross(&self, account: &Pubkey) -> CrossHealth {
        let (book, account) = (self.world.book_state(), self.world.margin_state(account));
        health::cross(&book, &account, self.now()).expect("health")
    }

    pub(crate) fn liquidation_health(&self, account: &Pubkey) -> LiquidationHealth {
        let (book, account) = (self.world.book_state(), self.world.margin_state(account));
        health::liquidation(&book, &account, self.now()).expect("health")
    }

    /// A position with what its side's indices hold for it.
    pub(crate) fn position(&self, account: &Pubkey, market: u8) -> perps::PositionView {
        let (book, account) = (self.world.book_state(), self.world.margin_state(account));
        perps::position(&book, &account, market).expect("a position")
    }

    /// Its profit at mid, realised and not.
    pub(crate) fn profit(&self, account: &Pubkey, market: u8) -> i64 {
        self.position(account, market).profit().expect("a profit").0
    }

    /// What is realised, with what the side's indices hold.
    pub(crate) fn realised(&self, account: &Pubkey, market: u8) -> i64 {
        self.position(account, market).position.realised.0
    }

    /// What an account's deposit in the quote reserve claims, and what it owes there.
    pub(crate) fn claim_and_debt(&self, account: &Pubkey) -> (u64, u64) {
        let totals = self.world.book_state().reserves[0].totals();
        let position = self.world.margin_state(account).position(0).expect("a balance");
        (position.claim_down(&totals).expect("a claim").0, position.owed_up(&totals).expect("a debt").0)
    }

    pub(crate) fn market(&self, market: u8) -> plimsoll::state::PerpMarket {
        self.world.book_state().perp_markets[usize::from(market)]
    }

    pub(crate) fn pool_deposits(&self) -> u64 {
        perps::pool_deposits(&self.world.book_state()).expect("deposits").0
    }
}
