//! Returns an account's healths, requirements and its losses in every row of the newest scenario grid.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::margin::{self, StressReport};
use crate::state::{Book, MarginAccount};

/// Accounts of `stress_account`.
#[derive(Accounts)]
pub struct StressAccount<'info> {
    /// The Book.
    pub book: AccountLoader<'info, Book>,
    /// The account.
    pub margin_account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<StressAccount>) -> Result<StressReport> {
    let now_seconds = crate::clock::now_seconds()?;
    let (book, account) = (ctx.accounts.book.load()?, ctx.accounts.margin_account.load()?);
    book.require_version()?;
    account.require_version()?;
    require_keys_eq!(account.group, book.group, PlimsollError::WrongGroup);
    margin::stress(&book, &account, now_seconds)
}
