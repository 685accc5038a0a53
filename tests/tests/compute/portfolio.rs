//! What the rows of portfolio margin and margin calls measure.

use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_PORTFOLIO};
use plimsoll_client::plimsoll::state::{PerpMarketParams, Scenario};
use plimsoll_client::{health, instructions, plimsoll};
use plimsoll_tests::margin::most_compute_units;
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::risk::{GRACE_SECONDS, profile};
use plimsoll_tests::{Trader, World, assets};

use super::measure::{self, Row};

/// Dollars of every leg but the quote deposit.
const LEG: u64 = 100_000;
const FACTORS: u8 = 16;
/// In the ordinary account the quote and the deposits are priced by the first half of them, the perps by the second.
const FACTORS_OF_DEPOSITS: usize = 8;
/// From this asset on the trader owes; below it he holds.
const FIRST_OWED: u8 = 9;

/// How full an account is, and how much walks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A position on each of sixteen factors: seven deposits and the quote, hedged by eight shorts. Correlations of three models, one grid of 32 rows,
    /// the tide's first hour.
    Ordinary,
    /// Sixteen balances and sixteen perps on sixteen factors, each spot leg hedged and above the concentrated share; three grids of 32 rows that differ,
    /// the tide walking for the whole hour ahead.
    Worst,
}

/// Impact of every factor. Cross health is negative at either margin, portfolio health is not.
struct Stage {
    world: World,
    trader: Trader,
}

/// Thirty-two rows that all differ.
fn rows(variant: i16) -> Vec<Scenario> {
    let row = |index: i16| Scenario {
        shocks: std::array::from_fn(|factor| {
            let factor = i16::try_from(factor).expect("at most sixteen");
            (index * 37 + factor * 101 + variant * 13) % 1_000 - 500 - 200 * (index % 2)
        }),
        basis: 40 + index + variant,
    };
    (0..32).map(row).collect()
}

fn full_world() -> World {
    let mut world = World::with(&assets::sixteen());
    world.create_pool();
    for asset in world.assets.clone() {
        // sizes in tokens of about a hundred dollars
        let decimals = asset.decimals + if asset.index == 0 { 2 } else { 0 };
        world.list_perp(&asset, PerpMarketParams { min_base_atoms: 1, ..perp_params(decimals) });
        world.set_profile(asset.index, profile()).expect("a profile");
    }
    let usdc = world.assets[0];
    world.provider(usdc.atoms(50_000_000));
    let lender = world.trader();
    for asset in world.assets.clone() {
        let amount = world.worth(&asset, 20 * LEG);
        world.deposit(&lender, &asset, amount).expect("a deposit");
    }
    world
}

impl Stage {
    fn new(shape: Shape) -> Self {
        if shape == Shape::Ordinary {
            return Self::ordinary();
        }
        let mut world = full_world();
        let usdc = world.assets[0];
        let trader = world.depositor(&usdc, usdc.atoms(40 * LEG));
        for asset in world.assets.clone()[1..].to_vec() {
            let amount = world.worth(&asset, LEG);
            let is_owed = asset.index >= FIRST_OWED;
            let outcome =
                if is_owed { world.borrow(&trader, &asset, amount) } else { world.deposit(&trader, &asset, amount) };
            outcome.expect("a balance");
        }
        for market in 0..FACTORS {
            let asset = world.market_asset(market);
            let size = i64::try_from(world.worth(&asset, LEG)).expect("63 bits");
            let is_long = asset.index >= FIRST_OWED || asset.index == 0;
            world.trade(&trader, market, if is_long { size } else { -size }).expect("a fill");
        }
        let mut stage = Self { world, trader };
        stage.let_tides_pass();
        stage.world.enter_portfolio_mode(&stage.trader);
        stage.withdraw_to_the_hedge();
        stage
    }

    fn ordinary() -> Self {
        let mut world = full_world();
        let trader = world.trader();
        for asset in world.assets.clone()[1..FACTORS_OF_DEPOSITS].to_vec() {
            let amount = world.worth(&asset, LEG);
            world.deposit(&trader, &asset, amount).expect("a balance");
        }
        for market in 0..FACTORS {
            let asset = world.market_asset(market);
            if usize::from(asset.index) >= FACTORS_OF_DEPOSITS {
                let size = i64::try_from(world.worth(&asset, LEG)).expect("63 bits");
                world.trade(&trader, market, -size).expect("a fill");
            }
        }
        let mut stage = Self { world, trader };
        stage.world.set_grid(&rows(0));
        for variant in 1..=3 {
            for round in 0..3 {
                measure::fold_moved(&mut stage.world, round);
            }
            stage.world.advance(2 * GRACE_SECONDS);
            measure::fold_moved(&mut stage.world, variant);
        }
        measure::fold_moved(&mut stage.world, 4);
        stage.world.bring_up();
        let book = stage.world.book_state();
        assert_ne!(book.model_in_force.correlations, book.model_announced.correlations);
        assert_ne!(book.model_announced.correlations, book.model_newest.correlations);
        assert_eq!(book.model_newest.scenario_count, 32);
        stage.world.enter_portfolio_mode(&stage.trader);
        stage.borrow_to_the_hedge();
        stage
    }

    /// Borrows the quote that cross margin would refuse and portfolio margin does not.
    fn borrow_to_the_hedge(&mut self) {
        let usdc = self.world.assets[0];
        loop {
            let cross = self.world.health_in(&self.trader, MODE_CROSS).initial.0;
            let Ok(left) = u64::try_from(cross) else { break };
            self.world.borrow(&self.trader, &usdc, left + usdc.atoms(1_000)).expect("portfolio margin requires less");
        }
        self.world.bring_up();
    }

