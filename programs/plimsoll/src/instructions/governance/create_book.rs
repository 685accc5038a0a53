//! Takes over a zeroed account as the group's Book.

use anchor_lang::prelude::*;
use plimsoll_risk::price::MAX_DECIMALS;

use crate::constants::{ACCOUNT_VERSION, VAULT_AUTHORITY_SEED};
use crate::error::PlimsollError;
use crate::events::BookCreated;
use crate::state::{BOOK_BYTES, Book, BookParams, Group};

/// Accounts of `create_book`.
#[derive(Accounts)]
pub struct CreateBook<'info> {
    /// The group, without a Book so far.
    #[account(mut)]
    pub group: AccountLoader<'info, Group>,
    /// The group's admin.
    pub admin: Signer<'info>,
    /// Created by the client with this program as owner: a Book is larger than a program may create.
    #[account(zero)]
    pub book: AccountLoader<'info, Book>,
    /// The group's quote token.
    /// CHECK: compared with the group's
    pub quote_mint: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<CreateBook>, params: BookParams) -> Result<()> {
    let book_key = ctx.accounts.book.key();
    let mut group = ctx.accounts.group.load_mut()?;
    group.require_version()?;
    group.require_admin(ctx.accounts.admin.key)?;
    require_keys_eq!(group.book, Pubkey::default(), PlimsollError::BookExists);
    require_keys_eq!(ctx.accounts.quote_mint.key(), group.quote_mint, PlimsollError::WrongMint);
    require!(ctx.accounts.book.as_ref().data_len() >= BOOK_BYTES, PlimsollError::BookTooSmall);
    let quote_decimals = crate::vault::mint_decimals(&ctx.accounts.quote_mint)?;
    // beyond them every publication would be refused
    require!(quote_decimals <= MAX_DECIMALS, PlimsollError::ParameterOutOfBounds);

    let (vault_authority, vault_authority_bump) =
        Pubkey::find_program_address(&[VAULT_AUTHORITY_SEED, book_key.as_ref()], &crate::ID);

    let mut book = ctx.accounts.book.load_init()?;
    book.version = ACCOUNT_VERSION;
    book.vault_authority_bump = vault_authority_bump;
    book.vault_authority = vault_authority;
    book.quote_decimals = quote_decimals;
    book.group = ctx.accounts.group.key();
    let now_seconds = crate::clock::now_seconds()?;
    crate::parameters::set_book_params(&mut book, &params, now_seconds)?;
    // the first fold spans one step, not all of Unix time
    book.folded_step = book.step_at(now_seconds);
    group.book = book_key;

    emit!(BookCreated { group: ctx.accounts.group.key(), book: book_key });
    Ok(())
}
