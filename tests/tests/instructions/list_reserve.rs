//! `list_reserve`: a token takes the first free slot and gets its vault.

use anchor_lang::error::ErrorCode;
use anchor_lang::system_program;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::ReserveListed;
use plimsoll_client::plimsoll::instructions::governance::list_reserve::ReserveListing;
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::world::reserve_listing;
use plimsoll_tests::{Asset, Signer, World, assets};
use solana_instruction_error::InstructionError;

use crate::bounds::RESERVE_OUTSIDE;
use crate::expect::{Refusal, emits, refuses};
use crate::mints;
use crate::wrong_accounts::{
    refuses_impostors, refuses_other_program, refuses_other_versions, refuses_unsigned, swapped,
};

/// The factor and reserve of BTC.
const BTC: u8 = 2;
/// BTC has eight.
const DECIMALS: u8 = 8;
/// The system program's refusal of an account that is there already.
const ALREADY_IN_USE: u32 = 0;
/// One with 96 fractional bits.
const INDEX_ONE: u128 = 1 << 96;

/// A second reserve on BTC's factor, with something changed.
fn list(world: &World, mint: Pubkey, token_program: Pubkey, change: impl FnOnce(&mut ReserveListing)) -> Instruction {
    let mut listing = reserve_listing(BTC);
    change(&mut listing);
    instructions::list_reserve(world.group, world.admin.pubkey(), world.book, (mint, token_program), listing)
}

#[test]
fn a_reserve_takes_the_first_free_slot_with_a_vault_of_its_own() {
    let mut world = World::with_majors();
    let mint = world.create_mint(DECIMALS);
    let list = list(&world, mint, anchor_spl::token::ID, |_| ());
    let event = ReserveListed { book: world.book, reserve_index: 4, mint };
    emits(&mut world, &list, &[], &event);

    let reserve = world.book_state().reserves[4];
    let vault = addresses::vault(&world.book, &mint);
    assert_eq!((reserve.mint, reserve.vault, reserve.token_program), (mint, vault, anchor_spl::token::ID));
    assert_eq!((reserve.factor_index, reserve.status, reserve.decimals), (BTC, 1, DECIMALS));
    assert_eq!((reserve.params, reserve.params_version), (assets::reserve_params(), 1));
    assert_eq!((reserve.deposit_index.get(), reserve.debt_index.get()), (INDEX_ONE, INDEX_ONE));
    assert_eq!(reserve.accrued_seconds, u64::try_from(world.now()).expect("after 1970"));
    let account = world.svm.get_account(&vault).expect("a vault");
    assert_eq!(account.owner, anchor_spl::token::ID);
    assert_eq!(account.data[..32], mint.to_bytes());
    assert_eq!(account.data[32..64], addresses::vault_authority(&world.book).to_bytes());
}

#[test]
fn a_token_2022_mint_with_an_allowed_extension_is_listed_and_deposited() {
    let mut world = World::with_majors();
    for (make, index) in mints::ALLOWED.iter().zip(4..) {
        let (mint, token_program) = (mints::create(&mut world, *make, DECIMALS), anchor_spl::token_2022::ID);
        let list = list(&world, mint, token_program, |_| ());
        let event = ReserveListed { book: world.book, reserve_index: index, mint };
        emits(&mut world, &list, &[], &event);
        let asset = Asset { mint, token_program, index, ..world.assets[usize::from(BTC)] };
        let trader = world.depositor(&asset, 1_000);
        world.withdraw(&trader, &asset, 400).expect("a withdrawal");
        assert_eq!(world.vault_balance(&asset), 600);
    }
}

#[test]
fn a_token_2022_mint_with_any_other_extension_is_refused() {
    let mut world = World::with_majors();
    for make in mints::REFUSED {
        let mint = mints::create(&mut world, *make, DECIMALS);
        let list = list(&world, mint, anchor_spl::token_2022::ID, |_| ());
        refuses(&mut world, &list, &[], PlimsollError::MintExtension);
    }
}

#[test]
fn a_mint_of_other_decimals_than_its_factors_is_refused() {
    let mut world = World::with_majors();
    for decimals in [DECIMALS - 1, DECIMALS + 1] {
        let mint = world.create_mint(decimals);
        let list = list(&world, mint, anchor_spl::token::ID, |_| ());
        refuses(&mut world, &list, &[], PlimsollError::MintDecimals);
    }
}

