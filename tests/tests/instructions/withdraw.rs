//! `withdraw`: a deposit goes out; initial health must remain.

mod perps;

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::Withdrawn;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_ISOLATED};
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::{Signer, Trader};

use crate::expect::{Refusal, emits, refuses, token};
use crate::stage::{
    Stage, UNKNOWN_MODE, account_elsewhere, edit_account, edit_reserve, elsewhere, leave_pending, move_price,
    reserve_of, shares_of, stranger,
};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// Bob's withdrawal of SOL.
fn withdraw_sol(stage: &mut Stage, amount_atoms: u64) -> (Instruction, Pubkey) {
    let owner = stage.bob.key();
    let destination = stage.world.create_token_account(&stage.sol, &owner, 0);
    let withdraw = instructions::withdraw(&stage.sol.keys(), stage.bob.account, owner, destination, amount_atoms);
    (withdraw, destination)
}

#[test]
fn a_withdrawal_moves_tokens_and_burns_shares() {
    let mut stage = Stage::with_debt();
    let amount_atoms = stage.sol.atoms(4);
    let (withdraw, destination) = withdraw_sol(&mut stage, amount_atoms);
    let event = Withdrawn {
        margin_account: stage.bob.account,
        reserve_index: stage.sol.index,
        amount_atoms,
        deposit_shares: stage.sol.atoms(96),
    };
    emits(&mut stage.world, &withdraw, &[&stage.bob.keypair], &event);

    let after = reserve_of(&stage.world, &stage.sol);
    assert_eq!(stage.world.balance(&destination), amount_atoms);
    assert_eq!(stage.world.vault_balance(&stage.sol), stage.sol.atoms(96));
    assert_eq!(after.liquidity_atoms, stage.sol.atoms(96));
    assert_eq!(after.total_deposit_shares, stage.sol.atoms(96));
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol), (stage.sol.atoms(96), 0));
}

#[test]
fn the_largest_amount_withdraws_all_of_the_deposit() {
    let mut stage = Stage::new();
    let (withdraw, destination) = withdraw_sol(&mut stage, instructions::ALL);
    stage.world.must(&[withdraw], &[&stage.bob.keypair]);
    assert_eq!(stage.world.balance(&destination), stage.sol.atoms(100));
    assert_eq!(stage.world.vault_balance(&stage.sol), 0);
    assert!(stage.world.margin_state(&stage.bob.account).is_empty());
}

#[test]
fn a_healthy_withdrawal_forgets_an_earlier_shortfall() {
    let mut stage = Stage::with_debt();
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.unhealthy_since_seconds = 7;
    });
    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    stage.world.must(&[withdraw], &[&stage.bob.keypair]);
    assert_eq!(stage.world.margin_state(&stage.bob.account).unhealthy_since_seconds, 0);
}

#[test]
fn amounts_that_cannot_be_withdrawn_are_refused() {
    let mut stage = Stage::new();
    let deposit = stage.sol.atoms(100);
    for (amount_atoms, error) in [
        (0, PlimsollError::AmountZero),
        (deposit + 1, PlimsollError::DepositTooSmall),
        (u64::MAX - 1, PlimsollError::DepositTooSmall),
    ] {
        let (withdraw, _) = withdraw_sol(&mut stage, amount_atoms);
        refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], error);
    }
    let owner = stage.bob.key();
    let destination = stage.world.create_token_account(&stage.btc, &owner, 0);
    for amount_atoms in [1, instructions::ALL] {
        let nothing = instructions::withdraw(&stage.btc.keys(), stage.bob.account, owner, destination, amount_atoms);
        refuses(&mut stage.world, &nothing, &[&stage.bob.keypair], PlimsollError::DepositTooSmall);
    }
    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    for reserve_index in [4, 15, 16, u8::MAX] {
        let mut unlisted = withdraw.clone();
        unlisted.data[8] = reserve_index;
        refuses(&mut stage.world, &unlisted, &[&stage.bob.keypair], PlimsollError::ReserveIndex);
    }
}

#[test]
fn lent_tokens_cannot_be_withdrawn() {
    let mut stage = Stage::with_debt();
    let owner = stage.lender.key();
    let destination = stage.world.create_token_account(&stage.usdc, &owner, 0);
    let withdraw = |atoms| instructions::withdraw(&stage.usdc.keys(), stage.lender.account, owner, destination, atoms);
    let idle = stage.usdc.atoms(90_000);
    for amount_atoms in [idle + 1, instructions::ALL] {
        let signers = [&stage.lender.keypair];
        refuses(&mut stage.world, &withdraw(amount_atoms), &signers, PlimsollError::NotEnoughLiquidity);
    }
    stage.world.must(&[withdraw(idle)], &[&stage.lender.keypair]);
    assert_eq!(stage.world.vault_balance(&stage.usdc), 0);
}

