//! Sets a factor's liquidity profile: depth, volume and spread of the markets elsewhere, by the group's steward and in bounded steps.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::LiquidityProfileSet;
use crate::state::factor::LiquidityProfile;
use crate::state::{Book, Group};

/// Accounts of `set_liquidity_profile`.
#[derive(Accounts)]
pub struct SetLiquidityProfile<'info> {
    /// The Book's group.
    pub group: AccountLoader<'info, Group>,
    /// The group's steward.
    pub steward: Signer<'info>,
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
}

pub(crate) fn handler(ctx: Context<SetLiquidityProfile>, factor_index: u8, profile: &LiquidityProfile) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let group = accounts.group.load()?;
    group.require_version()?;
    group.require_steward(accounts.steward.key)?;
    let mut book = accounts.book.load_mut()?;
    book.require_version()?;
    require_keys_eq!(book.group, accounts.group.key(), PlimsollError::WrongGroup);

    crate::parameters::set_liquidity_profile(&mut book, factor_index, profile, now_seconds)?;

    emit!(LiquidityProfileSet {
        book: accounts.book.key(),
        factor_index,
        depth_quote_atoms: profile.depth_quote_atoms,
        daily_volume_quote_atoms: profile.daily_volume_quote_atoms,
        spread_ppm: profile.spread_ppm,
        spread_deviation_ppm: profile.spread_deviation_ppm,
    });
    Ok(())
}
