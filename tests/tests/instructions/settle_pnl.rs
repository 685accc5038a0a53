//! `settle_pnl`: realised profit and loss move to and from the balance in the quote reserve, and no health moves with them.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PnlSettled;
use plimsoll_client::plimsoll::margin;
use plimsoll_tests::Trader;

use crate::expect::{emitted, refuses};
use crate::position_stage::{BTC_PERP, ETH_PERP, LONG, PositionStage, SOL_PERP};
use crate::stage::{account_elsewhere, edit_book, elsewhere, move_price};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// Roundings of shares that a settlement may show.
const ROUNDING_ATOMS: i128 = 4;

/// The long sold half at a profit of ten dollars each.
fn with_profit() -> PositionStage {
    let mut stage = PositionStage::new().sol_at(210);
    stage.world.trade(&stage.long, SOL_PERP, -LONG / 2).expect("a sale");
    stage.bring_up(SOL_PERP);
    stage
}

/// 100 SOL of collateral, and a loss of 20,000 dollars from 20 ETH-PERP that are closed.
fn in_debt() -> (PositionStage, Trader) {
    let mut stage = PositionStage::new();
    let sol = stage.sol;
    let loser = stage.holder_of(&sol, sol.atoms(100));
    let eth = stage.world.market_asset(ETH_PERP);
    stage.world.trade(&loser, ETH_PERP, 2_000_000_000).expect("a purchase");
    move_price(&mut stage.world, &eth, 3_000 * 100_000_000);
    stage.close(&loser, ETH_PERP);
    stage.bring_up(SOL_PERP);
    (stage, loser)
}

#[track_caller]
fn settle(stage: &mut PositionStage, trader: &Trader, market: u8) -> PnlSettled {
    let before = (stage.cross(&trader.account), stage.liquidation_health(&trader.account));
    let event = emitted(&stage.send(stage.settle(trader.account, market)));
    let after = (stage.cross(&trader.account), stage.liquidation_health(&trader.account));
    for (was, is) in [
        (before.0.initial, after.0.initial),
        (before.0.maintenance, after.0.maintenance),
        (before.1.maintenance, after.1.maintenance),
        (before.1.liquidation_end, after.1.liquidation_end),
    ] {
        assert!((was.0 - is.0).abs() <= ROUNDING_ATOMS, "health {} became {}", was.0, is.0);
    }
    event
}

/// The stage's long, as somebody to act for.
fn long_of(stage: &PositionStage) -> Trader {
    Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account }
}

#[test]
fn a_profit_becomes_a_deposit_out_of_the_pools() {
    let mut stage = with_profit();
    let long = long_of(&stage);
    let (realised, market) = (stage.realised(&long.account, SOL_PERP), stage.market(SOL_PERP));
    let (claim, pool) = (stage.claim_and_debt(&long.account).0, stage.pool_deposits());
    assert!(realised > 2_000_000_000);

    let event = settle(&mut stage, &long, SOL_PERP);
    assert_eq!((event.margin_account, event.market), (long.account, SOL_PERP));
    assert_eq!((event.settled_atoms, event.realised_left_atoms), (realised, 0));
    let amount = realised.unsigned_abs();
    assert!((claim + amount - stage.claim_and_debt(&long.account).0) <= 1);
    assert!(pool - amount - stage.pool_deposits() <= 1);
    let after = stage.market(SOL_PERP);
    assert_eq!(after.settled_atoms, market.settled_atoms - realised);
    assert_eq!(after.pool_quote_atoms, market.pool_quote_atoms + realised);
    assert_eq!(stage.position(&long.account, SOL_PERP).position.base.0, LONG / 2, "what is open stays so");
    stage.assert_ledger();
}

#[test]
fn a_loss_is_paid_from_the_deposit() {
    let mut stage = PositionStage::new().sol_at(195);
    stage.world.trade(&stage.long, SOL_PERP, -LONG / 2).expect("a sale");
    stage.bring_up(SOL_PERP);
    let long = long_of(&stage);
    let (realised, pool) = (stage.realised(&long.account, SOL_PERP), stage.pool_deposits());
    let (claim, _) = stage.claim_and_debt(&long.account);
    assert!(realised < -1_250_000_000);

    let event = settle(&mut stage, &long, SOL_PERP);
    assert_eq!((event.settled_atoms, event.realised_left_atoms), (realised, 0));
    let (left, debt) = stage.claim_and_debt(&long.account);
    assert!(left.abs_diff(claim - realised.unsigned_abs()) <= 1 && debt == 0);
    assert!(stage.pool_deposits().abs_diff(pool + realised.unsigned_abs()) <= 1);
    stage.assert_ledger();
}

#[test]
fn a_loss_becomes_a_debt_only_as_far_as_the_balances_carry_it() {
    let (mut stage, loser) = in_debt();
    let realised = stage.realised(&loser.account, ETH_PERP);
    assert!(realised < -20_000_000_000);
    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&loser.account));
    let collateral = margin::balances_health(&book, &account, stage.now()).expect("health").maintenance.0;
    let event = settle(&mut stage, &loser, ETH_PERP);
    // a debt weighs 1 + m + m², m being 5 %
    let carried = collateral * 10_000 / 10_525;
    assert!((carried + i128::from(event.settled_atoms)).abs() < 10, "{} of {carried}", event.settled_atoms);
    assert_eq!(event.realised_left_atoms, realised - event.settled_atoms);
    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&loser.account));
    let alone = margin::balances_health(&book, &account, stage.now()).expect("health").maintenance;
    assert!((0..10).contains(&alone.0), "{}: the lenders are covered, just", alone.0);
    assert!(stage.claim_and_debt(&loser.account).1 >= event.settled_atoms.unsigned_abs());

    let again = stage.settle(loser.account, ETH_PERP);
    refuses(&mut stage.world, &again, &[], PlimsollError::NothingToSettle);
    stage.assert_ledger();
}

