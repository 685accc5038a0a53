//! What the rows of perps measure.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_tests::perps::{market_order, perp_params};
use plimsoll_tests::risk::{GRACE_SECONDS, profile};
use plimsoll_tests::{Asset, Signer, Trader, World, assets};

use super::measure::Row;

/// Perp markets of the stage: as many positions as the trader holds.
const MARKETS: u8 = 8;

/// Sixteen assets, eight perp markets, a pool, and a trader with eight balances and `positions` perps.
struct Stage {
    world: World,
    trader: Trader,
}

impl Stage {
    fn new(positions: u8) -> Self {
        let mut world = World::with(&assets::sixteen());
        world.create_pool();
        let listed = world.assets.clone();
        for asset in &listed[1..=usize::from(MARKETS)] {
            world.list_perp(asset, perp_params(asset.decimals));
        }
        let usdc = listed[0];
        world.provider(usdc.atoms(50_000_000));
        let trader = world.depositor(&usdc, usdc.atoms(20_000));
        for asset in &listed[9..16] {
            world.deposit(&trader, asset, asset.atoms(10)).expect("a deposit");
        }
        let mut stage = Self { world, trader };
        for market in 0..positions {
            stage.open(market, 12_000);
        }
        // one second later, so that each figure contains funding and interest
        stage.world.advance_refreshed(1);
        stage
    }

    /// Opens a long worth about this many dollars.
    fn open(&mut self, market: u8, dollars: i64) {
        let asset = self.world.market_asset(market);
        let base_atoms = base_for(&self.world, &asset, dollars);
        let order = self.world.place(&self.trader, market_order(market, base_atoms));
        self.world.advance_refreshed(1);
        self.world.execute(&order).expect("a fill");
    }

    /// The same with an impact of every factor in force, which another one takes the place of if it `walks`, and with every market crowded from
    /// its first position on. Each leg is larger than the share from which its own size counts: the longest way.
    fn crowded(walks: bool) -> Self {
        let mut stage = Self::new(MARKETS);
        for asset in stage.world.assets.clone() {
            stage.world.set_profile(asset.index, profile()).expect("a profile");
        }
        for market in 0..MARKETS {
            stage.world.change_perp(market, |params| params.crowding_start_ppm = 0);
        }
        stage.world.turn_tide();
        if walks {
            stage.announce_another_impact();
        }
        stage.world.turn_tide();
        stage.world.advance(GRACE_SECONDS + GRACE_SECONDS / 3);
        for market in 0..MARKETS {
            stage.world.must(&[instructions::update_funding(stage.world.book, market)], &[]);
        }
        stage.world.advance_refreshed(1);
        stage
    }

    fn announce_another_impact(&mut self) {
        let (group, admin, book) = (self.world.group, self.world.admin.pubkey(), self.world.book);
        let mut params = assets::book_params();
        params.concentration_share_ppm *= 2;
        self.world.must(&[instructions::set_book_params(group, admin, book, params)], &[]);
    }

    /// A liquidator with plenty of the quote.
    fn liquidator(&mut self) -> Trader {
        let usdc = self.world.assets[0];
        self.world.depositor(&usdc, usdc.atoms(1_000_000))
    }
}

fn base_for(world: &World, asset: &Asset, dollars: i64) -> i64 {
    let one = i64::try_from(asset.atoms(1)).expect("a token of 63 bits");
    dollars * 100_000_000 * (one / 1_000) / (world.published_price(asset) / 1_000)
}

fn place_order() -> u64 {
    let mut stage = Stage::new(MARKETS);
    let place = instructions::place_order(
        stage.world.book,
        stage.trader.account,
        stage.trader.key(),
        market_order(0, 1_000_000_000),
    );
    stage.world.must_signed_by(&place, &stage.trader)
}

/// A fill that grows a position, through somebody else's account.
fn execute_order(mut stage: Stage) -> u64 {
    let executor = stage.liquidator();
    let base_atoms = base_for(&stage.world, &stage.world.market_asset(7), 1_000);
    let order = stage.world.place(&stage.trader, market_order(7, base_atoms));
    stage.world.advance_refreshed(1);
    execute(&mut stage.world, &order, &executor)
}

/// A fill that reduces a position: health is taken before it too.
fn execute_reducing_order() -> u64 {
    let mut stage = Stage::new(MARKETS);
    let executor = stage.liquidator();
    let base_atoms = base_for(&stage.world, &stage.world.market_asset(7), 1_000);
    let order = stage.world.place(&stage.trader, market_order(7, -base_atoms));
    stage.world.advance_refreshed(1);
    execute(&mut stage.world, &order, &executor)
}

fn execute(world: &mut World, order: &OrderKey, executor: &Trader) -> u64 {
    let oracle = world.market_asset(world.order(order).market).oracle;
    let execute = instructions::execute_order(world.book, order, executor.account, oracle);
    world.must(&[execute], &[])
}

