//! The Book: everything that a margin check reads, in one account.

use anchor_lang::prelude::*;

use super::factor::Factor;
use super::params::BookParams;
use super::perp_market::PerpMarket;
use super::pool::Pool;
use super::reserve::Reserve;
use crate::constants::{
    ACCOUNT_VERSION, CORRELATION_ENTRIES, COVARIANCE_ENTRIES, FACTORS, PERP_MARKETS, RESERVES, SCENARIOS,
};
use crate::error::PlimsollError;

/// Prices, thresholds, reserves and markets of a group.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Book {
    /// Layout version.
    pub version: u8,
    /// Bump of the vaults' authority.
    pub vault_authority_bump: u8,
    /// Decimals of the quote token.
    pub quote_decimals: u8,
    /// Alignment.
    pub padding: [u8; 5],
    /// The group it belongs to.
    pub group: Pubkey,
    /// Authority over the vaults.
    pub vault_authority: Pubkey,
    /// Counts changes of `params`.
    pub params_version: u64,
    /// The grid step last folded.
    pub folded_step: u64,
    /// λ of the covariance over one grid step, 63 fractional bits.
    pub decay_covariance: u64,
    /// Parameters of the whole Book.
    pub params: BookParams,
    /// Risk factors.
    pub factors: [Factor; FACTORS],
    /// Lending reserves.
    pub reserves: [Reserve; RESERVES],
    /// Covariance per day, upper triangle, 56 fractional bits.
    pub covariance: [i64; COVARIANCE_ENTRIES],
    /// Perpetual markets.
    pub perp_markets: [PerpMarket; PERP_MARKETS],
    /// The pool behind them.
    pub pool: Pool,
    /// Correlations in force for maintenance margin, 15 fractional bits.
    pub correlation: [i16; CORRELATION_ENTRIES],
    /// Correlations announced.
    pub correlation_pending: [i16; CORRELATION_ENTRIES],
    /// When the announced correlations begin to walk in.
    pub correlation_pending_since_seconds: u64,
    /// Scenario grid: shocks in units of each factor's margin, 12 fractional bits.
    pub scenarios: [Scenario; SCENARIOS],
    /// Rows of the grid in use.
    pub scenario_count: u64,
    /// For later versions.
    pub reserved: [u64; 128],
}

/// One row of the scenario grid.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// Shock of each factor.
    pub shocks: [i16; FACTORS],
}

/// Bytes of a Book, discriminator included.
pub const BOOK_BYTES: usize = 8 + core::mem::size_of::<Book>();

const _: () = assert!(core::mem::size_of::<Book>() == 35_792);

impl Book {
    /// Refuses a layout that this program does not write.
    pub fn require_version(&self) -> Result<()> {
        require!(self.version == ACCOUNT_VERSION, PlimsollError::AccountVersion);
        Ok(())
    }

    /// A listed factor.
    pub fn factor(&self, index: u8) -> Result<&Factor> {
        let factor = self.factors.get(usize::from(index)).ok_or(PlimsollError::FactorIndex)?;
        require!(factor.is_listed(), PlimsollError::FactorIndex);
        Ok(factor)
    }

    /// A listed factor, to change.
    pub fn factor_mut(&mut self, index: u8) -> Result<&mut Factor> {
        let factor = self.factors.get_mut(usize::from(index)).ok_or(PlimsollError::FactorIndex)?;
        require!(factor.is_listed(), PlimsollError::FactorIndex);
        Ok(factor)
    }

    /// A listed reserve.
    pub fn reserve(&self, index: u8) -> Result<&Reserve> {
        let reserve = self.reserves.get(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
        require!(reserve.is_listed(), PlimsollError::ReserveIndex);
        Ok(reserve)
    }

    /// A listed reserve, to change.
    pub fn reserve_mut(&mut self, index: u8) -> Result<&mut Reserve> {
        let reserve = self.reserves.get_mut(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
        require!(reserve.is_listed(), PlimsollError::ReserveIndex);
        Ok(reserve)
    }

    /// A listed perp market.
    pub fn perp_market(&self, index: u8) -> Result<&PerpMarket> {
        let market = self.perp_markets.get(usize::from(index)).ok_or(PlimsollError::MarketIndex)?;
        require!(market.is_listed(), PlimsollError::MarketIndex);
        Ok(market)
    }

    /// A listed perp market, to change.
    pub fn perp_market_mut(&mut self, index: u8) -> Result<&mut PerpMarket> {
        let market = self.perp_markets.get_mut(usize::from(index)).ok_or(PlimsollError::MarketIndex)?;
        require!(market.is_listed(), PlimsollError::MarketIndex);
        Ok(market)
    }

    /// Refuses a Book whose pool was not created.
    pub fn require_pool(&self) -> Result<()> {
        require!(self.pool.exists(), PlimsollError::PoolMissing);
        Ok(())
    }

    /// The grid step of a moment.
    #[must_use]
    #[inline(always)]
    pub fn step_at(&self, now_seconds: u64) -> u64 {
        now_seconds.checked_div(u64::from(self.params.grid_seconds)).unwrap_or(0)
    }
}
