//! Instruction builders: addresses that follow from others are derived, the rest are arguments.

mod governance;
mod keeper;
mod perps;
mod trader;

pub use governance::*;
pub use keeper::*;
pub use perps::*;
pub use trader::*;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use plimsoll::accounts;
use plimsoll::state::Reserve;

use crate::addresses;

/// Everything, where an amount is asked for: the whole of a token account, a deposit or a debt.
pub const ALL: u64 = u64::MAX;

pub(crate) const SYSTEM_PROGRAM: Pubkey = anchor_lang::system_program::ID;

pub(crate) fn build(accounts: &impl ToAccountMetas, data: &impl InstructionData) -> Instruction {
    Instruction { program_id: plimsoll::ID, accounts: accounts.to_account_metas(None), data: data.data() }
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
        Self { book, reserve_index, mint: reserve.mint, token_program: reserve.token_program }
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
