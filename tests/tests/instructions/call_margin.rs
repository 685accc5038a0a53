//! `call_margin`: an account is called before what is announced makes it liquidatable, and not when nothing does.

mod actions;
mod portfolio;

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{MarginCallCleared, MarginCalled, MarginWarned};
use plimsoll_client::plimsoll::margin::{CALLED_BY_GROWTH, CALLED_BY_WALK};
use plimsoll_client::plimsoll::state::margin_account::MarginCall;
use plimsoll_tests::World;

use crate::expect::{emitted, events, refuses};
use crate::stage::{Stage, UNKNOWN_MODE, account_elsewhere, edit_account, edit_book, elsewhere, leave_pending};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// The step from which SOL's margin is too high for Bob, counted from the present one.
const FAILING_STEP: usize = 5;

/// Bob owes 10,000 USDC against 100 SOL worth 20,000; in the sixth step SOL's announced margin is 48 %.
fn announced() -> Stage {
    let mut stage = Stage::with_debt();
    announce(&mut stage.world, 48);
    stage
}

/// SOL's margin will be this many per cent from the failing step on.
fn announce(world: &mut World, percent: u64) {
    let step = world.now().unsigned_abs() / 300;
    edit_book(world, |book| {
        let threshold = &mut book.factors[1].threshold;
        threshold.path_step = step;
        for point in &mut threshold.path[FAILING_STEP..] {
            *point = (percent << 32) / 100;
        }
    });
}

fn call_of(stage: &Stage) -> MarginCall {
    stage.world.margin_state(&stage.bob.account).call
}

/// When the failing step begins.
fn failing_seconds(stage: &Stage) -> u64 {
    stage.world.book_state().factors[1].threshold.path_step * 300 + 300 * FAILING_STEP as u64
}

#[track_caller]
fn maintenance(stage: &Stage) -> i128 {
    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&stage.bob.account));
    plimsoll_client::health::liquidation(&book, &account, stage.world.now().unsigned_abs())
        .expect("health")
        .maintenance
        .0
}

#[test]
fn the_deadline_is_the_step_in_which_the_account_becomes_liquidatable() {
    let mut stage = announced();
    let deadline_seconds = failing_seconds(&stage);
    let event: MarginCalled = emitted(&stage.world.call(&stage.bob));
    assert_eq!((event.margin_account, event.deadline_seconds), (stage.bob.account, deadline_seconds));
    assert_eq!(event.reason, CALLED_BY_WALK);
    let call = call_of(&stage);
    let stored = (call.deadline_seconds, call.shortfall_quote_atoms, call.reason);
    assert_eq!(stored, (event.deadline_seconds, event.shortfall_quote_atoms, event.reason));
    assert_eq!(call.called_seconds, stage.world.now().unsigned_abs());

    let to_deadline = i64::try_from(deadline_seconds).expect("a clock") - stage.world.now();
    stage.world.advance_refreshed(to_deadline - 1);
    assert!(maintenance(&stage) > 0, "not before the deadline");
    stage.world.advance_refreshed(1);
    stage.world.must(&[instructions::accrue(stage.world.book)], &[]);
    let missing = u64::try_from(-maintenance(&stage)).expect("liquidatable at the deadline");
    // the call counted the interest of the whole hour
    assert!(missing <= event.shortfall_quote_atoms && event.shortfall_quote_atoms - missing < 1_000_000);
    let call = instructions::call_margin(stage.world.book, stage.bob.account);
    refuses(&mut stage.world, &call, &[], PlimsollError::AlreadyLiquidatable);
    assert_eq!(call_of(&stage).deadline_seconds, deadline_seconds, "a stored call stays");
}

#[test]
fn a_call_is_announced_once_until_it_says_something_else() {
    let mut stage = announced();
    let first: MarginCalled = emitted(&stage.world.call(&stage.bob));
    let called_seconds = call_of(&stage).called_seconds;
    assert!(events(&stage.world.call(&stage.bob)).is_empty());
    stage.world.advance_refreshed(10);
    announce(&mut stage.world, 60);
    let second: MarginCalled = emitted(&stage.world.call(&stage.bob));
    assert!(second.shortfall_quote_atoms > first.shortfall_quote_atoms);
    assert_eq!(call_of(&stage).called_seconds, called_seconds, "called since then");
}

