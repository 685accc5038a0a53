//! `set_margin_mode`: between cross and portfolio, with initial health in the new mode.

use plimsoll_client::Instruction;
use plimsoll_client::instructions::{self, set_margin_mode};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::MarginModeSet;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_ISOLATED, MODE_PORTFOLIO};
use plimsoll_tests::{Signer, Trader};

use crate::expect::{emits, refuses};
use crate::hedged_stage::HedgedStage;
use crate::position_stage::SOL_PERP;
use crate::stage::{UNKNOWN_MODE, account_elsewhere, edit_account, edit_book, elsewhere, leave_pending, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

fn set(stage: &HedgedStage, mode: u8) -> Instruction {
    set_margin_mode(stage.world.book, stage.hedger.account, stage.hedger.key(), mode)
}

#[track_caller]
fn refuses_set(stage: &mut HedgedStage, mode: u8, error: PlimsollError) {
    let instruction = set(stage, mode);
    refuses(&mut stage.world, &instruction, &[&stage.hedger.keypair], error);
}

#[test]
fn an_account_changes_there_and_back() {
    let mut stage = HedgedStage::open();
    let account = stage.hedger.account;
    edit_account(&mut stage.world, account, |account| account.unhealthy_since_seconds = 7);
    for mode in [MODE_PORTFOLIO, MODE_PORTFOLIO, MODE_CROSS] {
        let instruction = set(&stage, mode);
        let event = MarginModeSet { margin_account: account, mode };
        emits(&mut stage.world, &instruction, &[&stage.hedger.keypair], &event);
        let state = stage.world.margin_state(&account);
        assert_eq!((state.mode, state.unhealthy_since_seconds), (mode, 0));
    }
}

#[test]
fn a_hedge_needs_less_than_its_legs() {
    let stage = HedgedStage::open();
    let [cross, portfolio] = stage.healths();
    // 500 SOL at 200 in each leg; the loan's margin is the same in both modes
    let saved = portfolio.0 - cross.0;
    assert!(saved > 15_000_000_000, "{saved} of 200,000 USDC gross");
    assert!(portfolio.1 - cross.1 > 10_000_000_000);
    assert!(portfolio.0 <= portfolio.1);
}

#[test]
fn what_portfolio_margin_allows_keeps_an_account_there() {
    let mut stage = HedgedStage::geared();
    let [cross, portfolio] = stage.healths();
    assert!(cross.0 < 0 && cross.1 < 0 && portfolio.0 > 0, "{cross:?} {portfolio:?}");
    refuses_set(&mut stage, MODE_CROSS, PlimsollError::InitialHealthNegative);
    let (hedger, usdc) = (&stage.hedger, stage.usdc);
    stage.world.repay(hedger, &usdc, usdc.atoms(37_000)).expect("a repayment");
    let instruction = set(&stage, MODE_CROSS);
    stage.world.must_signed_by(&instruction, &stage.hedger);
}

#[test]
fn portfolio_mode_opens_with_the_second_tide() {
    let mut stage = HedgedStage::new();
    for tides in 0..2 {
        assert_eq!(stage.world.book_state().tides, tides);
        stage.world.bring_up();
        refuses_set(&mut stage, MODE_PORTFOLIO, PlimsollError::PortfolioNotReady);
        if tides == 0 { stage.world.fold().map(drop).expect("a fold") } else { stage.world.turn_tide() }
    }
    stage.world.bring_up();
    let instruction = set(&stage, MODE_PORTFOLIO);
    stage.world.must_signed_by(&instruction, &stage.hedger);
}

#[test]
fn who_holds_nothing_or_owes_nothing_is_free() {
    let mut stage = HedgedStage::open();
    let empty = stage.world.trader();
    let saver = stage.world.depositor(&stage.sol.clone(), 1);
    // nothing is evaluated: not even prices of last week
    stage.world.advance(600_000);
    for trader in [empty, saver] {
        stage.world.enter_portfolio_mode(&trader);
        stage.world.set_mode(&trader, MODE_CROSS).expect("cross mode");
    }
}

#[test]
fn isolated_and_unknown_modes_are_refused() {
    let mut stage = HedgedStage::open();
    refuses_set(&mut stage, MODE_ISOLATED, PlimsollError::IsolatedMode);
    for mode in [UNKNOWN_MODE, u8::MAX] {
        refuses_set(&mut stage, mode, PlimsollError::AccountMode);
    }
    let isolated = stage.world.isolated_account(&stage.hedger, 1, 0);
    for mode in [MODE_CROSS, MODE_PORTFOLIO] {
        let instruction = set_margin_mode(stage.world.book, isolated.account, isolated.key(), mode);
        refuses(&mut stage.world, &instruction, &[&isolated.keypair], PlimsollError::IsolatedMode);
    }
}

#[test]
fn what_the_margin_check_refuses_is_refused() {
    let mut stage = HedgedStage::open();
    stage.world.advance_refreshed(3_601);
    refuses_set(&mut stage, MODE_PORTFOLIO, PlimsollError::FundingStale);
    stage.world.must(&[instructions::update_funding(stage.world.book, SOL_PERP)], &[]);
    refuses_set(&mut stage, MODE_PORTFOLIO, PlimsollError::ReserveStale);
    stage.world.bring_up();
    let sol = stage.sol;
    leave_pending(&mut stage.world, &sol);
    refuses_set(&mut stage, MODE_PORTFOLIO, PlimsollError::PricePending);
}

#[test]
fn all_legs_together_stay_below_the_limit_of_one() {
    let mut stage = HedgedStage::open();
    let [_, _, btc, eth] = stage.world.assets[..] else { panic!("four majors") };
    // 5.4 and 4.8 billion dollars: each below 2^53 quote atoms, together above
    stage.world.deposit(&stage.hedger, &btc, btc.atoms(45_000)).expect("a deposit");
    stage.world.deposit(&stage.hedger, &eth, eth.atoms(1_200_000)).expect("a deposit");
    refuses_set(&mut stage, MODE_PORTFOLIO, PlimsollError::LegTooLarge);
    let instruction = set(&stage, MODE_CROSS);
    stage.world.must_signed_by(&instruction, &stage.hedger);
}

#[test]
fn a_delegate_and_wrong_accounts_are_refused() {
    let mut stage = HedgedStage::open();
    let (book, account) = (stage.world.book, stage.hedger.account);
    let delegate = Trader { keypair: stranger(&mut stage.world.svm), account };
    let name = instructions::set_delegate(account, stage.hedger.key(), delegate.key());
    stage.world.must_signed_by(&name, &stage.hedger);
    let theirs = set_margin_mode(book, account, delegate.key(), MODE_PORTFOLIO);
    refuses(&mut stage.world, &theirs, &[&delegate.keypair], PlimsollError::NotOwner);

    let instruction = set(&stage, MODE_PORTFOLIO);
    let (world, owner) = (&mut stage.world, &stage.hedger.keypair);
    for impostor in [book, account] {
        refuses_impostors(world, &instruction, &[owner], impostor);
    }
    refuses_other_versions(world, &instruction, &[owner], &[book, account]);
    refuses_unsigned(world, &instruction, owner.pubkey());
    let other = elsewhere(world);
    let foreign = account_elsewhere(world, owner, other.group);
    for (right, wrong) in [(book, other.book), (account, foreign)] {
        refuses(world, &swapped(&instruction, right, wrong), &[owner], PlimsollError::WrongGroup);
    }
}

#[test]
fn the_grid_in_use_decides() {
    let mut stage = HedgedStage::open();
    let [_, before] = stage.healths();
    // a basis of a whole margin: the hedge is worth nothing
    edit_book(&mut stage.world, |book| {
        for row in &mut book.model_newest.scenarios {
            row.basis = 1 << 12;
        }
        book.model_newest.grid_basis = 1 << 12;
    });
    let [cross, after] = stage.healths();
    assert!(after.0 < before.0 && after.0 >= cross.0, "the newest grid counts in initial health at once");
    assert_eq!(after.1, before.1, "and not in maintenance health");
}
