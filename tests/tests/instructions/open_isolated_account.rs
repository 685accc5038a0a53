//! `open_isolated_account`: an account for one market and deposits of the quote reserve; it reaches nothing else and nothing else reaches it.

use anchor_lang::error::ErrorCode;
use anchor_lang::system_program;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::MarginAccountOpened;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::perps::market_order;
use plimsoll_tests::{Signer, World, assert_refused};

use crate::expect::{emits, refuses};
use crate::perp_stage::{BTC_PERP, PerpStage, SOL, SOL_PERP, USDC, dollars, is_same};
use crate::stage::{elsewhere, move_price, stranger};
use crate::wrong_accounts::{
    refuses_impostors, refuses_other_program, refuses_other_versions, refuses_unsigned, swapped,
};

/// The system program's refusal of an account that is there already.
const ALREADY_IN_USE: u32 = 0;

fn open(world: &World, owner: Pubkey, sub_account: u16, market: u8) -> Instruction {
    instructions::open_isolated_account(world.group, world.book, owner, sub_account, market)
}

#[test]
fn an_account_is_opened_empty_for_its_market() {
    let mut stage = PerpStage::new();
    let owner = stranger(&mut stage.world.svm);
    for (sub_account, market) in [(0, SOL_PERP), (1, BTC_PERP), (u16::MAX, 2)] {
        let (open, group) = (open(&stage.world, owner.pubkey(), sub_account, market), stage.world.group);
        let margin_account = addresses::margin_account(&group, &owner.pubkey(), sub_account);
        let event =
            MarginAccountOpened { margin_account, group, owner: owner.pubkey(), mode: 1, isolated_market: market };
        emits(&mut stage.world, &open, &[&owner], &event);
        let state = stage.world.margin_state(&margin_account);
        assert_eq!((state.version, state.sub_account, state.mode, state.isolated_market), (1, sub_account, 1, market));
        assert_eq!((state.group, state.owner, state.delegate), (group, owner.pubkey(), Pubkey::default()));
        assert!(state.is_empty());
    }
}

#[test]
fn an_account_is_opened_once() {
    let mut stage = PerpStage::new();
    // Alice's cross account has this address
    let again = open(&stage.world, stage.alice.key(), 0, SOL_PERP);
    refuses(&mut stage.world, &again, &[&stage.alice.keypair], ALREADY_IN_USE);
}

