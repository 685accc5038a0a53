//! Program-derived addresses.

use anchor_lang::prelude::Pubkey;
use plimsoll::constants::{GROUP_SEED, MARGIN_SEED, VAULT_AUTHORITY_SEED, VAULT_SEED};

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &plimsoll::ID).0
}

/// Address of a creator's group number `index`.
#[must_use]
pub fn group(creator: &Pubkey, index: u16) -> Pubkey {
    derive(&[GROUP_SEED, creator.as_ref(), &index.to_le_bytes()])
}

/// Address of an owner's margin account number `sub_account` in a group.
#[must_use]
pub fn margin_account(group: &Pubkey, owner: &Pubkey, sub_account: u16) -> Pubkey {
    derive(&[MARGIN_SEED, group.as_ref(), owner.as_ref(), &sub_account.to_le_bytes()])
}

/// Address of a Book's vault for a mint.
#[must_use]
pub fn vault(book: &Pubkey, mint: &Pubkey) -> Pubkey {
    derive(&[VAULT_SEED, book.as_ref(), mint.as_ref()])
}

/// Authority over a Book's vaults.
#[must_use]
pub fn vault_authority(book: &Pubkey) -> Pubkey {
    derive(&[VAULT_AUTHORITY_SEED, book.as_ref()])
}
