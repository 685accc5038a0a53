//! `create_group`: anyone founds a group of his own.

use anchor_lang::error::ErrorCode;
use anchor_lang::system_program;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::GroupCreated;
use plimsoll_client::plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll_client::{Pubkey, accounts, addresses, instructions};
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::{roles, stranger};
use crate::wrong_accounts::{refuses_other_program, refuses_unsigned, swapped};

/// The system program's refusal of an account that is there already.
const ALREADY_IN_USE: u32 = 0;

#[test]
fn anyone_creates_groups_and_names_their_roles() {
    let mut world = World::empty();
    let (creator, quote_mint) = (stranger(&mut world.svm), world.create_mint(6));
    for index in [0, 7, u16::MAX] {
        let roles = GroupRoles {
            admin: Pubkey::new_unique(),
            steward: Pubkey::new_unique(),
            guardian: Pubkey::new_unique(),
            timelock_seconds: 172_800,
        };
        let group = addresses::group(&creator.pubkey(), index);
        let create = instructions::create_group(creator.pubkey(), index, quote_mint, roles.clone());
        emits(&mut world, &create, &[&creator], &GroupCreated { group, admin: roles.admin });

        let state = accounts::group(&world.svm.get_account(&group).expect("a group").data).expect("a group");
        assert_eq!((state.version, state.index, state.timelock_seconds), (1, index, 172_800));
        assert_eq!((state.creator, state.quote_mint), (creator.pubkey(), quote_mint));
        assert_eq!((state.admin, state.steward, state.guardian), (roles.admin, roles.steward, roles.guardian));
        assert_eq!((state.book, state.pending_admin), (Pubkey::default(), Pubkey::default()));
    }
}

#[test]
fn a_group_is_created_once() {
    let mut world = World::with_majors();
    let (admin, quote_mint) = (world.admin.pubkey(), world.assets[0].mint);
    let again = instructions::create_group(admin, 0, quote_mint, roles(admin));
    refuses(&mut world, &again, &[], ALREADY_IN_USE);
}

#[test]
fn a_group_without_an_admin_is_refused() {
    let mut world = World::empty();
    let (creator, quote_mint) = (stranger(&mut world.svm), world.create_mint(6));
    let nobody = instructions::create_group(creator.pubkey(), 0, quote_mint, roles(Pubkey::default()));
    refuses(&mut world, &nobody, &[&creator], PlimsollError::NotAdmin);
}

#[test]
fn a_quote_token_that_is_no_mint_is_refused() {
    let mut world = World::empty();
    let (creator, mint) = (stranger(&mut world.svm), world.create_mint(6));
    let genuine = world.svm.get_account(&mint).expect("a mint").data;
    let mut uninitialised = genuine.clone();
    uninitialised[45] = 0;
    let create = instructions::create_group(creator.pubkey(), 0, mint, roles(creator.pubkey()));
    for (data, owner) in [
        (genuine.clone(), system_program::ID),
        (genuine[..81].to_vec(), anchor_spl::token::ID),
        (uninitialised, anchor_spl::token::ID),
        (vec![0; 165], anchor_spl::token_2022::ID),
        (Vec::new(), anchor_spl::token::ID),
    ] {
        let impostor = Pubkey::new_unique();
        world.set_account(impostor, data, owner);
        let create = swapped(&create, mint, impostor);
        refuses(&mut world, &create, &[&creator], PlimsollError::MintNotUsable);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::empty();
    let (creator, quote_mint) = (stranger(&mut world.svm), world.create_mint(6));
    let create = instructions::create_group(creator.pubkey(), 0, quote_mint, roles(creator.pubkey()));
    let group = addresses::group(&creator.pubkey(), 0);
    for wrong in [addresses::group(&creator.pubkey(), 1), addresses::group(&world.admin.pubkey(), 0)] {
        refuses(&mut world, &swapped(&create, group, wrong), &[&creator], ErrorCode::ConstraintSeeds);
    }
    refuses_other_program(&mut world, &create, &[&creator], system_program::ID);
    refuses_unsigned(&mut world, &create, creator.pubkey());
    assert!(world.svm.get_account(&group).is_none(), "a group was created");
}
