//! `set_book_params`: the whole struct, within bounds, without the grid.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::BookParamsSet;
use plimsoll_client::plimsoll::state::BookParams;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Signer, World, assets};

use crate::bounds::{BOOK_OUTSIDE, BOOK_WITHIN, Change};
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

fn set(world: &World, apply: fn(&mut BookParams)) -> Instruction {
    let mut params = assets::book_params();
    apply(&mut params);
    instructions::set_book_params(world.group, world.admin.pubkey(), world.book, params)
}

#[test]
fn parameters_change_as_a_whole_with_what_follows_from_them() {
    let mut world = World::with_majors();
    let before = world.book_state();
    let set = set(&world, |params| {
        params.covariance_half_life_seconds = 86_400;
        params.walk_absolute_ppm_per_hour = 5_000;
    });
    let event = BookParamsSet { book: world.book, params_version: 2 };
    emits(&mut world, &set, &[], &event);

    let after = world.book_state();
    assert_eq!((after.params.covariance_half_life_seconds, after.params_version), (86_400, 2));
    assert!(after.decay_covariance < before.decay_covariance, "a shorter half-life keeps less");
    for (old, new) in before.factors.iter().zip(&after.factors).take(4) {
        assert!(new.threshold.derived.step_absolute > old.threshold.derived.step_absolute);
        assert_eq!((new.threshold.path, new.threshold.initial), (old.threshold.path, old.threshold.initial));
    }
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    let mut world = World::with_majors();
    for (change, apply) in BOOK_WITHIN {
        let set = set(&world, *apply);
        let outcome = world.send(&[set], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = World::with_majors();
    for (_, apply) in BOOK_OUTSIDE {
        let set = set(&world, *apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn the_grid_is_fixed() {
    let mut world = World::with_majors();
    let changes: [Change<BookParams>; 3] = [
        ("grid", |params| params.grid_seconds = 600),
        ("grace", |params| params.grace_seconds = 1_800),
        ("nonsense", |params| params.grid_seconds = 0),
    ];
    for (_, apply) in changes {
        let set = set(&world, apply);
        refuses(&mut world, &set, &[], PlimsollError::GridFixed);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, |_| ());
    refuses_wrong_governance(&mut world, &set);
}
