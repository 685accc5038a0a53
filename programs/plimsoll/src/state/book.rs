//! The Book: everything that a margin check reads, in one account.

use anchor_lang::prelude::*;
use plimsoll_risk::announcement::Tide;
use plimsoll_risk::quantities::Ratio;

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
    /// When the tide under way was announced; 0: none was.
    pub announced_seconds: u64,
    /// Tides so far: what is in force was announced once there were two.
    pub tides: u64,
    /// The portfolio model in force.
    pub model_in_force: PortfolioModel,
    /// The portfolio model announced.
    pub model_announced: PortfolioModel,
    /// The portfolio model that would be announced next.
    pub model_newest: PortfolioModel,
    /// For later versions.
    pub reserved: [u64; 128],
}

/// What portfolio margin is computed with, as the tide announces it.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
pub struct PortfolioModel {
    /// Correlations, strict upper triangle row by row, 15 fractional bits.
    pub correlations: [i16; CORRELATION_ENTRIES],
    /// Scenario grid.
    pub scenarios: [Scenario; SCENARIOS],
    /// Rows of the grid in use.
    pub scenario_count: u32,
    /// Shrinkage of the correlations toward the identity and toward all-ones.
    pub correlation_shrinkage_ppm: u32,
    /// Floor as a part of gross margin.
    pub hedged_floor_ppm: u32,
    /// Alignment.
    pub padding: u32,
}

/// One row of the scenario grid, in units of each factor's margin, 12 fractional bits.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// Simple return of each factor.
    pub shocks: [i16; FACTORS],
    /// What a hedge between spot and perp of one factor loses.
    pub basis: i16,
}

/// Bytes of a Book, discriminator included.
pub const BOOK_BYTES: usize = 8 + core::mem::size_of::<Book>();

const _: () = assert!(core::mem::size_of::<Book>() == 38_336);

/// The moment at which health is evaluated: what of announced values is in force then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The clock: what prices age by.
    pub now_seconds: u64,
    /// The moment asked about: now, or ahead of it. Paths, walks and the tide are read at it.
    pub at_seconds: u64,
    /// Its grid step.
    pub step: u64,
    /// How far the tide has walked by then.
    pub walked: Ratio,
    /// Decimals of the quote token.
    pub quote_decimals: u8,
}

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

    /// Now.
    #[must_use]
    #[inline(always)]
    pub fn moment(&self, now_seconds: u64) -> Moment {
        self.moment_ahead(now_seconds, now_seconds)
    }

    /// A moment from now on.
    #[must_use]
    #[inline(always)]
    pub fn moment_ahead(&self, now_seconds: u64, at_seconds: u64) -> Moment {
        Moment {
            now_seconds,
            at_seconds,
            step: self.step_at(at_seconds),
            walked: self.tide().walked_down(at_seconds),
            quote_decimals: self.quote_decimals,
        }
    }

    /// The tide under way.
    #[must_use]
    #[inline(always)]
    pub const fn tide(&self) -> Tide {
        Tide { announced_seconds: self.announced_seconds, grace_seconds: self.params.grace_seconds as u64 }
    }

    /// The grid step of a moment.
    #[must_use]
    #[inline(always)]
    pub fn step_at(&self, now_seconds: u64) -> u64 {
        now_seconds.checked_div(u64::from(self.params.grid_seconds)).unwrap_or(0)
    }
}
