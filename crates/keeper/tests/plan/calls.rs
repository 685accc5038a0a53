//! Margin calls: who is called, once, and whose call is cleared.

use plimsoll::state::margin_account::MarginCall;
use plimsoll_client::{Pubkey, health};

use crate::market::{Market, NOW_SECONDS, SOL, STEP, subjects};

const GRID_SECONDS: u64 = 900;
const NOTHING: [String; 0] = [];
/// Steps until the announced margin holds.
const AHEAD: usize = 3;

/// A borrower with 10 SOL at 200 who owes 1,750 USDC: healthy at a maintenance margin of 10 %, not at 12 %, which is announced for three steps from now.
fn met_by_the_path() -> (Market, Pubkey) {
    let mut market = Market::new();
    let borrower = market.borrower(1, 1_750);
    announce(&mut market, 12);
    (market, borrower)
}

/// A maintenance margin of SOL that holds from a later step on.
fn announce(market: &mut Market, percent: u64) {
    for point in &mut market.factor(SOL).threshold.path[AHEAD..] {
        *point = (1 << 32) * percent / 100;
    }
}

fn calling(address: &Pubkey) -> String {
    format!("call_margin {address}")
}

/// Stores what `call_margin` would store, with another deadline where one is given.
fn call(market: &mut Market, address: &Pubkey, deadline_seconds: Option<u64>) {
    let account = &market.snapshot.accounts[address];
    let projection = health::projection(&market.snapshot.book, account, market.snapshot.now_seconds);
    let projected = projection.expect("it can be evaluated").call.expect("the path meets it");
    market.account_mut(address).call = MarginCall {
        deadline_seconds: deadline_seconds.unwrap_or(projected.deadline_seconds),
        called_seconds: NOW_SECONDS,
        shortfall_quote_atoms: projected.shortfall.0,
        ..MarginCall::default()
    };
}

/// A later step has begun, and everything of it is in the Book.
fn pass_a_step(market: &mut Market) {
    market.snapshot.now_seconds += GRID_SECONDS;
    market.snapshot.book.folded_step += 1;
    for factor in &mut market.snapshot.book.factors {
        factor.price.publish_time_seconds += GRID_SECONDS;
        factor.volatility.sample_step += 1;
    }
    for reserve in &mut market.snapshot.book.reserves {
        reserve.accrued_seconds += GRID_SECONDS;
    }
}

#[test]
fn an_account_that_the_path_will_meet_is_called() {
    let (market, borrower) = met_by_the_path();
    assert_eq!(subjects(&market, &[]), [calling(&borrower)]);
}

#[test]
fn an_account_that_the_path_does_not_meet_is_left_alone() {
    let mut market = Market::new();
    market.borrower(1, 1_700);
    announce(&mut market, 12);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_called_account_is_not_called_again_as_time_passes() {
    let (mut market, borrower) = met_by_the_path();
    call(&mut market, &borrower, None);
    for _ in 1..AHEAD {
        assert_eq!(subjects(&market, &[]), NOTHING);
        pass_a_step(&mut market);
    }
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn once_the_deadline_has_come_the_account_is_liquidated() {
    let (mut market, borrower) = met_by_the_path();
    call(&mut market, &borrower, None);
    for _ in 0..AHEAD {
        pass_a_step(&mut market);
    }
    assert_eq!(subjects(&market, &[]), [format!("liquidate {borrower}")]);
    assert_eq!(
        market.snapshot.now_seconds / GRID_SECONDS,
        market.account_mut(&borrower).call.deadline_seconds / GRID_SECONDS
    );
}

#[test]
fn a_call_that_no_longer_holds_is_cleared() {
    let (mut market, borrower) = met_by_the_path();
    call(&mut market, &borrower, None);
    announce(&mut market, 10);
    assert_eq!(subjects(&market, &[]), [calling(&borrower)]);
    market.account_mut(&borrower).call = MarginCall::default();
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn an_owner_who_was_told_of_a_later_moment_is_told_again() {
    let (mut market, borrower) = met_by_the_path();
    let due = (STEP + AHEAD as u64) * GRID_SECONDS;
    call(&mut market, &borrower, Some(due + GRID_SECONDS));
    assert_eq!(subjects(&market, &[]), [calling(&borrower)]);
    call(&mut market, &borrower, Some(due - GRID_SECONDS));
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn who_may_be_liquidated_is_not_called() {
    let (mut market, borrower) = met_by_the_path();
    market.price(SOL, 190);
    assert_eq!(subjects(&market, &[]), [format!("liquidate {borrower}")]);
}

#[test]
fn an_account_that_cannot_be_evaluated_is_neither_called_nor_cleared() {
    let (mut market, borrower) = met_by_the_path();
    market.pending(SOL, 150, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.snapshot.book.factors[usize::from(SOL)].jump.pending_mid = 0;
    call(&mut market, &borrower, None);
    market.pending(SOL, 300, NOW_SECONDS);
    announce(&mut market, 10);
    assert_eq!(subjects(&market, &[]), NOTHING);
}
