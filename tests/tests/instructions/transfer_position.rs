//! `transfer_position`: a whole perp position, with its entry and what it has realised, changes accounts of one owner.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PositionTransferred;
use plimsoll_client::plimsoll::state::margin_account::PerpPosition;
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_tests::{Signer, Trader};

use crate::expect::{emits, refuses};
use crate::perp_stage::{BTC_PERP, PerpStage, SOL, SOL_PERP, dollars};
use crate::stage::{account_elsewhere, edit_account, elsewhere, leave_pending, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// Alice's position, and a second account of hers with 50,000 USDC.
fn two_accounts(base_atoms: i64) -> (PerpStage, Trader) {
    let mut stage = PerpStage::with_position(base_atoms);
    let (second, usdc) = (stage.world.sub_account(&stage.alice, 1), stage.usdc);
    stage.world.deposit(&second, &usdc, usdc.atoms(50_000)).expect("a deposit");
    (stage, second)
}

fn transfer(stage: &PerpStage, from: &Trader, to: &Trader, market: u8) -> Instruction {
    instructions::transfer_position(stage.world.book, (from.account, to.account), from.key(), market)
}

/// What both `transfer_position` and `move_collateral` refuse of the two accounts: `build` gives the instruction of two accounts of Alice.
#[track_caller]
pub(crate) fn refuses_wrong_pairs(
    stage: &mut PerpStage,
    second: &Trader,
    build: impl Fn((Pubkey, Pubkey)) -> Instruction,
) {
    let (from, to, keeper) = (stage.alice.account, second.account, stage.keeper.account);
    let (world, alice) = (&mut stage.world, &stage.alice.keypair);
    let (book, both) = (world.book, build((from, to)));
    for account in [book, from, to] {
        refuses_impostors(world, &both, &[alice], account);
    }
    refuses_other_versions(world, &both, &[alice], &[book, from, to]);
    refuses_unsigned(world, &both, alice.pubkey());
    let other = elsewhere(world);
    let theirs = account_elsewhere(world, alice, other.group);
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup),
        (from, theirs, PlimsollError::WrongGroup),
        (to, theirs, PlimsollError::WrongGroup),
        (from, keeper, PlimsollError::NotOwner),
        (to, keeper, PlimsollError::DifferentOwner),
    ] {
        refuses(world, &swapped(&both, right, wrong), &[alice], error);
    }
    refuses(world, &build((from, from)), &[alice], PlimsollError::SameAccount);
    let delegate = stranger(&mut world.svm);
    for account in [from, to] {
        world.must(&[instructions::set_delegate(account, alice.pubkey(), delegate.pubkey())], &[alice]);
    }
    refuses(world, &swapped(&both, alice.pubkey(), delegate.pubkey()), &[&delegate], PlimsollError::NotOwner);
}

#[test]
fn a_position_moves_whole_and_the_market_stays() {
    for base_atoms in [50 * SOL, -50 * SOL] {
        let (mut stage, second) = two_accounts(base_atoms);
        let (market, position) = (stage.market(), stage.position(&stage.alice));
        assert!(position.realised_atoms < 0, "the fee of the opening trade");
        let event = PositionTransferred { from: stage.alice.account, to: second.account, market: SOL_PERP, base_atoms };
        let transfer = transfer(&stage, &stage.alice, &second, SOL_PERP);
        emits(&mut stage.world, &transfer, &[&stage.alice.keypair], &event);
        assert_eq!(stage.position(&second), position);
        assert_eq!(stage.position(&stage.alice), PerpPosition::default());
        assert_eq!(stage.world.margin_state(&stage.alice.account).active_perps, 0);
        assert_eq!(stage.world.margin_state(&second.account).active_perps, 1);
        assert_eq!(stage.market(), market, "no time passed, so nothing of the market changes");
        stage.assert_ledger_balances(&[&second]);
    }
}

#[test]
fn funding_up_to_now_goes_with_it() {
    let (mut stage, second) = two_accounts(50 * SOL);
    let before = stage.position(&stage.alice);
    stage.world.advance_refreshed(3_600);
    let transfer = transfer(&stage, &stage.alice, &second, SOL_PERP);
    stage.world.must_signed_by(&transfer, &stage.alice);
    let after = stage.position(&second);
    assert_eq!((after.base_atoms, after.quote_entry_atoms), (before.base_atoms, before.quote_entry_atoms));
    assert!(after.realised_atoms < before.realised_atoms, "longs pay");
    stage.assert_ledger_balances(&[&second]);
}

