//! `move_collateral`: a deposit changes accounts of one owner, no tokens move.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::CollateralMoved;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Asset, Trader};

use crate::expect::{emits, refuses};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, USDC};
use crate::stage::{edit_account, edit_reserve, reserve_of, shares_of};
use crate::transfer_position::refuses_wrong_pairs;

/// Alice's 100,000 USDC and a second account of hers.
fn two_accounts() -> (PerpStage, Trader) {
    let mut stage = PerpStage::new();
    let second = stage.world.sub_account(&stage.alice, 1);
    (stage, second)
}

fn moves(stage: &PerpStage, (from, to): (&Trader, &Trader), asset: &Asset, amount_atoms: u64) -> Instruction {
    instructions::move_collateral(stage.world.book, (from.account, to.account), from.key(), asset.index, amount_atoms)
}

#[test]
fn a_deposit_changes_accounts_and_no_tokens_move() {
    let (mut stage, second) = two_accounts();
    let usdc = stage.usdc;
    let (before, vault) = (reserve_of(&stage.world, &usdc), stage.world.vault_balance(&usdc));
    let amount_atoms = usdc.atoms(30_000);
    let event =
        CollateralMoved { from: stage.alice.account, to: second.account, reserve_index: usdc.index, amount_atoms };
    let there = moves(&stage, (&stage.alice, &second), &usdc, amount_atoms);
    emits(&mut stage.world, &there, &[&stage.alice.keypair], &event);
    assert_eq!(shares_of(&stage.world, &stage.alice.account, &usdc), (usdc.atoms(70_000), 0));
    assert_eq!(shares_of(&stage.world, &second.account, &usdc), (amount_atoms, 0));
    let after = reserve_of(&stage.world, &usdc);
    assert_eq!(after.total_deposit_shares, before.total_deposit_shares);
    assert_eq!(after.liquidity_atoms, before.liquidity_atoms);
    assert_eq!(stage.world.vault_balance(&usdc), vault);
}

#[test]
fn the_largest_amount_moves_all_of_the_deposit() {
    let (mut stage, second) = two_accounts();
    let (usdc, sol) = (stage.usdc, stage.sol);
    stage.world.deposit(&stage.alice, &sol, sol.atoms(3)).expect("a deposit");
    for (asset, amount) in [(usdc, usdc.atoms(100_000)), (sol, sol.atoms(3))] {
        let all = moves(&stage, (&stage.alice, &second), &asset, instructions::ALL);
        stage.world.must_signed_by(&all, &stage.alice);
        assert_eq!(shares_of(&stage.world, &second.account, &asset), (amount, 0));
    }
    assert!(stage.world.margin_state(&stage.alice.account).is_empty());
}

#[test]
fn it_goes_in_and_out_of_an_isolated_account() {
    let mut stage = PerpStage::new();
    let (isolated, usdc) = (stage.world.isolated_account(&stage.alice, 1, SOL_PERP), stage.usdc);
    let inward = moves(&stage, (&stage.alice, &isolated), &usdc, usdc.atoms(1_000));
    stage.world.must_signed_by(&inward, &stage.alice);
    stage.world.trade(&isolated, SOL_PERP, SOL).expect("a fill");
    // a position of 200 dollars needs some of it
    let all = moves(&stage, (&isolated, &stage.alice), &usdc, usdc.atoms(1_000));
    refuses(&mut stage.world, &all, &[&stage.alice.keypair], PlimsollError::InitialHealthNegative);
    let most = moves(&stage, (&isolated, &stage.alice), &usdc, usdc.atoms(950));
    stage.world.must_signed_by(&most, &stage.alice);
    assert_eq!(shares_of(&stage.world, &stage.alice.account, &usdc), (usdc.atoms(99_950), 0));
}

