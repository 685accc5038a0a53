//! `set_perp_params`: funding up to now follows the old parameters; the size margin walks.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PerpMarketParamsSet;
use plimsoll_client::plimsoll::state::PerpMarketParams;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::{Signer, World};

use crate::bounds::{PERP_OUTSIDE, PERP_WITHIN};
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// The market on SOL.
const MARKET: u8 = 0;
/// SOL has nine.
const DECIMALS: u8 = 9;
/// Lamports of a SOL.
const SOL: i64 = 1_000_000_000;

fn set(world: &World, market: u8, apply: impl FnOnce(&mut PerpMarketParams)) -> Instruction {
    let mut params = perp_params(DECIMALS);
    apply(&mut params);
    instructions::set_perp_params(world.group, world.admin.pubkey(), world.book, market, params)
}

/// A pool and a market on SOL.
fn with_market() -> World {
    let mut world = World::with_majors();
    world.create_pool();
    let sol = world.assets[1];
    world.list_perp(&sol, perp_params(DECIMALS));
    world
}

#[test]
fn the_size_margin_walks_after_a_grace_and_the_rest_holds_at_once() {
    let mut world = with_market();
    world.advance(1_000);
    let before = world.book_state().perp_markets[0];
    let now = u64::try_from(world.now()).expect("after 1970");
    let set = set(&world, MARKET, |params| {
        params.size_margin_ppm = 2_000_000;
        params.fee_ppm = 1_000;
        params.size_walk_seconds = 7_200;
    });
    let event = PerpMarketParamsSet { book: world.book, market: MARKET, params_version: 2 };
    emits(&mut world, &set, &[], &event);

    let market = world.book_state().perp_markets[0];
    assert_eq!(market.size_margin_from, before.size_margin_to);
    // two over 10¹⁴ lamports, rounded up
    let per_atom = u64::try_from((1u128 << 97).div_ceil(100_000_000_000_000)).expect("48 bits");
    assert_eq!(market.size_margin_to, per_atom);
    assert_eq!(market.size_margin_start_seconds, now + 3_600);
    assert_eq!(market.size_margin_end_seconds, now + 3_600 + 7_200);
    assert_eq!((market.params.fee_ppm, market.funding_updated_seconds), (1_000, now));
}

#[test]
fn a_size_margin_that_stays_is_not_announced_again() {
    let mut world = with_market();
    let before = world.book_state().perp_markets[0].size_margin_ramp();
    world.advance(1_000);
    let set = set(&world, MARKET, |params| params.fee_ppm = 1_000);
    world.must(&[set], &[]);
    assert_eq!(world.book_state().perp_markets[0].size_margin_ramp(), before);
}

#[test]
fn funding_up_to_the_change_follows_the_old_parameters() {
    let funded = |change: Option<fn(&mut PerpMarketParams)>| {
        let (mut world, _) = World::with_perps();
        let usdc = world.assets[0];
        let trader = world.depositor(&usdc, usdc.atoms(1_000_000));
        world.trade(&trader, MARKET, 1_000 * SOL).expect("a long");
        world.advance(3_600);
        let update = match change {
            Some(change) => set(&world, MARKET, change),
            None => instructions::update_funding(world.book, MARKET),
        };
        world.must(&[update], &[]);
        world.book_state().perp_markets[0]
    };
    let (changed, unchanged) = (funded(Some(|params| params.max_funding_velocity_ppm = 0)), funded(None));
    assert!(unchanged.funding_rate > 0, "longs pay");
    assert_eq!((changed.funding_rate, changed.profit_index), (unchanged.funding_rate, unchanged.profit_index));
    assert_eq!(changed.funding_updated_seconds, unchanged.funding_updated_seconds);
}

#[test]
fn parameters_within_their_bounds_are_taken() {
    let mut world = with_market();
    for (change, apply) in PERP_WITHIN {
        let set = set(&world, MARKET, apply);
        let outcome = world.send(&[set], &[]);
        assert!(outcome.is_ok(), "{change} was refused: {outcome:?}");
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let mut world = with_market();
    for (_, apply) in PERP_OUTSIDE {
        let set = set(&world, MARKET, apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn a_market_that_is_not_listed_is_refused() {
    let mut world = with_market();
    for market in [1, 15, 16, u8::MAX] {
        let set = set(&world, market, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::MarketIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = with_market();
    let set = set(&world, MARKET, |_| ());
    refuses_wrong_governance(&mut world, &set);
}
