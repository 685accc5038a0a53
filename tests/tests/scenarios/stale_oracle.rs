//! The oracle falls silent: initial margin grows careful, maintenance margin does not move, and nobody is liquidated at an old price.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::assert_refused;

use crate::story::{self, DOLLAR_E8};

/// max_age_seconds of the test's factors.
const MAX_AGE: i64 = 60;

#[test]
fn silence_widens_initial_bands_and_leaves_maintenance_alone() {
    let (world, _alice, bob) = story::with_bob_at_his_limit();
    let (book, now) = (world.book_state(), world.now());
    let at = |age: i64| story::cross_at(&world, &book, &bob, now + age);
    let fresh = at(0);

    assert_eq!(at(MAX_AGE), fresh);
    let ages = [MAX_AGE + 1, 2 * MAX_AGE, 4 * MAX_AGE, 5 * MAX_AGE];
    for pair in ages.windows(2) {
        assert!(at(pair[1]).initial < at(pair[0]).initial, "older than {pair:?}");
    }
    assert!(at(ages[0]).initial < fresh.initial);
    let dead = at(5 * MAX_AGE + 1);
    // nothing but the debt is left, with its margin
    assert!(dead.initial.0 < -i128::try_from(dead.debts).expect("a debt of dollars"));
    for age in ages {
        assert_eq!(at(age).maintenance, fresh.maintenance);
    }
    assert_eq!(dead.maintenance, fresh.maintenance);
}

#[test]
fn a_silent_collateral_cannot_be_borrowed_against() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    world.repay(&bob, &usdc, usdc.atoms(10_000)).expect("Bob repays");
    world.advance(5 * MAX_AGE + 1);

    assert_refused(world.borrow(&bob, &usdc, 1), PlimsollError::InitialHealthNegative);
    world.advance_refreshed(1);
    world.borrow(&bob, &usdc, 1).expect("fresh prices");
}

#[test]
fn a_stale_leg_is_not_exchanged_and_counts_at_its_favourable_edge() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    let kate = world.depositor(&usdc, usdc.atoms(100_000));
    // 4.5 % are no jump
    world.advance(30);
    story::reprice(&mut world, 191 * DOLLAR_E8);
    let unhealthy = story::liquidation_health(&world, &bob);
    assert!(unhealthy < 0);

    world.advance(5);
    assert_eq!(story::liquidation_health(&world, &bob), unhealthy, "five seconds are fresh");
    world.advance(1);
    assert!(story::liquidation_health(&world, &bob) > 0, "the favourable edge is healthy");
    // INV-PRICE: no exchange at an old price
    assert_refused(story::liquidate(&mut world, &kate, &bob, u64::MAX), PlimsollError::StalePriceLeg);

    story::reprice(&mut world, 191 * DOLLAR_E8);
    story::liquidate(&mut world, &kate, &bob, u64::MAX).expect("fresh legs");
}
