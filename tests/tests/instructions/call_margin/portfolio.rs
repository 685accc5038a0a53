//! Calls of portfolio accounts: by paths, and by the tide's correlations, grid and impact.

use plimsoll_client::plimsoll::events::MarginCalled;
use plimsoll_client::plimsoll::margin::CALLED_BY_WALK;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_tests::margin::{ONE_MARGIN, grid};
use plimsoll_tests::risk::GRACE_SECONDS;

use crate::expect::{emitted, events};
use crate::hedged_stage::HedgedStage;

/// The newest grid takes all of the hedge: a basis of a whole margin in every row. It is announced by the next tide.
fn with_pending_grid() -> HedgedStage {
    let mut stage = HedgedStage::geared();
    let rows: Vec<_> = grid()
        .into_iter()
        .map(|mut row| {
            row.basis = ONE_MARGIN;
            row
        })
        .collect();
    stage.world.set_grid(&rows);
    stage
}

#[test]
fn a_grid_that_is_not_announced_yet_calls_nobody() {
    let mut stage = with_pending_grid();
    let [_, portfolio] = stage.healths();
    assert!(portfolio.0 < 0 && portfolio.1 > 0, "initial health at once, maintenance health not: {portfolio:?}");
    let outcome = stage.world.call(&stage.hedger);
    assert!(!stage.world.margin_state(&stage.hedger.account).is_called());
    drop(outcome);
}

#[test]
fn the_tide_calls_an_hour_ahead_and_the_account_becomes_liquidatable_then() {
    let mut stage = with_pending_grid();
    stage.world.turn_tide();
    stage.world.bring_up();
    let announced = stage.world.book_state().announced_seconds;
    // the walk begins one grace after the announcement: the horizon touches it
    let outcome = stage.world.call(&stage.hedger);
    assert!(!stage.world.margin_state(&stage.hedger.account).is_called(), "{:?}", events(&outcome).len());

    stage.world.advance(GRACE_SECONDS - 300);
    stage.world.bring_up();
    let event: MarginCalled = emitted(&stage.world.call(&stage.hedger));
    assert_eq!(event.reason, CALLED_BY_WALK);
    assert!(event.deadline_seconds >= announced + 3_600, "the grace holds");
    assert!(event.deadline_seconds < announced + 7_200);

    // a step at a time: healthy until the deadline's step, liquidatable within it
    let mut first_unhealthy = None;
    while first_unhealthy.is_none() && stage.now() < announced + 7_200 {
        stage.world.advance(30);
        stage.world.bring_up();
        if stage.standing().health.maintenance.is_negative() {
            first_unhealthy = Some(stage.now());
        }
    }
    let first_unhealthy = first_unhealthy.expect("liquidatable within the walk");
    assert!(first_unhealthy >= event.deadline_seconds, "not before the deadline");
    assert!(first_unhealthy < event.deadline_seconds + 400, "{first_unhealthy} {}", event.deadline_seconds);
}

#[test]
fn an_account_that_keeps_cross_margin_is_not_called_by_the_tide() {
    let mut stage = HedgedStage::open();
    stage.world.enter_portfolio_mode(&stage.hedger);
    let rows: Vec<_> = grid()
        .into_iter()
        .map(|mut row| {
            row.basis = ONE_MARGIN;
            row
        })
        .collect();
    stage.world.set_grid(&rows);
    stage.world.turn_tide();
    stage.world.advance(GRACE_SECONDS);
    stage.world.bring_up();
    let health = stage.world.health_in(&stage.hedger, MODE_PORTFOLIO);
    assert!(health.initial.0 >= 0, "cross health is a floor");
    stage.world.call(&stage.hedger).expect("nothing to call");
    assert!(!stage.world.margin_state(&stage.hedger.account).is_called());
}
