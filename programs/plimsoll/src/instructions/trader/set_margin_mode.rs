//! Changes an account between cross and portfolio margin; initial health must be there in the new mode.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::MarginModeSet;
use crate::state::margin_account::{MODE_CROSS, MODE_ISOLATED, MODE_PORTFOLIO};
use crate::state::{Book, MarginAccount};
use crate::{margin, vault};

/// Tides after which everything in force was announced one whole grace before.
const WHOLE_TIDES: u64 = 2;

/// Accounts of `set_margin_mode`.
#[derive(Accounts)]
pub struct SetMarginMode<'info> {
    /// The Book.
    pub book: AccountLoader<'info, Book>,
    /// The account.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner.
    pub owner: Signer<'info>,
}

pub(crate) fn handler(ctx: Context<SetMarginMode>, mode: u8) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (book, mut account) = vault::load_reading(&accounts.book, &accounts.margin_account)?;
    account.require_owner(accounts.owner.key)?;
    require!(account.mode != MODE_ISOLATED && mode != MODE_ISOLATED, PlimsollError::IsolatedMode);
    require!(mode == MODE_CROSS || mode == MODE_PORTFOLIO, PlimsollError::AccountMode);
    require!(mode == MODE_CROSS || book.tides >= WHOLE_TIDES, PlimsollError::PortfolioNotReady);

    account.mode = mode;

    // who owes nothing and holds no perp passes in any mode
    margin::require_initial_health(&book, &account, now_seconds)?;
    account.unhealthy_since_seconds = 0;
    emit!(MarginModeSet { margin_account: accounts.margin_account.key(), mode });
    Ok(())
}
