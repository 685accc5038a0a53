//! Laws of perps that need the same moment more than once: other publications, other splits, other moments of looking.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::{Pubkey, perps};
use plimsoll_tests::perps::market_order;
use plimsoll_tests::{Trader, World};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// SOL's market, and a whole SOL.
const SOL_PERP: u8 = 0;
const SOL: i64 = 1_000_000_000;
/// SOL's price before anything happens, in 10⁻⁸ USD.
const START_E8: i64 = 20_000_000_000;
/// Publications after the due one, a second apart: the whole window.
const PUBLICATIONS: usize = 24;
/// A fill loses less than this to rounding.
const ROUNDING_ATOMS: i64 = 5;

/// The state of some accounts and the clock, to come back to.
struct Moment {
    accounts: Vec<(Pubkey, Vec<u8>, Pubkey)>,
    now: i64,
}

impl Moment {
    fn of(world: &World, traders: &[&Trader]) -> Self {
        let keys = traders.iter().map(|trader| trader.account).chain([world.book, world.assets[1].oracle]);
        let stored = keys.map(|key| {
            let account = world.svm.get_account(&key).expect("an account");
            (key, account.data, account.owner)
        });
        Self { accounts: stored.collect(), now: world.now() }
    }

    fn restore(&self, world: &mut World) {
        for (key, data, owner) in &self.accounts {
            world.set_account(*key, data.clone(), *owner);
        }
        let back = self.now - world.now();
        world.advance(back);
    }
}

/// Publishes SOL now; the publication before was a second ago.
fn publish(world: &mut World, price_e8: i64) {
    let sol = world.assets[1];
    world.publish(&sol, price_e8);
}

/// Everything that somebody's position is worth at a price of 200, in atoms: whatever the Book's price is.
fn worth(world: &World, trader: &Trader) -> i64 {
    let view = perps::position(&world.book_state(), &world.margin_state(&trader.account), SOL_PERP);
    let position = view.expect("a market").position;
    // 200 USDC a SOL: a fifth of a quote atom for each base atom
    position.entry.0 + position.realised.0 + position.base.0 / 5
}

fn trader_with_orders(world: &mut World, sizes: &[i64]) -> (Trader, Vec<OrderKey>) {
    let usdc = world.assets[0];
    let trader = world.depositor(&usdc, usdc.atoms(1_000_000));
    let orders = sizes.iter().map(|size| world.place(&trader, market_order(SOL_PERP, *size))).collect();
    (trader, orders)
}

/// A walk of the price whose steps are no jumps.
fn walk(rng: &mut ChaCha8Rng) -> Vec<i64> {
    let mut price = START_E8;
    let mut prices = Vec::new();
    for _ in 0..PUBLICATIONS {
        price += price / 10_000 * rng.random_range(-40..=40);
        prices.push(price);
    }
    prices
}

/// INV-PRICE: whichever publication is brought, and whenever the order is executed, its owner never has more than with the first one at once.
#[test]
fn no_choice_of_publications_gains_against_the_first() {
    let mut rng = ChaCha8Rng::seed_from_u64(144);
    let (mut world, _provider) = World::with_perps();
    world.advance_refreshed(1);
    let (mut accepted_late, mut refused) = (0, 0);
    for size in [50 * SOL, -50 * SOL, 50 * SOL, -50 * SOL] {
        let (trader, orders) = trader_with_orders(&mut world, &[size]);
        let armed = Moment::of(&world, &[&trader]);
        let prices = walk(&mut rng);
        let mut first = None;
        for executed_at in 0..PUBLICATIONS {
            for brought in 0..=executed_at {
                armed.restore(&mut world);
                let outcome = fill_at(&mut world, &orders[0], &prices, executed_at, brought);
                match (outcome, first) {
                    (false, _) => refused += 1,
                    (true, None) => first = Some(worth(&world, &trader)),
                    (true, Some(first)) => {
                        assert_eq!(brought, 0, "INV-PRICE: another publication than the first was taken");
                        let result = worth(&world, &trader);
                        assert!(result <= first, "INV-PRICE: {result} at {executed_at}, {first} at once");
                        accepted_late += 1;
                    }
                }
            }
        }
        armed.restore(&mut world);
    }
    assert!(accepted_late > PUBLICATIONS && refused > PUBLICATIONS, "{accepted_late} late, {refused} refused");
}

/// Lets prices pass up to one of them, refreshes the Book at each, then offers one publication to the order.
fn fill_at(world: &mut World, order: &OrderKey, prices: &[i64], executed_at: usize, brought: usize) -> bool {
    let sol = world.assets[1];
    let start = world.now();
    for price in &prices[..=executed_at] {
        world.advance(1);
        publish(world, *price);
        drop(world.send(&[instructions::refresh_prices(world.book, &[sol.oracle])], &[]));
    }
    let published = start + 1 + i64::try_from(brought).expect("a second");
    world.publish_at(&sol, prices[brought], published, published - 1);
    world.execute(order).is_ok()
}

