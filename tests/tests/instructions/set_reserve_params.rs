//! `set_reserve_params`: interest up to now follows the old parameters; the maintenance weight walks.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::ReserveParamsSet;
use plimsoll_client::plimsoll::state::ReserveParams;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Signer, World, assets};

use crate::bounds::{RESERVE_OUTSIDE, RESERVE_WITHIN};
use crate::expect::{emits, refuses};
use crate::stage::{Stage, reserve_of};
use crate::wrong_accounts::refuses_wrong_governance;

/// SOL, in every test world.
const SOL: u8 = 1;
/// One as a ratio with 32 fractional bits.
const ONE: u64 = 1 << 32;

fn set(world: &World, reserve_index: u8, apply: impl FnOnce(&mut ReserveParams)) -> Instruction {
    let mut params = assets::reserve_params();
    apply(&mut params);
    instructions::set_reserve_params(world.group, world.admin.pubkey(), world.book, reserve_index, params)
}

#[test]
fn the_initial_weight_falls_at_once_and_the_maintenance_weight_walks_after_a_grace() {
    let mut stage = Stage::new();
    let world = &mut stage.world;
    let now = u64::try_from(world.now()).expect("after 1970");
    let set = set(world, SOL, |params| {
        params.collateral_weight_initial_ppm = 250_000;
        params.collateral_weight_maintenance_ppm = 500_000;
    });
    let event = ReserveParamsSet { book: world.book, reserve_index: SOL, params_version: 2 };
    emits(world, &set, &[], &event);

    let reserve = reserve_of(world, &stage.sol);
    assert_eq!((reserve.weight_initial, reserve.weight_from, reserve.weight_to), (ONE / 4, ONE, ONE / 2));
    assert_eq!(reserve.weight_start_seconds, now + 3_600);
    assert_eq!(reserve.weight_end_seconds, now + 3_600 + 86_400);
    assert_eq!((reserve.params.collateral_weight_initial_ppm, reserve.params_version), (250_000, 2));
}

#[test]
fn a_weight_that_stays_is_not_announced_again() {
    let mut world = World::with_majors();
    let before = world.book_state().reserves[1].weight_ramp();
    world.advance(1_000);
    let set = set(&world, SOL, |params| params.protocol_share_ppm = 200_000);
    world.must(&[set], &[]);
    assert_eq!(world.book_state().reserves[1].weight_ramp(), before);
}

#[test]
fn interest_up_to_the_change_follows_the_old_parameters() {
    let mut changed = Stage::with_debt();
    let mut unchanged = Stage::with_debt();
    for stage in [&mut changed, &mut unchanged] {
        stage.world.advance(86_400);
    }
    let set = set(&changed.world, changed.usdc.index, |params| {
        params.rate_min_ppm_per_year = 1_000_000;
    });
    changed.world.must(&[set], &[]);
    let accrue = instructions::accrue(unchanged.world.book);
    unchanged.world.must(&[accrue], &[]);
    let [one, other] = [&changed, &unchanged].map(|stage| reserve_of(&stage.world, &stage.usdc));
    assert_eq!((one.debt_index, one.accrued_seconds), (other.debt_index, other.accrued_seconds));
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    let mut world = World::with_majors();
    for (change, apply) in RESERVE_WITHIN {
        let set = set(&world, SOL, apply);
        let outcome = world.send(&[set], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = World::with_majors();
    for (_, apply) in RESERVE_OUTSIDE {
        let set = set(&world, SOL, apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn a_reserve_that_is_not_listed_is_refused() {
    let mut world = World::with_majors();
    for reserve_index in [4, 15, 16, u8::MAX] {
        let set = set(&world, reserve_index, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::ReserveIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, SOL, |_| ());
    refuses_wrong_governance(&mut world, &set);
}
