//! A perpetual market: open interest, books against the pool, and what reaches positions lazily.

use anchor_lang::prelude::*;

use super::factor::{STATUS_ACTIVE, STATUS_DELISTING, STATUS_EMPTY};
use super::margin_account::Order;
use super::params::PerpMarketParams;
use super::wide::Wide;
use crate::error::PlimsollError;

/// One perpetual market. Amounts are base atoms of its factor and atoms of the Book's quote reserve.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PerpMarket {
    /// Name for people, zero-padded.
    pub symbol: [u8; 16],
    /// Which factor prices it.
    pub factor_index: u8,
    /// `STATUS_EMPTY`, `STATUS_ACTIVE` or `STATUS_DELISTING`.
    pub status: u8,
    /// Alignment.
    pub padding: [u8; 2],
    /// Counts parameter changes.
    pub params_version: u32,
    /// Open interest of the longs.
    pub long_base_atoms: u64,
    /// Open interest of the shorts.
    pub short_base_atoms: u64,
    /// What the pool has booked as the counterparty, unsettled.
    pub pool_quote_atoms: i64,
    /// Insurance of this market, a claim on the pool's deposits.
    pub insurance_atoms: u64,
    /// Booked in total already, on accounts when they are next touched.
    pub unapplied_atoms: i64,
    /// Net atoms that settlements of this market brought the pool.
    pub settled_atoms: i64,
    /// Funding rate a day, 48 fractional bits; positive: longs pay.
    pub funding_rate: i64,
    /// Last funding update.
    pub funding_updated_seconds: u64,
    /// What waterfalls left of a base atom of the longs and of the shorts, 62 fractional bits.
    pub size_factor: [u64; 2],
    /// What a base atom of the longs and of the shorts earned by funding and waterfalls, signed, 64 fractional bits.
    pub profit_index: [Wide; 2],
    /// Size margin per base atom, 96 fractional bits: where its walk starts.
    pub size_margin_from: u64,
    /// Where it ends.
    pub size_margin_to: u64,
    /// When it starts.
    pub size_margin_start_seconds: u64,
    /// When it ends.
    pub size_margin_end_seconds: u64,
    /// Margin accounts whose slot of this market is not empty.
    pub positions: u64,
    /// Fees charged so far. Like the three below a statistic that saturates and decides nothing.
    pub fees_atoms: u64,
    /// Base atoms that waterfalls closed.
    pub waterfall_base_atoms: u64,
    /// Losses that winning positions bore in them.
    pub waterfall_quote_atoms: u64,
    /// Quote atoms traded against the pool.
    pub measured_volume_quote_atoms: u64,
    /// When the market was listed: an older order was meant for a market that had the slot before.
    pub listed_seconds: u64,
    /// Delisting: when positions may be settled; 0: not named for it.
    pub settle_at_seconds: u64,
    /// Delisting: the settlement price, mantissa; 0: not fixed.
    pub settlement_price: u64,
    /// How crowded the larger side is, ratio: what initial margin grows toward one by.
    pub crowding: u64,
    /// Parameters.
    pub params: PerpMarketParams,
    /// For later versions.
    pub reserved: [u64; 17],
}

const _: () = assert!(core::mem::size_of::<PerpMarket>() == 448);

impl PerpMarket {
    /// Whether the slot is in use.
    #[must_use]
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.status != STATUS_EMPTY
    }

    /// Whether somebody holds a position: what funding moves and the pool answers for.
    #[must_use]
    #[inline(always)]
    pub const fn has_open_interest(&self) -> bool {
        self.long_base_atoms != 0 || self.short_base_atoms != 0
    }

    /// Whether the market is named for delisting.
    #[must_use]
    pub const fn is_delisting(&self) -> bool {
        self.status == STATUS_DELISTING
    }

    /// Refuses a market that takes nothing but reduce-only orders.
    pub fn require_active(&self) -> Result<()> {
        require!(self.status == STATUS_ACTIVE, PlimsollError::MarketNotActive);
        Ok(())
    }

    /// Refuses a market whose settlement time has come: from then on its positions close at one price, and at no other.
    pub fn require_not_settling(&self, now_seconds: u64) -> Result<()> {
        let is_settling = self.is_delisting() && now_seconds >= self.settle_at_seconds;
        require!(!is_settling, PlimsollError::MarketSettling);
        Ok(())
    }

    /// Refuses an order that was placed in a market that had this slot before.
    pub fn require_placed_here(&self, order: &Order) -> Result<()> {
        require!(order.placed_seconds > self.listed_seconds, PlimsollError::OrderOfFormerMarket);
        Ok(())
    }
}