#[test]
fn a_listing_outside_its_bounds_is_refused() {
    let mut world = World::with_majors();
    let mint = world.create_mint(DECIMALS);
    for factor_index in [4, 15, 16, u8::MAX] {
        let list = list(&world, mint, anchor_spl::token::ID, |listing| {
            listing.factor_index = factor_index;
        });
        refuses(&mut world, &list, &[], PlimsollError::FactorIndex);
    }
    // the reserve's lowest and highest rate at target are 0.1 and 200 %
    for rate in [0, 999, 2_000_001, u32::MAX] {
        let list = list(&world, mint, anchor_spl::token::ID, |listing| {
            listing.initial_rate_ppm_per_year = rate;
        });
        refuses(&mut world, &list, &[], PlimsollError::ParameterOutOfBounds);
    }
    for (_, apply) in RESERVE_OUTSIDE {
        let list = list(&world, mint, anchor_spl::token::ID, |listing| {
            apply(&mut listing.params);
        });
        refuses(&mut world, &list, &[], PlimsollError::ParameterOutOfBounds);
    }
}

#[test]
fn a_mint_is_listed_once_and_a_book_holds_sixteen() {
    let mut world = World::with(&assets::sixteen());
    let again = list(&world, world.assets[usize::from(BTC)].mint, anchor_spl::token::ID, |_| ());
    // its vault is there already, which the system program says before the program looks at its slots
    refuses(&mut world, &again, &[], ALREADY_IN_USE);
    let mint = world.create_mint(DECIMALS);
    let seventeenth = list(&world, mint, anchor_spl::token::ID, |_| ());
    refuses(&mut world, &seventeenth, &[], PlimsollError::NoFreeSlot);
}

#[test]
fn a_false_mint_or_vault_is_refused() {
    let mut world = World::with_majors();
    let mint = world.create_mint(DECIMALS);
    let instruction = list(&world, mint, anchor_spl::token::ID, |_| ());
    let genuine = world.svm.get_account(&mint).expect("a mint").data;
    let mut uninitialised = genuine.clone();
    uninitialised[45] = 0;
    for (data, owner, error) in [
        (genuine.clone(), system_program::ID, ErrorCode::AccountOwnedByWrongProgram.into()),
        (uninitialised, anchor_spl::token::ID, Refusal::from(InstructionError::UninitializedAccount)),
        (genuine[..81].to_vec(), anchor_spl::token::ID, InstructionError::InvalidAccountData.into()),
    ] {
        let impostor = Pubkey::new_unique();
        world.set_account(impostor, data, owner);
        let list = list(&world, impostor, anchor_spl::token::ID, |_| ());
        refuses(&mut world, &list, &[], error);
    }
    let (vault, other) = (addresses::vault(&world.book, &mint), Pubkey::new_unique());
    for wrong in [addresses::vault(&other, &mint), addresses::vault(&world.book, &other), other] {
        refuses(&mut world, &swapped(&instruction, vault, wrong), &[], ErrorCode::ConstraintSeeds);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let mint = world.create_mint(DECIMALS);
    let list = list(&world, mint, anchor_spl::token::ID, |_| ());
    let (group, book, admin) = (world.group, world.book, world.admin.pubkey());
    for account in [group, book] {
        refuses_impostors(&mut world, &list, &[], account);
    }
    refuses_other_versions(&mut world, &list, &[], &[group, book]);
    refuses_unsigned(&mut world, &list, admin);
    refuses_other_program(&mut world, &list, &[], system_program::ID);
    refuses_other_program(&mut world, &list, &[], anchor_spl::token::ID);

    let other = crate::stage::elsewhere(&mut world);
    refuses(&mut world, &swapped(&list, group, other.group), &[], PlimsollError::WrongGroup);
    // the vault's address holds the Book
    refuses(&mut world, &swapped(&list, book, other.book), &[], ErrorCode::ConstraintSeeds);
    let vault = addresses::vault(&book, &mint);
    let theirs = swapped(&swapped(&list, book, other.book), vault, addresses::vault(&other.book, &mint));
    refuses(&mut world, &theirs, &[], PlimsollError::WrongGroup);
    let (authority, theirs) = (addresses::vault_authority(&book), addresses::vault_authority(&other.book));
    refuses(&mut world, &swapped(&list, authority, theirs), &[], PlimsollError::WrongVaultAuthority);
    let impostor = crate::stage::stranger(&mut world.svm);
    let list = swapped(&list, admin, impostor.pubkey());
    refuses(&mut world, &list, &[&impostor], PlimsollError::NotAdmin);
}
