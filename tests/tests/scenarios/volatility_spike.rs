//! SOL shakes for five hours and ends where it began; then it stands still, and the announced line reaches Bob.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{World, assert_refused};

use crate::story::{self, DOLLAR_E8, fold_at, fold_flat, ratio};

/// Where SOL settles: Bob borrowed at 200.
const BASE_E8: i64 = 1_926 * DOLLAR_E8 / 10;
/// How far it swings up and back, step by step.
const SWING_E8: i64 = 6 * DOLLAR_E8;
/// Five hours of swings.
const SWINGS: usize = 60;
/// Points of the hour ahead.
const AHEAD: usize = 12;

/// SOL's maintenance margin now and at every announced step.
fn path(world: &World) -> [u64; AHEAD + 1] {
    world.book_state().factors[1].threshold.path
}

fn initial(world: &World) -> u64 {
    world.book_state().factors[1].threshold.initial
}

/// One swing up, or back to the base.
fn swing(world: &mut World, number: usize) {
    let swung = if number.is_multiple_of(2) { SWING_E8 } else { 0 };
    fold_at(world, BASE_E8 + swung);
}

#[test]
fn initial_margin_reacts_at_once_and_maintenance_margin_follows_what_was_announced() {
    let (mut world, _alice, _bob) = story::with_bob_at_his_limit();
    fold_at(&mut world, BASE_E8);
    let mut announced = path(&world);

    for number in 0..SWINGS {
        let before = initial(&world);
        swing(&mut world, number);
        let now = path(&world);
        // INV-GRACE: every point that was announced still stands, one place nearer
        assert_eq!(now[..AHEAD], announced[1..], "swing {number}");
        // INV-LAW: initial margin stands at its gap above the whole hour ahead
        assert!(ratio(initial(&world)) >= 1.25 * ratio(*now.iter().max().expect("points")) - 1e-9);
        assert!(initial(&world) > before, "swing {number} left initial margin alone");
        announced = now;
    }
    assert!(announced[AHEAD] > announced[0], "the line is announced to rise");
}

#[test]
fn the_walk_alone_liquidates_bob_an_hour_after_the_last_move() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    let kate = world.depositor(&usdc, usdc.atoms(100_000));
    fold_at(&mut world, BASE_E8);
    for number in 0..SWINGS {
        swing(&mut world, number);
        let health = story::liquidation_health(&world, &bob);
        assert!(health >= 0, "the swings alone reached Bob at {number}: {health}");
    }
    let announced = path(&world);

    // Bob reads the hour ahead and repays just enough for all of it but the last point
    let last_hour = f64::midpoint(ratio(announced[AHEAD - 1]), ratio(announced[AHEAD]));
    let usdc_margin = ratio(world.book_state().factors[0].threshold.path[0]);
    let debt_dollars = 100.0 * 192.6 * (1.0 - last_hour) / (1.0 + usdc_margin + usdc_margin * usdc_margin);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // dollars of the story
    let debt_atoms = (debt_dollars * 1e6) as u64;
    let owed = story::debt(&world, &bob, &usdc);
    assert!(owed > debt_atoms, "Bob could wait: {owed} owed, {debt_atoms} at the line");
    world.repay(&bob, &usdc, owed - debt_atoms).expect("Bob repays");

    for point in announced.iter().take(AHEAD).skip(1) {
        fold_flat(&mut world);
        assert_eq!(path(&world)[0], *point);
        assert_refused(story::liquidate(&mut world, &kate, &bob, u64::MAX), PlimsollError::NotLiquidatable);
    }
    fold_flat(&mut world);
    assert_eq!(path(&world)[0], announced[AHEAD]);
    let before = story::liquidation_health(&world, &bob);
    assert!(before < 0);
    story::liquidate(&mut world, &kate, &bob, u64::MAX).expect("the walk reached Bob");
    assert!(story::liquidation_health(&world, &bob) >= 0);
}