#[test]
fn a_call_whose_reason_is_gone_is_cleared() {
    let mut stage = announced();
    stage.world.call(&stage.bob).expect("a call");
    announce(&mut stage.world, 20);
    let event: MarginCallCleared = emitted(&stage.world.call(&stage.bob));
    assert_eq!(event.margin_account, stage.bob.account);
    assert_eq!(call_of(&stage), MarginCall::default());
}

#[test]
fn interest_alone_calls_an_account_at_its_limit() {
    let mut stage = Stage::with_debt();
    let margin = |stage: &mut Stage, bits: u64| {
        edit_book(&mut stage.world, |book| book.factors[1].threshold.path = [bits; 13]);
        maintenance(stage)
    };
    // the highest flat margin at which the account is still healthy
    let (mut low, mut high) = (0, 1 << 32);
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if margin(&mut stage, middle) < 0 { high = middle } else { low = middle }
    }
    assert!(margin(&mut stage, low) >= 0);
    let event: MarginCalled = emitted(&stage.world.call(&stage.bob));
    assert_eq!((event.deadline_seconds, event.reason), (stage.world.now().unsigned_abs(), CALLED_BY_GROWTH));
}

#[test]
fn who_is_far_from_liquidation_hears_nothing_and_who_is_near_is_warned() {
    let mut stage = Stage::with_debt();
    assert!(events(&stage.world.call(&stage.bob)).is_empty());
    // two deviations of a day of 20,000 dollars of SOL at 3 % a day: 1,200
    let usdc = stage.usdc;
    let limit = u64::try_from(maintenance(&stage)).expect("healthy") * 100 / 106 - usdc.atoms(600);
    edit_book(&mut stage.world, |book| book.factors[1].threshold.initial = book.factors[1].threshold.path[0]);
    stage.world.borrow(&stage.bob, &usdc, limit).expect("a loan");
    let event: MarginWarned = emitted(&stage.world.call(&stage.bob));
    assert_eq!(event.margin_account, stage.bob.account);
    assert_eq!(event.maintenance_health_quote_atoms, maintenance(&stage));
    let deviation = event.daily_deviation_quote_atoms;
    assert!(deviation.abs_diff(usdc.atoms(600)) < usdc.atoms(6), "{deviation}");
    assert!(event.maintenance_health_quote_atoms < i128::from(2 * deviation));
    assert_eq!(call_of(&stage), MarginCall::default(), "a warning is an event only");
}

#[test]
fn who_owes_nothing_is_never_called() {
    let mut stage = Stage::new();
    announce(&mut stage.world, 100);
    assert!(events(&stage.world.call(&stage.bob)).is_empty());
}

#[test]
fn who_is_liquidatable_now_is_not_called() {
    let mut stage = Stage::with_debt();
    edit_book(&mut stage.world, |book| book.factors[1].threshold.path = [1 << 31; 13]);
    let call = instructions::call_margin(stage.world.book, stage.bob.account);
    refuses(&mut stage.world, &call, &[], PlimsollError::AlreadyLiquidatable);
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    let mut stage = announced();
    let (book, account) = (stage.world.book, stage.bob.account);
    let call = instructions::call_margin(book, account);
    edit_account(&mut stage.world, account, |account| account.mode = UNKNOWN_MODE);
    refuses(&mut stage.world, &call, &[], PlimsollError::AccountMode);
    edit_account(&mut stage.world, account, |account| account.mode = 0);
    stage.world.advance_refreshed(3_601);
    refuses(&mut stage.world, &call, &[], PlimsollError::ReserveStale);
    stage.world.must(&[instructions::accrue(book)], &[]);
    leave_pending(&mut stage.world, &stage.sol);
    refuses(&mut stage.world, &call, &[], PlimsollError::PricePending);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = announced();
    let (book, account) = (stage.world.book, stage.bob.account);
    let call = instructions::call_margin(book, account);
    for impostor in [book, account] {
        refuses_impostors(&mut stage.world, &call, &[], impostor);
    }
    refuses_other_versions(&mut stage.world, &call, &[], &[book, account]);
    let other = elsewhere(&mut stage.world);
    let theirs = account_elsewhere(&mut stage.world, &stage.bob.keypair, other.group);
    for (right, wrong) in [(book, other.book), (account, theirs)] {
        refuses(&mut stage.world, &swapped(&call, right, wrong), &[], PlimsollError::WrongGroup);
    }
}
