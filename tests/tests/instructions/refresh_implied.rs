//! `refresh_implied`: publications of implied volatility raise the volatility that margins follow, and lower nothing.

use plimsoll_client::oracle::pull_account_data_verified;
use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, PUSH_ORACLE_PROGRAM, Quote, pull_account_data};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::ImpliedRefreshed;
use plimsoll_client::plimsoll::state::Factor;
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_tests::risk::{GRID_SECONDS, ImpliedFeed};
use plimsoll_tests::{Signer, World};
use pyth_solana_receiver_sdk::price_update::VerificationLevel;

use crate::expect::{emits, refuses};
use crate::stage::elsewhere;
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

const SOL: u8 = 1;
const BTC: u8 = 2;
/// One per cent a year in the publications' units.
const PERCENT: i64 = 100_000;

/// The majors; SOL follows a feed that has said nothing yet.
fn with_feed() -> (World, ImpliedFeed) {
    let mut world = World::with_majors();
    let feed = ImpliedFeed { feed_id: [0x1F; 32], oracle: Pubkey::new_unique() };
    follow(&mut world, SOL, feed.feed_id);
    (world, feed)
}

fn follow(world: &mut World, factor_index: u8, feed_id: [u8; 32]) {
    let (group, admin, book) = (world.group, world.admin.pubkey(), world.book);
    world.must(&[instructions::set_implied_feed(group, admin, book, factor_index, feed_id)], &[]);
}

fn refresh(world: &World, feed: &ImpliedFeed) -> Instruction {
    instructions::refresh_implied(world.book, &[feed.oracle])
}

fn factor(world: &World, index: u8) -> Factor {
    world.book_state().factors[usize::from(index)]
}

/// What SOL's feed says now.
fn say(world: &mut World, feed: &ImpliedFeed, percent_e5: i64) {
    world.publish_implied(feed, percent_e5);
    let refresh = refresh(world, feed);
    world.must(&[refresh], &[]);
}

#[test]
fn a_publication_is_stored_as_a_variance_a_day() {
    let (mut world, feed) = with_feed();
    let before = factor(&world, SOL);
    world.publish_implied(&feed, 73 * PERCENT);
    let refresh = refresh(&world, &feed);
    let event = ImpliedRefreshed { book: world.book, accepted: 0b10 };
    emits(&mut world, &refresh, &[], &event);

    let after = factor(&world, SOL);
    assert_eq!(after.implied.publish_time_seconds, world.now().unsigned_abs());
    #[allow(clippy::cast_precision_loss)] // compared to nine digits
    let variance = after.implied.variance.get() as f64 / 2f64.powi(96);
    let expected = 0.73 * 0.73 / 365.0;
    assert!((variance / expected - 1.0).abs() < 1e-9, "{variance} instead of {expected}");
    assert_eq!((after.threshold, after.volatility), (before.threshold, before.volatility), "margins wait for the fold");
}

#[test]
fn it_raises_the_goal_at_the_next_fold_and_the_path_walks() {
    let (mut world, feed) = with_feed();
    world.fold().expect("a fold");
    let before = factor(&world, SOL);
    say(&mut world, &feed, 250 * PERCENT);
    world.fold().expect("a fold");
    let after = factor(&world, SOL);
    assert!(after.threshold.goal > before.threshold.goal && after.threshold.initial > before.threshold.initial);
    assert_eq!(after.threshold.path[..12], before.threshold.path[1..], "what was announced comes");
    assert!(after.threshold.path[12] > before.threshold.path[12], "the path's end walks");
    assert!(after.volatility.sigma_now <= before.volatility.sigma_now, "bands follow what was observed");
}

#[test]
fn one_that_is_low_stale_or_absent_changes_nothing() {
    // low: below what is observed; stale: two hours old
    let goal_after = |percent_e5: Option<i64>, wait_seconds: i64| {
        let (mut world, feed) = with_feed();
        if let Some(percent_e5) = percent_e5 {
            say(&mut world, &feed, percent_e5);
        }
        world.advance(wait_seconds);
        world.fold().expect("a fold");
        factor(&world, SOL).threshold.goal
    };
    assert_eq!(goal_after(Some(10 * PERCENT), 0), goal_after(None, 0));
    assert!(goal_after(Some(250 * PERCENT), 7_200 - GRID_SECONDS) > goal_after(None, 7_200 - GRID_SECONDS));
    assert_eq!(goal_after(Some(250 * PERCENT), 7_200), goal_after(None, 7_200));
}

#[test]
fn factors_may_share_a_feed() {
    let (mut world, feed) = with_feed();
    follow(&mut world, BTC, feed.feed_id);
    world.publish_implied(&feed, 60 * PERCENT);
    let refresh = refresh(&world, &feed);
    let event = ImpliedRefreshed { book: world.book, accepted: 0b110 };
    emits(&mut world, &refresh, &[], &event);
    assert_eq!(factor(&world, BTC).implied, factor(&world, SOL).implied);
}

