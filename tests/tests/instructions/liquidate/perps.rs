//! `liquidate` of an account with perps: of the quote balance it exchanges only what its net with the PnL leaves.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::Liquidated;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::{Instruction, instructions};

use crate::expect::{emitted, refuses};
use crate::position_stage::{PositionStage, SOL_PERP};

/// The long owes 0.02 BTC as well when SOL comes to this many dollars.
fn indebted_at(dollars: i64) -> PositionStage {
    let mut stage = PositionStage::new();
    let btc = stage.world.assets[2];
    let _lender = stage.world.depositor(&btc, btc.atoms(10));
    stage.world.borrow(&stage.long, &btc, 2_000_000).expect("a borrow");
    stage.move_sol(dollars);
    stage
}

/// His USDC for his BTC.
fn liquidate(stage: &PositionStage) -> Instruction {
    let (book, liquidator) = (stage.world.book, &stage.liquidator);
    let request = LiquidationRequest { collateral_reserve: 0, debt_reserve: 2, max_repay_atoms: u64::MAX };
    instructions::liquidate(book, stage.long.account, liquidator.account, liquidator.key(), request)
}

#[test]
fn a_deposit_that_a_loss_outweighs_is_not_seized() {
    let mut stage = indebted_at(155);
    let instruction = liquidate(&stage);
    refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], PlimsollError::QuoteNetted);
}

#[test]
fn of_a_deposit_no_more_is_seized_than_the_loss_leaves() {
    let mut stage = indebted_at(163);
    stage.bring_up(SOL_PERP);
    let long = stage.long.account;
    let (claim, loss) = (stage.claim_and_debt(&long).0, stage.profit(&long, SOL_PERP).unsigned_abs());
    let net = claim - loss;
    assert!(net < stage.usdc.atoms(1_200), "half of the debt");
    let instruction = liquidate(&stage);
    let outcome = stage.world.send(&[instruction], &[&stage.liquidator.keypair]);
    let event: Liquidated = emitted(&outcome);
    let taken = event.seized_atoms + event.insurance_cut_atoms;
    assert!(taken <= net && taken > net / 2, "{taken} of {net}");
    assert!(event.health_after_quote_atoms > event.health_before_quote_atoms);
    stage.assert_ledger();
}
