//! What changes about the risk model besides parameters: the tide, profiles, scenarios, implied volatility.
#![allow(missing_docs)] // field names say unit and meaning

use anchor_lang::prelude::*;

/// A tide began: what was announced is in force, what was newest is announced.
#[event]
pub struct TideTurned {
    pub book: Pubkey,
    pub tide: u64,
    pub announced_seconds: u64,
}

/// The steward set a factor's liquidity profile.
#[event]
pub struct LiquidityProfileSet {
    pub book: Pubkey,
    pub factor_index: u8,
    pub depth_quote_atoms: u64,
    pub daily_volume_quote_atoms: u64,
    pub spread_ppm: u32,
    pub spread_deviation_ppm: u32,
}

/// Rows of the newest scenario grid were set.
#[event]
pub struct ScenariosSet {
    pub book: Pubkey,
    pub first_row: u8,
    pub rows: u8,
    pub count: u8,
}

/// A factor's feed of implied volatility was named, or taken away (zero).
#[event]
pub struct ImpliedFeedSet {
    pub book: Pubkey,
    pub factor_index: u8,
    pub feed_id: [u8; 32],
}

/// Implied volatility of some factors was read; a bit per factor.
#[event]
pub struct ImpliedRefreshed {
    pub book: Pubkey,
    pub accepted: u16,
}
