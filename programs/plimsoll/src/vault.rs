//! Tokens in and out of the vaults, and the proof that they moved as booked.

use core::cell::{Ref, RefMut};

use anchor_lang::prelude::*;
use anchor_spl::token_2022::spl_token_2022::extension::{BaseStateWithExtensions, ExtensionType, StateWithExtensions};
use anchor_spl::token_2022::spl_token_2022::state::Mint;
use anchor_spl::token_interface::{self, TransferChecked};

use crate::constants::VAULT_AUTHORITY_SEED;
use crate::error::PlimsollError;
use crate::state::{Book, MarginAccount, Reserve};

/// Where a token account keeps its balance, in SPL Token as in Token-2022.
const AMOUNT_OFFSET: usize = 64;

/// Extensions of a Token-2022 mint that change nothing about who holds how much. Every other one is refused: transfer fees, hooks, permanent
/// delegates, pausable and closable mints, default account states, confidential transfers.
const ALLOWED_EXTENSIONS: [ExtensionType; 8] = [
    ExtensionType::MetadataPointer,
    ExtensionType::TokenMetadata,
    ExtensionType::GroupPointer,
    ExtensionType::TokenGroup,
    ExtensionType::GroupMemberPointer,
    ExtensionType::TokenGroupMember,
    ExtensionType::InterestBearingConfig,
    ExtensionType::ScaledUiAmount,
];

/// Accounts of what brings tokens in for a margin account: `deposit`, `repay`.
#[derive(Accounts)]
pub struct TokensIn<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that is credited.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner or delegate; authority over the source.
    pub authority: Signer<'info>,
    /// Where the tokens come from.
    /// CHECK: the token program checks it
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The reserve's vault.
    /// CHECK: compared with the reserve's
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    /// The reserve's token.
    /// CHECK: compared with the reserve's
    pub mint: UncheckedAccount<'info>,
    /// The token's program.
    /// CHECK: compared with the reserve's
    pub token_program: UncheckedAccount<'info>,
}

/// Accounts of what takes tokens out of a margin account: `withdraw`, `borrow`.
#[derive(Accounts)]
pub struct TokensOut<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that is debited.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner.
    pub owner: Signer<'info>,
    /// Where the tokens go.
    /// CHECK: the token program checks it
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,
    /// The reserve's vault.
    /// CHECK: compared with the reserve's
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    /// Authority over the vault.
    /// CHECK: compared with the Book's
    pub vault_authority: UncheckedAccount<'info>,
    /// The reserve's token.
    /// CHECK: compared with the reserve's
    pub mint: UncheckedAccount<'info>,
    /// The token's program.
    /// CHECK: compared with the reserve's
    pub token_program: UncheckedAccount<'info>,
}

impl<'info> TokensIn<'info> {
    /// Book and margin account, once their versions, group and signer are right.
    pub(crate) fn load_mut(&self) -> Result<(RefMut<'_, Book>, RefMut<'_, MarginAccount>)> {
        let (book, account) = load_pair(&self.book, &self.margin_account)?;
        account.require_owner_or_delegate(self.authority.key)?;
        Ok((book, account))
    }

    /// The movement from the source to the vault.
    pub(crate) fn transfer(&self) -> Transfer<'_, 'info> {
        Transfer {
            vault: &self.vault,
            counterparty: &self.source,
            authority: &self.authority,
            mint: &self.mint,
            token_program: &self.token_program,
        }
    }
}

impl<'info> TokensOut<'info> {
    /// Book and margin account, once their versions, group and signer are right.
    pub(crate) fn load_mut(&self) -> Result<(RefMut<'_, Book>, RefMut<'_, MarginAccount>)> {
        let (book, account) = load_pair(&self.book, &self.margin_account)?;
        account.require_owner(self.owner.key)?;
        require_keys_eq!(*self.vault_authority.key, book.vault_authority, PlimsollError::WrongVaultAuthority);
        Ok((book, account))
    }

    /// The movement from the vault to the destination.
    pub(crate) fn transfer(&self) -> Transfer<'_, 'info> {
        Transfer {
            vault: &self.vault,
            counterparty: &self.destination,
            authority: &self.vault_authority,
            mint: &self.mint,
            token_program: &self.token_program,
        }
    }
}

/// Book and margin account of one group, in the current layout.
pub(crate) fn load_pair<'a>(
    book: &'a AccountLoader<Book>,
    account: &'a AccountLoader<MarginAccount>,
) -> Result<(RefMut<'a, Book>, RefMut<'a, MarginAccount>)> {
    let (book, account) = (book.load_mut()?, account.load_mut()?);
    book.require_version()?;
    account.require_version()?;
    require_keys_eq!(account.group, book.group, PlimsollError::WrongGroup);
    Ok((book, account))
}

