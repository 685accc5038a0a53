//! `resolve_bankruptcy`: a debt that nothing stands behind; insurance pays, then the depositors.

mod perps;

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::BankruptcyResolved;
use plimsoll_client::{Instruction, instructions};

use crate::expect::{assert_emitted, refuses};
use crate::oracles::ONE_E8;
use crate::stage::{
    Stage, UNKNOWN_MODE, account_elsewhere, edit_account, edit_reserve, elsewhere, move_price, reserve_of, shares_of,
};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// Bob owes 16,000 USDC; his 100 SOL are worth what this price, in hundred-millionths of a dollar, makes of them.
fn fallen_to(price_e8: i64) -> Stage {
    let mut stage = Stage::new();
    stage.world.borrow(&stage.bob, &stage.usdc, stage.usdc.atoms(16_000)).expect("a borrow");
    move_price(&mut stage.world, &stage.sol.clone(), price_e8);
    stage
}

/// 90 cents are left, less than the dust of one dollar.
fn bankrupt() -> Stage {
    fallen_to(ONE_E8 * 9 / 1_000)
}

fn resolve(stage: &Stage, reserve_index: u8) -> Instruction {
    instructions::resolve_bankruptcy(stage.world.book, stage.bob.account, reserve_index)
}

#[test]
fn insurance_pays_first_and_the_depositors_the_rest() {
    let mut stage = bankrupt();
    let gift = stage.usdc.atoms(1_000);
    let source = stage.world.create_token_account(&stage.usdc, &stage.lender.key(), gift);
    let fund = instructions::fund_insurance(&stage.usdc.keys(), stage.lender.key(), source, gift);
    stage.world.must(&[fund, instructions::accrue(stage.world.book)], &[&stage.lender.keypair]);
    let before = reserve_of(&stage.world, &stage.usdc);
    let deficit = before.totals().debts_down().expect("debts").0;
    let deposits = before.totals().deposits_up().expect("deposits").0;

    let instruction = resolve(&stage, stage.usdc.index);
    let outcome = stage.world.send(&[instruction], &[]);
    let after = reserve_of(&stage.world, &stage.usdc);
    // what rounding left over belongs to the insurance too, so it is what depositors do not claim
    let insurance_atoms = before.liquidity_atoms + deficit - deposits;
    let socialised_atoms = deficit - insurance_atoms;
    let event = BankruptcyResolved {
        margin_account: stage.bob.account,
        reserve_index: stage.usdc.index,
        insurance_atoms,
        socialised_atoms,
    };
    assert_emitted(&outcome, &event);
    assert!(insurance_atoms >= gift && insurance_atoms < gift + 100_000);
    assert_eq!((after.insurance_atoms, after.socialised_atoms), (0, socialised_atoms));
    assert_eq!((after.total_debt_shares, after.liquidity_atoms), (0, before.liquidity_atoms));
    assert_eq!(after.total_deposit_shares, before.total_deposit_shares);
    let left = after.totals().deposits_up().expect("deposits").0;
    assert!(left.abs_diff(deposits - socialised_atoms) <= 1 && left <= after.liquidity_atoms);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.usdc), (0, 0));
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol), (stage.sol.atoms(100), 0), "the dust stays");
    stage.world.withdraw(&stage.lender, &stage.usdc, instructions::ALL).expect("the rest can be withdrawn");
}

#[test]
fn insurance_that_suffices_spares_the_depositors() {
    let mut stage = bankrupt();
    let gift = stage.usdc.atoms(20_000);
    let source = stage.world.create_token_account(&stage.usdc, &stage.lender.key(), gift);
    let fund = instructions::fund_insurance(&stage.usdc.keys(), stage.lender.key(), source, gift);
    stage.world.must(&[fund, instructions::accrue(stage.world.book)], &[&stage.lender.keypair]);
    let before = reserve_of(&stage.world, &stage.usdc);
    let instruction = resolve(&stage, stage.usdc.index);
    stage.world.must(&[instruction], &[]);
    let after = reserve_of(&stage.world, &stage.usdc);
    assert_eq!((after.deposit_index, after.socialised_atoms), (before.deposit_index, 0));
    assert!(after.insurance_atoms > stage.usdc.atoms(3_999) && after.insurance_atoms < stage.usdc.atoms(4_001));
}

#[test]
fn who_is_not_bankrupt_is_refused() {
    // healthy; unhealthy; insolvent with 110 cents left
    for price_e8 in [200 * ONE_E8, 180 * ONE_E8, ONE_E8 * 11 / 1_000] {
        let mut stage = fallen_to(price_e8);
        let instruction = resolve(&stage, stage.usdc.index);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::NotBankrupt);
    }
    let mut stage = bankrupt();
    for reserve_index in [stage.sol.index, stage.btc.index] {
        let instruction = resolve(&stage, reserve_index);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::NotBankrupt);
    }
    let instruction = resolve(&stage, stage.usdc.index);
    stage.world.must(std::slice::from_ref(&instruction), &[]);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::NotBankrupt);
}

#[test]
fn unlisted_reserves_and_unknown_modes_are_refused() {
    let mut stage = bankrupt();
    for reserve_index in [4, 15, 16, u8::MAX] {
        let instruction = resolve(&stage, reserve_index);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::ReserveIndex);
    }
    let instruction = resolve(&stage, stage.usdc.index);
    edit_account(&mut stage.world, stage.bob.account, |account| account.mode = UNKNOWN_MODE);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::AccountMode);
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut stage = bankrupt();
    // more insurance than there are assets, so that it alone would outlast the deficit
    let too_much = stage.usdc.atoms(200_000);
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| {
        reserve.insurance_atoms = too_much;
    });
    let instruction = resolve(&stage, stage.usdc.index);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = bankrupt();
    let instruction = resolve(&stage, stage.usdc.index);
    let (world, bob) = (&mut stage.world, &stage.bob);
    let book = world.book;
    for account in [book, bob.account] {
        refuses_impostors(world, &instruction, &[], account);
    }
    refuses_other_versions(world, &instruction, &[], &[book, bob.account]);
    let other = elsewhere(world);
    let theirs = account_elsewhere(world, &bob.keypair, other.group);
    for (right, wrong) in [(book, other.book), (bob.account, theirs)] {
        refuses(world, &swapped(&instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
    let lenders = swapped(&instruction, bob.account, stage.lender.account);
    refuses(world, &lenders, &[], PlimsollError::NotBankrupt);
}
