//! What perps do to a loan: their PnL counts with the quote balance, their requirement against it.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{Asset, assert_refused};

use crate::position_stage::{PositionStage, SOL_PERP};

/// Somebody lends BTC.
fn with_btc(mut stage: PositionStage) -> (PositionStage, Asset) {
    let btc = stage.world.assets[2];
    stage.world.depositor(&btc, btc.atoms(10));
    (stage, btc)
}

#[test]
fn a_loan_needs_collateral_beyond_the_position_and_its_loss() {
    let (mut stage, btc) = with_btc(PositionStage::new());
    let health = stage.cross(&stage.long.account).initial.0;
    // BTC at 120,000: 834 atoms a dollar, and a debt requires a tenth more than its value
    let carried = u64::try_from(health / 1_000_000).expect("a healthy account") * 834 * 10 / 11;
    let outcome = stage.world.borrow(&stage.long, &btc, carried * 11 / 10);
    assert_refused(outcome, PlimsollError::InitialHealthNegative);
    stage.world.borrow(&stage.long, &btc, carried * 9 / 10).expect("a loan");

    let (mut stage, btc) = with_btc(PositionStage::new().sol_at(185));
    assert_refused(stage.world.borrow(&stage.long, &btc, 1), PlimsollError::InitialHealthNegative);
    stage.assert_ledger();
}

#[test]
fn an_unrealised_profit_carries_a_part_of_a_loan() {
    let (mut stage, btc) = with_btc(PositionStage::new().sol_at(220));
    stage.calm_sol();
    // ten thousand dollars of profit on top of what the deposit leaves free
    let amount_atoms = 7_000 * 834;
    stage.world.borrow(&stage.long, &btc, amount_atoms).expect("a loan");
    let (mut before, btc) = with_btc(PositionStage::new());
    assert_refused(before.world.borrow(&before.long, &btc, amount_atoms), PlimsollError::InitialHealthNegative);
}

#[test]
fn funding_that_was_not_booked_lately_refuses_a_loan() {
    let (mut stage, btc) = with_btc(PositionStage::new());
    stage.world.advance_refreshed(3_601);
    assert_refused(stage.world.borrow(&stage.long, &btc, 1), PlimsollError::FundingStale);
    let update = instructions::update_funding(stage.world.book, SOL_PERP);
    stage.world.must(&[update], &[]);
    stage.world.borrow(&stage.long, &btc, 1).expect("a loan");
}

#[test]
fn an_isolated_account_borrows_nothing() {
    let (mut stage, btc) = with_btc(PositionStage::new());
    let isolated = stage.isolated(20_000);
    for asset in [stage.usdc, stage.sol, btc] {
        assert_refused(stage.world.borrow(&isolated, &asset, 1), PlimsollError::IsolatedCollateral);
    }
}
