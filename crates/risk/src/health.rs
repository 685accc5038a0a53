//! Health of a cross-margined account: what its deposits count for, less what its debts require. See `docs/risk.md`, section 5.
//!
//! This is the hot path of every margin check. A leg costs three wide multiplications (amount, value at mid, value at the initial price); weights
//! below one multiply in 64-bit halves. Sums are 128 bits wide and wrap only beyond 2⁵⁰ legs, which no account can hold.

mod cross;
mod liquidation;
mod weights;

pub use cross::{CrossHealth, haircut_down};
pub use liquidation::LiquidationHealth;
pub(crate) use weights::debt_premium_up;
pub use weights::{asset_weight_down, debt_weight_up};

use crate::error::{Result, RiskError};
use crate::liquidity::{Impact, LegSide};
use crate::math::{mul_shift_down, mul_shift_up};
use crate::quantities::{Amount, Price, Ratio, Shares, Value};

/// The value, at mid and at its initial price, that every leg of an admitted account with debts or perps stays below, as does the sum of the
/// sizes of its perp positions, so that it can be evaluated at prices 2¹⁰ higher (**INV-EVALUABLE**).
pub const ADMITTED_LEG_LIMIT: Value = Value(1 << 53);

/// The number of fractional bits of an index mantissa in a margin check.
const INDEX_BITS: u32 = 48;

/// What one factor contributes to initial and maintenance health.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactorTerms {
    /// The price of maintenance health and of equity.
    pub mid: Price,
    /// The price of a deposit in initial health: min(mid − half, stable), or zero when the factor is too old.
    pub asset_initial: Price,
    /// The price of a debt in initial health: max(mid + half, stable).
    pub debt_initial: Price,
    /// Maintenance margin of the present step.
    pub maintenance: Ratio,
    /// Initial margin.
    pub initial: Ratio,
    /// What a leg's size adds to maintenance margin, as walked.
    pub impact: Impact,
    /// What it adds to initial margin: the worst of in force, announced and newest.
    pub impact_initial: Impact,
}

/// What one factor contributes to maintenance and liquidation-end health in a liquidation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationFactorTerms {
    /// The price of a deposit: mid, or mid + half where the price is older than `liquidation_max_age`.
    pub asset_price: Price,
    /// The price of a debt: mid, or mid − half where the price is older than `liquidation_max_age`.
    pub debt_price: Price,
    /// Maintenance margin of the present step.
    pub maintenance: Ratio,
    /// Maintenance margin times (1 + `liquidation_buffer`).
    pub liquidation_end: Ratio,
    /// What a leg's size adds to both.
    pub impact: Impact,
}

/// What a leg needs in a liquidation, per unit of its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationMargins {
    /// In maintenance health.
    pub maintenance: Ratio,
    /// In liquidation-end health.
    pub liquidation_end: Ratio,
}

impl LiquidationFactorTerms {
    /// The margins of a deposit or a debt worth `value`, with the impact of its size, rounded up.
    #[inline(always)]
    pub fn margins_up(&self, value: Value, side: LegSide) -> Result<LiquidationMargins> {
        Ok(LiquidationMargins {
            maintenance: self.impact.margin_up(self.maintenance, value, side)?,
            liquidation_end: self.impact.margin_up(self.liquidation_end, value, side)?,
        })
    }
}

/// How much of a reserve's deposits counts as collateral.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CollateralWeights {
    /// In initial health; at most one.
    pub initial: Ratio,
    /// In maintenance health; at most one, walking.
    pub maintenance: Ratio,
}

impl CollateralWeights {
    /// Everything counts.
    pub const FULL: Self = Self { initial: Ratio::ONE, maintenance: Ratio::ONE };
}

/// What deposit shares are worth in atoms, rounded down, for an index's `mantissa48_down`.
#[inline(always)]
pub fn deposit_amount_down(shares: Shares, index_mantissa48: u64) -> Result<Amount> {
    mul_shift_down::<INDEX_BITS>(shares.0, index_mantissa48).map(Amount)
}

/// What debt shares are worth in atoms, rounded up, for an index's `mantissa48_up`.
#[inline(always)]
pub fn debt_amount_up(shares: Shares, index_mantissa48: u64) -> Result<Amount> {
    mul_shift_up::<INDEX_BITS>(shares.0, index_mantissa48).map(Amount)
}

/// An account's balance in the quote reserve, in atoms: a deposit rounded down or a debt rounded up; at most one is not zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QuoteBalance {
    /// What it may claim.
    pub deposit: Amount,
    /// What it owes.
    pub debt: Amount,
}

impl QuoteBalance {
    /// The part of the balance that a loan's liquidation may exchange: the rest stands against the perps' `profit`
    /// ([`LiquidationHealth::profit`]) of the other sign, so that health would not move with it as with a deposit or a debt.
    #[must_use]
    pub fn exchangeable(&self, profit: i128) -> Self {
        let net = self.net(profit);
        let amount = Amount(u64::try_from(net.atoms).unwrap_or(u64::MAX));
        if net.is_debt {
            Self { deposit: Amount::ZERO, debt: self.debt.min(amount) }
        } else {
            Self { deposit: self.deposit.min(amount), debt: Amount::ZERO }
        }
    }

    /// What the account holds (positive) or owes once `pnl` is added.
    #[inline(always)]
    fn net(&self, pnl: i128) -> Net {
        // amounts are below 2⁶⁴ and a sum of profits, of fewer than 2²⁰ positions, below 2⁸⁵
        let net = pnl.wrapping_add(i128::from(self.deposit.0)).wrapping_sub(i128::from(self.debt.0));
        Net { atoms: net.unsigned_abs(), is_debt: net < 0 }
    }
}

/// A balance and profits together.
#[derive(Clone, Copy)]
struct Net {
    atoms: u128,
    is_debt: bool,
}

impl Net {
    /// Its size; [`RiskError::Overflow`] at 2⁶⁴ atoms.
    #[inline(always)]
    fn amount(self) -> Result<Amount> {
        u64::try_from(self.atoms).map(Amount).map_err(|_| RiskError::Overflow)
    }
}
