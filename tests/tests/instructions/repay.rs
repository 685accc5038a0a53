//! `repay`: tokens in, debt down, no margin check.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::Repaid;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::Signer;

use crate::expect::{Refusal, emits, refuses, token};
use crate::stage::{Stage, account_elsewhere, edit_reserve, elsewhere, leave_pending, reserve_of, shares_of, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// Bob's repayment of USDC from an account that holds 20,000.
fn repay_usdc(stage: &mut Stage, amount_atoms: u64) -> (Instruction, Pubkey) {
    let owner = stage.bob.key();
    let source = stage.world.create_token_account(&stage.usdc, &owner, stage.usdc.atoms(20_000));
    let repay = instructions::repay(&stage.usdc.keys(), stage.bob.account, owner, source, amount_atoms);
    (repay, source)
}

#[test]
fn a_repayment_moves_tokens_and_burns_debt_shares() {
    let mut stage = Stage::with_debt();
    let amount_atoms = stage.usdc.atoms(4_000);
    let (repay, source) = repay_usdc(&mut stage, amount_atoms);
    let event = Repaid {
        margin_account: stage.bob.account,
        reserve_index: stage.usdc.index,
        amount_atoms,
        debt_shares: stage.usdc.atoms(6_000),
    };
    emits(&mut stage.world, &repay, &[&stage.bob.keypair], &event);

    let after = reserve_of(&stage.world, &stage.usdc);
    assert_eq!(stage.world.balance(&source), stage.usdc.atoms(16_000));
    assert_eq!(stage.world.vault_balance(&stage.usdc), stage.usdc.atoms(94_000));
    assert_eq!(after.liquidity_atoms, stage.usdc.atoms(94_000));
    assert_eq!(after.total_debt_shares, stage.usdc.atoms(6_000));
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.usdc), (0, stage.usdc.atoms(6_000)));
}

#[test]
fn the_largest_amount_repays_all_of_the_debt_with_its_interest() {
    let mut stage = Stage::with_debt();
    stage.world.advance(86_400);
    let (repay, source) = repay_usdc(&mut stage, instructions::ALL);
    stage.world.must(&[repay], &[&stage.bob.keypair]);
    assert!(stage.world.balance(&source) < stage.usdc.atoms(10_000), "no interest was paid");
    assert!(stage.world.balance(&source) > stage.usdc.atoms(9_990), "too much was paid");
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.usdc), (0, 0));
    assert_eq!(reserve_of(&stage.world, &stage.usdc).total_debt_shares, 0);
    let active = stage.world.margin_state(&stage.bob.account).active_balances;
    assert_eq!(active, 1 << stage.sol.index, "the slot is free again");
}

#[test]
fn a_delegate_may_repay() {
    let mut stage = Stage::with_debt();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.bob.account, stage.bob.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.bob.keypair]);
    let source = stage.world.create_token_account(&stage.usdc, &delegate.pubkey(), 7);
    let repay = instructions::repay(&stage.usdc.keys(), stage.bob.account, delegate.pubkey(), source, 7);
    stage.world.must(&[repay], &[&delegate]);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.usdc).1, stage.usdc.atoms(10_000) - 7);
}

#[test]
fn a_repayment_needs_no_price() {
    let mut stage = Stage::with_debt();
    leave_pending(&mut stage.world, &stage.sol);
    stage.world.advance(86_400);
    let (repay, _) = repay_usdc(&mut stage, 1);
    stage.world.must(&[repay], &[&stage.bob.keypair]);
}

#[test]
fn amounts_that_cannot_be_repaid_are_refused() {
    let mut stage = Stage::with_debt();
    let owed = stage.usdc.atoms(10_000);
    for (amount_atoms, error) in [
        (0, PlimsollError::AmountZero),
        (owed + 1, PlimsollError::DebtTooSmall),
        (u64::MAX - 1, PlimsollError::DebtTooSmall),
    ] {
        let (repay, _) = repay_usdc(&mut stage, amount_atoms);
        refuses(&mut stage.world, &repay, &[&stage.bob.keypair], error);
    }
    let (repay, source) = repay_usdc(&mut stage, owed);
    let poor = stage.world.create_token_account(&stage.usdc, &stage.bob.key(), owed - 1);
    let poor = swapped(&repay, source, poor);
    refuses(&mut stage.world, &poor, &[&stage.bob.keypair], token::INSUFFICIENT_FUNDS);
}

#[test]
fn a_debt_that_is_not_there_is_refused() {
    let mut stage = Stage::with_debt();
    let owner = stage.bob.key();
    for asset in [stage.sol, stage.btc] {
        let source = stage.world.create_token_account(&asset, &owner, 5);
        let repay = instructions::repay(&asset.keys(), stage.bob.account, owner, source, 5);
        refuses(&mut stage.world, &repay, &[&stage.bob.keypair], PlimsollError::NothingToRepay);
    }
    let (repay, _) = repay_usdc(&mut stage, 1);
    for reserve_index in [4, 15, 16, u8::MAX] {
        let mut unlisted = repay.clone();
        unlisted.data[8] = reserve_index;
        refuses(&mut stage.world, &unlisted, &[&stage.bob.keypair], PlimsollError::ReserveIndex);
    }
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut stage = Stage::with_debt();
    let (repay, _) = repay_usdc(&mut stage, 1);
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| reserve.insurance_atoms = 1);
    refuses(&mut stage.world, &repay, &[&stage.bob.keypair], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::with_debt();
    let (repay, source) = repay_usdc(&mut stage, 1);
    let (world, bob) = (&mut stage.world, &stage.bob.keypair);
    let book = world.book;
    for account in [book, stage.bob.account] {
        refuses_impostors(world, &repay, &[bob], account);
    }
    refuses_other_versions(world, &repay, &[bob], &[book, stage.bob.account]);
    refuses_unsigned(world, &repay, bob.pubkey());

    let other = elsewhere(world);
    let theirs = account_elsewhere(world, bob, other.group);
    let of_another = world.create_token_account(&stage.usdc, &stage.lender.key(), 5);
    let of_sol = world.create_token_account(&stage.sol, &bob.pubkey(), 5);
    let [vault, vault_of_sol] = [stage.usdc, stage.sol].map(|asset| addresses::vault(&book, &asset.mint));
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup.into()),
        (stage.bob.account, theirs, PlimsollError::WrongGroup.into()),
        (stage.bob.account, stage.lender.account, PlimsollError::NotOwnerOrDelegate.into()),
        (vault, vault_of_sol, PlimsollError::WrongVault.into()),
        (stage.usdc.mint, stage.sol.mint, PlimsollError::WrongMint.into()),
        (stage.usdc.token_program, anchor_spl::token_2022::ID, PlimsollError::WrongTokenProgram.into()),
        (source, of_another, Refusal::from(token::OWNER_MISMATCH)),
        (source, of_sol, token::MINT_MISMATCH.into()),
    ] {
        refuses(world, &swapped(&repay, right, wrong), &[bob], error);
    }
}
