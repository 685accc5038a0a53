//! `accrue`: the interest of every reserve, by anyone.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::InterestAccrued;

use crate::expect::{emits, refuses};
use crate::stage::{Stage, edit_reserve, reserve_of};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions};

/// What the four listed reserves are as a mask.
const ALL_FOUR: u16 = 0b1111;

#[test]
fn interest_grows_debts_deposits_and_insurance() {
    let mut stage = Stage::with_debt();
    let before = reserve_of(&stage.world, &stage.usdc);
    stage.world.advance(86_400);
    let now = u64::try_from(stage.world.now()).expect("after 1970");
    let accrue = instructions::accrue(stage.world.book);
    let event = InterestAccrued { book: stage.world.book, reserves: ALL_FOUR };
    emits(&mut stage.world, &accrue, &[], &event);

    let after = reserve_of(&stage.world, &stage.usdc);
    assert!(after.debt_index.get() > before.debt_index.get());
    assert!(after.deposit_index.get() > before.deposit_index.get());
    assert!(after.insurance_atoms > before.insurance_atoms);
    assert_eq!(after.liquidity_atoms, before.liquidity_atoms, "no tokens moved");
    assert_eq!(after.accrued_seconds, now);
    let totals = after.totals();
    let debts = totals.debts_down().expect("debts").0;
    let claims = totals.deposit_index.amount_down(totals.deposit_shares).expect("claims").0 + totals.insurance.0;
    assert!(claims <= debts + totals.liquidity.0, "more is claimed than there is");
    assert!(debts > stage.usdc.atoms(10_000) && debts < stage.usdc.atoms(10_004), "0.01 to 3 % a year: {debts}");
}

#[test]
fn a_reserve_without_debts_earns_nothing() {
    let mut stage = Stage::new();
    stage.world.advance(86_400);
    let accrue = instructions::accrue(stage.world.book);
    stage.world.must(&[accrue], &[]);
    let after = reserve_of(&stage.world, &stage.usdc);
    assert_eq!(after.totals().deposits_up().expect("deposits").0, stage.usdc.atoms(100_000));
    assert_eq!(after.insurance_atoms, 0);
}

#[test]
fn a_second_accrual_in_one_second_changes_nothing() {
    let mut stage = Stage::with_debt();
    stage.world.advance(86_400);
    let accrue = instructions::accrue(stage.world.book);
    stage.world.must(std::slice::from_ref(&accrue), &[]);
    let before = stage.world.svm.get_account(&stage.world.book).expect("a Book").data;
    stage.world.must(&[accrue], &[]);
    assert!(before == stage.world.svm.get_account(&stage.world.book).expect("a Book").data);
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut stage = Stage::with_debt();
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| reserve.insurance_atoms = 1);
    let accrue = instructions::accrue(stage.world.book);
    refuses(&mut stage.world, &accrue, &[], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::with_debt();
    let book = stage.world.book;
    let accrue = instructions::accrue(book);
    refuses_impostors(&mut stage.world, &accrue, &[], book);
    refuses_other_versions(&mut stage.world, &accrue, &[], &[book]);
}
