//! `deposit`: tokens in, shares up, no margin check.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::Deposited;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::{Asset, Signer, World};

use crate::expect::{emits, refuses, token};
use crate::stage::{Stage, account_elsewhere, edit_reserve, elsewhere, leave_pending, reserve_of, shares_of, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// Bob's deposit of SOL from an account that holds ten.
fn deposit_sol(stage: &mut Stage, amount_atoms: u64) -> (Instruction, Pubkey) {
    let owner = stage.bob.key();
    let source = stage.world.create_token_account(&stage.sol, &owner, stage.sol.atoms(10));
    let deposit = instructions::deposit(&stage.sol.keys(), stage.bob.account, owner, source, amount_atoms);
    (deposit, source)
}

#[test]
fn a_deposit_moves_tokens_and_mints_shares() {
    let mut stage = Stage::new();
    let amount_atoms = stage.sol.atoms(4);
    let (deposit, source) = deposit_sol(&mut stage, amount_atoms);
    let (before, vault) = (reserve_of(&stage.world, &stage.sol), stage.world.vault_balance(&stage.sol));

    let event = Deposited {
        margin_account: stage.bob.account,
        reserve_index: stage.sol.index,
        amount_atoms,
        deposit_shares: stage.sol.atoms(104),
    };
    emits(&mut stage.world, &deposit, &[&stage.bob.keypair], &event);

    let after = reserve_of(&stage.world, &stage.sol);
    assert_eq!(stage.world.balance(&source), stage.sol.atoms(6));
    assert_eq!(stage.world.vault_balance(&stage.sol), vault + amount_atoms);
    assert_eq!(after.liquidity_atoms, before.liquidity_atoms + amount_atoms);
    assert_eq!(after.total_deposit_shares, before.total_deposit_shares + amount_atoms);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol), (stage.sol.atoms(104), 0));
}

#[test]
fn the_largest_amount_deposits_all_of_the_source() {
    let mut stage = Stage::new();
    let (deposit, source) = deposit_sol(&mut stage, instructions::ALL);
    stage.world.must(&[deposit], &[&stage.bob.keypair]);
    assert_eq!(stage.world.balance(&source), 0);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol), (stage.sol.atoms(110), 0));
}

#[test]
fn a_delegate_may_deposit() {
    let mut stage = Stage::new();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.bob.account, stage.bob.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.bob.keypair]);
    let source = stage.world.create_token_account(&stage.sol, &delegate.pubkey(), 7);
    let deposit = instructions::deposit(&stage.sol.keys(), stage.bob.account, delegate.pubkey(), source, 7);
    stage.world.must(&[deposit], &[&delegate]);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol).0, stage.sol.atoms(100) + 7);
}

#[test]
fn a_deposit_needs_no_price() {
    let mut stage = Stage::with_debt();
    leave_pending(&mut stage.world, &stage.sol);
    stage.world.advance(86_400);
    let (deposit, _) = deposit_sol(&mut stage, 1);
    stage.world.must(&[deposit], &[&stage.bob.keypair]);
}

#[test]
fn amounts_that_cannot_be_deposited_are_refused() {
    let mut stage = Stage::new();
    let ten = stage.sol.atoms(10);
    for (amount_atoms, error) in [
        (0, PlimsollError::AmountZero.into()),
        (ten + 1, crate::expect::Refusal::from(token::INSUFFICIENT_FUNDS)),
        (u64::MAX - 1, PlimsollError::Overflow.into()),
    ] {
        let (deposit, _) = deposit_sol(&mut stage, amount_atoms);
        refuses(&mut stage.world, &deposit, &[&stage.bob.keypair], error);
    }
    let empty = stage.world.create_token_account(&stage.sol, &stage.bob.key(), 0);
    let (deposit, source) = deposit_sol(&mut stage, instructions::ALL);
    let deposit = swapped(&deposit, source, empty);
    refuses(&mut stage.world, &deposit, &[&stage.bob.keypair], PlimsollError::AmountZero);
    let no_tokens = swapped(&deposit, empty, stage.bob.key());
    refuses(&mut stage.world, &no_tokens, &[&stage.bob.keypair], PlimsollError::SourceEmpty);
}

