//! `set_pool_params`: the first call creates the pool, its quote reserve stays.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PoolParamsSet;
use plimsoll_client::plimsoll::state::PoolParams;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::perps::pool_params;
use plimsoll_tests::{Signer, World};

use crate::bounds::{POOL_OUTSIDE, POOL_WITHIN};
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// USDC, in every test world.
const USDC: u8 = 0;
/// SOL, with other decimals than the quote.
const SOL: u8 = 1;

fn set(world: &World, quote_reserve: u8, apply: impl FnOnce(&mut PoolParams)) -> Instruction {
    let mut params = pool_params();
    apply(&mut params);
    instructions::set_pool_params(world.group, world.admin.pubkey(), world.book, quote_reserve, params)
}

#[test]
fn the_first_call_creates_an_empty_pool_and_the_next_changes_its_parameters() {
    let mut world = World::with_majors();
    assert!(!world.book_state().pool.exists());
    let create = set(&world, USDC, |_| ());
    let event = PoolParamsSet { book: world.book, quote_reserve: USDC, params_version: 1 };
    emits(&mut world, &create, &[], &event);
    let pool = world.book_state().pool;
    assert_eq!((pool.status, pool.quote_reserve, pool.params), (1, USDC, pool_params()));
    assert_eq!((pool.total_shares, pool.deposit_shares, pool.loss_today_atoms), (0, 0, 0));

    let change = set(&world, USDC, |params| params.order_delay_seconds = 2);
    let event = PoolParamsSet { book: world.book, quote_reserve: USDC, params_version: 2 };
    emits(&mut world, &change, &[], &event);
    assert_eq!(world.book_state().pool.params.order_delay_seconds, 2);
}

#[test]
fn the_quote_reserve_stays() {
    let mut world = World::with_majors();
    world.create_pool();
    for other in [SOL, 4, u8::MAX] {
        let set = set(&world, other, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::QuoteReserveFixed);
    }
}

#[test]
fn the_quote_reserve_is_listed_and_has_the_quotes_decimals() {
    let mut world = World::with_majors();
    let of_sol = set(&world, SOL, |_| ());
    refuses(&mut world, &of_sol, &[], PlimsollError::QuoteReserveDecimals);
    for unlisted in [4, 15, 16, u8::MAX] {
        let set = set(&world, unlisted, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::ReserveIndex);
    }
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    let mut world = World::with_majors();
    for (change, apply) in POOL_WITHIN {
        let set = set(&world, USDC, apply);
        let outcome = world.send(&[set], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused_and_create_no_pool() {
    let mut world = World::with_majors();
    for (_, apply) in POOL_OUTSIDE {
        let set = set(&world, USDC, apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
    assert!(!world.book_state().pool.exists());
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, USDC, |_| ());
    refuses_wrong_governance(&mut world, &set);
}
