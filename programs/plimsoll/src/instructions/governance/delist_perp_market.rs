//! Names a perp market for delisting: reduce-only orders from now on, settlement at one price after a notice.

use anchor_lang::prelude::*;

use super::Govern;
use crate::constants::DELISTING_NOTICE_SECONDS;
use crate::error::PlimsollError;
use crate::events::PerpMarketDelisting;
use crate::state::factor::STATUS_DELISTING;

pub(crate) fn handler(ctx: Context<Govern>, market_index: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    let market = book.perp_market_mut(market_index)?;
    market.require_active()?;

    let settle_at_seconds = now_seconds.checked_add(DELISTING_NOTICE_SECONDS).ok_or(PlimsollError::Overflow)?;
    market.status = STATUS_DELISTING;
    market.settle_at_seconds = settle_at_seconds;

    emit!(PerpMarketDelisting { book: ctx.accounts.book.key(), market: market_index, settle_at_seconds });
    Ok(())
}
