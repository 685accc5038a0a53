//! `execute_order` with a wrong account.

use plimsoll_client::plimsoll::error::PlimsollError;

use crate::expect::refuses;
use crate::perp_stage::{BTC_PERP, PerpStage, SOL, SOL_PERP, sol_order};
use crate::stage::{account_elsewhere, edit_account, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let execute = stage.execute(&order);
    let world = &mut stage.world;
    let (book, alice, keeper) = (world.book, stage.alice.account, stage.keeper.account);
    for account in [book, alice, keeper] {
        refuses_impostors(world, &execute, &[], account);
    }
    refuses_other_versions(world, &execute, &[], &[book, alice, keeper]);
    let other = elsewhere(world);
    let alices = account_elsewhere(world, &stage.alice.keypair, other.group);
    let keepers = account_elsewhere(world, &stage.keeper.keypair, other.group);
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup),
        (alice, alices, PlimsollError::WrongGroup),
        (keeper, keepers, PlimsollError::WrongGroup),
        (alice, stage.provider.account, PlimsollError::OrderMissing),
    ] {
        refuses(world, &swapped(&execute, right, wrong), &[], error);
    }
}

#[test]
fn an_isolated_account_earns_no_fee_of_others() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let execute = stage.execute(&order);
    for market in [SOL_PERP, BTC_PERP] {
        let isolated = stage.world.isolated_account(&stage.keeper, u16::from(market) + 1, market);
        let through_isolated = swapped(&execute, stage.keeper.account, isolated.account);
        refuses(&mut stage.world, &through_isolated, &[], PlimsollError::AccountMode);
    }
    edit_account(&mut stage.world, stage.keeper.account, |account| account.mode = 2);
    refuses(&mut stage.world, &execute, &[], PlimsollError::AccountMode);
}

#[test]
fn an_isolated_accounts_order_is_executed_by_others_and_by_itself() {
    let mut stage = PerpStage::new();
    let isolated = stage.world.isolated_account(&stage.alice, 1, SOL_PERP);
    let usdc = stage.usdc;
    stage.world.deposit(&isolated, &usdc, usdc.atoms(1_000)).expect("a deposit");
    stage.world.trade(&isolated, SOL_PERP, SOL).expect("a fill through its own account");
    let order = stage.world.place(&isolated, sol_order(SOL));
    stage.world.advance_refreshed(1);
    let execute = stage.execute(&order);
    stage.world.must(&[execute], &[]);
    assert_eq!(stage.position(&isolated).base_atoms, 2 * SOL);
    stage.assert_ledger_balances(&[&isolated, &stage.keeper]);
}
