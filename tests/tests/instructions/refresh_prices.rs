//! `refresh_prices`: any subset of the feeds, in any order, and nothing that is not a good price.

mod push;

use plimsoll_client::Instruction;
use plimsoll_client::instructions::refresh_prices;
use plimsoll_client::oracle::Quote;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PricesRefreshed;
use plimsoll_tests::{Asset, World};

use crate::expect::{emits, refuses};
use crate::oracles::{ONE_E8, quote_of, refuses_false_oracles, refuses_faulty_publications};
use crate::stage::leave_pending;
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// The majors, a while after their first refresh.
fn world_with_sol() -> (World, Asset, Instruction) {
    let mut world = World::with_majors();
    world.advance(100);
    let sol = world.assets[1];
    let refresh = refresh_prices(world.book, &[sol.oracle]);
    (world, sol, refresh)
}

/// Dollars of one SOL as quote atoms per atom, with 40 fractional bits, to the nearest.
pub(super) fn mid_of(dollars: u64) -> u64 {
    ((dollars << 40) + 500) / 1_000
}

#[test]
fn a_price_enters_with_its_confidence_and_time() {
    let (mut world, sol, refresh) = world_with_sol();
    world.publish(&sol, 201 * ONE_E8);
    let event = PricesRefreshed { book: world.book, accepted: 0b10, pending: 0 };
    let before = world.book_state();
    emits(&mut world, &refresh, &[], &event);

    let (now, after) = (u64::try_from(world.now()).expect("after 1970"), world.book_state());
    let (price, stable) = (after.factors[1].price, after.factors[1].stable);
    assert_eq!((price.mid, price.publish_time_seconds), (mid_of(201), now));
    // the confidence is a two-thousandth, two of which stand off the mid
    let half = price.confidence * 2;
    assert!(price.confidence.abs_diff(mid_of(201) / 2_000) <= 1);
    assert!(price.asset_initial <= price.mid - half && price.debt_initial >= price.mid + half);
    assert!(stable.stable > mid_of(200) && stable.stable <= mid_of(201), "the stable price follows");
    assert_eq!(after.factors[1].volatility.sample_step, before.factors[1].volatility.sample_step);
    for other in [0, 2, 3] {
        assert_eq!(after.factors[other].price, before.factors[other].price);
    }
}

#[test]
fn all_feeds_enter_at_once_in_any_order() {
    let mut world = World::with_majors();
    world.advance(5);
    let mut oracles = Vec::new();
    for asset in world.assets.clone().iter().rev() {
        let price = world.published_price(asset);
        world.publish(asset, price);
        oracles.push(asset.oracle);
    }
    let refresh = refresh_prices(world.book, &oracles);
    let event = PricesRefreshed { book: world.book, accepted: 0b1111, pending: 0 };
    emits(&mut world, &refresh, &[], &event);
}

#[test]
fn a_known_publication_is_passed_over() {
    let (mut world, sol, refresh) = world_with_sol();
    world.publish(&sol, 201 * ONE_E8);
    world.must(std::slice::from_ref(&refresh), &[]);
    let before = world.svm.get_account(&world.book).expect("a Book").data;
    let event = PricesRefreshed { book: world.book, accepted: 0, pending: 0 };
    emits(&mut world, &refresh, &[], &event);
    assert!(before == world.svm.get_account(&world.book).expect("a Book").data);
}

#[test]
fn bounds_belong_to_what_enters() {
    let within: [fn(&mut Quote, i64); 3] = [
        |quote, now| quote.publish_time = now + 30,
        |quote, now| quote.publish_time = now - 60,
        |quote, _| quote.confidence = quote.price.unsigned_abs() / 50 - 5,
    ];
    for change in within {
        let (mut world, sol, refresh) = world_with_sol();
        let mut quote = quote_of(&world, &sol);
        change(&mut quote, world.now());
        world.publish_quote(sol.oracle, &quote);
        world.must(&[refresh], &[]);
        let entered = world.book_state().factors[1].price.publish_time_seconds;
        assert_eq!(i64::try_from(entered), Ok(quote.publish_time));
    }
}

#[test]
fn faulty_publications_are_refused() {
    let (mut world, sol, refresh) = world_with_sol();
    refuses_faulty_publications(&mut world, &refresh, &sol);
    world.must(&[refresh], &[]);
}

#[test]
fn an_older_publication_than_the_books_or_the_pending_one_is_refused() {
    let (mut world, sol, refresh) = world_with_sol();
    world.publish(&sol, 201 * ONE_E8);
    world.must(std::slice::from_ref(&refresh), &[]);
    let now = world.now();
    world.publish_at(&sol, 202 * ONE_E8, now - 1, now - 2);
    refuses(&mut world, &refresh, &[], PlimsollError::PriceNotNewer);
    leave_pending(&mut world, &sol);
    // newer than the price in force, older than the one that waits
    world.publish_at(&sol, 202 * ONE_E8, now + 1, now);
    refuses(&mut world, &refresh, &[], PlimsollError::PriceNotNewer);
}

#[test]
fn one_refused_publication_refuses_the_whole_call() {
    let (mut world, sol, _) = world_with_sol();
    let btc = world.assets[2];
    world.publish(&sol, 201 * ONE_E8);
    world.publish(&btc, 0);
    let both = refresh_prices(world.book, &[sol.oracle, btc.oracle]);
    refuses(&mut world, &both, &[], PlimsollError::PriceNotPositive);
    let none = refresh_prices(world.book, &[]);
    refuses(&mut world, &none, &[], PlimsollError::NoOracles);
}

#[test]
fn a_jump_waits_until_a_second_publication_confirms_it() {
    let (mut world, sol, refresh) = world_with_sol();
    let (book, in_force) = (world.book, world.book_state().factors[1].price);
    world.publish(&sol, 150 * ONE_E8);
    emits(&mut world, &refresh, &[], &PricesRefreshed { book, accepted: 0, pending: 0b10 });
    assert_eq!(world.book_state().factors[1].price, in_force);
    world.advance(1);
    world.publish(&sol, 148 * ONE_E8);
    emits(&mut world, &refresh, &[], &PricesRefreshed { book, accepted: 0, pending: 0b10 });
    world.advance(1);
    world.publish(&sol, 149 * ONE_E8);
    emits(&mut world, &refresh, &[], &PricesRefreshed { book, accepted: 0b10, pending: 0 });
    // of the two the one nearer to the old price counts
    assert_eq!(world.book_state().factors[1].price.mid, mid_of(150));
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, sol, refresh) = world_with_sol();
    let book = world.book;
    refuses_false_oracles(&mut world, &refresh, &sol);
    refuses_impostors(&mut world, &refresh, &[], book);
    refuses_other_versions(&mut world, &refresh, &[], &[book]);
    let other = crate::stage::elsewhere(&mut world);
    refuses(&mut world, &swapped(&refresh, book, other.book), &[], PlimsollError::OracleFeed);
}
