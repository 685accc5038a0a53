//! Moves realised profit or loss between a position and its account's balance in the quote reserve.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::PnlSettled;
use crate::state::{Book, MarginAccount};
use crate::{perps, vault};

/// Accounts of what anybody may do to a position: `settle_pnl`, `resolve_perp_bankruptcy`.
#[derive(Accounts)]
pub struct SettlePnl<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that holds the position.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<SettlePnl>, market: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&ctx.accounts.book, &ctx.accounts.margin_account)?;
    require!(account.has_perp(market), PlimsollError::NoPosition);

    let settled = perps::settle(&mut book, &mut account, market, now_seconds)?;

    let left = account.perp(market)?.realised;
    if settled.is_zero() {
        let refusal = if left.0 > 0 { PlimsollError::PoolEmpty } else { PlimsollError::NothingToSettle };
        return Err(refusal.into());
    }
    emit!(PnlSettled {
        margin_account: ctx.accounts.margin_account.key(),
        market,
        settled_atoms: settled.0,
        realised_left_atoms: left.0,
    });
    Ok(())
}
