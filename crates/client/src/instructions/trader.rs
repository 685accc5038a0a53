//! Instructions of account owners.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use plimsoll::{accounts, instruction};

use super::{ReserveKeys, SYSTEM_PROGRAM, build};
use crate::addresses;

/// `open_margin_account`: the address is [`addresses::margin_account`].
#[must_use]
pub fn open_margin_account(group: Pubkey, owner: Pubkey, sub_account: u16) -> Instruction {
    let margin_account = addresses::margin_account(&group, &owner, sub_account);
    build(
        &accounts::OpenMarginAccount { group, margin_account, owner, system_program: SYSTEM_PROGRAM },
        &instruction::OpenMarginAccount { sub_account },
    )
}

/// `close_margin_account`.
#[must_use]
pub fn close_margin_account(margin_account: Pubkey, owner: Pubkey) -> Instruction {
    build(&accounts::CloseMarginAccount { margin_account, owner }, &instruction::CloseMarginAccount {})
}

/// `set_delegate`; the zero key names nobody.
#[must_use]
pub fn set_delegate(margin_account: Pubkey, owner: Pubkey, delegate: Pubkey) -> Instruction {
    build(&accounts::SetDelegate { margin_account, owner }, &instruction::SetDelegate { delegate })
}

/// `set_margin_mode`: cross (0) or portfolio (2).
#[must_use]
pub fn set_margin_mode(book: Pubkey, margin_account: Pubkey, owner: Pubkey, mode: u8) -> Instruction {
    build(&accounts::SetMarginMode { book, margin_account, owner }, &instruction::SetMarginMode { mode })
}

/// `deposit` from a token account; [`super::ALL`]: all of it.
#[must_use]
pub fn deposit(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    authority: Pubkey,
    source: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(&reserve.tokens_in(margin_account, authority, source), &instruction::Deposit { reserve_index, amount_atoms })
}

/// `repay` from a token account; [`super::ALL`]: the whole debt.
#[must_use]
pub fn repay(
    reserve: &ReserveKeys,
    margin_account: Pubkey,
    authority: Pubkey,
    source: Pubkey,
    amount_atoms: u64,
) -> Instruction {
    let reserve_index = reserve.reserve_index;
    build(&reserve.tokens_in(margin_account, authority, source), &instruction::Repay { reserve_index, amount_atoms })
}

/// `withdraw` to a token account; [`super::ALL`]: the whole deposit.
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
        &instruction::Withdraw { reserve_index, amount_atoms },
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
    build(&reserve.tokens_out(margin_account, owner, destination), &instruction::Borrow { reserve_index, amount_atoms })
}
