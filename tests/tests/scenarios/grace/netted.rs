//! Three portfolio accounts that hedge (spot against perp, BTC against ETH, a debt against a long), each two dollars above the lowest of their announced hour.

use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::plimsoll::state::{Book, LiquidityProfile, MarginAccount, Scenario};
use plimsoll_client::{Instruction, Pubkey, health, instructions};
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::{Signer, Trader, World};

use super::GRACE_STEPS;
use super::setters::{bring_up, change_book, change_factor, next_step, publish};
use crate::perp_story::{SOL, SOL_PERP, USDC};
use crate::story::{self, STEP_SECONDS};

/// Markets of BTC and ETH, and a whole token of both in atoms.
pub(crate) const BTC_PERP: u8 = 1;
pub(crate) const ETH_PERP: u8 = 2;
const TOKEN: i64 = 100_000_000;
/// Graces are hours, and tides take two.
pub(crate) const GRACE_SECONDS: u64 = 3_600;
/// What every account has left at its lowest announced moment, in quote atoms.
const LEFT_ATOMS: i128 = 2_000_000;

/// An account, and how it can be liquidated: loans as collateral and debt reserve, perps as markets.
pub(crate) struct Hedger {
    pub(crate) name: &'static str,
    pub(crate) trader: Trader,
    loans: Vec<(u8, u8)>,
    perps: Vec<u8>,
}

/// The accounts, and a keeper who would take them.
pub(crate) struct Netted {
    pub(crate) world: World,
    pub(crate) hedgers: Vec<Hedger>,
    keeper: Trader,
}

impl Netted {
    /// Everybody at his limit, then the lines walk up to them and stand still; the hedged floor is announced to rise.
    pub(crate) fn new() -> Self {
        let (mut world, _provider) = World::with_perps();
        for factor in 0..4 {
            change_factor(&mut world, factor, |params| params.initial_gap_ppm = 10_000);
        }
        for market in 0..3 {
            // no funding: positions on the other side stay open
            world.change_perp(market, |params| params.max_funding_velocity_ppm = 0);
        }
        change_book(&mut world, |params| params.walk_relative_ppm_per_hour = 200_000);
        set_liquidity(&mut world);
        move_together(&mut world);
        turn(&mut world);
        turn(&mut world);
        let (hedgers, keeper) = open_hedgers(&mut world);
        let mut stage = Self { world, hedgers, keeper };
        stage.walk_to_the_line();
        change_book(&mut stage.world, |params| params.hedged_floor_ppm = 150_000);
        turn(&mut stage.world);
        stage
    }

    /// Margins rise until everybody is below his line, then stand still.
    fn walk_to_the_line(&mut self) {
        for factor in 0..4 {
            change_factor(&mut self.world, factor, |params| params.tail_multiplier_ppm *= 3);
        }
        let mut steps = 0;
        while self.hedgers.iter().any(|one| self.lowest(&one.trader) > 0) {
            next_step(&mut self.world);
            fold(&mut self.world);
            steps += 1;
            assert!(steps < 48, "the lines never reached everybody");
        }
        change_book(&mut self.world, |params| {
            (params.walk_relative_ppm_per_hour, params.walk_absolute_ppm_per_hour) = (0, 100);
        });
    }

    /// Folds until the tide is this old, then everybody adds what he lacks.
    pub(crate) fn promise_at(&mut self, tide_age_seconds: u64) {
        while self.tide_age_seconds() % (2 * GRACE_SECONDS) != tide_age_seconds {
            self.step();
        }
        let usdc = self.world.assets[0];
        for Hedger { name, trader, .. } in &self.hedgers {
            let account = self.world.margin_state(&trader.account);
            let owes = account.balances[0].debt_shares > 0;
            for _ in 0..16 {
                let lacks = u64::try_from(LEFT_ATOMS - lowest(&self.world, trader)).unwrap_or(0);
                if lacks < 100_000 {
                    break;
                }
                // a dollar repaid may count for more than a dollar
                let part = lacks * 4 / 5;
                let outcome =
                    if owes { self.world.repay(trader, &usdc, part) } else { self.world.deposit(trader, &usdc, part) };
                outcome.expect("what he lacks");
            }
            let left = lowest(&self.world, trader);
            assert!((LEFT_ATOMS / 2..2 * LEFT_ATOMS).contains(&left), "{name} has {left} left");
            let meta = self.world.call_margin(trader.account).expect("a look ahead");
            println!("{name}: call_margin takes {} CU", meta.compute_units_consumed);
            assert!(!self.world.margin_state(&trader.account).is_called(), "{name} is called");
        }
    }

