//! Lists a perpetual market on a factor.

use anchor_lang::prelude::*;

use super::Govern;
use crate::error::PlimsollError;
use crate::events::PerpMarketListed;
use crate::state::PerpMarketParams;
use crate::state::factor::STATUS_ACTIVE;

/// A perpetual market to be.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PerpMarketListing {
    /// Name for people, zero-padded.
    pub symbol: [u8; 16],
    /// Which factor prices it; one market per factor.
    pub factor_index: u8,
    /// Parameters.
    pub params: PerpMarketParams,
}

pub(crate) fn handler(ctx: Context<Govern>, listing: PerpMarketListing) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    book.require_pool()?;
    let funding_gap = book.factor(listing.factor_index)?.funding_gap(book.step_at(now_seconds));
    let mut listed = book.perp_markets.iter().filter(|market| market.is_listed());
    let taken = listed.any(|market| market.factor_index == listing.factor_index || market.symbol == listing.symbol);
    require!(!taken, PlimsollError::AlreadyListed);

    let mut slots = (0u8..).zip(book.perp_markets.iter_mut());
    let (index, market) = slots.find(|(_, market)| !market.is_listed()).ok_or(PlimsollError::NoFreeSlot)?;
    *market = bytemuck::Zeroable::zeroed();
    market.symbol = listing.symbol;
    market.factor_index = listing.factor_index;
    market.status = STATUS_ACTIVE;
    market.funding_gap = funding_gap.to_bits();
    crate::parameters::seed_perp_market(market, &listing.params, now_seconds)?;

    emit!(PerpMarketListed {
        book: ctx.accounts.book.key(),
        market: index,
        factor_index: listing.factor_index,
        symbol: listing.symbol,
    });
    Ok(())
}