    /// Tides with a grid of their own each, and prices that move, so that paths walk; then to the moment at which the last one begins to walk.
    fn let_tides_pass(&mut self) {
        self.world.set_grid(&rows(0));
        for variant in 1..=3 {
            for round in 0..3 {
                measure::fold_moved(&mut self.world, round);
            }
            self.world.advance(2 * GRACE_SECONDS);
            measure::fold_moved(&mut self.world, i64::from(variant));
            self.world.set_grid(&rows(variant));
        }
        let announced = i64::try_from(self.world.book_state().announced_seconds).expect("a clock");
        while self.world.now() + 300 < announced + GRACE_SECONDS {
            measure::fold_moved(&mut self.world, 5);
        }
        measure::fold_moved(&mut self.world, 6);
        self.world.bring_up();
        let book = self.world.book_state();
        assert!(self.world.now() >= announced + GRACE_SECONDS, "the tide walks");
        assert_ne!(book.model_in_force, book.model_announced);
        assert_ne!(book.model_announced, book.model_newest);
        assert_eq!(book.model_in_force.scenario_count, 32);
    }

    /// Takes out the quote that cross margin would need and portfolio margin does not.
    fn withdraw_to_the_hedge(&mut self) {
        let usdc = self.world.assets[0];
        loop {
            let cross = self.world.health_in(&self.trader, MODE_CROSS).initial.0;
            let Ok(left) = u64::try_from(cross) else { break };
            let amount = left + usdc.atoms(1_000);
            self.world.withdraw(&self.trader, &usdc, amount).expect("portfolio margin requires less");
        }
        self.world.bring_up();
    }

    /// As if losses had taken all but what the hour ahead needs: every requirement of every step is computed, and none fails.
    fn lose_all_but_the_hour(&mut self) {
        let (book, mut account) = (self.world.book_state(), self.world.margin_state(&self.trader.account));
        let now = self.world.now().unsigned_abs();
        let deposit = account.balances[0].deposit_shares;
        let (mut safe, mut called) = (0, deposit);
        while called - safe > 1_000_000 {
            let lost = u64::midpoint(safe, called);
            account.balances[0].deposit_shares = deposit - lost;
            let projection = health::projection(&book, &account, now).expect("a projection");
            let fails = projection.maintenance.is_negative() || projection.call.is_some();
            if fails { called = lost } else { safe = lost }
        }
        account.balances[0].deposit_shares = deposit - safe;
        let mut data = self.world.svm.get_account(&self.trader.account).expect("an account").data;
        data[8..].copy_from_slice(bytemuck::bytes_of(&*account));
        self.world.set_account(self.trader.account, data, plimsoll::ID);
        assert!(self.world.health_in(&self.trader, MODE_PORTFOLIO).initial.is_negative(), "one look does not suffice");
    }

    /// A withdrawal of one atom, as a wallet sends it.
    fn withdraw(&mut self, asset: usize) -> u64 {
        let asset = self.world.assets[asset];
        let destination = self.world.create_token_account(&asset, &self.trader.key(), 0);
        let withdraw = instructions::withdraw(&asset.keys(), self.trader.account, self.trader.key(), destination, 1);
        self.world.must_signed_by(&withdraw, &self.trader)
    }
}

/// A withdrawal by somebody who owes nothing and holds no perp: the same instruction without a margin check.
fn withdraw_unchecked(stage: &mut Stage, asset: usize) -> u64 {
    let asset = stage.world.assets[asset];
    let saver = stage.world.depositor(&asset, asset.atoms(1_000));
    let destination = stage.world.create_token_account(&asset, &saver.key(), 0);
    let withdraw = instructions::withdraw(&asset.keys(), saver.account, saver.key(), destination, 1);
    stage.world.must_signed_by(&withdraw, &saver)
}

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = ordinary();
    rows.extend(worst());
    rows
}

fn ordinary() -> Vec<Row> {
    let mut stage = Stage::new(Shape::Ordinary);
    let (checked, unchecked) = (stage.withdraw(1), withdraw_unchecked(&mut stage, 1));
    let stress = stage.world.must(&[instructions::stress_account(stage.world.book, stage.trader.account)], &[]);
    vec![
        Row::new("margin_check", "portfolio 16 factors 32 rows", checked - unchecked),
        Row::new("stress_account", "16 factors 32 rows", stress),
    ]
}

fn worst() -> Vec<Row> {
    let mut stage = Stage::new(Shape::Worst);
    let (checked, unchecked) = (stage.withdraw(0), withdraw_unchecked(&mut stage, 0));
    let (book, account) = (stage.world.book, stage.trader.account);
    let stress = stage.world.must(&[instructions::stress_account(book, account)], &[]);
    let key = stage.trader.key();
    let set = instructions::set_margin_mode(book, account, key, MODE_PORTFOLIO);
    let set = stage.world.must_signed_by(&set, &stage.trader);
    stage.lose_all_but_the_hour();
    let call = stage.world.must(&[most_compute_units(), instructions::call_margin(book, account)], &[]);
    assert!(!stage.world.margin_state(&account).is_called(), "every step was looked at");
    vec![
        Row::new("margin_check", "portfolio 32 legs, three grids, everything walks", checked - unchecked),
        Row::new("withdraw", "portfolio 32 legs, three grids, everything walks", checked),
        Row::new("stress_account", "32 legs, three grids, everything walks", stress),
        Row::new("call_margin", "8 positions, nothing walks", measure::call_margin()),
        Row::new("call_margin", "16 factors, everything walks", call),
        Row::new("set_margin_mode", "16 factors 32 rows", set),
    ]
}
