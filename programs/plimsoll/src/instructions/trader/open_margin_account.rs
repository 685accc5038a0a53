//! Opens a margin account.

use anchor_lang::prelude::*;

use crate::constants::{ACCOUNT_VERSION, MARGIN_SEED};
use crate::events::MarginAccountOpened;
use crate::state::{Group, MarginAccount};

/// Accounts of `open_margin_account`.
#[derive(Accounts)]
#[instruction(sub_account: u16)]
pub struct OpenMarginAccount<'info> {
    /// The group to trade in.
    pub group: AccountLoader<'info, Group>,
    /// The new account.
    #[account(
        init,
        payer = owner,
        space = 8 + core::mem::size_of::<MarginAccount>(),
        seeds = [MARGIN_SEED, group.key().as_ref(), owner.key().as_ref(), &sub_account.to_le_bytes()],
        bump
    )]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner; pays the rent.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler(ctx: Context<OpenMarginAccount>, sub_account: u16) -> Result<()> {
    ctx.accounts.group.load()?.require_version()?;

    let mut account = ctx.accounts.margin_account.load_init()?;
    account.version = ACCOUNT_VERSION;
    account.bump = ctx.bumps.margin_account;
    account.sub_account = sub_account;
    account.group = ctx.accounts.group.key();
    account.owner = ctx.accounts.owner.key();

    emit!(MarginAccountOpened {
        margin_account: ctx.accounts.margin_account.key(),
        group: account.group,
        owner: account.owner,
        mode: account.mode,
        isolated_market: account.isolated_market,
    });
    Ok(())
}