#[test]
fn it_trades_its_market_on_deposits_of_the_quote() {
    let mut stage = PerpStage::new();
    let (isolated, usdc) = (stage.world.isolated_account(&stage.alice, 1, SOL_PERP), stage.usdc);
    stage.world.deposit(&isolated, &usdc, usdc.atoms(1_000)).expect("a deposit");
    stage.world.trade(&isolated, SOL_PERP, 10 * SOL).expect("a fill");
    stage.reprice_sol(3, dollars(204));
    stage.world.trade(&isolated, SOL_PERP, -10 * SOL).expect("a fill");
    let settle = instructions::settle_pnl(stage.world.book, isolated.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    stage.world.withdraw(&isolated, &usdc, instructions::ALL).expect("a withdrawal");
    let close = instructions::close_margin_account(isolated.account, isolated.key());
    stage.world.must_signed_by(&close, &isolated);
}

/// Sends what an isolated account may not do and compares the Book and the account before and after.
#[track_caller]
fn reaches_nothing(
    stage: &mut PerpStage,
    account: Pubkey,
    error: PlimsollError,
    act: impl FnOnce(&mut World) -> Outcome,
) {
    let before = (stage.world.book_state(), stage.world.margin_state(&account));
    assert_refused(act(&mut stage.world), error);
    assert!(is_same(&*stage.world.book_state(), &*before.0), "the Book changed");
    assert!(is_same(&*stage.world.margin_state(&account), &*before.1), "the account changed");
}

#[test]
fn it_reaches_for_no_other_collateral_market_or_debt() {
    let mut stage = PerpStage::new();
    let isolated = stage.world.isolated_account(&stage.alice, 1, SOL_PERP);
    let (usdc, sol, account) = (stage.usdc, stage.sol, isolated.account);
    stage.world.deposit(&isolated, &usdc, usdc.atoms(1_000)).expect("a deposit");
    // there is SOL to borrow, and Alice's other account holds some
    stage.world.deposit(&stage.alice, &sol, sol.atoms(10)).expect("a deposit");
    let collateral = PlimsollError::IsolatedCollateral;
    reaches_nothing(&mut stage, account, collateral, |world| world.deposit(&isolated, &sol, 1));
    reaches_nothing(&mut stage, account, collateral, |world| world.withdraw(&isolated, &sol, 1));
    reaches_nothing(&mut stage, account, collateral, |world| world.repay(&isolated, &sol, 1));
    for asset in [sol, usdc] {
        reaches_nothing(&mut stage, account, collateral, |world| world.borrow(&isolated, &asset, 1));
    }
    let accounts = (stage.alice.account, account);
    let pull = instructions::move_collateral(stage.world.book, accounts, stage.alice.key(), sol.index, 1);
    refuses(&mut stage.world, &pull, &[&stage.alice.keypair], collateral);

    stage.world.trade(&stage.alice, BTC_PERP, 100_000_000).expect("a fill");
    let bring = instructions::transfer_position(stage.world.book, accounts, stage.alice.key(), BTC_PERP);
    refuses(&mut stage.world, &bring, &[&stage.alice.keypair], PlimsollError::IsolatedMarket);
    let market = PlimsollError::IsolatedMarket;
    reaches_nothing(&mut stage, account, market, |world| world.try_place(&isolated, market_order(BTC_PERP, SOL)));
}

#[test]
fn its_loss_reaches_nothing_else() {
    let mut stage = PerpStage::new();
    let (isolated, usdc) = (stage.world.isolated_account(&stage.alice, 1, SOL_PERP), stage.usdc);
    stage.world.deposit(&isolated, &usdc, usdc.atoms(1_000)).expect("a deposit");
    stage.world.trade(&isolated, SOL_PERP, 20 * SOL).expect("a fill");
    let cross = stage.world.margin_state(&stage.alice.account);
    // four thousand dollars' worth lose more than the thousand that stands for them
    move_price(&mut stage.world, &stage.sol.clone(), dollars(140));
    let order = stage.world.place(&isolated, market_order(SOL_PERP, -20 * SOL));
    stage.world.advance_refreshed(1);
    stage.world.execute(&order).expect("a fill that only reduces");
    let settle = instructions::settle_pnl(stage.world.book, isolated.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    let account = stage.world.margin_state(&isolated.account);
    assert_eq!(account.balances[0].debt_shares, 0, "what no collateral covers is no debt");
    let left = stage.position(&isolated).realised_atoms;
    assert!((-260 * USDC..-190 * USDC).contains(&left), "{left}");
    assert!(is_same(&*stage.world.margin_state(&stage.alice.account), &*cross), "the other account changed");
}

#[test]
fn markets_that_do_not_open_are_refused() {
    let mut stage = PerpStage::new();
    let owner = stranger(&mut stage.world.svm);
    for market in [3, 15, 16, u8::MAX] {
        let open = open(&stage.world, owner.pubkey(), 0, market);
        refuses(&mut stage.world, &open, &[&owner], PlimsollError::MarketIndex);
    }
    let (group, admin, book) = (stage.world.group, stage.world.admin.pubkey(), stage.world.book);
    stage.world.must(&[instructions::delist_perp_market(group, admin, book, SOL_PERP)], &[]);
    let open = open(&stage.world, owner.pubkey(), 0, SOL_PERP);
    refuses(&mut stage.world, &open, &[&owner], PlimsollError::MarketNotActive);
}

#[test]
fn a_book_without_a_pool_is_refused() {
    let mut world = World::with_majors();
    let owner = stranger(&mut world.svm);
    let open = open(&world, owner.pubkey(), 0, SOL_PERP);
    refuses(&mut world, &open, &[&owner], PlimsollError::PoolMissing);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PerpStage::new();
    let world = &mut stage.world;
    let (owner, other_owner) = (stranger(&mut world.svm), stranger(&mut world.svm));
    let open = open(world, owner.pubkey(), 0, SOL_PERP);
    let address = addresses::margin_account(&world.group, &owner.pubkey(), 0);
    let (group, book, other) = (world.group, world.book, elsewhere(world));
    refuses(world, &swapped(&open, group, other.group), &[&owner], ErrorCode::ConstraintSeeds);
    refuses(world, &swapped(&open, book, other.book), &[&owner], PlimsollError::WrongGroup);
    for wrong in [
        addresses::margin_account(&group, &owner.pubkey(), 1),
        addresses::margin_account(&group, &other_owner.pubkey(), 0),
        addresses::margin_account(&other.group, &owner.pubkey(), 0),
    ] {
        refuses(world, &swapped(&open, address, wrong), &[&owner], ErrorCode::ConstraintSeeds);
    }
    refuses_impostors(world, &open, &[&owner], book);
    refuses_other_program(world, &open, &[&owner], system_program::ID);
    refuses_other_versions(world, &open, &[&owner], &[group, book]);
    refuses_unsigned(world, &open, owner.pubkey());
    assert!(world.svm.get_account(&address).is_none(), "an account was opened");
}
