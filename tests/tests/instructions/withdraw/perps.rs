//! What a perp position keeps its owner from withdrawing.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::Trader;

use crate::expect::refuses;
use crate::position_stage::{LONG, PositionStage, SOL_PERP};
use crate::stage::leave_pending;

/// The long's withdrawal of USDC.
fn withdraw(stage: &mut PositionStage, amount_atoms: u64) -> Instruction {
    let (usdc, owner) = (stage.usdc, stage.long.key());
    let destination = stage.world.create_token_account(&usdc, &owner, 0);
    instructions::withdraw(&usdc.keys(), stage.long.account, owner, destination, amount_atoms)
}

#[track_caller]
fn refuses_withdrawal(stage: &mut PositionStage, amount_atoms: u64, error: PlimsollError) {
    let instruction = withdraw(stage, amount_atoms);
    refuses(&mut stage.world, &instruction, &[&stage.long.keypair], error);
}

/// What initial health leaves free, in atoms: a deposit of USDC counts 1 - 6.25 %, at a price less twice its confidence of 0.05 %.
fn free_atoms(stage: &PositionStage) -> u64 {
    let health = stage.cross(&stage.long.account).initial.0;
    u64::try_from(health * 100_000_000 / 93_656_250).expect("a healthy account")
}

#[test]
fn what_the_position_requires_stays() {
    let mut stage = PositionStage::new();
    let free = free_atoms(&stage);
    assert!(free < stage.usdc.atoms(6_000), "of 20,000");
    refuses_withdrawal(&mut stage, free + 100, PlimsollError::InitialHealthNegative);
    let instruction = withdraw(&mut stage, free - 100);
    stage.world.must(&[instruction], &[&stage.long.keypair]);
}

#[test]
fn an_unrealised_profit_cannot_be_withdrawn_and_counts_less_than_a_settled_one() {
    let mut stage = PositionStage::new().sol_at(210);
    stage.calm_sol();
    let unrealised = free_atoms(&stage);
    let more_than_deposited = stage.usdc.atoms(20_001);
    refuses_withdrawal(&mut stage, more_than_deposited, PlimsollError::DepositTooSmall);
    // closed and opened again: fees and premium of some hundred dollars later the profit is realised
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    stage.close(&long, SOL_PERP);
    stage.world.trade(&long, SOL_PERP, LONG).expect("a purchase");
    assert!(free_atoms(&stage) > unrealised);
    let settle = stage.settle(long.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    let (claim, _) = stage.claim_and_debt(&long.account);
    assert!(claim > stage.usdc.atoms(24_000));
    stage.assert_ledger();
}

#[test]
fn an_unconfirmed_price_of_the_market_refuses_a_withdrawal() {
    let mut stage = PositionStage::new();
    leave_pending(&mut stage.world, &stage.sol.clone());
    refuses_withdrawal(&mut stage, 1, PlimsollError::PricePending);
}

#[test]
fn funding_that_was_not_booked_lately_refuses_a_withdrawal() {
    let mut stage = PositionStage::new();
    stage.world.advance_refreshed(3_601);
    refuses_withdrawal(&mut stage, 1, PlimsollError::FundingStale);
    let update = instructions::update_funding(stage.world.book, SOL_PERP);
    let instruction = withdraw(&mut stage, 1);
    stage.world.must(&[update, instruction], &[&stage.long.keypair]);
}

#[test]
fn an_isolated_account_withdraws_what_its_position_leaves() {
    let mut stage = PositionStage::new();
    let isolated = stage.isolated(20_000);
    stage.world.trade(&isolated, SOL_PERP, LONG).expect("a purchase");
    let usdc = stage.usdc;
    let outcome = stage.world.withdraw(&isolated, &usdc, instructions::ALL);
    plimsoll_tests::assert_refused(outcome, PlimsollError::InitialHealthNegative);
    stage.world.withdraw(&isolated, &usdc, usdc.atoms(1_000)).expect("a withdrawal");
}
