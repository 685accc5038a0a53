//! One event per change, in the past tense. Amounts are atoms; ratios and prices carry the core's mantissas.
#![allow(missing_docs)] // field names say unit and meaning

mod calls;
mod perps;
mod risk;

use anchor_lang::prelude::*;

pub use calls::*;
pub use perps::*;
pub use risk::*;

/// A group was created.
#[event]
pub struct GroupCreated {
    pub group: Pubkey,
    pub admin: Pubkey,
}

/// A Book was handed over to its group.
#[event]
pub struct BookCreated {
    pub group: Pubkey,
    pub book: Pubkey,
}

/// A Book's account grew.
#[event]
pub struct BookGrown {
    pub book: Pubkey,
    pub bytes: u64,
}

/// An account was brought to the current layout.
#[event]
pub struct AccountMigrated {
    pub account: Pubkey,
    pub from_version: u8,
    pub to_version: u8,
}

/// A factor was listed.
#[event]
pub struct FactorListed {
    pub book: Pubkey,
    pub factor_index: u8,
    pub feed_id: [u8; 32],
}

/// A reserve was listed.
#[event]
pub struct ReserveListed {
    pub book: Pubkey,
    pub reserve_index: u8,
    pub mint: Pubkey,
}

/// Parameters of the Book changed.
#[event]
pub struct BookParamsSet {
    pub book: Pubkey,
    pub params_version: u64,
}

/// Parameters of a factor changed.
#[event]
pub struct FactorParamsSet {
    pub book: Pubkey,
    pub factor_index: u8,
    pub params_version: u32,
}

/// Parameters of a reserve changed.
#[event]
pub struct ReserveParamsSet {
    pub book: Pubkey,
    pub reserve_index: u8,
    pub params_version: u32,
}

/// A margin account was opened.
#[event]
pub struct MarginAccountOpened {
    pub margin_account: Pubkey,
    pub group: Pubkey,
    pub owner: Pubkey,
    pub mode: u8,
    pub isolated_market: u8,
}

/// A margin account was closed.
#[event]
pub struct MarginAccountClosed {
    pub margin_account: Pubkey,
}

/// A margin account's delegate changed.
#[event]
pub struct DelegateSet {
    pub margin_account: Pubkey,
    pub delegate: Pubkey,
}

/// Tokens came in as a deposit.
#[event]
pub struct Deposited {
    pub margin_account: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
    pub deposit_shares: u64,
}

/// A deposit went out.
#[event]
pub struct Withdrawn {
    pub margin_account: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
    pub deposit_shares: u64,
}

/// Tokens went out as a debt.
#[event]
pub struct Borrowed {
    pub margin_account: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
    pub debt_shares: u64,
}

/// A debt was paid.
#[event]
pub struct Repaid {
    pub margin_account: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
    pub debt_shares: u64,
}

/// Prices of some factors were read; a bit per factor.
#[event]
pub struct PricesRefreshed {
    pub book: Pubkey,
    pub accepted: u16,
    pub pending: u16,
}

/// A grid step was folded into variances, covariances and thresholds.
#[event]
pub struct RiskRefreshed {
    pub book: Pubkey,
    pub step: u64,
    pub sampled: u16,
}

/// Interest was booked.
#[event]
pub struct InterestAccrued {
    pub book: Pubkey,
    pub reserves: u16,
}

/// An account was liquidated.
#[event]
pub struct Liquidated {
    pub liquidatee: Pubkey,
    pub liquidator: Pubkey,
    pub collateral_reserve: u8,
    pub debt_reserve: u8,
    pub repaid_atoms: u64,
    pub seized_atoms: u64,
    pub insurance_cut_atoms: u64,
    pub insurance_top_up_atoms: u64,
    pub value_quote_atoms: u64,
    pub health_before_quote_atoms: i128,
    pub health_after_quote_atoms: i128,
}

/// A debt without assets was resolved.
#[event]
pub struct BankruptcyResolved {
    pub margin_account: Pubkey,
    pub reserve_index: u8,
    pub insurance_atoms: u64,
    pub socialised_atoms: u64,
}

/// Tokens were given to a reserve's insurance fund.
#[event]
pub struct InsuranceFunded {
    pub book: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
}
