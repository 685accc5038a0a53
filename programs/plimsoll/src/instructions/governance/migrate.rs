//! Brings an account of an older layout forward. Anyone may.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use crate::constants::ACCOUNT_VERSION;
use crate::error::PlimsollError;
use crate::events::AccountMigrated;
use crate::state::{Book, Group, MarginAccount};

/// Accounts of `migrate`.
#[derive(Accounts)]
pub struct Migrate<'info> {
    /// A Group, Book or MarginAccount of an older version.
    /// CHECK: owner here, kind and version in the handler
    #[account(mut, owner = crate::ID)]
    pub account: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<Migrate>) -> Result<()> {
    let mut data = ctx.accounts.account.try_borrow_mut_data()?;
    let kinds = [Group::DISCRIMINATOR, Book::DISCRIMINATOR, MarginAccount::DISCRIMINATOR];
    let known = data.get(..8).is_some_and(|found| kinds.contains(&found));
    require!(known, PlimsollError::NotMigratable);
    // every layout begins with its version
    let version = data.get_mut(8).ok_or(PlimsollError::NotMigratable)?;
    let from_version = *version;
    require!(from_version < ACCOUNT_VERSION, PlimsollError::AlreadyCurrent);

    // Version 0 was written before the first release, with the fields of version 1.
    *version = ACCOUNT_VERSION;

    emit!(AccountMigrated { account: ctx.accounts.account.key(), from_version, to_version: ACCOUNT_VERSION });
    Ok(())
}
