//! `refresh_risk`: one grid step, once, with the first publication of each factor after the boundary.

mod tide;

use anchor_lang::Event;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{RiskRefreshed, TideTurned};
use plimsoll_client::{Instruction, instructions, instructions::refresh_risk};
use plimsoll_tests::world::factor_listing;
use plimsoll_tests::{Listing, Signer, World};

use crate::expect::{events, refuses};
use crate::oracles::{ONE_E8, quote_of, refuses_false_oracles, refuses_faulty_publications};
use crate::stage::elsewhere;
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// The length of a grid step.
const GRID_SECONDS: i64 = 300;

fn step(world: &World) -> u64 {
    u64::try_from(world.now() / GRID_SECONDS).expect("after 1970")
}

/// Sends a Book's first fold: it turns the tide too.
#[track_caller]
fn folds_first(world: &mut World, refresh: &Instruction, sampled: u16) {
    let outcome = world.send(std::slice::from_ref(refresh), &[]);
    let (book, announced_seconds) = (world.book, world.now().unsigned_abs());
    let folded = RiskRefreshed { book, step: step(world), sampled };
    let turned = TideTurned { book, tide: 1, announced_seconds };
    assert!(events(&outcome) == [folded.data(), turned.data()], "other events than expected");
}

/// The majors, just after a boundary that nothing was published behind.
fn world_after_boundary() -> World {
    let mut world = World::with_majors();
    world.advance(GRID_SECONDS + 70);
    world
}

#[test]
fn a_step_is_folded_into_variances_covariances_and_thresholds() {
    let mut world = World::with_majors();
    let before = world.book_state();
    world.advance(GRID_SECONDS);
    // SOL by 2.5 %, the others not at all
    let sol = world.assets[1];
    for asset in world.assets.clone() {
        let price = if asset.index == sol.index { 205 * ONE_E8 } else { world.published_price(&asset) };
        world.publish(&asset, price);
    }
    world.refresh_prices();
    let refresh = refresh_risk(world.book, &[]);
    folds_first(&mut world, &refresh, 0b1111);

    let after = world.book_state();
    assert_eq!(after.folded_step, step(&world));
    let (old, new) = (before.factors[1], after.factors[1]);
    assert_eq!((new.volatility.last_step, new.threshold.path_step), (step(&world), step(&world)));
    assert_eq!(new.volatility.last_log_price, new.volatility.sample_log_price);
    assert!(new.volatility.variance_fast.get() > old.volatility.variance_fast.get(), "a move raises the variance");
    assert!(new.threshold.goal > old.threshold.goal);
    assert_eq!(new.threshold.path[..12], old.threshold.path[1..], "what was announced comes");
    assert!(new.threshold.path[12] > old.threshold.path[12], "the path's end walks");
    let calm = (before.factors[2].volatility, after.factors[2].volatility);
    assert!(calm.1.variance_fast.get() < calm.0.variance_fast.get(), "a calm step lowers the variance");
    // SOL's own entry, the 17th of the upper triangle: its return counts as six σ of 3 % a √day, for five minutes of five days' half-life
    let expected = 0.18_f64.powi(2) * (1.0 - 0.5_f64.powf(300.0 / 432_000.0)) * 2_f64.powi(56);
    #[allow(clippy::cast_precision_loss)] // below 2^53
    let ratio = after.covariance[16] as f64 / expected;
    assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
    assert!(after.covariance[0] < 100, "USDC did not move");
}

#[test]
fn a_step_is_folded_once() {
    let mut world = World::with_majors();
    let refresh = refresh_risk(world.book, &[]);
    refuses(&mut world, &refresh, &[], PlimsollError::StepAlreadyFolded);
    world.advance_refreshed(GRID_SECONDS);
    world.must(std::slice::from_ref(&refresh), &[]);
    refuses(&mut world, &refresh, &[], PlimsollError::StepAlreadyFolded);
    world.advance_refreshed(GRID_SECONDS - 1);
    refuses(&mut world, &refresh, &[], PlimsollError::StepAlreadyFolded);
}

