//! A perpetual market and the pool that stands against it: laid out for the whole model, used by a later version.

use anchor_lang::prelude::*;

use super::wide::Wide;

/// One perpetual market.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
pub struct PerpMarket {
    /// Name for people, zero-padded.
    pub symbol: [u8; 16],
    /// Which factor prices it.
    pub factor_index: u8,
    /// Status.
    pub status: u8,
    /// Alignment.
    pub padding: [u8; 2],
    /// Counts parameter changes.
    pub params_version: u32,
    /// Open interest of the longs.
    pub long_base_atoms: u64,
    /// Open interest of the shorts.
    pub short_base_atoms: u64,
    /// Σ quote entries of the longs.
    pub long_quote_entry_atoms: i64,
    /// Σ quote entries of the shorts.
    pub short_quote_entry_atoms: i64,
    /// Funding rate per day, ratio.
    pub funding_rate: i64,
    /// Last funding update.
    pub funding_updated_seconds: u64,
    /// Cumulative funding per base atom.
    pub funding_index: Wide,
    /// Loss sharing: size factor of the longs and of the shorts.
    pub size_index: [u64; 2],
    /// Loss sharing: profit per unit of the longs and of the shorts.
    pub profit_index: [Wide; 2],
    /// Fees collected.
    pub fees_atoms: u64,
    /// Insurance of this market.
    pub insurance_atoms: u64,
    /// The pool's gain in this market.
    pub pool_profit_atoms: i64,
    /// Volume measured by the program, decaying.
    pub measured_volume_quote_atoms: u64,
    /// Parameters and memory of a later version.
    pub reserved: [u64; 48],
}

/// The liquidity pool: the counterparty of every perp.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
pub struct Pool {
    /// Mint of the pool's shares; zero: none yet.
    pub share_mint: Pubkey,
    /// Shares outstanding.
    pub total_shares: u64,
    /// Quote atoms booked.
    pub quote_atoms: u64,
    /// Profit and loss not yet settled.
    pub unsettled_atoms: i64,
    /// Insurance that stands before the pool.
    pub insurance_atoms: u64,
    /// Loss taken in the current day.
    pub loss_today_atoms: u64,
    /// Start of that day.
    pub day_start_seconds: u64,
    /// For later versions.
    pub reserved: [u64; 24],
}
