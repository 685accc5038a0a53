//! SOL leaps from 200 to 150: nothing happens until the oracle says it again.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{Trader, World, assert_refused};

use crate::story::{self, DOLLAR_E8};

fn publish_sol(world: &mut World, dollars: i64) {
    world.advance(3);
    story::reprice(world, dollars * DOLLAR_E8);
}

/// SOL's price in force, in cents.
fn cents_in_force(world: &World) -> u64 {
    // 10⁻⁶ USD per 10⁻⁹ SOL, 40 fractional bits
    ((u128::from(world.book_state().factors[1].price.mid) * 100_000 + (1 << 39)) >> 40)
        .try_into()
        .expect("a price of dollars")
}

/// Dave has 100 SOL, owes 1,000 USDC, and SOL has just leapt to `dollars`.
fn dave_and_a_jump_to(dollars: i64) -> (World, Trader) {
    let mut world = World::with_majors();
    let (usdc, sol) = story::usdc_and_sol(&world);
    world.depositor(&usdc, usdc.atoms(100_000));
    let dave = world.depositor(&sol, sol.atoms(100));
    world.borrow(&dave, &usdc, usdc.atoms(1_000)).expect("Dave borrows");
    publish_sol(&mut world, dollars);
    assert_eq!(cents_in_force(&world), 20_000);
    (world, dave)
}

#[test]
fn while_a_jump_is_pending_only_what_improves_health_passes() {
    let (mut world, dave) = dave_and_a_jump_to(150);
    let (usdc, sol) = story::usdc_and_sol(&world);

    assert_refused(world.borrow(&dave, &usdc, 1), PlimsollError::PricePending);
    assert_refused(world.withdraw(&dave, &sol, 1), PlimsollError::PricePending);
    world.deposit(&dave, &sol, sol.atoms(1)).expect("a deposit");
    world.repay(&dave, &usdc, usdc.atoms(1)).expect("a repayment");
}

#[test]
fn a_confirmed_jump_takes_the_nearer_price() {
    for (first, second) in [(150, 152), (152, 150)] {
        let (mut world, dave) = dave_and_a_jump_to(first);
        let (usdc, _) = story::usdc_and_sol(&world);
        publish_sol(&mut world, second);
        // INV-PRICE: of two publications beyond the threshold the nearer one counts
        assert_eq!(cents_in_force(&world), 15_200, "{first}, then {second}");
        world.borrow(&dave, &usdc, 1).expect("nothing is pending");
    }
}

#[test]
fn a_jump_that_nobody_repeats_is_dropped() {
    let (mut world, dave) = dave_and_a_jump_to(150);
    let (usdc, _) = story::usdc_and_sol(&world);
    publish_sol(&mut world, 199);
    assert_eq!(cents_in_force(&world), 19_900);
    world.borrow(&dave, &usdc, 1).expect("nothing is pending");
}
