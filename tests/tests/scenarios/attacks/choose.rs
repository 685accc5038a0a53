//! Who picks among the valid publications of a step, or leaves a factor's out.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{World, assert_refused};

use super::proven::{Proven, assert_within, fast};
use super::{SOL_E8, calm, fold, next_step, skip_steps};
use crate::story::{self, DOLLAR_E8, STEP_SECONDS};

/// Publications of the step, a second apart, each a dollar higher than the one before.
const CANDIDATES: i64 = 12;
/// How long a fold waits for a factor that lives.
const WAIT_SECONDS: i64 = 120;

/// Every factor but SOL is sampled at the beginning of a new step.
fn without_sol(world: &mut World) {
    next_step(world);
    for asset in world.assets.clone() {
        if asset.index != 1 {
            let price = world.published_price(&asset);
            world.publish(&asset, price);
            world.must(&[instructions::refresh_prices(world.book, &[asset.oracle])], &[]);
        }
    }
}

/// SOL's oracle account holds the publication that came so many seconds after the boundary.
fn publish_candidate(world: &mut World, boundary: i64, candidate: i64) {
    let sol = world.assets[1];
    let at = boundary + candidate;
    world.publish_at(&sol, SOL_E8 + (2 + candidate) * DOLLAR_E8 / 2, at, at - 1);
}

/// INV-PRICE: of twelve publications, all valid, all signed, only the first after the boundary is a sample, whichever is brought first and by
/// whichever instruction. Another one counts as a price: its range can only add, within the bound.
#[test]
fn only_the_first_publication_of_a_step_is_its_sample() {
    let mut reached = Vec::new();
    let mut bound = 0.0;
    for candidate in 0..CANDIDATES {
        let mut world = calm();
        bound = Proven::of(&world).influence(1);
        without_sol(&mut world);
        let boundary = world.now();
        world.advance(CANDIDATES);
        let (book, oracle) = (world.book, world.assets[1].oracle);
        let bring = instructions::refresh_risk(book, &[oracle]);
        publish_candidate(&mut world, boundary, candidate);
        if candidate > 0 {
            assert_refused(world.send(std::slice::from_ref(&bring), &[]), PlimsollError::SampleNotFirst);
            world.must(&[instructions::refresh_prices(book, &[oracle])], &[]);
            let sampled = world.book_state().factors[1].volatility.sample_step;
            assert!(sampled < (boundary / STEP_SECONDS).unsigned_abs(), "candidate {candidate} became the sample");
            // a later price keeps the sample out of nothing
            publish_candidate(&mut world, boundary, 0);
        }
        world.must(&[bring], &[]);
        let log = world.book_state().factors[1].volatility.last_log_price;
        reached.push((log, fast(&world)));
    }
    let (sample, alone) = reached[0];
    assert!(reached.iter().all(|(log, variance)| *log == sample && *variance >= alone), "{reached:?}");
    let highest = reached.iter().fold(0.0f64, |highest, (_, variance)| highest.max(*variance));
    assert_within("the best of twelve candidates", highest, bound, 0.5);
}

/// A factor's sample is withheld until the wait is over: the step is folded without it 120 seconds after the boundary and not before, its variance
/// and its announced path stay, and its next return spans both steps.
#[test]
fn a_sample_that_is_withheld_only_waits() {
    let mut world = calm();
    let (proven, before) = (Proven::of(&world), world.book_state().factors[1]);
    without_sol(&mut world);
    let fold_now = instructions::refresh_risk(world.book, &[]);
    assert_refused(world.send(std::slice::from_ref(&fold_now), &[]), PlimsollError::StepIncomplete);
    world.advance(WAIT_SECONDS - 1);
    assert_refused(world.send(std::slice::from_ref(&fold_now), &[]), PlimsollError::StepIncomplete);
    world.advance(1);
    fold(&mut world);
    let without = world.book_state().factors[1];
    assert_eq!(without.volatility.variance_fast, before.volatility.variance_fast);
    assert_eq!(without.threshold.path[..12], before.threshold.path[1..]);

    // what it would have been: 0.6 % and back, folded at each step
    let away_e8 = SOL_E8 * 1_006 / 1_000;
    let mut honest = calm();
    for price in [away_e8, SOL_E8] {
        next_step(&mut honest);
        story::reprice(&mut honest, price);
        fold(&mut honest);
    }
    // back at the price of before, so that the return is nothing: all that the attacker can hide
    next_step(&mut world);
    story::reprice(&mut world, SOL_E8);
    fold(&mut world);
    let (measured, lowest) = (fast(&world), proven.decayed(2));
    println!("withheld {measured:.6e}, proven {lowest:.6e}, honest {:.6e}", fast(&honest));
    assert!((lowest..lowest * 1.000_001).contains(&measured), "withheld {measured:.6e}, proven {lowest:.6e}");
    assert!(measured < fast(&honest));
}

/// Withheld, a violent sample counts once, with the length of both steps: at most as much as two folds of it.
#[test]
fn a_sample_that_is_withheld_grows_by_its_gap_alone() {
    let mut world = calm();
    let (proven, twice) = (Proven::of(&world), Proven::of(&world).compounded(2));
    without_sol(&mut world);
    world.advance(WAIT_SECONDS);
    fold(&mut world);
    skip_steps(&mut world, 1);
    super::leap(&mut world, 2 * SOL_E8);
    fold(&mut world);
    assert_within("a leap after a withheld sample", fast(&world), proven.influence(2), 0.999_999);
    assert!(proven.influence(2) <= twice);
    let book = world.book_state();
    let row: i64 = (17..31).map(|cell| book.covariance[cell].abs()).sum();
    assert!(row < 100, "a return over two steps has no partner in a fold of one: {row}");
}
