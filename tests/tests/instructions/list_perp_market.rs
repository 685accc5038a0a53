//! `list_perp_market`: a market on a factor takes the first free slot.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PerpMarketListed;
use plimsoll_client::plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll_client::plimsoll::state::Wide;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::{Signer, World};

use crate::bounds::{PERP_OUTSIDE, PERP_WITHIN};
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// The factor of SOL, in every test world.
const SOL: u8 = 1;
/// The factor of BTC.
const BTC: u8 = 2;
/// SOL has nine.
const DECIMALS: u8 = 9;
/// Nothing closed so far, 62 fractional bits.
const SIZE_ONE: u64 = 1 << 62;

/// A market on SOL with something changed.
fn list(world: &World, change: impl FnOnce(&mut PerpMarketListing)) -> Instruction {
    let mut listing =
        PerpMarketListing { symbol: *b"SOL-PERP\0\0\0\0\0\0\0\0", factor_index: SOL, params: perp_params(DECIMALS) };
    change(&mut listing);
    instructions::list_perp_market(world.group, world.admin.pubkey(), world.book, listing)
}

fn with_pool() -> World {
    let mut world = World::with_majors();
    world.create_pool();
    world
}

#[test]
fn a_market_takes_the_first_free_slot_with_empty_books() {
    let mut world = with_pool();
    let list = list(&world, |_| ());
    let symbol = *b"SOL-PERP\0\0\0\0\0\0\0\0";
    let event = PerpMarketListed { book: world.book, market: 0, factor_index: SOL, symbol };
    emits(&mut world, &list, &[], &event);

    let now = u64::try_from(world.now()).expect("after 1970");
    let market = world.book_state().perp_markets[0];
    assert_eq!((market.symbol, market.factor_index, market.status), (symbol, SOL, 1));
    assert_eq!((market.params, market.params_version), (perp_params(DECIMALS), 1));
    assert_eq!((market.long_base_atoms, market.short_base_atoms, market.positions), (0, 0, 0));
    assert_eq!((market.pool_quote_atoms, market.insurance_atoms, market.unapplied_atoms), (0, 0, 0));
    assert_eq!((market.size_factor, market.profit_index.map(Wide::signed)), ([SIZE_ONE; 2], [0; 2]));
    assert_eq!((market.funding_rate, market.funding_updated_seconds, market.listed_seconds), (0, now, now));
    // one over 10¹⁴ lamports, rounded up
    let per_atom = u64::try_from((1u128 << 96).div_ceil(100_000_000_000_000)).expect("47 bits");
    assert_eq!((market.size_margin_from, market.size_margin_to), (per_atom, per_atom));
    assert_eq!((market.settle_at_seconds, market.settlement_price), (0, 0));
}

#[test]
fn a_market_needs_a_pool() {
    let mut world = World::with_majors();
    let list = list(&world, |_| ());
    refuses(&mut world, &list, &[], PlimsollError::PoolMissing);
}

#[test]
fn a_market_needs_a_listed_factor() {
    let mut world = with_pool();
    for factor_index in [4, 15, 16, u8::MAX] {
        let list = list(&world, |listing| listing.factor_index = factor_index);
        refuses(&mut world, &list, &[], PlimsollError::FactorIndex);
    }
}

#[test]
fn a_factor_and_a_symbol_have_one_market_even_while_it_is_delisted() {
    let mut world = with_pool();
    let first = list(&world, |_| ());
    world.must(&[first], &[]);
    let same_factor = list(&world, |listing| listing.symbol = [7; 16]);
    let same_symbol = list(&world, |listing| listing.factor_index = BTC);
    for again in [&same_factor, &same_symbol] {
        refuses(&mut world, again, &[], PlimsollError::AlreadyListed);
    }
    let delist = instructions::delist_perp_market(world.group, world.admin.pubkey(), world.book, 0);
    world.must(&[delist], &[]);
    for again in [&same_factor, &same_symbol] {
        refuses(&mut world, again, &[], PlimsollError::AlreadyListed);
    }
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    for (change, apply) in PERP_WITHIN {
        let mut world = with_pool();
        let list = list(&world, |listing| apply(&mut listing.params));
        let outcome = world.send(&[list], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = with_pool();
    for (_, apply) in PERP_OUTSIDE {
        let list = list(&world, |listing| apply(&mut listing.params));
        refuses(&mut world, &list, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = with_pool();
    let list = list(&world, |_| ());
    refuses_wrong_governance(&mut world, &list);
}
