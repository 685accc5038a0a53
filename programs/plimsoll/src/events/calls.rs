//! What margin modes and margin calls announce. Health and amounts are quote atoms.
#![allow(missing_docs)] // field names say unit and meaning

use anchor_lang::prelude::*;

/// An account changed between cross (0) and portfolio (2) margin.
#[event]
pub struct MarginModeSet {
    pub margin_account: Pubkey,
    pub mode: u8,
}

/// What is announced, or interest and funding, will bring maintenance health below zero. Stored in the account; emitted when it is new or has changed.
#[event]
pub struct MarginCalled {
    pub margin_account: Pubkey,
    pub deadline_seconds: u64,
    pub shortfall_quote_atoms: u64,
    pub reason: u8,
}

/// Nothing announced will bring a called account's maintenance health below zero any more.
#[event]
pub struct MarginCallCleared {
    pub margin_account: Pubkey,
}

/// An account that is not called is nearer to liquidation than the Book's distance of warning.
#[event]
pub struct MarginWarned {
    pub margin_account: Pubkey,
    pub maintenance_health_quote_atoms: i128,
    pub daily_deviation_quote_atoms: u64,
}
