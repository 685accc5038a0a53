//! Instruction builders: addresses that follow from others are derived, the rest are arguments.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::{InstructionData, ToAccountMetas};
use plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll::instructions::governance::list_factor::FactorListing;
use plimsoll::instructions::governance::list_reserve::ReserveListing;
use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::state::{BookParams, FactorParams, Reserve, ReserveParams};
use plimsoll::{accounts, instruction};

use crate::addresses;

/// Everything, where an amount is asked for: the whole of a token account, a deposit or a debt.
pub const ALL: u64 = u64::MAX;

const SYSTEM_PROGRAM: Pubkey = anchor_lang::system_program::ID;

fn build(accounts: &impl ToAccountMetas, data: &impl InstructionData) -> Instruction {
    Instruction {
        program_id: plimsoll::ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

/// A reserve with the addresses that moving its tokens needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReserveKeys {
    /// The Book.
    pub book: Pubkey,
    /// Which reserve.
    pub reserve_index: u8,
    /// Its token.
    pub mint: Pubkey,
    /// The token's program.
    pub token_program: Pubkey,
}

impl ReserveKeys {
    /// The keys of a reserve as it stands in the Book.
    #[must_use]
    pub const fn of(book: Pubkey, reserve_index: u8, reserve: &Reserve) -> Self {
        Self {
            book,
            reserve_index,
            mint: reserve.mint,
            token_program: reserve.token_program,
        }
    }

    fn vault(&self) -> Pubkey {
        addresses::vault(&self.book, &self.mint)
    }

    fn tokens_in(&self, margin_account: Pubkey, authority: Pubkey, source: Pubkey) -> accounts::TokensIn {
        accounts::TokensIn {
            book: self.book,
            margin_account,
            authority,
            source,
            vault: self.vault(),
            mint: self.mint,
            token_program: self.token_program,
        }
    }

    fn tokens_out(&self, margin_account: Pubkey, owner: Pubkey, destination: Pubkey) -> accounts::TokensOut {
        accounts::TokensOut {
            book: self.book,
            margin_account,
            owner,
            destination,
            vault: self.vault(),
            vault_authority: addresses::vault_authority(&self.book),
            mint: self.mint,
            token_program: self.token_program,
        }
    }
}

/// `create_group`: the group's address is [`addresses::group`] of creator and index.
#[must_use]
pub fn create_group(creator: Pubkey, index: u16, quote_mint: Pubkey, roles: GroupRoles) -> Instruction {
    let group = addresses::group(&creator, index);
    build(
        &accounts::CreateGroup {
            group,
            creator,
            quote_mint,
            system_program: SYSTEM_PROGRAM,
        },
        &instruction::CreateGroup { index, roles },
    )
}

/// `create_book`: `book` is an account of [`plimsoll::state::BOOK_BYTES`] zeros, owned by the program.
#[must_use]
pub fn create_book(group: Pubkey, admin: Pubkey, book: Pubkey, quote_mint: Pubkey, params: BookParams) -> Instruction {
    build(
        &accounts::CreateBook {
            group,
            admin,
            book,
            quote_mint,
        },
        &instruction::CreateBook { params },
    )
}

/// `grow_book`.
#[must_use]
pub fn grow_book(group: Pubkey, admin: Pubkey, book: Pubkey, additional_bytes: u32) -> Instruction {
    build(
        &accounts::GrowBook {
            group,
            admin,
            book,
            system_program: SYSTEM_PROGRAM,
        },
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
    build(
        &govern(group, admin, book),
        &instruction::SetFactorParams { factor_index, params },
    )
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
    build(
        &govern(group, admin, book),
        &instruction::SetReserveParams { reserve_index, params },
    )
}

/// `open_margin_account`: the address is [`addresses::margin_account`].
#[must_use]
pub fn open_margin_account(group: Pubkey, owner: Pubkey, sub_account: u16) -> Instruction {
    let margin_account = addresses::margin_account(&group, &owner, sub_account);
    build(
        &accounts::OpenMarginAccount {
            group,
            margin_account,
            owner,
            system_program: SYSTEM_PROGRAM,
        },
        &instruction::OpenMarginAccount { sub_account },
    )
}

/// `close_margin_account`.
#[must_use]
pub fn close_margin_account(margin_account: Pubkey, owner: Pubkey) -> Instruction {
    build(
        &accounts::CloseMarginAccount { margin_account, owner },
        &instruction::CloseMarginAccount {},
    )
}

/// `set_delegate`; the zero key names nobody.
#[must_use]
pub fn set_delegate(margin_account: Pubkey, owner: Pubkey, delegate: Pubkey) -> Instruction {
    build(
        &accounts::SetDelegate { margin_account, owner },
        &instruction::SetDelegate { delegate },
    )
}

/// `deposit` from a token account; [`ALL`]: all of it.
#[must_use]
pub fn deposit(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    authority: Pubkey,
    source: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(
        &reserve.tokens_in(margin_account, authority, source),
        &instruction::Deposit {
            reserve_index,
            amount_atoms,
        },
    )
}

/// `repay` from a token account; [`ALL`]: the whole debt.
#[must_use]
pub fn repay(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    authority: Pubkey,
    source: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(
        &reserve.tokens_in(margin_account, authority, source),
        &instruction::Repay {
            reserve_index,
            amount_atoms,
        },
    )
}

/// `withdraw` to a token account; [`ALL`]: the whole deposit.
#[must_use]
pub fn withdraw(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    owner: Pubkey,
    destination: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(
        &reserve.tokens_out(margin_account, owner, destination),
        &instruction::Withdraw {
            reserve_index,
            amount_atoms,
        },
    )
}

/// `borrow` to a token account.
#[must_use]
pub fn borrow(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    owner: Pubkey,
    destination: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(
        &reserve.tokens_out(margin_account, owner, destination),
        &instruction::Borrow {
            reserve_index,
            amount_atoms,
        },
    )
}

/// `refresh_prices` from any subset of the listed oracles.
#[must_use]
pub fn refresh_prices(book: Pubkey, oracles: &[Pubkey]) -> Instruction {
    with_oracles(
        build(&accounts::Crank { book }, &instruction::RefreshPrices {}),
        oracles,
    )
}

/// `refresh_risk`, with the oracles that bring samples which `refresh_prices` has not seen.
#[must_use]
pub fn refresh_risk(book: Pubkey, oracles: &[Pubkey]) -> Instruction {
    with_oracles(build(&accounts::Crank { book }, &instruction::RefreshRisk {}), oracles)
}

fn with_oracles(mut instruction: Instruction, oracles: &[Pubkey]) -> Instruction {
    instruction
        .accounts
        .extend(oracles.iter().map(|oracle| AccountMeta::new_readonly(*oracle, false)));
    instruction
}

/// `accrue`.
#[must_use]
pub fn accrue(book: Pubkey) -> Instruction {
    build(&accounts::Crank { book }, &instruction::Accrue {})
}

/// `liquidate`: `liquidator` is the margin account that takes over, `authority` its owner or delegate.
#[must_use]
pub fn liquidate(
    book: Pubkey,
    liquidatee: Pubkey,
    liquidator: Pubkey,
    authority: Pubkey,
    request: LiquidationRequest,
) -> Instruction {
    build(
        &accounts::Liquidate {
            book,
            liquidatee,
            liquidator,
            authority,
        },
        &instruction::Liquidate { request },
    )
}

/// `resolve_bankruptcy` of one debt.
#[must_use]
pub fn resolve_bankruptcy(book: Pubkey, margin_account: Pubkey, reserve_index: u8) -> Instruction {
    build(
        &accounts::ResolveBankruptcy { book, margin_account },
        &instruction::ResolveBankruptcy { reserve_index },
    )
}

/// `fund_insurance` from a token account.
#[must_use]
pub fn fund_insurance(reserve: &ReserveKeys, funder: Pubkey, source: Pubkey, amount_atoms: u64) -> Instruction {
    let accounts = accounts::FundInsurance {
        book: reserve.book,
        funder,
        source,
        vault: reserve.vault(),
        mint: reserve.mint,
        token_program: reserve.token_program,
    };
    build(
        &accounts,
        &instruction::FundInsurance {
            reserve_index: reserve.reserve_index,
            amount_atoms,
        },
    )
}
