//! Sets the Book's parameters, as a whole.

use anchor_lang::prelude::*;

use super::Govern;
use crate::events::BookParamsSet;
use crate::state::BookParams;

pub(crate) fn handler(ctx: Context<Govern>, params: BookParams) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;

    crate::parameters::set_book_params(&mut book, &params, now_seconds)?;

    emit!(BookParamsSet { book: ctx.accounts.book.key(), params_version: book.params_version });
    Ok(())
}
