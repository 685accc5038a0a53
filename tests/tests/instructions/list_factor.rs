//! `list_factor`: an oracle feed takes the first free slot.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::FactorListed;
use plimsoll_client::plimsoll::instructions::governance::list_factor::FactorListing;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::world::factor_listing;
use plimsoll_tests::{Listing, Signer, World, assets};

use crate::bounds::FACTOR_OUTSIDE;
use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// A fifth factor with something changed.
fn list(world: &World, change: impl FnOnce(&mut FactorListing)) -> Instruction {
    let listing = Listing { symbol: "NEW", decimals: 8, price_e8: 1, sigma_ppm: 30_000 };
    let mut listing = factor_listing(&listing, [9; 32]);
    change(&mut listing);
    instructions::list_factor(world.group, world.admin.pubkey(), world.book, listing)
}

#[test]
fn a_factor_takes_the_first_free_slot_and_starts_at_its_goal() {
    let mut world = World::with_majors();
    let list = list(&world, |_| ());
    let event = FactorListed { book: world.book, factor_index: 4, feed_id: [9; 32] };
    emits(&mut world, &list, &[], &event);

    let now = u64::try_from(world.now()).expect("after 1970");
    let factor = world.book_state().factors[4];
    assert_eq!((factor.status, factor.oracle_kind, factor.base_decimals), (1, 0, 8));
    assert_eq!((factor.feed_id, &factor.symbol[..4]), ([9; 32], b"NEW\0".as_slice()));
    assert_eq!((factor.params, factor.params_version), (assets::factor_params(30_000), 1));
    assert!(factor.threshold.goal > 0 && factor.threshold.initial > factor.threshold.goal);
    assert_eq!(factor.threshold.path, [factor.threshold.goal; 13]);
    assert_eq!(factor.threshold.path_step, now / 300);
    assert_eq!(factor.throughput_available_quote_atoms, factor.params.liquidation_capacity_quote_atoms);
    assert_eq!(factor.price.mid, 0, "no price yet");
}

#[test]
fn a_listing_outside_its_bounds_is_refused() {
    let mut world = World::with_majors();
    let changes: [fn(&mut FactorListing); 8] = [
        |listing| listing.base_decimals = 13,
        |listing| listing.base_decimals = 19,
        |listing| listing.base_decimals = u8::MAX,
        |listing| listing.seed_sigma_fast_ppm = 99,
        |listing| listing.seed_sigma_fast_ppm = 2_000_001,
        |listing| listing.seed_sigma_slow_ppm = 99,
        |listing| listing.seed_sigma_slow_ppm = 2_000_001,
        |listing| listing.seed_sigma_slow_ppm = u32::MAX,
    ];
    for change in changes {
        let list = list(&world, change);
        refuses(&mut world, &list, &[], PlimsollError::ParameterOutOfBounds);
    }
    for (_, apply) in FACTOR_OUTSIDE {
        let list = list(&world, |listing| apply(&mut listing.params));
        refuses(&mut world, &list, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn an_unknown_oracle_kind_is_refused() {
    let mut world = World::with_majors();
    for oracle_kind in [2, u8::MAX] {
        let list = list(&world, |listing| listing.oracle_kind = oracle_kind);
        refuses(&mut world, &list, &[], PlimsollError::OracleKind);
    }
}

#[test]
fn a_feed_or_symbol_is_listed_once() {
    let mut world = World::with_majors();
    let sol = world.book_state().factors[1];
    let same_feed = list(&world, |listing| listing.feed_id = sol.feed_id);
    let same_symbol = list(&world, |listing| listing.symbol = sol.symbol);
    let feed_of_another_kind = list(&world, |listing| {
        listing.feed_id = sol.feed_id;
        listing.oracle_kind = 1;
    });
    for list in [same_feed, same_symbol, feed_of_another_kind] {
        refuses(&mut world, &list, &[], PlimsollError::AlreadyListed);
    }
}

#[test]
fn a_book_holds_sixteen_factors() {
    let mut world = World::with(&assets::sixteen());
    let list = list(&world, |listing| listing.feed_id = [99; 32]);
    refuses(&mut world, &list, &[], PlimsollError::NoFreeSlot);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let list = list(&world, |_| ());
    refuses_wrong_governance(&mut world, &list);
}
