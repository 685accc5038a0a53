//! The liquidity pool: the counterparty of every perp.

use anchor_lang::prelude::*;

use super::factor::STATUS_EMPTY;
use super::params::PoolParams;

/// The Book's pool. Its cash is a deposit in the quote reserve; it never owes there.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// `STATUS_EMPTY` (not created) or `STATUS_ACTIVE`.
    pub status: u8,
    /// The reserve in whose atoms every perp is quoted and settled.
    pub quote_reserve: u8,
    /// Alignment.
    pub padding: [u8; 2],
    /// Counts parameter changes.
    pub params_version: u32,
    /// Shares of all providers together.
    pub total_shares: u64,
    /// The pool's deposit shares of the quote reserve.
    pub deposit_shares: u64,
    /// What it paid for the losses of others in the day under way.
    pub loss_today_atoms: u64,
    /// When that day began.
    pub day_start_seconds: u64,
    /// Parameters.
    pub params: PoolParams,
    /// For later versions.
    pub reserved: [u64; 22],
}

const _: () = assert!(core::mem::size_of::<Pool>() == 256);

impl Pool {
    /// Whether it was created.
    #[must_use]
    #[inline(always)]
    pub const fn exists(&self) -> bool {
        self.status != STATUS_EMPTY
    }
}
