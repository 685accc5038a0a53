//! `close_margin_account`: an empty account goes, its rent returns.

mod perps;

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::MarginAccountClosed;
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::{Stage, edit_account, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

#[test]
fn an_empty_account_is_closed_and_its_rent_returned() {
    let mut world = World::with_majors();
    let trader = world.trader();
    let rent = world.svm.get_balance(&trader.account).expect("rent");
    let before = world.svm.get_balance(&trader.key()).expect("lamports");
    let close = instructions::close_margin_account(trader.account, trader.key());
    let event = MarginAccountClosed { margin_account: trader.account };
    emits(&mut world, &close, &[&trader.keypair], &event);

    assert!(world.svm.get_account(&trader.account).is_none_or(|account| account.data.is_empty()));
    assert_eq!(world.svm.get_balance(&trader.key()), Some(before + rent));
}

#[test]
fn an_account_that_holds_something_is_refused() {
    let mut stage = Stage::new();
    let close = instructions::close_margin_account(stage.bob.account, stage.bob.key());
    let signers = [&stage.bob.keypair];
    refuses(&mut stage.world, &close, &signers, PlimsollError::AccountNotEmpty);
    stage.world.withdraw(&stage.bob, &stage.sol, instructions::ALL).expect("a withdrawal");

    edit_account(&mut stage.world, stage.bob.account, |account| account.active_perps = 1);
    refuses(&mut stage.world, &close, &signers, PlimsollError::AccountNotEmpty);
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.active_perps = 0;
        account.active_orders = 1;
    });
    refuses(&mut stage.world, &close, &signers, PlimsollError::AccountNotEmpty);
    edit_account(&mut stage.world, stage.bob.account, |account| account.active_orders = 0);
    stage.world.must(&[close], &signers);
}

#[test]
fn nobody_but_the_owner_closes_an_account() {
    let mut world = World::with_majors();
    let (trader, delegate) = (world.trader(), stranger(&mut world.svm));
    let name = instructions::set_delegate(trader.account, trader.key(), delegate.pubkey());
    world.must(&[name], &[&trader.keypair]);
    let close = instructions::close_margin_account(trader.account, delegate.pubkey());
    refuses(&mut world, &close, &[&delegate], PlimsollError::NotOwner);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let (trader, other) = (world.trader(), world.trader());
    let close = instructions::close_margin_account(trader.account, trader.key());
    let theirs = swapped(&close, trader.account, other.account);
    refuses(&mut world, &theirs, &[&trader.keypair], PlimsollError::NotOwner);
    refuses_impostors(&mut world, &close, &[&trader.keypair], trader.account);
    refuses_other_versions(&mut world, &close, &[&trader.keypair], &[trader.account]);
    refuses_unsigned(&mut world, &close, trader.key());
}