/// A trade's result does not depend on how it is split, but for rounding, which the pool gets.
#[test]
fn a_split_trade_gains_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(233);
    let (mut world, _provider) = World::with_perps();
    world.advance_refreshed(1);
    for round in 0..24 {
        let parts = 2 + round % 7;
        let sign = if rng.random_bool(0.5) { 1 } else { -1 };
        let sizes: Vec<i64> = (0..parts).map(|_| sign * rng.random_range(SOL / 500..50 * SOL)).collect();
        let whole: i64 = sizes.iter().sum();
        let (in_parts, part_orders) = trader_with_orders(&mut world, &sizes);
        let (at_once, whole_order) = trader_with_orders(&mut world, &[whole]);
        world.advance_refreshed(1);

        let due = Moment::of(&world, &[&in_parts, &at_once]);
        for order in &part_orders {
            world.execute(order).expect("a part");
        }
        let split = worth(&world, &in_parts);
        due.restore(&mut world);
        world.execute(&whole_order[0]).expect("the whole");
        let single = worth(&world, &at_once);
        let lost = single - split;
        let most = ROUNDING_ATOMS * i64::from(parts);
        assert!((-ROUNDING_ATOMS..most).contains(&lost), "{whole} in {parts} parts lost {lost} against one fill");
    }
}

/// A resolution closes the same part of a position and takes the same from it, however often its owner looked before.
#[test]
fn whoever_looks_late_has_lost_the_same_part() {
    let (mut world, failing, winners) = market_before_two_failures();
    // they opened one after the other, at premiums of their own
    let began: Vec<i64> = winners.iter().map(|winner| settled_and_open(&world, winner)).collect();
    for (round, failed) in failing.iter().enumerate() {
        let resolve = instructions::resolve_perp_bankruptcy(world.book, failed.account, SOL_PERP);
        world.must(&[resolve], &[]);
        // the first winner looks after every failure, the second after the second one, the third never
        for (looks_after, winner) in winners.iter().enumerate().take(round + 1) {
            let touch = instructions::settle_pnl(world.book, winner.account, SOL_PERP);
            assert!(world.send(&[touch], &[]).is_ok(), "winner {looks_after} has something to settle");
        }
        let sizes: Vec<i64> = winners.iter().map(|winner| base_of(&world, winner)).collect();
        let closed = 100 * SOL + sizes[0];
        assert!(closed > 0, "nobody was closed");
        for size in &sizes {
            assert!((size - sizes[0]).abs() <= 1, "{sizes:?}");
        }
        let kept = winners.iter().map(|winner| settled_and_open(&world, winner));
        let lost: Vec<i64> = began.iter().zip(kept).map(|(began, kept)| began - kept).collect();
        assert!(lost[0] > 0, "nobody lost anything");
        for pair in lost.windows(2) {
            assert!((pair[0] - pair[1]).abs() <= 4, "{lost:?}");
        }
    }
}

fn base_of(world: &World, trader: &Trader) -> i64 {
    let view = perps::position(&world.book_state(), &world.margin_state(&trader.account), SOL_PERP);
    view.expect("a market").position.base.0
}

/// The balance and the profit at mid.
fn settled_and_open(world: &World, trader: &Trader) -> i64 {
    let (book, account) = (world.book_state(), world.margin_state(&trader.account));
    let profit = perps::position(&book, &account, SOL_PERP).and_then(|view| view.profit()).expect("a profit").0;
    let claim = account.position(0).expect("a reserve").claim_down(&book.reserves[0].totals()).expect("a claim").0;
    i64::try_from(claim).expect("dollars") + profit
}

/// Two longs whom a gap leaves with less than nothing, three equal shorts, and a pool that soon pays no more.
fn market_before_two_failures() -> (World, Vec<Trader>, Vec<Trader>) {
    let mut world = World::with_majors();
    let (usdc, sol) = (world.assets[0], world.assets[1]);
    world.create_pool();
    // without premium to speak of, so that the three open at the same price, and without fees
    let params = plimsoll_client::plimsoll::state::PerpMarketParams {
        skew_scale_base_atoms: 1 << 60,
        fee_ppm: 0,
        fee_reducing_ppm: 0,
        max_funding_velocity_ppm: 0,
        ..plimsoll_tests::perps::perp_params(sol.decimals)
    };
    world.list_perp(&sol, params);
    world.provider(usdc.atoms(50_000));
    let mut open = |dollars: u64, size: i64| {
        let trader = world.depositor(&usdc, usdc.atoms(dollars));
        world.trade(&trader, SOL_PERP, size).expect("a position");
        trader
    };
    let failing = vec![open(2_500, 80 * SOL), open(2_500, 80 * SOL)];
    let winners = vec![open(20_000, -100 * SOL), open(20_000, -100 * SOL), open(20_000, -100 * SOL)];
    for _ in 0..2 {
        world.advance(3);
        for asset in world.assets.clone() {
            let price = if asset.index == sol.index { START_E8 * 2 / 5 } else { world.published_price(&asset) };
            world.publish(&asset, price);
        }
        world.refresh_prices();
    }
    (world, failing, winners)
}
