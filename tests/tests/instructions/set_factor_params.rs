//! `set_factor_params`: initial margin follows at once, maintenance margin along its announced path.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::FactorParamsSet;
use plimsoll_client::plimsoll::state::FactorParams;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Signer, World, assets};

use crate::bounds::{FACTOR_OUTSIDE, FACTOR_WITHIN};
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// SOL, in every test world.
const SOL: u8 = 1;
const SOL_SIGMA_PPM: u32 = 30_000;

fn set(world: &World, factor_index: u8, apply: impl FnOnce(&mut FactorParams)) -> Instruction {
    let mut params = assets::factor_params(SOL_SIGMA_PPM);
    apply(&mut params);
    instructions::set_factor_params(world.group, world.admin.pubkey(), world.book, factor_index, params)
}

#[test]
fn initial_margin_follows_at_once_and_announced_maintenance_margin_stays() {
    let mut world = World::with_majors();
    let before = world.book_state().factors[1];
    let set = set(&world, SOL, |params| params.sigma_stress_ppm = 400_000);
    let event = FactorParamsSet { book: world.book, factor_index: SOL, params_version: 2 };
    emits(&mut world, &set, &[], &event);

    let after = world.book_state().factors[1];
    assert_eq!((after.params.sigma_stress_ppm, after.params_version), (400_000, 2));
    assert_eq!(after.threshold.path, before.threshold.path);
    assert!(after.threshold.goal > before.threshold.goal);
    assert!(after.threshold.initial > before.threshold.initial);
    assert_eq!((after.price, after.volatility.variance_fast), (before.price, before.volatility.variance_fast));
    assert_eq!(world.book_state().factors[2].params_version, 1, "another factor changed");
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    let mut world = World::with_majors();
    for (change, apply) in FACTOR_WITHIN {
        let set = set(&world, SOL, apply);
        let outcome = world.send(&[set], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = World::with_majors();
    for (_, apply) in FACTOR_OUTSIDE {
        let set = set(&world, SOL, apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn a_factor_that_is_not_listed_is_refused() {
    let mut world = World::with_majors();
    for factor_index in [4, 15, 16, u8::MAX] {
        let set = set(&world, factor_index, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::FactorIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, SOL, |_| ());
    refuses_wrong_governance(&mut world, &set);
}
