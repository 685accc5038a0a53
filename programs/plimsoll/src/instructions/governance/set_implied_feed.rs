//! Names a factor's feed of implied volatility, or takes it away.

use anchor_lang::prelude::*;

use super::Govern;
use crate::events::ImpliedFeedSet;

pub(crate) fn handler(ctx: Context<Govern>, factor_index: u8, feed_id: [u8; 32]) -> Result<()> {
    let mut book = ctx.accounts.load_book_mut()?;

    crate::parameters::set_implied_feed(book.factor_mut(factor_index)?, feed_id);

    emit!(ImpliedFeedSet { book: ctx.accounts.book.key(), factor_index, feed_id });
    Ok(())
}
