//! Cranks as often as the chain takes them, with the most extreme publications that are valid, within a step and for an hour.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{World, assert_refused};

use super::proven::{Proven, assert_within, fast};
use super::{SOL_E8, calm, fold, next_step, path_end};
use crate::story;

/// What a publication may differ by without waiting for its confirmation: just below 5 %.
const UP: (i64, i64) = (1_049, 1_000);
/// Publications of one way up, and of one way down.
const CLIMB: usize = 10;
/// Wicks of a step: up and down again, twelve times.
const WICKS: usize = 12;

/// The prices of a wick: up to 1.6 times the price and back.
fn wick() -> Vec<i64> {
    let climb: Vec<i64> = std::iter::successors(Some(SOL_E8), |price| Some(price * UP.0 / UP.1)).take(CLIMB).collect();
    climb.iter().skip(1).chain(climb.iter().rev().skip(1)).copied().collect()
}

/// Twelve wicks, a publication a second, each refreshed and accepted, and a fold tried after each.
fn pump(world: &mut World) {
    let sol = world.assets[1];
    let refresh = instructions::refresh_prices(world.book, &[sol.oracle]);
    for price in std::iter::repeat_n(wick(), WICKS).flatten() {
        world.advance(1);
        world.publish(&sol, price);
        world.must(std::slice::from_ref(&refresh), &[]);
        assert_eq!(world.book_state().factors[1].price.publish_time_seconds, world.now().unsigned_abs(), "accepted");
        let again = instructions::refresh_risk(world.book, &[]);
        assert_refused(world.send(&[again], &[]), PlimsollError::StepAlreadyFolded);
    }
}

/// INV-INFLUENCE: wicks within a step count as a range, less than a return of the same size may, however wild and many they are; they raise
/// no jump level, and the announced hour stays.
#[test]
fn wicks_within_a_step_move_what_a_range_may() {
    let mut world = calm();
    let (proven, before) = (Proven::of(&world), world.book_state().factors[1]);
    pump(&mut world);
    next_step(&mut world);
    story::reprice(&mut world, SOL_E8);
    fold(&mut world);
    assert_within("wicks of one step", fast(&world), proven.influence_of_range(), 0.999);
    let after = world.book_state().factors[1];
    assert_eq!(after.volatility.jump_level, 0);
    assert_eq!(after.threshold.path[..12], before.threshold.path[1..]);
    assert!(path_end(&world) - before.threshold.path[12] <= proven.walk().0);

    // refreshed once more, nothing is left of the range
    let proven = Proven::of(&world);
    next_step(&mut world);
    story::reprice(&mut world, SOL_E8);
    fold(&mut world);
    let decayed = proven.decayed(1);
    assert!((decayed..decayed * 1.000_001).contains(&fast(&world)), "{} instead of {decayed}", fast(&world));
}

/// INV-INFLUENCE, INV-GRACE: an hour of pumping at every step compounds no faster than the bound, and maintenance margin of this hour does not move.
#[test]
fn an_hour_of_wicks_moves_the_line_an_hour_later_by_its_walk() {
    let mut world = calm();
    let (whole, before) = (Proven::of(&world), world.book_state().factors[1]);
    let (mut end, mut highest) = (path_end(&world), 0.0f64);
    for step in 1..=12 {
        let proven = Proven::of(&world);
        pump(&mut world);
        next_step(&mut world);
        story::reprice(&mut world, SOL_E8);
        fold(&mut world);
        assert_within(&format!("wicks of step {step}"), fast(&world), proven.influence_of_range(), 0.999);
        let (up, _) = proven.walk();
        assert!(path_end(&world) - end <= up, "step {step}: the path's end walked {} of {up}", path_end(&world) - end);
        end = path_end(&world);
        highest = highest.max(fast(&world));
        let now = world.book_state().factors[1].threshold.path[0];
        assert_eq!(now, before.threshold.path[step], "step {step}: maintenance margin is the announced");
    }
    // a range counts 0.28 of what a return may, so an hour of it reaches about a third of what an hour of leaps could
    assert_within("an hour of wicks", highest, whole.compounded(12), 0.3);
}
