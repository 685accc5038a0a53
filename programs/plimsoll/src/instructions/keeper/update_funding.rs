//! Books one market's funding up to now.

use anchor_lang::prelude::*;

use super::Crank;
use crate::events::FundingUpdated;
use crate::funding;

pub(crate) fn handler(ctx: Context<Crank>, market: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;
    // keepers race, and what is sent along must not fail for that
    if book.perp_market(market)?.funding_updated_seconds >= now_seconds {
        return Ok(());
    }

    let pool = funding::update_funding(&mut book, market, now_seconds)?;

    let after = book.perp_market(market)?;
    let [long, short] = after.profit_index;
    emit!(FundingUpdated {
        book: ctx.accounts.book.key(),
        market,
        funding_rate: after.funding_rate,
        pool_atoms: pool.0,
        long_profit_index: long.signed(),
        short_profit_index: short.signed(),
    });
    Ok(())
}