#[test]
fn the_margin_check_refuses_a_withdrawal() {
    let mut stage = Stage::with_debt();
    let too_much = stage.sol.atoms(45);
    let (withdraw, _) = withdraw_sol(&mut stage, too_much);
    let signers = [&stage.bob.keypair];
    refuses(&mut stage.world, &withdraw, &signers, PlimsollError::InitialHealthNegative);

    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    let signers = [&stage.bob.keypair];
    for (mode, error) in
        [(UNKNOWN_MODE, PlimsollError::AccountMode), (MODE_ISOLATED, PlimsollError::IsolatedCollateral)]
    {
        edit_account(&mut stage.world, stage.bob.account, |account| account.mode = mode);
        refuses(&mut stage.world, &withdraw, &signers, error);
    }
    edit_account(&mut stage.world, stage.bob.account, |account| account.mode = MODE_CROSS);
    leave_pending(&mut stage.world, &stage.sol);
    refuses(&mut stage.world, &withdraw, &signers, PlimsollError::PricePending);
}

#[test]
fn a_stale_price_is_worth_less_and_then_nothing() {
    let mut stage = Stage::with_debt();
    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    stage.world.advance(301);
    refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], PlimsollError::InitialHealthNegative);
}

#[test]
fn a_debt_that_was_not_accrued_lately_refuses_a_withdrawal() {
    let mut stage = Stage::with_debt();
    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    stage.world.advance_refreshed(3_601);
    refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], PlimsollError::ReserveStale);
    let accrue = instructions::accrue(stage.world.book);
    stage.world.must(&[accrue, withdraw], &[&stage.bob.keypair]);
}

#[test]
fn a_leg_that_grew_too_large_refuses_a_withdrawal() {
    let mut stage = Stage::with_debt();
    // worth 9,600,000,000 USDC: above 2^53 atoms
    stage.world.deposit(&stage.bob, &stage.btc, stage.btc.atoms(80_000)).expect("a deposit");
    let (withdraw, _) = withdraw_sol(&mut stage, 1);
    refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], PlimsollError::LegTooLarge);
}

#[test]
fn who_owes_nothing_withdraws_whatever_the_prices_do() {
    let mut stage = Stage::new();
    move_price(&mut stage.world, &stage.sol.clone(), 100_000_000);
    stage.world.advance(86_400);
    let (withdraw, _) = withdraw_sol(&mut stage, instructions::ALL);
    stage.world.must(&[withdraw], &[&stage.bob.keypair]);
}

#[test]
fn tokens_must_leave_the_vault() {
    let mut stage = Stage::new();
    let (withdraw, destination) = withdraw_sol(&mut stage, 1);
    let vault = addresses::vault(&stage.world.book, &stage.sol.mint);
    let in_circles = swapped(&withdraw, destination, vault);
    refuses(&mut stage.world, &in_circles, &[&stage.bob.keypair], PlimsollError::VaultMismatch);
    edit_reserve(&mut stage.world, &stage.sol, |reserve| reserve.insurance_atoms = 1);
    refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], PlimsollError::Insolvent);
}

#[test]
fn a_delegate_may_not_withdraw() {
    let mut stage = Stage::new();
    let delegate = Trader { keypair: stranger(&mut stage.world.svm), account: stage.bob.account };
    let name = instructions::set_delegate(stage.bob.account, stage.bob.key(), delegate.key());
    stage.world.must(&[name], &[&stage.bob.keypair]);
    let destination = stage.world.create_token_account(&stage.sol, &delegate.key(), 0);
    let withdraw = instructions::withdraw(&stage.sol.keys(), stage.bob.account, delegate.key(), destination, 1);
    refuses(&mut stage.world, &withdraw, &[&delegate.keypair], PlimsollError::NotOwner);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::new();
    let (withdraw, destination) = withdraw_sol(&mut stage, 1);
    let (world, bob) = (&mut stage.world, &stage.bob.keypair);
    let book = world.book;
    for account in [book, stage.bob.account] {
        refuses_impostors(world, &withdraw, &[bob], account);
    }
    refuses_other_versions(world, &withdraw, &[bob], &[book, stage.bob.account]);
    refuses_unsigned(world, &withdraw, bob.pubkey());

    let other = elsewhere(world);
    let theirs = account_elsewhere(world, bob, other.group);
    let of_usdc = world.create_token_account(&stage.usdc, &bob.pubkey(), 0);
    let [vault, vault_of_usdc] = [stage.sol, stage.usdc].map(|asset| addresses::vault(&book, &asset.mint));
    let (authority, their_authority) = (addresses::vault_authority(&book), addresses::vault_authority(&other.book));
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup.into()),
        (stage.bob.account, theirs, PlimsollError::WrongGroup.into()),
        (stage.bob.account, stage.lender.account, PlimsollError::NotOwner.into()),
        (authority, their_authority, PlimsollError::WrongVaultAuthority.into()),
        (vault, vault_of_usdc, PlimsollError::WrongVault.into()),
        (stage.sol.mint, stage.usdc.mint, PlimsollError::WrongMint.into()),
        (stage.sol.token_program, anchor_spl::token_2022::ID, PlimsollError::WrongTokenProgram.into()),
        (destination, of_usdc, Refusal::from(token::MINT_MISMATCH)),
    ] {
        refuses(world, &swapped(&withdraw, right, wrong), &[bob], error);
    }
}
