//! Kate and Karl see Bob at the same time.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{Trader, World, assert_refused};

use crate::story::{self, DOLLAR_E8, claim};

/// 4.75 % below what Bob borrowed at: no jump.
const PRICE_E8: i64 = 1_905 * DOLLAR_E8 / 10;

/// Bob is unhealthy; Kate and Karl have 100,000 USDC each.
fn race() -> (World, Trader, Trader, Trader) {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    let kate = world.depositor(&usdc, usdc.atoms(100_000));
    let karl = world.depositor(&usdc, usdc.atoms(100_000));
    world.advance(30);
    story::reprice(&mut world, PRICE_E8);
    (world, bob, kate, karl)
}

#[test]
fn the_second_keeper_comes_too_late() {
    let (mut world, bob, kate, karl) = race();
    story::liquidate(&mut world, &kate, &bob, u64::MAX).expect("Kate is first");
    let (_, sol) = story::usdc_and_sol(&world);
    let left = claim(&world, &bob, &sol);
    assert_refused(story::liquidate(&mut world, &karl, &bob, u64::MAX), PlimsollError::NotLiquidatable);
    assert_eq!(claim(&world, &bob, &sol), left);
    assert_eq!(claim(&world, &karl, &sol), 0);
}

#[test]
fn the_second_keeper_takes_the_rest_and_nothing_is_seized_twice() {
    let (mut world, bob, kate, karl) = race();
    let (usdc, sol) = story::usdc_and_sol(&world);
    let (sol_before, debt_before) = (claim(&world, &bob, &sol), story::debt(&world, &bob, &usdc));
    let mut health = story::liquidation_health(&world, &bob);
    for (keeper, limit) in [(&kate, usdc.atoms(20)), (&karl, u64::MAX)] {
        story::liquidate(&mut world, keeper, &bob, limit).expect("part of Bob");
        // INV-IMPROVE
        let healthier = story::liquidation_health(&world, &bob);
        assert!(healthier > health, "{health} became {healthier}");
        health = healthier;
    }
    assert!(health >= 0);
    let seized = [&kate, &karl].map(|keeper| claim(&world, keeper, &sol));
    assert!(seized.iter().all(|&atoms| atoms > 0));
    let insurance = world.book_state().reserves[1].insurance_atoms;
    let lost = sol_before - claim(&world, &bob, &sol);
    assert_eq!(seized.iter().sum::<u64>() + insurance, lost);
    assert!(story::debt(&world, &bob, &usdc) < debt_before - usdc.atoms(20));
}