#[test]
fn the_receivers_debt_is_paid_first() {
    let (mut stage, second) = two_accounts();
    let (usdc, sol) = (stage.usdc, stage.sol);
    stage.world.deposit(&second, &sol, sol.atoms(100)).expect("a deposit");
    stage.world.borrow(&second, &usdc, usdc.atoms(5_000)).expect("a borrow");
    let pays = moves(&stage, (&stage.alice, &second), &usdc, usdc.atoms(6_000));
    stage.world.must_signed_by(&pays, &stage.alice);
    let (deposit, debt) = shares_of(&stage.world, &second.account, &usdc);
    assert_eq!(debt, 0);
    assert!(deposit.abs_diff(usdc.atoms(1_000)) <= 1, "{deposit}");
    assert_eq!(reserve_of(&stage.world, &usdc).total_debt_shares, 0);
}

#[test]
fn a_healthy_giver_forgets_an_earlier_shortfall() {
    let (mut stage, second) = two_accounts();
    edit_account(&mut stage.world, stage.alice.account, |account| account.unhealthy_since_seconds = 7);
    let one = moves(&stage, (&stage.alice, &second), &stage.usdc, 1);
    stage.world.must_signed_by(&one, &stage.alice);
    assert_eq!(stage.world.margin_state(&stage.alice.account).unhealthy_since_seconds, 0);
}

#[test]
fn amounts_that_cannot_be_moved_are_refused() {
    let (mut stage, second) = two_accounts();
    let (usdc, sol) = (stage.usdc, stage.sol);
    for (asset, amount_atoms, error) in [
        (usdc, 0, PlimsollError::AmountZero),
        (usdc, usdc.atoms(100_000) + 1, PlimsollError::DepositTooSmall),
        (usdc, u64::MAX - 1, PlimsollError::DepositTooSmall),
        (sol, 1, PlimsollError::DepositTooSmall),
        (sol, instructions::ALL, PlimsollError::DepositTooSmall),
    ] {
        let refused = moves(&stage, (&stage.alice, &second), &asset, amount_atoms);
        refuses(&mut stage.world, &refused, &[&stage.alice.keypair], error);
    }
    for index in [4, 15, 16, u8::MAX] {
        let unlisted = moves(&stage, (&stage.alice, &second), &Asset { index, ..usdc }, 1);
        refuses(&mut stage.world, &unlisted, &[&stage.alice.keypair], PlimsollError::ReserveIndex);
    }
}

#[test]
fn a_debt_is_no_deposit_to_move() {
    let (mut stage, second) = two_accounts();
    let sol = stage.sol;
    stage.world.deposit(&stage.keeper, &sol, sol.atoms(10)).expect("a deposit");
    stage.world.borrow(&stage.alice, &sol, sol.atoms(1)).expect("a borrow");
    for amount_atoms in [1, instructions::ALL] {
        let refused = moves(&stage, (&stage.alice, &second), &sol, amount_atoms);
        refuses(&mut stage.world, &refused, &[&stage.alice.keypair], PlimsollError::DepositTooSmall);
    }
}

#[test]
fn the_giver_keeps_his_initial_margin() {
    let mut stage = PerpStage::with_position(1_000 * SOL);
    let (second, usdc) = (stage.world.sub_account(&stage.alice, 1), stage.usdc);
    let too_much = moves(&stage, (&stage.alice, &second), &usdc, usdc.atoms(99_000));
    refuses(&mut stage.world, &too_much, &[&stage.alice.keypair], PlimsollError::InitialHealthNegative);
    let enough_left = moves(&stage, (&stage.alice, &second), &usdc, 1_000 * USDC.unsigned_abs());
    stage.world.must_signed_by(&enough_left, &stage.alice);
}

#[test]
fn a_reserve_that_does_not_balance_is_refused() {
    let (mut stage, second) = two_accounts();
    edit_reserve(&mut stage.world, &stage.usdc.clone(), |reserve| reserve.insurance_atoms += 1_000_000);
    let one = moves(&stage, (&stage.alice, &second), &stage.usdc, 1);
    refuses(&mut stage.world, &one, &[&stage.alice.keypair], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut stage, second) = two_accounts();
    let (usdc, book, owner) = (stage.usdc, stage.world.book, stage.alice.key());
    refuses_wrong_pairs(&mut stage, &second, |accounts| {
        instructions::move_collateral(book, accounts, owner, usdc.index, 1)
    });
}
