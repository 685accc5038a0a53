//! Opens a margin account for one market: its deposits are of the quote reserve, and its losses reach nothing else.

use anchor_lang::prelude::*;

use crate::constants::{ACCOUNT_VERSION, MARGIN_SEED};
use crate::error::PlimsollError;
use crate::events::MarginAccountOpened;
use crate::state::margin_account::MODE_ISOLATED;
use crate::state::{Book, Group, MarginAccount};

/// Accounts of `open_isolated_account`.
#[derive(Accounts)]
#[instruction(sub_account: u16)]
pub struct OpenIsolatedAccount<'info> {
    /// The group to trade in.
    pub group: AccountLoader<'info, Group>,
    /// Its Book.
    pub book: AccountLoader<'info, Book>,
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

pub(crate) fn handler(ctx: Context<OpenIsolatedAccount>, sub_account: u16, market: u8) -> Result<()> {
    let accounts = &ctx.accounts;
    accounts.group.load()?.require_version()?;
    let book = accounts.book.load()?;
    book.require_version()?;
    require_keys_eq!(book.group, accounts.group.key(), PlimsollError::WrongGroup);
    book.require_pool()?;
    book.perp_market(market)?.require_active()?;

    let mut account = accounts.margin_account.load_init()?;
    account.version = ACCOUNT_VERSION;
    account.bump = ctx.bumps.margin_account;
    account.sub_account = sub_account;
    account.mode = MODE_ISOLATED;
    account.isolated_market = market;
    account.group = accounts.group.key();
    account.owner = accounts.owner.key();

    emit!(MarginAccountOpened {
        margin_account: accounts.margin_account.key(),
        group: account.group,
        owner: account.owner,
        mode: account.mode,
        isolated_market: account.isolated_market,
    });
    Ok(())
}