    /// How old the tide under way is.
    fn tide_age_seconds(&self) -> u64 {
        self.world.now().unsigned_abs() - self.world.book_state().announced_seconds
    }

    /// The next step begins at unchanged prices and is folded.
    pub(crate) fn step(&mut self) {
        next_step(&mut self.world);
        fold(&mut self.world);
    }

    fn lowest(&self, trader: &Trader) -> i128 {
        lowest(&self.world, trader)
    }

    /// Maintenance health of each account now, as a liquidation sees it.
    pub(crate) fn healths(&self) -> Vec<i128> {
        self.hedgers.iter().map(|one| story::liquidation_health(&self.world, &one.trader)).collect()
    }

    /// Tries every way to liquidate one of the accounts.
    pub(crate) fn liquidate(&mut self, index: usize) -> Vec<Outcome> {
        let list = self.liquidations(index);
        list.into_iter().map(|one| self.world.send(&[one], &[&self.keeper.keypair])).collect()
    }

    fn liquidations(&self, index: usize) -> Vec<Instruction> {
        let Hedger { trader, loans, perps, .. } = &self.hedgers[index];
        let (book, keeper, key) = (self.world.book, self.keeper.account, self.keeper.key());
        let loans = loans.iter().map(|&(collateral_reserve, debt_reserve)| {
            let request = LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms: u64::MAX };
            instructions::liquidate(book, trader.account, keeper, key, request)
        });
        let perps = perps.iter().flat_map(|&market| [(market, false), (market, true)]).map(|(market, against_pool)| {
            let request = PerpLiquidationRequest { market, max_base_atoms: u64::MAX, against_pool };
            instructions::liquidate_perp(book, trader.account, keeper, key, request)
        });
        loans.chain(perps).collect()
    }
}

/// Folds the step; interest and funding come up to date.
pub(crate) fn fold(world: &mut World) {
    world.must(&[instructions::refresh_risk(world.book, &[])], &[]);
    bring_up(world);
}

/// Folds at unchanged prices until the tide turns.
fn turn(world: &mut World) {
    let tides = world.book_state().tides;
    while world.book_state().tides == tides {
        next_step(world);
        fold(world);
    }
}

/// A profile for everything but the quote, and a grid of two rows: everything falls, and hedges lose.
fn set_liquidity(world: &mut World) {
    for factor in 1..4 {
        let profile = LiquidityProfile {
            depth_quote_atoms: 20_000_000_000_000,
            daily_volume_quote_atoms: 400_000_000_000_000,
            spread_ppm: 500,
            spread_deviation_ppm: 100,
        };
        world.set_profile(factor, profile).expect("a first profile");
    }
    let rows = vec![Scenario { shocks: [-4_096; 16], basis: 200 }, Scenario { shocks: [4_096; 16], basis: 400 }];
    let set = instructions::set_scenarios(world.group, world.admin.pubkey(), world.book, (0, 2), rows);
    world.must(&[set], &[]);
}

/// Two hours in which everything but the quote swings as one, by less than what would count as a jump: correlations near one.
fn move_together(world: &mut World) {
    let assets: Vec<_> = world.assets[1..].to_vec();
    let bases: Vec<_> = assets.iter().map(|asset| world.published_price(asset)).collect();
    for step in 0..24 {
        for (asset, base) in assets.iter().zip(&bases) {
            let swung = if step % 2 == 0 { base * 1_004 / 1_000 } else { *base };
            publish(world, asset, swung);
        }
        next_step(world);
        fold(world);
    }
}