#[test]
fn what_the_reserve_cannot_take_is_refused() {
    let mut stage = Stage::with_debt();
    let owner = stage.bob.key();
    let source = stage.world.create_token_account(&stage.usdc, &owner, 1);
    let into_debt = instructions::deposit(&stage.usdc.keys(), stage.bob.account, owner, source, 1);
    refuses(&mut stage.world, &into_debt, &[&stage.bob.keypair], PlimsollError::RepayFirst);

    let (deposit, _) = deposit_sol(&mut stage, 1);
    for reserve_index in [4, 15, 16, u8::MAX] {
        let mut unlisted = deposit.clone();
        unlisted.data[8] = reserve_index;
        refuses(&mut stage.world, &unlisted, &[&stage.bob.keypair], PlimsollError::ReserveIndex);
    }
    let cap = stage.sol.atoms(100);
    edit_reserve(&mut stage.world, &stage.sol, |reserve| {
        reserve.params.deposit_cap_atoms = cap;
    });
    refuses(&mut stage.world, &deposit, &[&stage.bob.keypair], PlimsollError::DepositCap);
    edit_reserve(&mut stage.world, &stage.sol, |reserve| {
        reserve.params.deposit_cap_atoms = cap + 1;
    });
    edit_reserve(&mut stage.world, &stage.sol, |reserve| reserve.insurance_atoms = 1);
    refuses(&mut stage.world, &deposit, &[&stage.bob.keypair], PlimsollError::Insolvent);
    edit_reserve(&mut stage.world, &stage.sol, |reserve| reserve.insurance_atoms = 0);
    stage.world.must(&[deposit], &[&stage.bob.keypair]);
}

#[test]
fn a_reserve_whose_deposits_lost_almost_everything_is_closed() {
    let mut stage = Stage::new();
    let (deposit, _) = deposit_sol(&mut stage, 1);
    edit_reserve(&mut stage.world, &stage.sol, |reserve| {
        reserve.deposit_index = plimsoll_client::plimsoll::state::Wide::new((1 << 64) - 1);
    });
    refuses(&mut stage.world, &deposit, &[&stage.bob.keypair], PlimsollError::ReserveClosed);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::new();
    let (deposit, source) = deposit_sol(&mut stage, 1);
    let (world, bob) = (&mut stage.world, &stage.bob.keypair);
    let book = world.book;
    for account in [book, stage.bob.account] {
        refuses_impostors(world, &deposit, &[bob], account);
    }
    refuses_other_versions(world, &deposit, &[bob], &[book, stage.bob.account]);
    refuses_unsigned(world, &deposit, bob.pubkey());

    let other = elsewhere(world);
    let theirs = account_elsewhere(world, bob, other.group);
    for (right, wrong) in [(book, other.book), (stage.bob.account, theirs)] {
        refuses(world, &swapped(&deposit, right, wrong), &[bob], PlimsollError::WrongGroup);
    }
    let lenders = swapped(&deposit, stage.bob.account, stage.lender.account);
    refuses(world, &lenders, &[bob], PlimsollError::NotOwnerOrDelegate);
    refuses_wrong_tokens(&mut stage, &deposit, source);
}

/// Vault, mint, token program and source of something else.
fn refuses_wrong_tokens(stage: &mut Stage, deposit: &Instruction, source: Pubkey) {
    let (world, bob, sol, usdc) = (&mut stage.world, &stage.bob.keypair, &stage.sol, &stage.usdc);
    let vault = |world: &World, asset: &Asset| addresses::vault(&world.book, &asset.mint);
    let of_another = world.create_token_account(sol, &stage.lender.key(), 5);
    let of_usdc = world.create_token_account(usdc, &bob.pubkey(), 5);
    let own_vault = world.create_token_account(sol, &addresses::vault_authority(&world.book), 5);
    for (right, wrong, error) in [
        (vault(world, sol), vault(world, usdc), PlimsollError::WrongVault.into()),
        (vault(world, sol), own_vault, PlimsollError::WrongVault.into()),
        (sol.mint, usdc.mint, PlimsollError::WrongMint.into()),
        (sol.token_program, anchor_spl::token_2022::ID, PlimsollError::WrongTokenProgram.into()),
        (source, of_another, crate::expect::Refusal::from(token::OWNER_MISMATCH)),
        (source, of_usdc, token::MINT_MISMATCH.into()),
    ] {
        refuses(world, &swapped(deposit, right, wrong), &[bob], error);
    }
}
