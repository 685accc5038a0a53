//! The pool's providers want to leave while traders hold positions against it: they wait, and what the positions need stays.

use plimsoll_client::instructions::OrderKey;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::perps;
use plimsoll_client::plimsoll::state::margin_account::ORDER_POOL_WITHDRAW;
use plimsoll_tests::perps::{WITHDRAW_DELAY_SECONDS, pool_order};
use plimsoll_tests::{Trader, World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, USDC};
use crate::story::{self, claim};

/// Tina's position, in SOL: nearly 2 million dollars.
const POSITION_SOL: i64 = 9_000;

fn ask_for(world: &mut World, provider: &Trader, shares: u64) -> OrderKey {
    world.place(provider, pool_order(ORDER_POOL_WITHDRAW, shares))
}

fn shares(world: &World, provider: &Trader) -> u64 {
    world.margin_state(&provider.account).pool_shares
}

fn wait(world: &mut World) {
    world.advance_refreshed(WITHDRAW_DELAY_SECONDS.into());
}

#[test]
fn who_leaves_waits_and_leaves_what_the_positions_need() {
    let (mut world, paula) = World::with_perps();
    let (usdc, _) = story::usdc_and_sol(&world);
    let pete = world.provider(100_000 * USDC);
    let tina = perp_story::with_dollars(&mut world, 3_000_000);
    world.trade(&tina, SOL_PERP, POSITION_SOL * SOL).expect("Tina is long");

    let all = shares(&world, &paula);
    let run = ask_for(&mut world, &paula, all);
    let half = shares(&world, &pete) / 2;
    let small = ask_for(&mut world, &pete, half);
    assert_refused(world.execute_pool_order(&run), PlimsollError::OrderTooEarly);
    wait(&mut world);
    // what Pete alone would leave is not enough for a position of nearly two millions
    assert_refused(world.execute_pool_order(&run), PlimsollError::PoolRequirement);
    world.execute_pool_order(&small).expect("half of Pete's may");
    perps::require_pool_limit(&world.book_state()).expect("the positions have what they need");
    assert!(claim(&world, &pete, &usdc) > 49_000 * USDC);
    assert_eq!(shares(&world, &paula), all, "nothing of Paula's moved");

    // Tina closes and pays; then all can go
    world.trade(&tina, SOL_PERP, -POSITION_SOL * SOL).expect("Tina closes");
    perp_story::settle(&mut world, &tina).expect("Tina pays");
    let run = ask_for(&mut world, &paula, all);
    wait(&mut world);
    world.execute_pool_order(&run).expect("Paula leaves");
    assert_eq!(shares(&world, &paula), 0);
    // Tina paid spread, premium and fees: Paula has more than she brought
    assert!(claim(&world, &paula, &usdc) >= 10_000_000 * USDC);
}

#[test]
fn a_request_lapses_and_another_price_is_another_request() {
    let (mut world, paula) = World::with_perps();
    let request = ask_for(&mut world, &paula, 1_000_000);
    world.advance_refreshed(i64::from(WITHDRAW_DELAY_SECONDS) + 31);
    // who waits for a better moment than the one that he asked for asks again
    assert_refused(world.execute_pool_order(&request), PlimsollError::OrderLapsed);
    let request = ask_for(&mut world, &paula, u64::MAX >> 1);
    wait(&mut world);
    assert_refused(world.execute_pool_order(&request), PlimsollError::PoolWithdrawalTooLarge);
}
