//! Reads implied volatility from oracle accounts. It counts from the next fold on and can only raise the volatility that margins follow.

use anchor_lang::prelude::*;

use super::Crank;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::ImpliedRefreshed;
use crate::oracle::{self, OraclePublication};
use crate::state::Book;

/// The feed of a factor that has none.
const NO_FEED: [u8; 32] = [0; 32];

pub(crate) fn handler(ctx: Context<Crank>) -> Result<()> {
    require!(!ctx.remaining_accounts.is_empty(), PlimsollError::NoOracles);
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;

    let mut accepted = 0u16;
    for account in ctx.remaining_accounts {
        accepted |= accept(&mut book, &oracle::read_pull(account)?, now_seconds)?;
    }

    emit!(ImpliedRefreshed { book: ctx.accounts.book.key(), accepted });
    Ok(())
}

/// Stores a publication for every factor that follows its feed; wrapped tokens share one. Returns a bit per factor.
fn accept(book: &mut Book, oracle: &OraclePublication, now_seconds: u64) -> Result<u16> {
    let mut accepted = 0u16;
    let mut bit = 1u16;
    for factor in &mut book.factors {
        if factor.is_listed() && factor.implied.feed_id == oracle.feed_id && oracle.feed_id != NO_FEED {
            let implied = factor.implied.implied().accept(&oracle.publication, now_seconds).or_refuse()?;
            factor.implied.set_implied(&implied);
            accepted |= bit;
        }
        bit = bit.wrapping_shl(1);
    }
    require!(accepted != 0, PlimsollError::ImpliedFeed);
    Ok(accepted)
}
