//! `set_delegate`: who besides the owner may bring tokens in.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::DelegateSet;
use plimsoll_client::{Pubkey, instructions};
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::stranger;
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

#[test]
fn the_owner_names_and_dismisses_a_delegate() {
    let mut world = World::with_majors();
    let trader = world.trader();
    for delegate in [Pubkey::new_unique(), Pubkey::default()] {
        let set = instructions::set_delegate(trader.account, trader.key(), delegate);
        let event = DelegateSet { margin_account: trader.account, delegate };
        emits(&mut world, &set, &[&trader.keypair], &event);
        assert_eq!(world.margin_state(&trader.account).delegate, delegate);
    }
}

#[test]
fn a_dismissed_delegate_has_no_power_left() {
    let mut world = World::with_majors();
    let (trader, delegate) = (world.trader(), stranger(&mut world.svm));
    for key in [delegate.pubkey(), Pubkey::default()] {
        let set = instructions::set_delegate(trader.account, trader.key(), key);
        world.must(&[set], &[&trader.keypair]);
    }
    let sol = world.assets[1];
    let source = world.create_token_account(&sol, &delegate.pubkey(), 1);
    let deposit = instructions::deposit(&sol.keys(), trader.account, delegate.pubkey(), source, 1);
    refuses(&mut world, &deposit, &[&delegate], PlimsollError::NotOwnerOrDelegate);
}

#[test]
fn a_delegate_names_nobody() {
    let mut world = World::with_majors();
    let (trader, delegate) = (world.trader(), stranger(&mut world.svm));
    let set = instructions::set_delegate(trader.account, trader.key(), delegate.pubkey());
    world.must(&[set], &[&trader.keypair]);
    let own = instructions::set_delegate(trader.account, delegate.pubkey(), Pubkey::new_unique());
    refuses(&mut world, &own, &[&delegate], PlimsollError::NotOwner);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let (trader, other) = (world.trader(), world.trader());
    let set = instructions::set_delegate(trader.account, trader.key(), Pubkey::new_unique());
    let theirs = swapped(&set, trader.account, other.account);
    refuses(&mut world, &theirs, &[&trader.keypair], PlimsollError::NotOwner);
    refuses_impostors(&mut world, &set, &[&trader.keypair], trader.account);
    refuses_other_versions(&mut world, &set, &[&trader.keypair], &[trader.account]);
    refuses_unsigned(&mut world, &set, trader.key());
}
