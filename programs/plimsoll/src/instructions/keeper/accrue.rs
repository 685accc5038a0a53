//! Books the interest of every reserve.

use anchor_lang::prelude::*;

use super::Crank;
use crate::events::InterestAccrued;
use crate::lending;

pub(crate) fn handler(ctx: Context<Crank>) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;

    let mut reserves = 0u16;
    for (index, reserve) in book.reserves.iter_mut().enumerate().filter(|(_, reserve)| reserve.is_listed()) {
        lending::accrue_reserve(reserve, now_seconds)?;
        lending::prove_solvent(reserve)?;
        reserves |= 1 << index;
    }

    emit!(InterestAccrued { book: ctx.accounts.book.key(), reserves });
    Ok(())
}
