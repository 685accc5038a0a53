//! `delist_perp_market`: a day's notice, reduce-only orders meanwhile.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PerpMarketDelisting;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// The market on SOL.
const MARKET: u8 = 0;
/// A day.
const NOTICE_SECONDS: u64 = 86_400;

fn delist(world: &World, market: u8) -> Instruction {
    instructions::delist_perp_market(world.group, world.admin.pubkey(), world.book, market)
}

/// A pool and a market on SOL.
fn with_market() -> World {
    let mut world = World::with_majors();
    world.create_pool();
    let sol = world.assets[1];
    world.list_perp(&sol, perp_params(sol.decimals));
    world
}

#[test]
fn a_market_is_named_with_a_days_notice() {
    let mut world = with_market();
    world.advance(1_000);
    let settle_at_seconds = u64::try_from(world.now()).expect("after 1970") + NOTICE_SECONDS;
    let delist = delist(&world, MARKET);
    let event = PerpMarketDelisting { book: world.book, market: MARKET, settle_at_seconds };
    emits(&mut world, &delist, &[], &event);

    let market = world.book_state().perp_markets[0];
    assert_eq!((market.status, market.settle_at_seconds, market.settlement_price), (2, settle_at_seconds, 0));
}

#[test]
fn a_market_is_named_once_so_that_the_notice_cannot_be_drawn_out() {
    let mut world = with_market();
    let delist = delist(&world, MARKET);
    world.must(std::slice::from_ref(&delist), &[]);
    world.advance(1_000);
    refuses(&mut world, &delist, &[], PlimsollError::MarketNotActive);
}

#[test]
fn a_market_that_is_not_listed_is_refused() {
    let mut world = with_market();
    for market in [1, 15, 16, u8::MAX] {
        let delist = delist(&world, market);
        refuses(&mut world, &delist, &[], PlimsollError::MarketIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = with_market();
    let delist = delist(&world, MARKET);
    refuses_wrong_governance(&mut world, &delist);
}
