//! Lists a risk factor: an oracle feed with its parameters and a first guess of its volatility.

use anchor_lang::prelude::*;

use super::Govern;
use crate::error::PlimsollError;
use crate::events::FactorListed;
use crate::state::FactorParams;
use crate::state::factor::{ORACLE_PULL, ORACLE_PUSH, STATUS_ACTIVE};

/// A factor to be.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FactorListing {
    /// Name for people, zero-padded.
    pub symbol: [u8; 16],
    /// The oracle's feed id (pull) or the price account's address (push).
    pub feed_id: [u8; 32],
    /// `ORACLE_PULL` or `ORACLE_PUSH`.
    pub oracle_kind: u8,
    /// Decimals of every token and market on this factor.
    pub base_decimals: u8,
    /// First fast σ per √day.
    pub seed_sigma_fast_ppm: u32,
    /// First slow σ per √day.
    pub seed_sigma_slow_ppm: u32,
    /// Parameters.
    pub params: FactorParams,
}

pub(crate) fn handler(ctx: Context<Govern>, listing: FactorListing) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.load_book_mut()?;
    require!(listing.oracle_kind == ORACLE_PULL || listing.oracle_kind == ORACLE_PUSH, PlimsollError::OracleKind);
    let mut listed = book.factors.iter().filter(|factor| factor.is_listed());
    let taken = listed.any(|factor| factor.feed_id == listing.feed_id || factor.symbol == listing.symbol);
    require!(!taken, PlimsollError::AlreadyListed);

    let book = &mut *book;
    let mut slots = (0u8..).zip(book.factors.iter_mut());
    let (factor_index, factor) = slots.find(|(_, factor)| !factor.is_listed()).ok_or(PlimsollError::NoFreeSlot)?;
    *factor = bytemuck::Zeroable::zeroed();
    factor.feed_id = listing.feed_id;
    factor.symbol = listing.symbol;
    factor.oracle_kind = listing.oracle_kind;
    factor.base_decimals = listing.base_decimals;
    factor.status = STATUS_ACTIVE;
    crate::parameters::seed_factor(factor, &book.params, &listing, now_seconds)?;

    emit!(FactorListed { book: ctx.accounts.book.key(), factor_index, feed_id: listing.feed_id });
    Ok(())
}
