//! Makes a Book's account larger, as a later layout needs it.

use anchor_lang::prelude::*;
use anchor_lang::system_program;

use crate::constants::{BOOK_BYTES_MAX, BOOK_GROWTH_BYTES_MAX};
use crate::error::PlimsollError;
use crate::events::BookGrown;
use crate::state::{Book, Group};

/// Accounts of `grow_book`.
#[derive(Accounts)]
pub struct GrowBook<'info> {
    /// The Book's group.
    pub group: AccountLoader<'info, Group>,
    /// The group's admin; pays the rent.
    #[account(mut)]
    pub admin: Signer<'info>,
    /// The Book.
    #[account(mut, constraint = book.load()?.group == group.key() @ PlimsollError::WrongGroup)]
    pub book: AccountLoader<'info, Book>,
    /// Moves the rent.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<GrowBook>, additional_bytes: u32) -> Result<()> {
    let group = ctx.accounts.group.load()?;
    group.require_version()?;
    group.require_admin(ctx.accounts.admin.key)?;
    require!(additional_bytes > 0, PlimsollError::AmountZero);
    let additional = usize::try_from(additional_bytes).map_err(|_| PlimsollError::BookGrowth)?;
    let account = ctx.accounts.book.as_ref();
    let bytes = account.data_len().checked_add(additional).ok_or(PlimsollError::BookGrowth)?;
    require!(additional <= BOOK_GROWTH_BYTES_MAX && bytes <= BOOK_BYTES_MAX, PlimsollError::BookGrowth);

    let rent = Rent::get()?.minimum_balance(bytes).saturating_sub(account.lamports());
    if rent > 0 {
        let transfer = system_program::Transfer { from: ctx.accounts.admin.to_account_info(), to: account.clone() };
        system_program::transfer(CpiContext::new(ctx.accounts.system_program.key(), transfer), rent)?;
    }
    account.resize(bytes)?;

    emit!(BookGrown { book: account.key(), bytes: bytes as u64 });
    Ok(())
}
