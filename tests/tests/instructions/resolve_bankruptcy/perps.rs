//! What lenders bear of an account with perps: its debt, and nothing of its perps.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{BankruptcyResolved, PerpBankruptcyResolved};
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_tests::Trader;

use crate::expect::{emitted, refuses};
use crate::oracles::ONE_E8;
use crate::position_stage::{ETH_PERP, PositionStage, SOL_PERP};
use crate::stage::{UNKNOWN_MODE, edit_account, move_price, reserve_of};

/// Owes 10,000 USDC against 100 SOL of which 90 cents are left, and holds 5 ETH-PERP whose price fell to this many dollars.
fn borrower(eth_dollars: i64) -> (PositionStage, Trader) {
    let mut stage = PositionStage::new();
    let (sol, usdc) = (stage.sol, stage.usdc);
    let borrower = stage.holder_of(&sol, sol.atoms(100));
    stage.world.borrow(&borrower, &usdc, usdc.atoms(10_000)).expect("a borrow");
    stage.world.trade(&borrower, ETH_PERP, 500_000_000).expect("a purchase");
    let eth = stage.world.market_asset(ETH_PERP);
    move_price(&mut stage.world, &eth, eth_dollars * ONE_E8);
    move_price(&mut stage.world, &sol, ONE_E8 * 9 / 1_000);
    (stage, borrower)
}

fn resolve_debt(stage: &PositionStage, account: Pubkey) -> Instruction {
    instructions::resolve_bankruptcy(stage.world.book, account, stage.usdc.index)
}

#[test]
fn an_open_position_is_closed_first() {
    for eth_dollars in [3_500, 4_500] {
        let (mut stage, borrower) = borrower(eth_dollars);
        let instruction = resolve_debt(&stage, borrower.account);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::PerpPositionOpen);
    }
}

#[test]
fn a_profit_pays_the_lenders_first() {
    let (mut stage, borrower) = borrower(4_500);
    stage.close(&borrower, ETH_PERP);
    let instruction = resolve_debt(&stage, borrower.account);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::ProfitNotSettled);

    let settle = stage.settle(borrower.account, ETH_PERP);
    stage.world.must(&[settle], &[]);
    stage.bring_up(ETH_PERP);
    let (_, owed) = stage.claim_and_debt(&borrower.account);
    assert!(owed < stage.usdc.atoms(7_600), "2,400 dollars of profit repaid");
    let event: BankruptcyResolved = emitted(&stage.send(instruction));
    assert!((event.insurance_atoms + event.socialised_atoms).abs_diff(owed) <= 1);
    stage.assert_ledger();
}

#[test]
fn the_loss_of_the_perps_is_theirs_and_the_debt_the_lenders() {
    let (mut stage, borrower) = borrower(3_500);
    stage.bring_up(ETH_PERP);
    let (loss, usdc) = (stage.profit(&borrower.account, ETH_PERP), stage.usdc);
    assert!(loss < -2_500_000_000);
    let before = reserve_of(&stage.world, &usdc);
    // nothing of it becomes a debt
    let settle = stage.settle(borrower.account, ETH_PERP);
    refuses(&mut stage.world, &settle, &[], PlimsollError::NothingToSettle);
    let of_perps = instructions::resolve_perp_bankruptcy(stage.world.book, borrower.account, ETH_PERP);
    let event: PerpBankruptcyResolved = emitted(&stage.send(of_perps));
    assert_eq!((event.deficit_atoms, event.unpaid_atoms), (loss.unsigned_abs(), 0));
    let after = reserve_of(&stage.world, &usdc);
    assert_eq!((after.deposit_index, after.insurance_atoms), (before.deposit_index, before.insurance_atoms));
    assert_eq!(after.total_debt_shares, before.total_debt_shares);
    assert_eq!(stage.world.margin_state(&borrower.account).active_perps, 0);

    let (_, owed) = stage.claim_and_debt(&borrower.account);
    assert!((usdc.atoms(10_000)..usdc.atoms(10_001)).contains(&owed), "the loan and its interest: {owed}");
    let event: BankruptcyResolved = emitted(&stage.send(resolve_debt(&stage, borrower.account)));
    assert!((event.insurance_atoms + event.socialised_atoms).abs_diff(owed) <= 1);
    stage.assert_ledger();
}

#[test]
fn a_loss_that_stays_does_not_hinder() {
    let (mut stage, borrower) = borrower(3_500);
    // closed at a loss that the balances do not carry
    stage.close(&borrower, ETH_PERP);
    stage.bring_up(ETH_PERP);
    let (loss, (_, owed)) = (stage.realised(&borrower.account, ETH_PERP), stage.claim_and_debt(&borrower.account));
    let event: BankruptcyResolved = emitted(&stage.send(resolve_debt(&stage, borrower.account)));
    assert!((event.insurance_atoms + event.socialised_atoms).abs_diff(owed) <= 1, "the debt alone");
    assert_eq!(stage.realised(&borrower.account, ETH_PERP), loss);
    let of_perps = instructions::resolve_perp_bankruptcy(stage.world.book, borrower.account, ETH_PERP);
    let event: PerpBankruptcyResolved = emitted(&stage.send(of_perps));
    assert_eq!(event.deficit_atoms, loss.unsigned_abs());
    stage.assert_ledger();
}

#[test]
fn who_owes_nothing_but_a_perp_loss_has_no_debt_to_resolve() {
    let mut stage = PositionStage::two_sided().sol_at(155);
    let long = stage.long.account;
    let instruction = resolve_debt(&stage, long);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::PerpPositionOpen);
    let trader = Trader { keypair: stage.long.keypair.insecure_clone(), account: long };
    stage.close(&trader, SOL_PERP);
    let settle = stage.settle(long, SOL_PERP);
    stage.world.must(&[settle], &[]);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::NotBankrupt);
    stage.assert_ledger();
}

#[test]
fn an_unknown_mode_is_refused() {
    let (mut stage, borrower) = borrower(3_500);
    stage.close(&borrower, ETH_PERP);
    edit_account(&mut stage.world, borrower.account, |account| account.mode = UNKNOWN_MODE);
    let instruction = resolve_debt(&stage, borrower.account);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::AccountMode);
}
