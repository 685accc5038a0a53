//! `migrate`: an account of an older layout comes forward, by anyone.

use anchor_lang::error::ErrorCode;
use plimsoll_client::plimsoll;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::AccountMigrated;
use plimsoll_client::{Pubkey, instructions};
use plimsoll_tests::World;

use crate::expect::{emits, refuses};
use crate::wrong_accounts::set_version;

#[test]
fn every_kind_of_account_comes_forward_and_keeps_its_contents() {
    let mut world = World::with_majors();
    let margin_account = world.trader().account;
    for account in [world.group, world.book, margin_account] {
        let before = world.svm.get_account(&account).expect("an account").data;
        set_version(&mut world, &account, 0);
        let event = AccountMigrated { account, from_version: 0, to_version: 1 };
        emits(&mut world, &instructions::migrate(account), &[], &event);
        assert!(before == world.svm.get_account(&account).expect("an account").data);
    }
}

#[test]
fn an_account_of_this_or_a_newer_layout_is_refused() {
    let mut world = World::with_majors();
    let margin_account = world.trader().account;
    for account in [world.group, world.book, margin_account] {
        for version in [1, 2, u8::MAX] {
            set_version(&mut world, &account, version);
            refuses(&mut world, &instructions::migrate(account), &[], PlimsollError::AlreadyCurrent);
        }
    }
}

#[test]
fn what_is_no_account_of_the_program_is_refused() {
    let mut world = World::with_majors();
    let group = world.svm.get_account(&world.group).expect("a group").data;
    let mut unknown = group.clone();
    unknown[0] ^= 1;
    unknown[8] = 0;
    for (data, owner, error) in [
        (unknown, plimsoll::ID, PlimsollError::NotMigratable.into()),
        (group[..8].to_vec(), plimsoll::ID, PlimsollError::NotMigratable.into()),
        (vec![0; 7], plimsoll::ID, PlimsollError::NotMigratable.into()),
        (vec![0; 64], plimsoll::ID, PlimsollError::NotMigratable.into()),
        (group, anchor_spl::token::ID, crate::expect::Refusal::from(ErrorCode::ConstraintOwner)),
    ] {
        let account = Pubkey::new_unique();
        world.set_account(account, data, owner);
        refuses(&mut world, &instructions::migrate(account), &[], error);
    }
}
