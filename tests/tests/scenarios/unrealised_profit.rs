//! Paper profits: what they can be borrowed against, and that nobody draws them out before they are realised.

use plimsoll_client::instructions::ALL;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::perps;
use plimsoll_tests::{World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, USDC, gap_to, liquidate, position};
use crate::story;

/// Mango, October 2022: two accounts of one person take both sides, the price is pumped, and the winner borrows everything.
#[test]
fn a_pumped_price_buys_no_loans() {
    let (mut world, _provider) = World::with_perps();
    let (usdc, sol) = story::usdc_and_sol(&world);
    let alice = perp_story::with_dollars(&mut world, 10_000_000);
    world.deposit(&alice, &sol, sol.atoms(10_000)).expect("something to borrow");
    let (avi, other) = (perp_story::with_dollars(&mut world, 500_000), perp_story::with_dollars(&mut world, 500_000));
    world.trade(&avi, SOL_PERP, 8_000 * SOL).expect("Avi buys");
    world.trade(&other, SOL_PERP, -8_000 * SOL).expect("from himself");
    perp_story::settle(&mut world, &avi).expect("the fees are paid");
    gap_to(&mut world, 260);

    let profit = position(&world, &avi).1;
    assert!(profit > 400_000 * i64::try_from(USDC).expect("a dollar"), "{profit} on paper");
    // the stable price has hardly moved, so that hardly anything of it counts: he could not even hold what he has
    let health = story::cross(&world, &avi);
    assert!(health.maintenance.0 > 0 && health.initial.0 < 0);
    assert_refused(world.withdraw(&avi, &usdc, 1), PlimsollError::InitialHealthNegative);
    assert_refused(world.borrow(&avi, &sol, 1), PlimsollError::InitialHealthNegative);
    assert_refused(perp_story::settle(&mut world, &avi), PlimsollError::NothingToSettle);
    assert!(story::claim(&world, &alice, &usdc) >= 10_000_000 * USDC);

    // a day later the price still stands: at most the weight of the profit counts
    for _ in 0..24 {
        world.advance_refreshed(3_600);
        let (funding, accrual) = (
            plimsoll_client::instructions::update_funding(world.book, SOL_PERP),
            plimsoll_client::instructions::accrue(world.book),
        );
        world.must(&[funding, accrual], &[]);
    }
    let counted = story::cross(&world, &avi);
    let weight = i128::from(world.book_state().params.profit_weight_initial_ppm);
    let profit = i128::from(position(&world, &avi).1);
    let own = i128::from(story::claim(&world, &avi, &usdc));
    assert!(counted.initial.0 <= own + profit * weight / 1_000_000);
}

/// Hyperliquid, March 2025: a large position in profit withdraws its margin, so that the pool inherits it at a loss.
#[test]
fn nobody_withdraws_until_his_own_position_falls_to_the_pool() {
    let (mut world, _provider) = World::with_perps();
    let (usdc, _) = story::usdc_and_sol(&world);
    let kate = perp_story::with_dollars(&mut world, 10_000);
    let whale = perp_story::with_dollars(&mut world, 300_000);
    let before = perps::pool_equity(&world.book_state()).expect("an equity").mid.0;
    world.trade(&whale, SOL_PERP, 3_000 * SOL).expect("the whale is long");
    world.advance(30);
    story::reprice(&mut world, 209 * story::DOLLAR_E8);

    assert!(position(&world, &whale).1 > 0);
    assert_refused(world.withdraw(&whale, &usdc, ALL), PlimsollError::InitialHealthNegative);
    let free = u64::try_from(story::cross(&world, &whale).initial.0).expect("free margin");
    world.withdraw(&whale, &usdc, free).expect("what initial margin does not need");
    assert_refused(world.withdraw(&whale, &usdc, free / 10), PlimsollError::InitialHealthNegative);
    // the gap between initial and maintenance margin is his to lose before anybody touches him
    assert!(story::liquidation_health(&world, &whale) > 0);
    assert_refused(liquidate(&mut world, &kate, &whale, true), PlimsollError::NotLiquidatable);

    // when the price turns he is closed into the pool, which is paid for the size and loses nothing
    gap_to(&mut world, 184);
    assert!(story::liquidation_health(&world, &whale) < 0);
    liquidate(&mut world, &kate, &whale, true).expect("the pool takes part of it");
    assert!(perp_story::wealth(&world, &whale) > 0);
    let after = perps::pool_equity(&world.book_state()).expect("an equity").mid.0;
    assert!(after > before, "{before} became {after}");
}
