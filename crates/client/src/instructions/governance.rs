//! Instructions of the group's roles.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll::instructions::governance::list_factor::FactorListing;
use plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll::instructions::governance::list_reserve::ReserveListing;
use plimsoll::state::factor::LiquidityProfile;
use plimsoll::state::{BookParams, FactorParams, PerpMarketParams, PoolParams, ReserveParams, Scenario};
use plimsoll::{accounts, instruction};

use super::{SYSTEM_PROGRAM, build};
use crate::addresses;

/// `create_group`: the group's address is [`addresses::group`] of creator and index.
#[must_use]
pub fn create_group(creator: Pubkey, index: u16, quote_mint: Pubkey, roles: GroupRoles) -> Instruction {
    let group = addresses::group(&creator, index);
    build(
        &accounts::CreateGroup { group, creator, quote_mint, system_program: SYSTEM_PROGRAM },
        &instruction::CreateGroup { index, roles },
    )
}

/// `create_book`: `book` is an account of [`plimsoll::state::BOOK_BYTES`] zeros, owned by the program.
#[must_use]
pub fn create_book(group: Pubkey, admin: Pubkey, book: Pubkey, quote_mint: Pubkey, params: BookParams) -> Instruction {
    build(&accounts::CreateBook { group, admin, book, quote_mint }, &instruction::CreateBook { params })
}

/// `grow_book`.
#[must_use]
pub fn grow_book(group: Pubkey, admin: Pubkey, book: Pubkey, additional_bytes: u32) -> Instruction {
    build(
        &accounts::GrowBook { group, admin, book, system_program: SYSTEM_PROGRAM },
        &instruction::GrowBook { additional_bytes },
    )
}

/// `migrate` of a Group, Book or MarginAccount.
#[must_use]
pub fn migrate(account: Pubkey) -> Instruction {
    build(&accounts::Migrate { account }, &instruction::Migrate {})
}

const fn govern(group: Pubkey, admin: Pubkey, book: Pubkey) -> accounts::Govern {
    accounts::Govern { group, admin, book }
}

/// `list_factor`: takes the first free slot.
#[must_use]
pub fn list_factor(group: Pubkey, admin: Pubkey, book: Pubkey, listing: FactorListing) -> Instruction {
    build(&govern(group, admin, book), &instruction::ListFactor { listing })
}

/// `list_reserve`: takes the first free slot and creates the vault.
#[must_use]
pub fn list_reserve(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    (mint, token_program): (Pubkey, Pubkey),
    listing: ReserveListing,
) -> Instruction {
    let accounts = accounts::ListReserve {
        group,
        admin,
        book,
        mint,
        vault: addresses::vault(&book, &mint),
        vault_authority: addresses::vault_authority(&book),
        token_program,
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::ListReserve { listing })
}

/// `set_book_params`.
#[must_use]
pub fn set_book_params(group: Pubkey, admin: Pubkey, book: Pubkey, params: BookParams) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetBookParams { params })
}

/// `set_factor_params`.
#[must_use]
pub fn set_factor_params(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    factor_index: u8,
    params: FactorParams,
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetFactorParams { factor_index, params })
}

/// `set_reserve_params`.
#[must_use]
pub fn set_reserve_params(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    reserve_index: u8,
    params: ReserveParams,
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetReserveParams { reserve_index, params })
}

/// `set_pool_params`: creates the pool the first time.
#[must_use]
pub fn set_pool_params(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    quote_reserve: u8,
    params: PoolParams,
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetPoolParams { quote_reserve, params })
}

/// `list_perp_market`: takes the first free slot.
#[must_use]
pub fn list_perp_market(group: Pubkey, admin: Pubkey, book: Pubkey, listing: PerpMarketListing) -> Instruction {
    build(&govern(group, admin, book), &instruction::ListPerpMarket { listing })
}

/// `set_perp_params`.
#[must_use]
pub fn set_perp_params(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    market: u8,
    params: PerpMarketParams,
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetPerpParams { market, params })
}

/// `delist_perp_market`.
#[must_use]
pub fn delist_perp_market(group: Pubkey, admin: Pubkey, book: Pubkey, market: u8) -> Instruction {
    build(&govern(group, admin, book), &instruction::DelistPerpMarket { market })
}

/// `set_liquidity_profile`, signed by the group's steward.
#[must_use]
pub fn set_liquidity_profile(
    group: Pubkey,
    steward: Pubkey,
    book: Pubkey,
    factor_index: u8,
    profile: LiquidityProfile,
) -> Instruction {
    build(&accounts::Steward { group, steward, book }, &instruction::SetLiquidityProfile { factor_index, profile })
}

/// `set_scenarios`: rows from `first_row` on; the first `count` rows of the grid are in use. A transaction holds 16 rows.
#[must_use]
pub fn set_scenarios(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    (first_row, count): (u8, u8),
    rows: Vec<Scenario>,
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetScenarios { first_row, count, rows })
}

/// `set_implied_feed`; zeros: none.
#[must_use]
pub fn set_implied_feed(
    group: Pubkey,
    admin: Pubkey,
    book: Pubkey,
    factor_index: u8,
    feed_id: [u8; 32],
) -> Instruction {
    build(&govern(group, admin, book), &instruction::SetImpliedFeed { factor_index, feed_id })
}
