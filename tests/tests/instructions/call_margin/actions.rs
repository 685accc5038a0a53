//! What a called account may do, and how its owner's own actions end the call.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{Deposited, MarginCallCleared, OrderFilled, Repaid};
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::Trader;
use plimsoll_tests::outcome::Outcome;

use anchor_lang::Event;

use super::{Stage, announce, announced, call_of};
use crate::expect::{events, refuses};
use crate::position_stage::{LONG, PositionStage, SOL_PERP};
use crate::stage::edit_book;

/// Asserts that a transaction emitted these two events, the second of them the end of a call.
#[track_caller]
fn assert_cured<E: Event>(outcome: &Outcome, account: plimsoll_client::Pubkey) {
    let [action, cleared] = &events(outcome)[..] else { panic!("two events") };
    assert!(action.starts_with(E::DISCRIMINATOR));
    assert!(*cleared == MarginCallCleared { margin_account: account }.data());
}

#[test]
fn a_deposit_that_cures_a_call_clears_it() {
    let mut stage = announced();
    stage.world.call(&stage.bob).expect("a call");
    let (sol, bob) = (stage.sol, stage.bob.account);
    let outcome = stage.world.deposit(&stage.bob, &sol, sol.atoms(1));
    assert_eq!(events(&outcome).len(), 1, "208 dollars are missing");
    assert!(call_of(&stage).deadline_seconds > 0);
    let outcome = stage.world.deposit(&stage.bob, &sol, sol.atoms(2));
    assert_cured::<Deposited>(&outcome, bob);
    assert_eq!(call_of(&stage).deadline_seconds, 0);
    assert!(events(&stage.world.call(&stage.bob)).is_empty(), "and it stays cleared");
}

#[test]
fn a_repayment_that_cures_a_call_clears_it() {
    let mut stage = announced();
    stage.world.call(&stage.bob).expect("a call");
    let (usdc, bob) = (stage.usdc, stage.bob.account);
    let outcome = stage.world.repay(&stage.bob, &usdc, usdc.atoms(1));
    assert_eq!(events(&outcome).len(), 1);
    let outcome = stage.world.repay(&stage.bob, &usdc, usdc.atoms(1_000));
    assert_cured::<Repaid>(&outcome, bob);
    assert_eq!(call_of(&stage).deadline_seconds, 0);
}

#[test]
fn tokens_come_in_though_a_call_cannot_be_evaluated() {
    let mut stage = announced();
    stage.world.call(&stage.bob).expect("a call");
    let sol = stage.sol;
    stage.world.advance_refreshed(3_601);
    let outcome = stage.world.deposit(&stage.bob, &sol, sol.atoms(50));
    assert_eq!(events(&outcome).len(), 1);
    assert!(call_of(&stage).deadline_seconds > 0, "the debt was not accrued: the call stays");
}

/// A reserve that counts for nothing: taking its deposit out lowers no health.
fn with_worthless_btc() -> (Stage, Instruction) {
    let mut stage = Stage::with_debt();
    let btc = stage.btc;
    stage.world.deposit(&stage.bob, &btc, btc.atoms(1)).expect("a deposit");
    edit_book(&mut stage.world, |book| {
        let reserve = &mut book.reserves[2];
        (reserve.weight_initial, reserve.weight_from, reserve.weight_to) = (0, 0, 0);
        book.factors[1].threshold.initial = 1 << 31;
    });
    announce(&mut stage.world, 48);
    let destination = stage.world.create_token_account(&btc, &stage.bob.key(), 0);
    let withdraw =
        instructions::withdraw(&btc.keys(), stage.bob.account, stage.bob.key(), destination, btc.atoms(1) / 2);
    (stage, withdraw)
}

#[test]
fn a_called_account_may_do_what_lowers_no_health() {
    let (mut stage, withdraw) = with_worthless_btc();
    refuses(&mut stage.world, &withdraw, &[&stage.bob.keypair], PlimsollError::InitialHealthNegative);
    stage.world.call(&stage.bob).expect("a call");
    stage.world.must_signed_by(&withdraw, &stage.bob);
    let other = stage.world.sub_account(&stage.bob, 1);
    let (book, from) = (stage.world.book, stage.bob.account);
    let move_btc =
        instructions::move_collateral(book, (from, other.account), stage.bob.key(), stage.btc.index, instructions::ALL);
    stage.world.must_signed_by(&move_btc, &stage.bob);
}

#[test]
fn a_called_account_may_do_nothing_that_lowers_a_health() {
    let (mut stage, _) = with_worthless_btc();
    stage.world.call(&stage.bob).expect("a call");
    let (usdc, sol) = (stage.usdc, stage.sol);
    let [to_usdc, to_sol] = [usdc, sol].map(|asset| stage.world.create_token_account(&asset, &stage.bob.key(), 0));
    let (account, key) = (stage.bob.account, stage.bob.key());
    let other = stage.world.sub_account(&stage.bob, 1);
    let book = stage.world.book;
    for action in [
        instructions::borrow(&usdc.keys(), account, key, to_usdc, usdc.atoms(1)),
        instructions::withdraw(&sol.keys(), account, key, to_sol, sol.atoms(1)),
        instructions::move_collateral(book, (account, other.account), key, sol.index, sol.atoms(1)),
    ] {
        refuses(&mut stage.world, &action, &[&stage.bob.keypair], PlimsollError::HealthLowered);
    }
}

#[test]
fn a_called_account_above_initial_margin_trades_as_any_other() {
    let mut stage = announced();
    stage.world.call(&stage.bob).expect("a call");
    let usdc = stage.usdc;
    stage.world.borrow(&stage.bob, &usdc, usdc.atoms(10)).expect("a loan that initial health allows");
}

/// The long's SOL margin will be this many per cent in twenty-five minutes.
fn called_long(percent: u64) -> (PositionStage, Trader) {
    let mut stage = PositionStage::new();
    announce(&mut stage.world, percent);
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    stage.world.call(&long).expect("a call");
    assert!(stage.world.margin_state(&long.account).is_called());
    (stage, long)
}

#[test]
fn a_reducing_trade_that_cures_a_call_clears_it() {
    let (mut stage, long) = called_long(20);
    let outcome = stage.world.trade(&long, SOL_PERP, -LONG / 100);
    assert_eq!(events(&outcome).len(), 1);
    let outcome = stage.world.trade(&long, SOL_PERP, -LONG / 2);
    assert_cured::<OrderFilled>(&outcome, long.account);
    assert!(!stage.world.margin_state(&long.account).is_called());
}
