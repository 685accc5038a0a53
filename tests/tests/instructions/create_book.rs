//! `create_book`: a zeroed account becomes the group's Book.

use anchor_lang::error::ErrorCode;
use plimsoll_client::plimsoll;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::BookCreated;
use plimsoll_client::plimsoll::state::{BOOK_BYTES, BookParams};
use plimsoll_client::{Instruction, Pubkey, accounts, addresses, instructions};
use plimsoll_tests::{Signer, World, assets};

use crate::bounds::{BOOK_OUTSIDE, BOOK_WITHIN, GRID_OUTSIDE, GRID_WITHIN};
use crate::expect::{emits, refuses};
use crate::stage::{roles, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// A group of the admin without a Book.
struct Founding {
    world: World,
    quote_mint: Pubkey,
    groups: u16,
}

impl Founding {
    fn new() -> Self {
        let mut world = World::empty();
        let quote_mint = world.create_mint(6);
        Self { world, quote_mint, groups: 0 }
    }

    /// Another group, and the instruction that gives it a Book of these parameters.
    fn create(&mut self, params: BookParams) -> Instruction {
        let admin = self.world.admin.pubkey();
        let create = instructions::create_group(admin, self.groups, self.quote_mint, roles(admin));
        self.world.must(&[create], &[]);
        self.world.group = addresses::group(&admin, self.groups);
        self.groups += 1;
        self.world.book = Pubkey::new_unique();
        self.world.set_account(self.world.book, vec![0; BOOK_BYTES], plimsoll::ID);
        instructions::create_book(self.world.group, admin, self.world.book, self.quote_mint, params)
    }
}

#[test]
fn a_zeroed_account_becomes_the_groups_book() {
    let mut founding = Founding::new();
    let create = founding.create(assets::book_params());
    let world = &mut founding.world;
    let (group, book) = (world.group, world.book);
    emits(world, &create, &[], &BookCreated { group, book });

    let state = world.book_state();
    assert_eq!((state.version, state.quote_decimals, state.group), (1, 6, group));
    assert_eq!(state.vault_authority, addresses::vault_authority(&book));
    assert_eq!((state.params, state.params_version), (assets::book_params(), 1));
    let now = u64::try_from(world.now()).expect("after 1970");
    assert_eq!(state.folded_step, now / 300);
    let group = accounts::group(&world.svm.get_account(&group).expect("a group").data).expect("a group");
    assert_eq!(group.book, book);
}

#[test]
fn parameters_within_their_bounds_are_taken_and_outside_refused() {
    let mut founding = Founding::new();
    for (change, apply) in GRID_WITHIN.iter().chain(BOOK_WITHIN) {
        let mut params = assets::book_params();
        apply(&mut params);
        let create = founding.create(params);
        assert!(founding.world.send(&[create], &[]).is_ok(), "{change} was refused");
        assert_eq!(founding.world.book_state().params, params);
    }
    for (_, apply) in GRID_OUTSIDE.iter().chain(BOOK_OUTSIDE) {
        let mut params = assets::book_params();
        apply(&mut params);
        let create = founding.create(params);
        refuses(&mut founding.world, &create, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn a_quote_token_whose_prices_could_never_enter_is_refused() {
    let mut founding = Founding::new();
    founding.quote_mint = founding.world.create_mint(13);
    let create = founding.create(assets::book_params());
    refuses(&mut founding.world, &create, &[], PlimsollError::ParameterOutOfBounds);
}

#[test]
fn a_group_has_one_book() {
    let mut world = World::with_majors();
    let second = Pubkey::new_unique();
    world.set_account(second, vec![0; BOOK_BYTES], plimsoll::ID);
    let (admin, quote_mint) = (world.admin.pubkey(), world.assets[0].mint);
    let create = instructions::create_book(world.group, admin, second, quote_mint, assets::book_params());
    refuses(&mut world, &create, &[], PlimsollError::BookExists);
}

#[test]
fn an_account_that_cannot_be_a_book_is_refused() {
    let mut founding = Founding::new();
    let create = founding.create(assets::book_params());
    let world = &mut founding.world;
    let book = world.book;
    world.set_account(book, vec![0; BOOK_BYTES - 1], plimsoll::ID);
    refuses(world, &create, &[], PlimsollError::BookTooSmall);
    world.set_account(book, vec![1; BOOK_BYTES], plimsoll::ID);
    refuses(world, &create, &[], ErrorCode::ConstraintZero);
    world.set_account(book, vec![0; BOOK_BYTES], anchor_spl::token::ID);
    refuses(world, &create, &[], ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut founding = Founding::new();
    let create = founding.create(assets::book_params());
    let (world, quote_mint) = (&mut founding.world, founding.quote_mint);
    let (group, admin) = (world.group, world.admin.pubkey());
    refuses_impostors(world, &create, &[], group);
    refuses_other_versions(world, &create, &[], &[group]);
    refuses_unsigned(world, &create, admin);

    let other_mint = world.create_mint(6);
    refuses(world, &swapped(&create, quote_mint, other_mint), &[], PlimsollError::WrongMint);
    let impostor = stranger(&mut world.svm);
    let create = swapped(&create, admin, impostor.pubkey());
    refuses(world, &create, &[&impostor], PlimsollError::NotAdmin);
}
