//! A lending reserve: one token that accounts deposit and borrow.

use anchor_lang::prelude::*;

use super::factor::STATUS_EMPTY;
use super::params::ReserveParams;
use super::wide::Wide;

/// One lending reserve.
#[zero_copy]
#[derive(Debug)]
pub struct Reserve {
    /// The token.
    pub mint: Pubkey,
    /// Where its atoms lie.
    pub vault: Pubkey,
    /// The program that owns mint and vault.
    pub token_program: Pubkey,
    /// Atoms booked as lying in the vault; never read from it.
    pub liquidity_atoms: u64,
    /// All deposits.
    pub total_deposit_shares: u64,
    /// All debts.
    pub total_debt_shares: u64,
    /// The reserve's insurance fund.
    pub insurance_atoms: u64,
    /// Atoms per deposit share, 96 fractional bits.
    pub deposit_index: Wide,
    /// Atoms per debt share, 96 fractional bits.
    pub debt_index: Wide,
    /// The adaptive curve's rate at target, per second, 64 fractional bits.
    pub rate_at_target: u64,
    /// Last accrual.
    pub accrued_seconds: u64,
    /// Maintenance collateral weight: where the walk starts, ratio.
    pub weight_from: u64,
    /// Where it ends, ratio.
    pub weight_to: u64,
    /// When it starts.
    pub weight_start_seconds: u64,
    /// When it ends.
    pub weight_end_seconds: u64,
    /// Collateral weight in initial margin, ratio.
    pub weight_initial: u64,
    /// Outflow limiter of a later version: averages of deposits and borrows.
    pub outflow: [u64; 6],
    /// Flash loan under way, of a later version.
    pub flash_atoms: u64,
    /// Losses that depositors bore so far.
    pub socialised_atoms: u64,
    /// Which factor prices it.
    pub factor_index: u8,
    /// `STATUS_EMPTY`, `STATUS_ACTIVE` or `STATUS_DELISTING`.
    pub status: u8,
    /// Decimals of the token; those of its factor.
    pub decimals: u8,
    /// Bump of the vault's address.
    pub vault_bump: u8,
    /// Counts parameter changes.
    pub params_version: u32,
    /// Parameters.
    pub params: ReserveParams,
    /// For later versions.
    pub reserved: [u64; 12],
}

const _: () = assert!(core::mem::size_of::<Reserve>() == 448);

impl Reserve {
    /// Whether the slot is in use.
    #[must_use]
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.status != STATUS_EMPTY
    }
}
