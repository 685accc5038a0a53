//! Sets the pool's parameters, as a whole; the first time it creates the pool.

use anchor_lang::prelude::*;

use super::Govern;
use crate::error::PlimsollError;
use crate::events::PoolParamsSet;
use crate::state::factor::STATUS_ACTIVE;
use crate::state::{Book, PoolParams};

pub(crate) fn handler(ctx: Context<Govern>, quote_reserve: u8, params: PoolParams) -> Result<()> {
    let mut book = ctx.accounts.load_book_mut()?;
    if book.pool.exists() {
        require!(quote_reserve == book.pool.quote_reserve, PlimsollError::QuoteReserveFixed);
    } else {
        create_pool(&mut book, quote_reserve)?;
    }

    crate::parameters::set_pool_params(&mut book.pool, &params)?;

    let params_version = book.pool.params_version;
    emit!(PoolParamsSet { book: ctx.accounts.book.key(), quote_reserve, params_version });
    Ok(())
}

/// An empty pool. Prices are in quote atoms, so the reserve that settles them must count in the same.
fn create_pool(book: &mut Book, quote_reserve: u8) -> Result<()> {
    let decimals = book.reserve(quote_reserve)?.decimals;
    require!(decimals == book.quote_decimals, PlimsollError::QuoteReserveDecimals);
    book.pool.status = STATUS_ACTIVE;
    book.pool.quote_reserve = quote_reserve;
    Ok(())
}