#[test]
fn an_isolated_account_never_owes() {
    let mut stage = PositionStage::new();
    let isolated = stage.isolated(20_000);
    stage.world.trade(&isolated, SOL_PERP, LONG).expect("a purchase");
    stage.move_sol(155);
    stage.close(&isolated, SOL_PERP);
    stage.bring_up(SOL_PERP);
    let (claim, realised) = (stage.claim_and_debt(&isolated.account).0, stage.realised(&isolated.account, SOL_PERP));
    assert!(realised < -22_500_000_000);

    let event = settle(&mut stage, &isolated, SOL_PERP);
    assert_eq!(event.settled_atoms.unsigned_abs(), claim);
    assert_eq!(event.realised_left_atoms, realised + event.settled_atoms.abs());
    let (_, debt) = stage.claim_and_debt(&isolated.account);
    assert_eq!(debt, 0);
    assert_eq!(stage.world.margin_state(&isolated.account).active_balances, 0);
    let again = stage.settle(isolated.account, SOL_PERP);
    refuses(&mut stage.world, &again, &[], PlimsollError::NothingToSettle);
    stage.assert_ledger();
}

#[test]
fn a_profit_repays_a_debt_first() {
    let (mut stage, loser) = in_debt();
    settle(&mut stage, &loser, ETH_PERP);
    let (_, owed) = stage.claim_and_debt(&loser.account);
    let usdc = stage.usdc;
    stage.world.repay(&loser, &usdc, usdc.atoms(10_000)).expect("a repayment");
    let sol_to_spare = stage.sol.atoms(100);
    let sol = stage.sol;
    stage.world.deposit(&loser, &sol, sol_to_spare).expect("a deposit");
    stage.world.trade(&loser, SOL_PERP, 10_000_000_000).expect("a purchase");
    stage.move_sol(210);
    stage.close(&loser, SOL_PERP);
    stage.bring_up(SOL_PERP);
    let event = settle(&mut stage, &loser, SOL_PERP);
    assert!(event.settled_atoms > 0);
    let (claim, left) = stage.claim_and_debt(&loser.account);
    assert_eq!(claim, 0);
    let expected = owed - usdc.atoms(10_000) - event.settled_atoms.unsigned_abs();
    // a few seconds of interest
    assert!(left.abs_diff(expected) < 10_000, "{left} owed, {expected} expected");
    stage.assert_ledger();
}

#[test]
fn profits_are_paid_as_far_as_the_pools_deposits_reach() {
    let mut stage = with_profit();
    let long = long_of(&stage);
    edit_book(&mut stage.world, |book| book.pool.deposit_shares = 1_000_000_000);
    let (pool, realised) = (stage.pool_deposits(), stage.realised(&long.account, SOL_PERP));
    let event = settle(&mut stage, &long, SOL_PERP);
    assert_eq!(event.settled_atoms.unsigned_abs(), pool);
    assert_eq!(event.realised_left_atoms, realised - event.settled_atoms);
    assert_eq!(stage.pool_deposits(), 0);

    let again = stage.settle(long.account, SOL_PERP);
    refuses(&mut stage.world, &again, &[], PlimsollError::PoolEmpty);
    stage.assert_ledger();
}

#[test]
fn what_is_unrealised_is_not_paid() {
    let mut stage = PositionStage::new();
    let long = long_of(&stage);
    settle(&mut stage, &long, SOL_PERP);
    stage.move_sol(220);
    // funding of the seconds in between is realised; nothing of the ten thousand dollars of profit is
    let update = instructions::update_funding(stage.world.book, SOL_PERP);
    stage.world.must(&[update], &[]);
    let event: PnlSettled = emitted(&stage.send(stage.settle(long.account, SOL_PERP)));
    assert!(event.settled_atoms < 0 && event.settled_atoms > -1_000_000, "{}", event.settled_atoms);
    let again = stage.settle(long.account, SOL_PERP);
    refuses(&mut stage.world, &again, &[], PlimsollError::NothingToSettle);
    stage.assert_ledger();
}

#[test]
fn an_account_without_a_position_is_refused() {
    let mut stage = PositionStage::new();
    let (long, nobody) = (stage.long.account, stage.liquidator.account);
    for (account, market) in [(nobody, SOL_PERP), (long, BTC_PERP), (long, 3), (long, 16), (long, u8::MAX)] {
        let instruction = stage.settle(account, market);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::NoPosition);
    }
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let mut stage = with_profit();
    let too_much = stage.usdc.atoms(1_000);
    edit_book(&mut stage.world, |book| book.reserves[0].insurance_atoms += too_much);
    let instruction = stage.settle(stage.long.account, SOL_PERP);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::Insolvent);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = with_profit();
    let instruction = stage.settle(stage.long.account, SOL_PERP);
    let (book, long) = (stage.world.book, stage.long.account);
    for account in [book, long] {
        refuses_impostors(&mut stage.world, &instruction, &[], account);
    }
    refuses_other_versions(&mut stage.world, &instruction, &[], &[book, long]);
    let other = elsewhere(&mut stage.world);
    let theirs = account_elsewhere(&mut stage.world, &stage.long.keypair, other.group);
    for (right, wrong) in [(book, other.book), (long, theirs)] {
        refuses(&mut stage.world, &swapped(&instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
}