/// A Book that is only read, and a margin account of its group, in the current layout.
pub(crate) fn load_reading<'a>(
    book: &'a AccountLoader<Book>,
    account: &'a AccountLoader<MarginAccount>,
) -> Result<(Ref<'a, Book>, RefMut<'a, MarginAccount>)> {
    let (book, account) = (book.load()?, account.load_mut()?);
    book.require_version()?;
    account.require_version()?;
    require_keys_eq!(account.group, book.group, PlimsollError::WrongGroup);
    Ok((book, account))
}

/// One movement between a vault and somebody's token account.
pub(crate) struct Transfer<'a, 'info> {
    /// The reserve's vault.
    pub vault: &'a AccountInfo<'info>,
    /// The other token account.
    pub counterparty: &'a AccountInfo<'info>,
    /// Who signs for the tokens.
    pub authority: &'a AccountInfo<'info>,
    /// The reserve's token.
    pub mint: &'a AccountInfo<'info>,
    /// The token's program.
    pub token_program: &'a AccountInfo<'info>,
}

impl Transfer<'_, '_> {
    /// Refuses accounts that are not the reserve's.
    pub(crate) fn require_accounts_of(&self, reserve: &Reserve) -> Result<()> {
        require_keys_eq!(*self.vault.key, reserve.vault, PlimsollError::WrongVault);
        require_keys_eq!(*self.mint.key, reserve.mint, PlimsollError::WrongMint);
        require_keys_eq!(*self.token_program.key, reserve.token_program, PlimsollError::WrongTokenProgram);
        Ok(())
    }

    /// Moves tokens into the vault.
    pub(crate) fn take_in(&self, amount_atoms: u64, decimals: u8) -> Result<()> {
        let before = balance_atoms(self.vault)?;
        let accounts = TransferChecked {
            from: self.counterparty.clone(),
            mint: self.mint.clone(),
            to: self.vault.clone(),
            authority: self.authority.clone(),
        };
        token_interface::transfer_checked(CpiContext::new(*self.token_program.key, accounts), amount_atoms, decimals)?;
        let booked = before.checked_add(amount_atoms).ok_or(PlimsollError::VaultMismatch)?;
        require!(balance_atoms(self.vault)? == booked, PlimsollError::VaultMismatch);
        Ok(())
    }

    /// Moves tokens out of the vault, signed for by the vaults' authority.
    pub(crate) fn pay_out(&self, amount_atoms: u64, decimals: u8, book: &Pubkey, bump: u8) -> Result<()> {
        let before = balance_atoms(self.vault)?;
        let accounts = TransferChecked {
            from: self.vault.clone(),
            mint: self.mint.clone(),
            to: self.counterparty.clone(),
            authority: self.authority.clone(),
        };
        let seeds: &[&[u8]] = &[VAULT_AUTHORITY_SEED, book.as_ref(), &[bump]];
        let signer = [seeds];
        let cpi = CpiContext::new_with_signer(*self.token_program.key, accounts, &signer);
        token_interface::transfer_checked(cpi, amount_atoms, decimals)?;
        let booked = before.checked_sub(amount_atoms).ok_or(PlimsollError::VaultMismatch)?;
        require!(balance_atoms(self.vault)? == booked, PlimsollError::VaultMismatch);
        Ok(())
    }
}

/// The balance of a token account.
pub(crate) fn balance_atoms(account: &AccountInfo) -> Result<u64> {
    let data = account.try_borrow_data()?;
    let bytes = data.get(AMOUNT_OFFSET..).and_then(|rest| rest.first_chunk::<8>());
    Ok(u64::from_le_bytes(*bytes.ok_or(PlimsollError::SourceEmpty)?))
}

/// Refuses a mint with an extension that is not on the list.
pub(crate) fn require_allowed_extensions(mint: &AccountInfo) -> Result<()> {
    let data = mint.try_borrow_data()?;
    let state = StateWithExtensions::<Mint>::unpack(&data).map_err(|_| PlimsollError::MintNotUsable)?;
    let extensions = state.get_extension_types().map_err(|_| PlimsollError::MintExtension)?;
    let allowed = extensions.iter().all(|extension| ALLOWED_EXTENSIONS.contains(extension));
    require!(allowed, PlimsollError::MintExtension);
    Ok(())
}

/// The decimals of an initialised mint of either token program.
pub(crate) fn mint_decimals(mint: &AccountInfo) -> Result<u8> {
    let is_token_program = *mint.owner == anchor_spl::token::ID || *mint.owner == anchor_spl::token_2022::ID;
    require!(is_token_program, PlimsollError::MintNotUsable);
    let data = mint.try_borrow_data()?;
    let state = StateWithExtensions::<Mint>::unpack(&data).map_err(|_| PlimsollError::MintNotUsable)?;
    Ok(state.base.decimals)
}