/// The margin check of a withdrawal, with this many perps beside eight balances.
fn withdraw(positions: u8) -> u64 {
    let mut stage = Stage::new(positions);
    let asset = stage.world.assets[9];
    let destination = stage.world.create_token_account(&asset, &stage.trader.key(), 0);
    let withdraw =
        instructions::withdraw(&asset.keys(), stage.trader.account, stage.trader.key(), destination, asset.atoms(1));
    stage.world.must_signed_by(&withdraw, &stage.trader)
}

fn liquidate_perp(against_pool: bool) -> u64 {
    let mut stage = Stage::new(MARKETS);
    let liquidator = stage.liquidator();
    for _ in 0..7 {
        stage.world.advance(30);
        for asset in stage.world.assets.clone() {
            let price = stage.world.published_price(&asset);
            let falls = (1..=MARKETS).contains(&asset.index);
            stage.world.publish(&asset, if falls { price * 965 / 1_000 } else { price });
        }
        stage.world.refresh_prices();
    }
    let request = PerpLiquidationRequest { market: 0, max_base_atoms: u64::MAX, against_pool };
    let liquidate = instructions::liquidate_perp(
        stage.world.book,
        stage.trader.account,
        liquidator.account,
        liquidator.key(),
        request,
    );
    stage.world.must_signed_by(&liquidate, &liquidator)
}

fn update_funding(mut stage: Stage) -> u64 {
    stage.world.advance(3_600);
    let update = instructions::update_funding(stage.world.book, 0);
    stage.world.must(&[update], &[])
}

fn settle_pnl(gains: bool) -> u64 {
    let mut stage = Stage::new(MARKETS);
    let asset = stage.world.market_asset(0);
    let price = stage.world.published_price(&asset);
    stage.world.advance(5);
    stage.world.publish(&asset, if gains { price * 102 / 100 } else { price * 98 / 100 });
    stage.world.refresh_prices();
    let held = stage.world.margin_state(&stage.trader.account).perps[0].base_atoms;
    stage.world.trade(&stage.trader, 0, -held).expect("a fill");
    stage.world.advance_refreshed(1);
    let settle = instructions::settle_pnl(stage.world.book, stage.trader.account, 0);
    stage.world.must(&[settle], &[])
}

/// A long of 25 times its collateral falls through its bankruptcy price; shorts stand on the other side.
fn resolve_perp_bankruptcy() -> u64 {
    let mut stage = Stage::new(0);
    let usdc = stage.world.assets[0];
    let loser = stage.world.depositor(&usdc, usdc.atoms(10_000));
    let base_atoms = base_for(&stage.world, &stage.world.market_asset(0), 60_000);
    stage.world.trade(&loser, 0, base_atoms).expect("a fill");
    let winner = stage.liquidator();
    stage.world.trade(&winner, 0, -base_atoms * 2).expect("a fill");
    let asset = stage.world.market_asset(0);
    for _ in 0..2 {
        stage.world.advance(3);
        for other in stage.world.assets.clone() {
            let price = stage.world.published_price(&other);
            stage.world.publish(&other, price);
        }
        stage.world.publish(&asset, 140 * 100_000_000);
        stage.world.refresh_prices();
    }
    let pay = instructions::settle_pnl(stage.world.book, loser.account, 0);
    let _ = stage.world.send(&[pay], &[]);
    let resolve = instructions::resolve_perp_bankruptcy(stage.world.book, loser.account, 0);
    stage.world.must(&[resolve], &[])
}

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let (one, eight) = (withdraw(1), withdraw(MARKETS));
    vec![
        Row::new("place_order", "8+8 positions", place_order()),
        Row::new("execute_order", "8+8 positions", execute_order(Stage::new(MARKETS))),
        Row::new("execute_order", "8+8 positions, crowded", execute_order(Stage::crowded(false))),
        Row::new("execute_order", "8+8 positions, tide walking", execute_order(Stage::crowded(true))),
        Row::new("execute_order", "8+8 positions, reducing", execute_reducing_order()),
        Row::new("margin_check", "per perp position", (eight - one).div_ceil(7)),
        Row::new("liquidate_perp", "8+8 positions", liquidate_perp(false)),
        Row::new("liquidate_perp", "8+8 positions, against the pool", liquidate_perp(true)),
        Row::new("update_funding", "one market", update_funding(Stage::new(MARKETS))),
        Row::new("update_funding", "one market, crowded", update_funding(Stage::crowded(false))),
        Row::new("settle_pnl", "one position", settle_pnl(true)),
        Row::new("settle_pnl", "one position, a loss", settle_pnl(false)),
        Row::new("resolve_perp_bankruptcy", "one market", resolve_perp_bankruptcy()),
    ]
}