/// What is wrong with a publication a minute after the one before.
type Fault = fn(&mut Quote, i64);

const FAULTS: &[(Fault, PlimsollError)] = &[
    (|quote, _| quote.exponent = -19, PlimsollError::PriceExponent),
    (|quote, _| quote.exponent = 7, PlimsollError::PriceExponent),
    (|quote, now| quote.publish_time = now - 60, PlimsollError::PriceNotNewer),
    (|quote, now| quote.publish_time = now - 61, PlimsollError::PriceNotNewer),
    (|quote, _| quote.publish_time = i64::MIN, PlimsollError::PriceNotNewer),
    (|quote, now| quote.publish_time = now + 31, PlimsollError::PriceFromFuture),
    (|quote, _| quote.publish_time = i64::MAX, PlimsollError::PriceFromFuture),
    (|quote, _| quote.price = PERCENT - 1, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.price = 1_000 * PERCENT + 1, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.price = 0, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.price = -80 * PERCENT, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.price = i64::MIN, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.price = i64::MAX, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.exponent = 6, PlimsollError::ImpliedAbsurd),
    (|quote, _| quote.confidence = 800_001, PlimsollError::PriceUncertain),
    (|quote, _| quote.confidence = u64::MAX, PlimsollError::PriceUncertain),
];

fn good(world: &World, feed: &ImpliedFeed) -> Quote {
    Quote {
        feed_id: feed.feed_id,
        price: 80 * PERCENT,
        confidence: 800_000,
        exponent: -5,
        publish_time: world.now(),
        prev_publish_time: world.now() - 1,
    }
}

#[test]
fn faulty_publications_are_refused() {
    let (mut world, feed) = with_feed();
    say(&mut world, &feed, 80 * PERCENT);
    world.advance(60);
    let (refresh, good) = (refresh(&world, &feed), good(&world, &feed));
    for (fault, error) in FAULTS {
        let mut quote = good;
        fault(&mut quote, world.now());
        world.publish_quote(feed.oracle, &quote);
        refuses(&mut world, &refresh, &[], *error);
    }
    world.publish_quote(feed.oracle, &good);
    world.must(&[refresh], &[]);
}

#[test]
fn a_publication_of_more_than_an_hour_ago_is_refused() {
    let (mut world, feed) = with_feed();
    world.publish_implied(&feed, 80 * PERCENT);
    world.advance(3_601);
    let refresh = refresh(&world, &feed);
    refuses(&mut world, &refresh, &[], PlimsollError::PriceStale);
    let mut quote = good(&world, &feed);
    quote.publish_time -= 3_600;
    world.publish_quote(feed.oracle, &quote);
    world.must(&[refresh], &[]);
}

#[test]
fn feeds_that_no_factor_follows_are_refused() {
    let (mut world, feed) = with_feed();
    // a price feed, and the zeros of the factors that follow none
    for feed_id in [world.assets[1].feed_id, [0; 32], [9; 32]] {
        let quote = Quote { feed_id, ..good(&world, &feed) };
        world.publish_quote(feed.oracle, &quote);
        let refresh = refresh(&world, &feed);
        refuses(&mut world, &refresh, &[], PlimsollError::ImpliedFeed);
    }
}

#[test]
fn false_oracles_are_refused() {
    let (mut world, feed) = with_feed();
    let (refresh, good) = (refresh(&world, &feed), good(&world, &feed));
    let data = pull_account_data(&good);
    let partial = pull_account_data_verified(&good, VerificationLevel::Partial { num_signatures: 12 });
    let mut other_kind = data.clone();
    other_kind[0] ^= 1;
    for (data, owner, error) in [
        (data.clone(), PUSH_ORACLE_PROGRAM, PlimsollError::OracleOwner),
        (data.clone(), anchor_spl::token::ID, PlimsollError::OracleOwner),
        (other_kind, PULL_ORACLE_PROGRAM, PlimsollError::OracleData),
        (data[..50].to_vec(), PULL_ORACLE_PROGRAM, PlimsollError::OracleData),
        (partial, PULL_ORACLE_PROGRAM, PlimsollError::OracleNotVerified),
    ] {
        let account = Pubkey::new_unique();
        world.set_account(account, data, owner);
        refuses(&mut world, &swapped(&refresh, feed.oracle, account), &[], error);
    }
    let none = instructions::refresh_implied(world.book, &[]);
    refuses(&mut world, &none, &[], PlimsollError::NoOracles);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut world, feed) = with_feed();
    world.publish_implied(&feed, 80 * PERCENT);
    let (refresh, book) = (refresh(&world, &feed), world.book);
    refuses_impostors(&mut world, &refresh, &[], book);
    refuses_other_versions(&mut world, &refresh, &[], &[book]);
    let other = elsewhere(&mut world);
    refuses(&mut world, &swapped(&refresh, book, other.book), &[], PlimsollError::ImpliedFeed);
}