/// The hedgers at their limits, and a keeper; whoever takes the other sides stays.
fn open_hedgers(world: &mut World) -> (Vec<Hedger>, Trader) {
    let [usdc, sol, _, eth] = [0, 1, 2, 3].map(|index| world.assets[index]);
    let keeper = world.depositor(&usdc, 2_000_000 * USDC);
    world.deposit(&keeper, &sol, sol.atoms(10_000)).expect("SOL to lend");
    let other_side = world.depositor(&usdc, 2_000_000 * USDC);

    let spot = world.depositor(&sol, sol.atoms(200));
    world.trade(&spot, SOL_PERP, -190 * SOL).expect("a sale");
    let pair = world.depositor(&usdc, 60_000 * USDC);
    world.trade(&pair, BTC_PERP, TOKEN / 2).expect("a purchase");
    world.trade(&pair, ETH_PERP, -15 * TOKEN).expect("a sale");
    let owed = world.depositor(&eth, eth.atoms(12));
    world.borrow(&owed, &sol, sol.atoms(100)).expect("a loan");
    world.trade(&owed, SOL_PERP, 100 * SOL).expect("a purchase");
    for (market, size) in [(SOL_PERP, 90 * SOL), (BTC_PERP, -TOKEN / 2), (ETH_PERP, 15 * TOKEN)] {
        world.trade(&other_side, market, size).expect("the other side");
    }
    world.advance_refreshed(1);
    bring_up(world);
    let hedgers = vec![
        Hedger { name: "spot against perp", trader: spot, loans: vec![(1, 0)], perps: vec![SOL_PERP] },
        Hedger { name: "BTC against ETH", trader: pair, loans: vec![], perps: vec![BTC_PERP, ETH_PERP] },
        Hedger { name: "a debt against a long", trader: owed, loans: vec![(3, 1), (3, 0)], perps: vec![SOL_PERP] },
    ];
    for Hedger { trader, .. } in &hedgers {
        let set = instructions::set_margin_mode(world.book, trader.account, trader.key(), MODE_PORTFOLIO);
        world.must_signed_by(&set, trader);
        take_out_to_the_limit(world, trader);
    }
    (hedgers, keeper)
}

/// Withdraws or borrows USDC until a dollar is too much.
fn take_out_to_the_limit(world: &mut World, trader: &Trader) {
    let usdc = world.assets[0];
    for power in (0..17).rev() {
        let atoms = USDC << power;
        if world.withdraw(trader, &usdc, atoms).is_err() {
            // refused at the limit: a smaller part may still pass
            drop(world.borrow(trader, &usdc, atoms));
        }
    }
}

/// Maintenance health at the worst moment that is announced, at the prices in force: both ends of every step of the hour ahead.
fn lowest(world: &World, trader: &Trader) -> i128 {
    let (book, account, now) = (world.book_state(), world.margin_state(&trader.account), world.now().unsigned_abs());
    let ahead = moments(now).map(|at| health_at(&book, &account, at));
    ahead.min().expect("a moment")
}

/// The beginning and the last second of every step of the hour ahead.
pub(crate) fn moments(now: u64) -> impl Iterator<Item = u64> {
    let end = now + GRACE_SECONDS;
    let steps = (0..=GRACE_STEPS as u64).map(move |step| now + step * STEP_SECONDS.unsigned_abs());
    steps.flat_map(|begin| [begin, begin + STEP_SECONDS.unsigned_abs() - 1]).filter(move |at| *at <= end)
}

/// Maintenance health at a moment, as if prices were of that second.
pub(crate) fn health_at(book: &Book, account: &MarginAccount, at_seconds: u64) -> i128 {
    let mut fresh = Box::new(*book);
    for factor in &mut fresh.factors {
        factor.price.publish_time_seconds = at_seconds;
    }
    health::liquidation(&fresh, account, at_seconds).expect("a health").maintenance.0
}

/// The accounts of a moment, to come back to.
pub(crate) struct Kept {
    accounts: Vec<(Pubkey, Vec<u8>, Pubkey)>,
    now: i64,
}

impl Kept {
    /// Everything that a promise is about.
    pub(crate) fn of(stage: &Netted) -> Self {
        let world = &stage.world;
        let hedgers = stage.hedgers.iter().map(|one| one.trader.account);
        let oracles = world.assets.iter().map(|asset| asset.oracle);
        let keys = hedgers.chain(oracles).chain([world.book, stage.keeper.account]);
        let stored = keys.map(|key| {
            let account = world.svm.get_account(&key).expect("an account");
            (key, account.data, account.owner)
        });
        Self { accounts: stored.collect(), now: world.now() }
    }

    /// Back to that moment.
    pub(crate) fn restore(&self, stage: &mut Netted) {
        for (key, data, owner) in &self.accounts {
            stage.world.set_account(*key, data.clone(), *owner);
        }
        let back = self.now - stage.world.now();
        stage.world.advance(back);
    }
}
