//! `grow_book`: room for a later layout, at the admin's cost.

use anchor_lang::system_program;
use plimsoll_client::plimsoll;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::BookGrown;
use plimsoll_client::plimsoll::state::BOOK_BYTES;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::{Signer, World};

use crate::expect::{emits, refuses};
use crate::stage::{elsewhere, stranger};
use crate::wrong_accounts::{
    refuses_impostors, refuses_other_program, refuses_other_versions, refuses_unsigned, set_version, swapped,
};

fn grow(world: &World, additional_bytes: u32) -> Instruction {
    instructions::grow_book(world.group, world.admin.pubkey(), world.book, additional_bytes)
}

#[test]
fn a_book_grows_stays_rent_exempt_and_keeps_its_contents() {
    let mut world = World::with_majors();
    let before = world.svm.get_account(&world.book).expect("a Book").data;
    let grow = grow(&world, 10_240);
    let event = BookGrown { book: world.book, bytes: BOOK_BYTES as u64 + 10_240 };
    emits(&mut world, &grow, &[], &event);

    let after = world.svm.get_account(&world.book).expect("a Book");
    let (contents, room) = after.data.split_at(BOOK_BYTES);
    assert!(contents == before, "the contents changed");
    assert!(room.len() == 10_240 && room.iter().all(|byte| *byte == 0), "the room is not zeroed");
    assert_eq!(after.lamports, world.svm.minimum_balance_for_rent_exemption(after.data.len()));
    world.advance_refreshed(3);
}

#[test]
fn rent_that_is_there_already_is_not_paid_again() {
    let mut world = World::with_majors();
    let mut book = world.svm.get_account(&world.book).expect("a Book");
    book.lamports += 1_000_000_000;
    let lamports = book.lamports;
    world.svm.set_account(world.book, book).expect("a Book");
    let grow = grow(&world, 1);
    world.must(&[grow], &[]);
    assert_eq!(world.svm.get_balance(&world.book), Some(lamports));
}

#[test]
fn a_book_of_an_older_layout_may_grow() {
    let mut world = World::with_majors();
    let book = world.book;
    set_version(&mut world, &book, 0);
    let grow = grow(&world, 8);
    world.must(&[grow], &[]);
}

#[test]
fn a_growth_of_nothing_or_of_too_much_is_refused() {
    let mut world = World::with_majors();
    let nothing = grow(&world, 0);
    refuses(&mut world, &nothing, &[], PlimsollError::AmountZero);
    for additional_bytes in [10_241, u32::MAX] {
        let grow = grow(&world, additional_bytes);
        refuses(&mut world, &grow, &[], PlimsollError::BookGrowth);
    }
    let mut data = world.svm.get_account(&world.book).expect("a Book").data;
    data.resize(128 * 1024, 0);
    let book = world.book;
    world.set_account(book, data, plimsoll::ID);
    let grow = grow(&world, 1);
    refuses(&mut world, &grow, &[], PlimsollError::BookGrowth);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let (group, book, admin) = (world.group, world.book, world.admin.pubkey());
    let grow = grow(&world, 8);
    for account in [group, book] {
        refuses_impostors(&mut world, &grow, &[], account);
    }
    refuses_other_versions(&mut world, &grow, &[], &[group]);
    refuses_other_program(&mut world, &grow, &[], system_program::ID);
    refuses_unsigned(&mut world, &grow, admin);

    let other = elsewhere(&mut world);
    for (right, wrong) in [(group, other.group), (book, other.book)] {
        refuses(&mut world, &swapped(&grow, right, wrong), &[], PlimsollError::WrongGroup);
    }
    let impostor = stranger(&mut world.svm);
    let grow = swapped(&grow, admin, impostor.pubkey());
    refuses(&mut world, &grow, &[&impostor], PlimsollError::NotAdmin);
}