#[test]
fn it_goes_in_and_out_of_an_isolated_account_of_its_market() {
    let mut stage = PerpStage::with_position(SOL);
    let (isolated, usdc) = (stage.world.isolated_account(&stage.alice, 1, SOL_PERP), stage.usdc);
    stage.world.deposit(&isolated, &usdc, usdc.atoms(100)).expect("a deposit");
    let inward = transfer(&stage, &stage.alice, &isolated, SOL_PERP);
    stage.world.must_signed_by(&inward, &stage.alice);
    let outward = transfer(&stage, &isolated, &stage.alice, SOL_PERP);
    stage.world.must_signed_by(&outward, &stage.alice);
    assert_eq!(stage.position(&stage.alice).base_atoms, SOL);
}

#[test]
fn an_isolated_account_takes_no_other_market() {
    let mut stage = PerpStage::with_position(SOL);
    let isolated = stage.world.isolated_account(&stage.alice, 1, BTC_PERP);
    let transfer = transfer(&stage, &stage.alice, &isolated, SOL_PERP);
    refuses(&mut stage.world, &transfer, &[&stage.alice.keypair], PlimsollError::IsolatedMarket);
}

#[test]
fn a_position_that_is_not_there_or_in_the_way_is_refused() {
    let (mut stage, second) = two_accounts(SOL);
    for market in [3, 15, 16, u8::MAX] {
        let unlisted = transfer(&stage, &stage.alice, &second, market);
        refuses(&mut stage.world, &unlisted, &[&stage.alice.keypair], PlimsollError::MarketIndex);
    }
    let none = transfer(&stage, &stage.alice, &second, BTC_PERP);
    refuses(&mut stage.world, &none, &[&stage.alice.keypair], PlimsollError::NoPosition);
    stage.world.trade(&second, SOL_PERP, -SOL).expect("a fill");
    let onto = transfer(&stage, &stage.alice, &second, SOL_PERP);
    refuses(&mut stage.world, &onto, &[&stage.alice.keypair], PlimsollError::PositionExists);
}

#[test]
fn the_receiver_needs_initial_margin() {
    let mut stage = PerpStage::with_position(SOL);
    let empty = stage.world.sub_account(&stage.alice, 1);
    let transfer = transfer(&stage, &stage.alice, &empty, SOL_PERP);
    refuses(&mut stage.world, &transfer, &[&stage.alice.keypair], PlimsollError::InitialHealthNegative);
}

#[test]
fn a_giver_who_lacks_margin_gives_losses_away_and_keeps_his_profits() {
    let (mut stage, second) = two_accounts(2_000 * SOL);
    for price in [192, 184, 176, 168, 160] {
        stage.reprice_sol(30, dollars(price));
    }
    // the loss is more than both accounts' deposits
    let loss = transfer(&stage, &stage.alice, &second, SOL_PERP);
    refuses(&mut stage.world, &loss, &[&stage.alice.keypair], PlimsollError::InitialHealthNegative);

    let usdc = stage.usdc;
    stage.world.deposit(&second, &usdc, usdc.atoms(200_000)).expect("a deposit");
    edit_account(&mut stage.world, stage.alice.account, |account| account.unhealthy_since_seconds = 7);
    stage.world.must_signed_by(&loss, &stage.alice);
    assert_eq!(stage.world.margin_state(&stage.alice.account).unhealthy_since_seconds, 0, "it is healthy without");
}

#[test]
fn a_profit_that_margin_rests_on_stays() {
    let (mut stage, second) = two_accounts(-2_000 * SOL);
    let sol = stage.sol;
    for price in [192, 184, 176, 168, 160] {
        stage.reprice_sol(30, dollars(price));
    }
    // three quarters of the profit of 80,000 are realised, and she borrows against it: more than her deposits carry
    stage.world.trade(&stage.alice, SOL_PERP, 1_500 * SOL).expect("a fill");
    stage.world.deposit(&stage.keeper, &sol, sol.atoms(1_000)).expect("a deposit");
    stage.world.borrow(&stage.alice, &sol, sol.atoms(550)).expect("a borrow");
    let profit = transfer(&stage, &stage.alice, &second, SOL_PERP);
    refuses(&mut stage.world, &profit, &[&stage.alice.keypair], PlimsollError::HealthLowered);
}

#[test]
fn nothing_is_transferred_at_an_unconfirmed_price() {
    let (mut stage, second) = two_accounts(SOL);
    leave_pending(&mut stage.world, &stage.sol.clone());
    let transfer = transfer(&stage, &stage.alice, &second, SOL_PERP);
    refuses(&mut stage.world, &transfer, &[&stage.alice.keypair], PlimsollError::PricePending);
}

#[test]
fn wrong_accounts_are_refused() {
    let (mut stage, second) = two_accounts(SOL);
    let (book, owner) = (stage.world.book, stage.alice.key());
    refuses_wrong_pairs(&mut stage, &second, |accounts| {
        instructions::transfer_position(book, accounts, owner, SOL_PERP)
    });
}
