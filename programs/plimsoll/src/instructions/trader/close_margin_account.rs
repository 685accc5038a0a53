//! Closes an empty margin account and returns its rent.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::MarginAccountClosed;
use crate::state::MarginAccount;

/// Accounts of `close_margin_account`.
#[derive(Accounts)]
pub struct CloseMarginAccount<'info> {
    /// The account to close.
    #[account(mut, close = owner)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner; receives the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
}

pub(crate) fn handler(ctx: Context<CloseMarginAccount>) -> Result<()> {
    let account = ctx.accounts.margin_account.load()?;
    account.require_version()?;
    account.require_owner(ctx.accounts.owner.key)?;
    require!(account.is_empty(), PlimsollError::AccountNotEmpty);

    emit!(MarginAccountClosed { margin_account: ctx.accounts.margin_account.key() });
    Ok(())
}
