//! Books one market's funding up to now.

use anchor_lang::prelude::*;

use super::Crank;
use crate::error::PlimsollError;
use crate::events::FundingUpdated;
use crate::perps;

pub(crate) fn handler(ctx: Context<Crank>, market: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;
    let before = *book.perp_market(market)?;
    // keepers race, and what is sent along must not fail for that
    if before.funding_updated_seconds >= now_seconds {
        return Ok(());
    }

    perps::update_funding(&mut book, market, now_seconds)?;

    let after = book.perp_market(market)?;
    let pool_atoms = after.pool_quote_atoms.checked_sub(before.pool_quote_atoms).ok_or(PlimsollError::Overflow)?;
    let [long, short] = after.profit_index;
    emit!(FundingUpdated {
        book: ctx.accounts.book.key(),
        market,
        funding_rate: after.funding_rate,
        pool_atoms,
        long_profit_index: long.signed(),
        short_profit_index: short.signed(),
    });
    Ok(())
}
