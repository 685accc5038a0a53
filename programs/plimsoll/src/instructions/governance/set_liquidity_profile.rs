//! Sets a factor's liquidity profile: depth, volume and spread of the markets elsewhere, by the group's steward and in bounded steps.

use anchor_lang::prelude::*;

use super::Steward;
use crate::events::LiquidityProfileSet;
use crate::state::LiquidityProfile;

pub(crate) fn handler(ctx: Context<Steward>, factor_index: u8, profile: &LiquidityProfile) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;

    crate::parameters::set_liquidity_profile(&mut book, factor_index, profile, now_seconds)?;

    emit!(LiquidityProfileSet {
        book: ctx.accounts.book.key(),
        factor_index,
        depth_quote_atoms: profile.depth_quote_atoms,
        daily_volume_quote_atoms: profile.daily_volume_quote_atoms,
        spread_ppm: profile.spread_ppm,
        spread_deviation_ppm: profile.spread_deviation_ppm,
    });
    Ok(())
}
