//! Names the key that may deposit, repay and trade for the owner; the zero key names nobody.

use anchor_lang::prelude::*;

use crate::events::DelegateSet;
use crate::state::MarginAccount;

/// Accounts of `set_delegate`.
#[derive(Accounts)]
pub struct SetDelegate<'info> {
    /// The account.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner.
    pub owner: Signer<'info>,
}

pub(crate) fn handler(ctx: Context<SetDelegate>, delegate: Pubkey) -> Result<()> {
    let mut account = ctx.accounts.margin_account.load_mut()?;
    account.require_version()?;
    account.require_owner(ctx.accounts.owner.key)?;

    account.delegate = delegate;

    emit!(DelegateSet { margin_account: ctx.accounts.margin_account.key(), delegate });
    Ok(())
}
