//! The estimator under attack: what an attacker reaches through the real program, next to the bound that the core proves. Each message names
//! both.

mod choose;
mod funding_order;
mod proven;
mod sandwich;
mod settle;
mod skip;
mod spam;
mod trial;

use plimsoll_client::instructions;
use plimsoll_tests::World;

use crate::story::{self, DOLLAR_E8, STEP_SECONDS};

/// SOL's price before an attack.
const SOL_E8: i64 = 200 * DOLLAR_E8;

/// A world in which nothing ever happened, this very second at the beginning of a step, folded.
fn calm() -> World {
    let mut world = World::with_majors();
    next_step(&mut world);
    story::reprice(&mut world, SOL_E8);
    fold(&mut world);
    world
}

/// The clock comes to the beginning of the next step.
fn next_step(world: &mut World) {
    skip_steps(world, 1);
}

/// The clock comes to the beginning of a later step; nobody cranks in between.
fn skip_steps(world: &mut World, steps: u64) {
    let steps = i64::try_from(steps).expect("a gap");
    world.advance(steps * STEP_SECONDS - world.now() % STEP_SECONDS);
}

fn fold(world: &mut World) {
    world.must(&[instructions::refresh_risk(world.book, &[])], &[]);
}

/// SOL leaps to a price with the first publication of the step, and further three seconds later, so that the first is confirmed: it is the sample.
fn leap(world: &mut World, price_e8: i64) {
    let further = (price_e8 - world.published_price(&world.assets[1])) / 100;
    story::reprice(world, price_e8);
    world.advance(3);
    story::reprice(world, price_e8 + further);
    let sampled = world.book_state().factors[1].volatility.sample_step;
    assert_eq!(sampled, world.now().unsigned_abs() / STEP_SECONDS.unsigned_abs(), "the leap is the sample");
}

/// SOL's maintenance margin at the end of its path.
fn path_end(world: &World) -> u64 {
    let [.., end] = world.book_state().factors[1].threshold.path;
    end
}
