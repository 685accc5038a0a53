//! What a keeper decides, situation by situation.
#![allow(missing_docs)]

mod calls;
mod cranks;
mod failures;
mod market;
mod orders;
mod perps;
mod portfolio;
mod settlements;

use market::{KEEPER, Market, NOW_SECONDS, SOL, SOL_ATOMS, STEP, USDC, USDC_ATOMS, oracle, settings, subjects};
use plimsoll_client::{Pubkey, health};
use plimsoll_keeper::plan::{Action, plan};

const GRID_SECONDS: u64 = 900;

fn liquidation(address: &Pubkey) -> String {
    format!("liquidate {address}")
}

/// The repay limit of the only liquidation planned.
fn planned_repay_atoms(market: &Market) -> u64 {
    match plan(&market.snapshot, &settings(&[])).as_slice() {
        [Action::Liquidate { request, .. }] => request.max_repay_atoms,
        other => panic!("expected one liquidation, got {other:?}"),
    }
}

#[test]
fn nothing_to_do() {
    let mut market = Market::new();
    market.borrower(1, 1_200);
    market.publish(USDC, NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_newer_publication_refreshes_its_price_alone() {
    let mut market = Market::new();
    market.publish(USDC, NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS + 1);
    assert_eq!(subjects(&market, &[]), [format!("refresh_prices {}", oracle(SOL))]);
}

#[test]
fn a_publication_that_the_program_would_refuse_is_left_alone() {
    let mut market = Market::new();
    for index in [USDC, SOL] {
        market.factor(index).price.publish_time_seconds = NOW_SECONDS - 700;
    }
    market.publish(USDC, NOW_SECONDS + 31);
    market.publish(SOL, NOW_SECONDS - 61);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_feed_without_a_factor_is_left_alone() {
    let mut market = Market::new();
    market.publish(5, NOW_SECONDS + 1);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_pending_price_waits_for_a_publication_newer_than_itself() {
    let mut market = Market::new();
    market.pending(SOL, 130, NOW_SECONDS + 1);
    market.publish(SOL, NOW_SECONDS + 1);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());

    market.snapshot.publications.clear();
    market.publish(SOL, NOW_SECONDS + 3);
    assert_eq!(subjects(&market, &[]), [format!("refresh_prices {}", oracle(SOL))]);
}

#[test]
fn an_account_that_holds_a_pending_factor_is_not_liquidated() {
    let mut market = Market::new();
    let borrower = market.borrower(1, 1_200);
    market.price(SOL, 130);
    assert_eq!(subjects(&market, &[]), [liquidation(&borrower)]);

    market.pending(SOL, 100, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_new_step_is_folded_once_every_factor_has_its_sample() {
    let mut market = Market::new();
    market.snapshot.book.folded_step = STEP - 1;
    assert_eq!(subjects(&market, &[]), [format!("refresh_risk {STEP}")]);

    market.snapshot.book.folded_step = STEP;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_new_step_waits_two_minutes_for_missing_samples() {
    let mut market = Market::new();
    market.snapshot.book.folded_step = STEP - 1;
    market.factor(SOL).volatility.sample_step = STEP - 1;
    for (into_step_seconds, expected) in [(119, vec![]), (120, vec![format!("refresh_risk {STEP}")])] {
        market.snapshot.now_seconds = STEP * GRID_SECONDS + into_step_seconds;
        assert_eq!(subjects(&market, &[]), expected, "{into_step_seconds} s into the step");
    }
}

#[test]
fn a_sample_that_the_book_has_not_seen_is_brought() {
    let mut market = Market::new();
    market.snapshot.book.folded_step = STEP - 1;
    market.factor(SOL).volatility.sample_step = STEP - 1;
    market.snapshot.now_seconds = STEP * GRID_SECONDS + 10;
    market.publish(SOL, STEP * GRID_SECONDS);
    match plan(&market.snapshot, &settings(&[])).as_slice() {
        [Action::RefreshRisk { step: STEP, oracles }] => assert_eq!(*oracles, [oracle(SOL)]),
        other => panic!("expected refresh_risk, got {other:?}"),
    }
}

#[test]
fn frozen_thresholds_are_never_folded() {
    let mut market = Market::new();
    market.snapshot.book.folded_step = STEP - 1;
    assert_eq!(subjects(&market, &["--frozen-thresholds"]), Vec::<String>::new());
}

#[test]
fn interest_is_booked_when_it_is_old_and_somebody_owes() {
    let mut market = Market::new();
    for reserve in &mut market.snapshot.book.reserves {
        reserve.accrued_seconds = NOW_SECONDS - 61;
    }
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());

    market.borrower(1, 1_200);
    assert_eq!(subjects(&market, &[]), ["accrue"]);
    assert_eq!(subjects(&market, &["--accrue-seconds", "61"]), Vec::<String>::new());
}

#[test]
fn the_largest_shortfall_is_liquidated_first() {
    let mut market = Market::new();
    let (small, large) = (market.borrower(1, 1_180), market.borrower(2, 1_250));
    let healthy = market.borrower(3, 1_100);
    market.price(SOL, 130);
    assert_eq!(subjects(&market, &[]), [liquidation(&large), liquidation(&small)]);
    let health = health::liquidation(&market.snapshot.book, &market.snapshot.accounts[&healthy], NOW_SECONDS);
    assert!(!health.expect("the account can be measured").maintenance.is_negative());
}

#[test]
fn a_liquidation_brings_newer_publications_of_its_legs_itself() {
    let mut market = Market::new();
    let borrower = market.borrower(1, 1_200);
    market.price(SOL, 130);
    market.publish(SOL, NOW_SECONDS + 1);
    let actions = plan(&market.snapshot, &settings(&[]));
    let refresh = format!("refresh_prices {}", oracle(SOL));
    assert_eq!(subjects(&market, &[]), [format!("{} at newer prices", liquidation(&borrower)), refresh]);
    match &actions[0] {
        Action::Liquidate { oracles, .. } => assert_eq!(*oracles, [oracle(SOL)]),
        other => panic!("expected a liquidation, got {other:?}"),
    }
    let parts: Vec<String> = actions[0].parts().iter().map(Action::subject).collect();
    assert_eq!(parts, [liquidation(&borrower)]);
}

#[test]
fn refused_publications_are_brought_one_by_one() {
    let mut market = Market::new();
    for index in [USDC, SOL] {
        market.publish(index, NOW_SECONDS + 1);
    }
    let actions = plan(&market.snapshot, &settings(&[]));
    let parts: Vec<String> = actions[0].parts().iter().map(Action::subject).collect();
    assert_eq!(parts, [USDC, SOL].map(|index| format!("refresh_prices {}", oracle(index))));
    assert!(actions[0].parts()[0].parts().is_empty());
}

#[test]
fn a_stale_leg_is_not_exchanged() {
    let mut market = Market::new();
    market.borrower(1, 1_200);
    market.price(SOL, 100);
    let max_age_seconds = u64::from(market.factor(SOL).params.liquidation_max_age_seconds);
    market.factor(SOL).price.publish_time_seconds = NOW_SECONDS - max_age_seconds - 1;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_bankrupt_account_is_resolved_debt_by_debt() {
    let mut market = Market::new();
    let bankrupt = Pubkey::new_from_array([1; 32]);
    market.account(bankrupt, (SOL, 0), Some((USDC, 50 * USDC_ATOMS)));
    assert_eq!(subjects(&market, &[]), [format!("resolve_bankruptcy {bankrupt} {USDC}")]);
}

#[test]
fn the_keeper_does_not_liquidate_itself() {
    let mut market = Market::new();
    market.account(KEEPER, (SOL, 10 * SOL_ATOMS), Some((USDC, 1_200 * USDC_ATOMS)));
    market.price(SOL, 130);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_keeper_that_can_carry_all_asks_for_all() {
    let mut market = Market::new();
    market.borrower(1, 1_200);
    market.price(SOL, 130);
    assert_eq!(planned_repay_atoms(&market), u64::MAX);
}

/// A keeper with 1 USDC takes over what 1 USDC of initial health carries. At the price of 130 a unit of debt costs 1.01265625 and its collateral
/// brings between 1 and 1.05 times 0.875, so that between 1/0.138 and 1/0.093 USDC fit.
#[test]
fn a_poor_keeper_asks_for_what_it_can_carry() {
    let mut market = Market::new();
    market.account(KEEPER, (USDC, USDC_ATOMS), None);
    market.borrower(1, 1_200);
    market.price(SOL, 130);
    let repay_atoms = planned_repay_atoms(&market);
    assert!((7_200_000..=10_800_000).contains(&repay_atoms), "{repay_atoms}");
}

/// The simulation then says why.
#[test]
fn a_keeper_that_can_carry_nothing_asks_for_all() {
    let mut market = Market::new();
    market.account(KEEPER, (USDC, 0), None);
    market.borrower(1, 1_200);
    market.price(SOL, 130);
    assert_eq!(planned_repay_atoms(&market), u64::MAX);
}
