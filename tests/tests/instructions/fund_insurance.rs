//! `fund_insurance`: a gift to a reserve's insurance.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::InsuranceFunded;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::{Keypair, Signer};

use crate::expect::{Refusal, emits, refuses, token};
use crate::stage::{Stage, edit_reserve, elsewhere, reserve_of, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// A gift of USDC from somebody who has 50 and no margin account.
fn fund_usdc(stage: &mut Stage, amount_atoms: u64) -> (Instruction, Pubkey, Keypair) {
    let funder = stranger(&mut stage.world.svm);
    let source = stage.world.create_token_account(&stage.usdc, &funder.pubkey(), stage.usdc.atoms(50));
    let fund = instructions::fund_insurance(&stage.usdc.keys(), funder.pubkey(), source, amount_atoms);
    (fund, source, funder)
}

#[test]
fn a_gift_raises_insurance_and_liquidity() {
    let mut stage = Stage::with_debt();
    let amount_atoms = stage.usdc.atoms(20);
    let (fund, source, funder) = fund_usdc(&mut stage, amount_atoms);
    let before = reserve_of(&stage.world, &stage.usdc);
    let event = InsuranceFunded { book: stage.world.book, reserve_index: stage.usdc.index, amount_atoms };
    emits(&mut stage.world, &fund, &[&funder], &event);

    let after = reserve_of(&stage.world, &stage.usdc);
    assert_eq!(stage.world.balance(&source), stage.usdc.atoms(30));
    assert_eq!(stage.world.vault_balance(&stage.usdc), stage.usdc.atoms(90_020));
    assert_eq!(after.insurance_atoms, before.insurance_atoms + amount_atoms);
    assert_eq!(after.liquidity_atoms, before.liquidity_atoms + amount_atoms);
    assert_eq!(after.total_deposit_shares, before.total_deposit_shares);
    assert_eq!(after.deposit_index, before.deposit_index);
}

#[test]
fn amounts_that_cannot_be_given_are_refused() {
    let mut stage = Stage::new();
    let held = stage.usdc.atoms(50);
    for (amount_atoms, error) in [
        (0, PlimsollError::AmountZero.into()),
        (held + 1, Refusal::from(token::INSUFFICIENT_FUNDS)),
        // no "all" here: the whole of 2^64 − 1 atoms is asked for
        (instructions::ALL, PlimsollError::Overflow.into()),
    ] {
        let (fund, _, funder) = fund_usdc(&mut stage, amount_atoms);
        refuses(&mut stage.world, &fund, &[&funder], error);
    }
    let (fund, _, funder) = fund_usdc(&mut stage, 1);
    for reserve_index in [4, 15, 16, u8::MAX] {
        let mut unlisted = fund.clone();
        unlisted.data[8] = reserve_index;
        refuses(&mut stage.world, &unlisted, &[&funder], PlimsollError::ReserveIndex);
    }
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut stage = Stage::new();
    let (fund, _, funder) = fund_usdc(&mut stage, 1);
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| reserve.insurance_atoms = 1);
    refuses(&mut stage.world, &fund, &[&funder], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::new();
    let (fund, source, funder) = fund_usdc(&mut stage, 1);
    let world = &mut stage.world;
    let book = world.book;
    refuses_impostors(world, &fund, &[&funder], book);
    refuses_other_versions(world, &fund, &[&funder], &[book]);
    refuses_unsigned(world, &fund, funder.pubkey());

    let other = elsewhere(world);
    let of_another = world.create_token_account(&stage.usdc, &stage.lender.key(), 5);
    let of_sol = world.create_token_account(&stage.sol, &funder.pubkey(), 5);
    let [vault, vault_of_sol] = [stage.usdc, stage.sol].map(|asset| addresses::vault(&book, &asset.mint));
    for (right, wrong, error) in [
        // the other Book has no reserves
        (book, other.book, PlimsollError::ReserveIndex.into()),
        (vault, vault_of_sol, PlimsollError::WrongVault.into()),
        (stage.usdc.mint, stage.sol.mint, PlimsollError::WrongMint.into()),
        (stage.usdc.token_program, anchor_spl::token_2022::ID, PlimsollError::WrongTokenProgram.into()),
        (source, of_another, Refusal::from(token::OWNER_MISMATCH)),
        (source, of_sol, token::MINT_MISMATCH.into()),
    ] {
        refuses(world, &swapped(&fund, right, wrong), &[&funder], error);
    }
}
