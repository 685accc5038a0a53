//! A stranger settles somebody's funding every second, for the rounding.

use plimsoll_client::instructions;
use plimsoll_tests::World;

use crate::perp_story::{self, SOL, SOL_PERP};
use crate::story;

/// Seconds that the stranger keeps at it.
const SECONDS: i128 = 300;

/// Maintenance health of a long, after funding was booked every second, and settled each time or never.
fn health_after(is_settled: bool) -> (i128, i128) {
    let (mut world, _provider) = World::with_perps();
    let long = perp_story::with_dollars(&mut world, 30_000);
    world.trade(&long, SOL_PERP, 500 * SOL).expect("a purchase");
    let mut settled = 0;
    for _ in 0..SECONDS {
        world.advance(1);
        world.must(&[instructions::update_funding(world.book, SOL_PERP)], &[]);
        if is_settled && perp_story::settle(&mut world, &long).is_ok() {
            settled += 1;
        }
    }
    world.advance_refreshed(1);
    world.must(&[instructions::update_funding(world.book, SOL_PERP)], &[]);
    (story::liquidation_health(&world, &long), settled)
}

/// INV-SETTLE: each settlement costs its account an atom of rounding at most, so an hour of it less than half a cent.
#[test]
fn settling_every_second_costs_an_atom_each_time() {
    let ((kept, _), (left, settled)) = (health_after(false), health_after(true));
    let cost = kept - left;
    println!("{settled} settlements cost {cost} atoms, proven {settled}");
    assert!(settled > SECONDS / 2, "there was something to settle");
    assert!((0..=settled).contains(&cost), "{settled} settlements cost {cost} atoms");
}
