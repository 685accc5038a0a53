//! `set_implied_feed`: a factor follows a feed of implied volatility, or none.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::ImpliedFeedSet;
use plimsoll_client::plimsoll::state::Wide;
use plimsoll_client::plimsoll::state::factor::ImpliedState;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::edit_book;
use crate::wrong_accounts::refuses_wrong_governance;

const SOL: u8 = 1;
const FEED: [u8; 32] = [0x1F; 32];

fn set(world: &World, factor_index: u8, feed_id: [u8; 32]) -> Instruction {
    instructions::set_implied_feed(world.group, world.admin.pubkey(), world.book, factor_index, feed_id)
}

#[test]
fn what_another_feed_said_counts_no_more() {
    let mut world = World::with_majors();
    for feed_id in [FEED, [2; 32], [0; 32]] {
        edit_book(&mut world, |book| {
            book.factors[1].implied.variance = Wide::new(1 << 90);
            book.factors[1].implied.publish_time_seconds = 77;
        });
        let before = world.book_state().factors[1];
        let set = set(&world, SOL, feed_id);
        let event = ImpliedFeedSet { book: world.book, factor_index: SOL, feed_id };
        emits(&mut world, &set, &[], &event);
        let after = world.book_state().factors[1];
        assert_eq!(after.implied, ImpliedState { feed_id, ..ImpliedState::default() });
        assert_eq!((after.threshold, after.volatility), (before.threshold, before.volatility));
    }
}

#[test]
fn a_factor_that_is_not_listed_is_refused() {
    let mut world = World::with_majors();
    for factor_index in [4, 15, 16, u8::MAX] {
        let set = set(&world, factor_index, FEED);
        refuses(&mut world, &set, &[], PlimsollError::FactorIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, SOL, FEED);
    refuses_wrong_governance(&mut world, &set);
}
