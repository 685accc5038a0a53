//! Sets a perp market's parameters, as a whole. Its size margin walks: one grace of notice, then the walk.

use anchor_lang::prelude::*;

use super::Govern;
use crate::events::PerpMarketParamsSet;
use crate::state::PerpMarketParams;

pub(crate) fn handler(ctx: Context<Govern>, market_index: u8, params: PerpMarketParams) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    let grace_seconds = book.params.grace_seconds;

    // funding up to now follows the parameters that were in force
    crate::funding::update_funding(&mut book, market_index, now_seconds)?;
    let market = book.perp_market_mut(market_index)?;
    crate::parameters::set_perp_params(market, &params, grace_seconds, now_seconds)?;

    let params_version = market.params_version;
    crate::perps::refresh_crowding(&mut book, market_index)?;
    emit!(PerpMarketParamsSet { book: ctx.accounts.book.key(), market: market_index, params_version });
    Ok(())
}