#[test]
fn an_incomplete_step_waits_for_its_samples_and_then_does_without() {
    let mut world = World::with_majors();
    let refresh = refresh_risk(world.book, &[]);
    world.advance(GRID_SECONDS);
    refuses(&mut world, &refresh, &[], PlimsollError::StepIncomplete);
    // three of four: BTC still lacks its own
    for index in [0, 1, 3] {
        let asset = world.assets[index];
        let price = world.published_price(&asset);
        world.publish(&asset, price);
        world.must(&[instructions::refresh_prices(world.book, &[asset.oracle])], &[]);
    }
    world.advance(119);
    refuses(&mut world, &refresh, &[], PlimsollError::StepIncomplete);
    world.advance(1);
    folds_first(&mut world, &refresh, 0b1011);
}

#[test]
fn a_sample_may_be_brought_along() {
    let mut world = world_after_boundary();
    let now = world.now();
    let sol = world.assets[1];
    world.publish_at(&sol, 201 * ONE_E8, now - 70, now - 71);
    world.advance(50);
    // it is stale by now, and one second before it was not
    let refresh = refresh_risk(world.book, &[sol.oracle]);
    refuses(&mut world, &refresh, &[], PlimsollError::PriceStale);
    world.publish_at(&sol, 201 * ONE_E8, now, now - 71);
    folds_first(&mut world, &refresh, 0b10);
    assert_eq!(world.book_state().factors[1].volatility.sample_step, step(&world));
}

#[test]
fn a_sample_that_is_not_the_steps_first_is_refused() {
    let mut world = world_after_boundary();
    let (now, sol) = (world.now(), world.assets[1]);
    let refresh = refresh_risk(world.book, &[sol.oracle]);
    // its predecessor lies on the boundary or after it
    for prev in [now - 70, now - 1] {
        world.publish_at(&sol, 201 * ONE_E8, now, prev);
        refuses(&mut world, &refresh, &[], PlimsollError::SampleNotFirst);
    }
    // the step has its sample already
    world.publish_at(&sol, 201 * ONE_E8, now, now - 71);
    world.must(&[instructions::refresh_prices(world.book, &[sol.oracle])], &[]);
    refuses(&mut world, &refresh, &[], PlimsollError::SampleNotFirst);
}

#[test]
fn a_sample_that_jumps_is_refused() {
    let mut world = world_after_boundary();
    let (now, sol) = (world.now(), world.assets[1]);
    world.publish_at(&sol, 100 * ONE_E8, now, now - 71);
    let refresh = refresh_risk(world.book, &[sol.oracle]);
    refuses(&mut world, &refresh, &[], PlimsollError::PricePending);
}

#[test]
fn a_sample_of_a_factor_without_a_price_is_refused() {
    let mut world = world_after_boundary();
    let listing = Listing { symbol: "NEW", decimals: 9, price_e8: 0, sigma_ppm: 30_000 };
    let listing = factor_listing(&listing, [9; 32]);
    let list = instructions::list_factor(world.group, world.admin.pubkey(), world.book, listing);
    world.must(&[list], &[]);
    let sol = world.assets[1];
    let mut quote = quote_of(&world, &sol);
    quote.feed_id = [9; 32];
    world.publish_quote(sol.oracle, &quote);
    let refresh = refresh_risk(world.book, &[sol.oracle]);
    refuses(&mut world, &refresh, &[], PlimsollError::FactorNotPriced);
}

#[test]
fn faulty_samples_and_false_oracles_are_refused() {
    let mut world = world_after_boundary();
    let sol = world.assets[1];
    let refresh = refresh_risk(world.book, &[sol.oracle]);
    refuses_faulty_publications(&mut world, &refresh, &sol);
    refuses_false_oracles(&mut world, &refresh, &sol);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = world_after_boundary();
    let (book, sol) = (world.book, world.assets[1]);
    let refresh = refresh_risk(book, &[sol.oracle]);
    refuses_impostors(&mut world, &refresh, &[], book);
    refuses_other_versions(&mut world, &refresh, &[], &[book]);
    let other = elsewhere(&mut world);
    refuses(&mut world, &swapped(&refresh, book, other.book), &[], PlimsollError::OracleFeed);
}
