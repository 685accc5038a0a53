//! Portfolio accounts in liquidation: both sides of a hedge are taken down; a step that leaves one side alone is refused.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::state::margin_account::MODE_CROSS;
use plimsoll_client::{Instruction, instructions};

use crate::expect::refuses;
use crate::hedged_stage::HedgedStage;
use crate::oracles::ONE_E8;
use crate::position_stage::SOL_PERP;
use crate::stage::{edit_account, edit_book, move_price};

/// The hedger's legs have grown to many times his equity, with SOL at this many dollars.
fn grown(dollars: i64) -> HedgedStage {
    let mut stage = HedgedStage::geared();
    let sol = stage.sol;
    // what the pool may carry is not asked here
    edit_book(&mut stage.world, |book| book.pool.params.requirement_share_ppm = 1_000_000_000);
    move_price(&mut stage.world, &sol, dollars * ONE_E8);
    stage.world.bring_up();
    stage
}

/// Below maintenance by a little: far from urgent.
fn unhealthy() -> HedgedStage {
    let mut dollars = 220;
    loop {
        let stage = grown(dollars);
        if stage.standing().health.maintenance.is_negative() {
            return stage;
        }
        dollars += 20;
    }
}

/// Seizes SOL for this many dollars of the loan.
fn seize(stage: &HedgedStage, dollars: u64) -> Instruction {
    let request = LiquidationRequest {
        collateral_reserve: stage.sol.index,
        debt_reserve: stage.usdc.index,
        max_repay_atoms: stage.usdc.atoms(dollars),
    };
    let (book, liquidator) = (stage.world.book, &stage.liquidator);
    instructions::liquidate(book, stage.hedger.account, liquidator.account, liquidator.key(), request)
}

/// Takes this many dollars of the short over.
fn take_over(stage: &HedgedStage, dollars: u64) -> Instruction {
    let max_base_atoms = stage.world.worth(&stage.sol, dollars);
    let request = PerpLiquidationRequest { market: SOL_PERP, max_base_atoms, against_pool: false };
    let (book, liquidator) = (stage.world.book, &stage.liquidator);
    instructions::liquidate_perp(book, stage.hedger.account, liquidator.account, liquidator.key(), request)
}

fn step(stage: &mut HedgedStage, instruction: &Instruction) {
    let before = stage.standing();
    stage.world.must_signed_by(instruction, &stage.liquidator);
    let after = stage.standing();
    assert!(after.cross_maintenance > before.cross_maintenance);
    assert!(after.health.maintenance > before.health.maintenance);
}

#[test]
fn both_sides_are_taken_down_until_the_account_is_healthy() {
    let mut stage = unhealthy();
    assert!(stage.standing().cross_maintenance < stage.standing().health.maintenance);
    let mut rounds = 0;
    while stage.standing().health.maintenance.is_negative() {
        for side in [seize, take_over] {
            if stage.standing().health.maintenance.is_negative() {
                let instruction = side(&stage, 4_000);
                step(&mut stage, &instruction);
            }
        }
        rounds += 1;
        assert!(rounds < 40, "no end");
    }
    let account = stage.world.margin_state(&stage.hedger.account);
    assert_eq!(account.unhealthy_since_seconds, 0);
    assert!(stage.standing().cross_maintenance.is_negative(), "healthy by its hedge");
    let again = seize(&stage, 4_000);
    refuses(&mut stage.world, &again, &[&stage.liquidator.keypair], PlimsollError::NotLiquidatable);
}

#[test]
fn a_step_that_takes_the_hedge_away_is_refused() {
    let mut stage = unhealthy();
    let instruction = take_over(&stage, 100_000);
    refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], PlimsollError::HealthNotImproved);
    // in cross the same step is what is needed
    let account = stage.hedger.account;
    edit_account(&mut stage.world, account, |account| account.mode = MODE_CROSS);
    let before = stage.standing();
    stage.world.must_signed_by(&instruction, &stage.liquidator);
    assert!(stage.standing().health.maintenance > before.health.maintenance);
}

#[test]
fn an_urgent_account_is_closed_whatever_hedges_it() {
    let mut stage = grown(1_100);
    let before = stage.standing();
    let requirement = before.health.equity().0 - before.health.maintenance.0;
    assert!(-before.health.maintenance.0 * 4 > requirement, "more than a quarter is missing");
    let instruction = take_over(&stage, 100_000);
    stage.world.must_signed_by(&instruction, &stage.liquidator);
    let after = stage.standing();
    assert!(after.cross_maintenance > before.cross_maintenance);
    assert!(after.health.maintenance < before.health.maintenance, "the hedge is gone");
}

#[test]
fn a_healthy_portfolio_account_is_not_liquidatable_though_cross_health_is_negative() {
    let mut stage = HedgedStage::geared();
    assert!(stage.standing().cross_maintenance.is_negative());
    for instruction in [seize(&stage, 1_000), take_over(&stage, 1_000)] {
        refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], PlimsollError::NotLiquidatable);
    }
}

#[test]
fn a_portfolio_account_may_liquidate() {
    let mut stage = unhealthy();
    stage.world.bring_up();
    stage.world.enter_portfolio_mode(&stage.liquidator);
    let instruction = seize(&stage, 4_000);
    step(&mut stage, &instruction);
    let instruction = take_over(&stage, 4_000);
    stage.world.must_signed_by(&instruction, &stage.liquidator);
}
