//! Sets a reserve's parameters, as a whole. Its maintenance collateral weight walks: one grace of notice, then the walk.

use anchor_lang::prelude::*;

use super::Govern;
use crate::events::ReserveParamsSet;
use crate::state::ReserveParams;

pub(crate) fn handler(ctx: Context<Govern>, reserve_index: u8, params: ReserveParams) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    let grace_seconds = book.params.grace_seconds;
    let reserve = book.reserve_mut(reserve_index)?;

    // interest up to now follows the parameters that were in force
    crate::lending::accrue_reserve(reserve, now_seconds)?;
    crate::parameters::set_reserve_params(reserve, &params, grace_seconds, now_seconds)?;

    let params_version = reserve.params_version;
    emit!(ReserveParamsSet { book: ctx.accounts.book.key(), reserve_index, params_version });
    Ok(())
}
