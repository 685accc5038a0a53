//! `open_margin_account`: an empty account of one owner in one group.

use anchor_lang::error::ErrorCode;
use anchor_lang::system_program;
use plimsoll_client::plimsoll::events::MarginAccountOpened;
use plimsoll_client::{Pubkey, addresses, instructions};
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::{elsewhere, stranger};
use crate::wrong_accounts::{
    refuses_impostors, refuses_other_program, refuses_other_versions, refuses_unsigned, swapped,
};

/// The system program's refusal of an account that is there already.
const ALREADY_IN_USE: u32 = 0;

#[test]
fn an_account_is_opened_empty() {
    let mut world = World::with_majors();
    let owner = stranger(&mut world.svm);
    for sub_account in [0, 1, u16::MAX] {
        let open = instructions::open_margin_account(world.group, owner.pubkey(), sub_account);
        let address = addresses::margin_account(&world.group, &owner.pubkey(), sub_account);
        let event = MarginAccountOpened {
            margin_account: address,
            group: world.group,
            owner: owner.pubkey(),
            mode: 0,
            isolated_market: 0,
        };
        emits(&mut world, &open, &[&owner], &event);

        let state = world.margin_state(&address);
        assert_eq!((state.version, state.sub_account, state.mode), (1, sub_account, 0));
        assert_eq!((state.group, state.owner, state.delegate), (world.group, owner.pubkey(), Pubkey::default()));
        assert!(state.is_empty());
    }
}

#[test]
fn an_account_is_opened_once() {
    let mut world = World::with_majors();
    let trader = world.trader();
    let again = instructions::open_margin_account(world.group, trader.key(), 0);
    refuses(&mut world, &again, &[&trader.keypair], ALREADY_IN_USE);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let owner = stranger(&mut world.svm);
    let open = instructions::open_margin_account(world.group, owner.pubkey(), 0);
    let address = addresses::margin_account(&world.group, &owner.pubkey(), 0);
    let (group, other) = (world.group, elsewhere(&mut world));
    // the address holds the group, so another group makes it the wrong one before its own check
    refuses(&mut world, &swapped(&open, group, other.group), &[&owner], ErrorCode::ConstraintSeeds);
    let other_owner = stranger(&mut world.svm);
    for wrong in [
        addresses::margin_account(&group, &owner.pubkey(), 1),
        addresses::margin_account(&group, &other_owner.pubkey(), 0),
        addresses::margin_account(&other.group, &owner.pubkey(), 0),
    ] {
        refuses(&mut world, &swapped(&open, address, wrong), &[&owner], ErrorCode::ConstraintSeeds);
    }
    refuses_other_program(&mut world, &open, &[&owner], system_program::ID);
    refuses_other_versions(&mut world, &open, &[&owner], &[group]);
    refuses_unsigned(&mut world, &open, owner.pubkey());
    assert!(world.svm.get_account(&address).is_none(), "an account was opened");
}

#[test]
fn a_false_group_is_refused() {
    let mut world = World::with_majors();
    let owner = stranger(&mut world.svm);
    let open = instructions::open_margin_account(world.group, owner.pubkey(), 0);
    let group = world.group;
    refuses_impostors(&mut world, &open, &[&owner], group);
}
