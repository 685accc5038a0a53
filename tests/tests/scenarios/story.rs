//! What the stories share: who they begin with, and how an hour passes.

use plimsoll_client::health;
use plimsoll_client::instructions;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::plimsoll::state::Book;
use plimsoll_risk::health::CrossHealth;
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::{Asset, Trader, World};

/// Length of a grid step.
pub(crate) const STEP_SECONDS: i64 = 300;
/// One dollar as the oracles write it.
pub(crate) const DOLLAR_E8: i64 = 100_000_000;

/// Margins have 32 fractional bits.
pub(crate) fn ratio(bits: u64) -> f64 {
    #[allow(clippy::cast_precision_loss)] // margins are below 2³³
    let float = bits as f64;
    float / 2f64.powi(32)
}

/// USDC and SOL of a world with majors.
pub(crate) fn usdc_and_sol(world: &World) -> (Asset, Asset) {
    (world.assets[0], world.assets[1])
}

/// A world, Alice who lends 1,000,000 USDC, and Bob with 100 SOL who borrows all that initial margin allows, but for a dollar.
pub(crate) fn with_bob_at_his_limit() -> (World, Trader, Trader) {
    let mut world = World::with_majors();
    let (usdc, sol) = usdc_and_sol(&world);
    let alice = world.depositor(&usdc, usdc.atoms(1_000_000));
    let bob = world.depositor(&sol, sol.atoms(100));
    let debt_atoms = most_borrowable(&world, &bob) - usdc.atoms(1);
    world.borrow(&bob, &usdc, debt_atoms).expect("Bob borrows");
    (world, alice, bob)
}

/// The USDC that somebody's initial health allows to borrow.
pub(crate) fn most_borrowable(world: &World, trader: &Trader) -> u64 {
    let book = world.book_state();
    let initial_margin = ratio(book.factors[0].threshold.initial);
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a dollar is left
    let atoms = {
        let health = cross(world, trader).initial.0 as f64;
        // USDC's own band: twice its confidence of 0.05 %
        (health / (1.0 + initial_margin + initial_margin * initial_margin) / 1.001) as u64
    };
    atoms
}

/// Initial and maintenance health now.
pub(crate) fn cross(world: &World, trader: &Trader) -> CrossHealth {
    cross_at(world, &world.book_state(), trader, world.now())
}

/// Initial and maintenance health with some Book at some time.
pub(crate) fn cross_at(world: &World, book: &Book, trader: &Trader, now: i64) -> CrossHealth {
    health::cross(book, &world.margin_state(&trader.account), now.unsigned_abs()).expect("a health")
}

/// Maintenance health as a liquidation sees it.
pub(crate) fn liquidation_health(world: &World, trader: &Trader) -> i128 {
    let account = world.margin_state(&trader.account);
    let health = health::liquidation(&world.book_state(), &account, world.now().unsigned_abs());
    health.expect("a health").maintenance.0
}

/// Publishes SOL at a price and everything else unchanged, and refreshes.
pub(crate) fn reprice(world: &mut World, price_e8: i64) {
    for asset in world.assets.clone() {
        let price = if asset.index == 1 { price_e8 } else { world.published_price(&asset) };
        world.publish(&asset, price);
    }
    world.refresh_prices();
}

/// A grid step passes; its sample of SOL is this price; it is folded.
pub(crate) fn fold_at(world: &mut World, price_e8: i64) {
    world.advance(STEP_SECONDS);
    reprice(world, price_e8);
    world.must(&[instructions::refresh_risk(world.book, &[]), instructions::accrue(world.book)], &[]);
}

/// A grid step passes without any price moving.
pub(crate) fn fold_flat(world: &mut World) {
    let sol = world.assets[1];
    let price = world.published_price(&sol);
    fold_at(world, price);
}

/// A liquidation of SOL for USDC.
pub(crate) fn liquidate(world: &mut World, keeper: &Trader, victim: &Trader, max_repay_atoms: u64) -> Outcome {
    let request = LiquidationRequest { collateral_reserve: 1, debt_reserve: 0, max_repay_atoms };
    let liquidation = instructions::liquidate(world.book, victim.account, keeper.account, keeper.key(), request);
    world.send(&[liquidation], &[&keeper.keypair])
}

/// What somebody may claim of a reserve.
pub(crate) fn claim(world: &World, trader: &Trader, asset: &Asset) -> u64 {
    let totals = world.book_state().reserves[usize::from(asset.index)].totals();
    let position = world.margin_state(&trader.account).position(asset.index.into());
    position.expect("a reserve").claim_down(&totals).expect("a claim").0
}

/// What somebody owes to a reserve.
pub(crate) fn debt(world: &World, trader: &Trader, asset: &Asset) -> u64 {
    let totals = world.book_state().reserves[usize::from(asset.index)].totals();
    let position = world.margin_state(&trader.account).position(asset.index.into());
    position.expect("a reserve").owed_up(&totals).expect("a debt").0
}
