//! Sets a factor's parameters, as a whole. Maintenance margin follows along its announced path, its impact with the tide.

use anchor_lang::prelude::*;

use super::Govern;
use crate::events::FactorParamsSet;
use crate::state::FactorParams;

pub(crate) fn handler(ctx: Context<Govern>, factor_index: u8, params: FactorParams) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    let book = &mut *book;
    let book_params = book.params;
    let factor = book.factor_mut(factor_index)?;

    crate::parameters::set_factor_params(factor, &book_params, &params, now_seconds)?;

    let params_version = factor.params_version;
    crate::tide::refresh_impact(book, factor_index, now_seconds)?;

    emit!(FactorParamsSet { book: ctx.accounts.book.key(), factor_index, params_version });
    Ok(())
}
