//! Health of a cross-margined account: what its deposits count for, less what its debts require. See `docs/risk.md`, section 5.
//!
//! This is the hot path of every margin check. A leg costs three wide multiplications (amount, value at mid, value at the initial price); weights
//! below one multiply in 64-bit halves. Sums are 128 bits wide and wrap only beyond 2⁵⁰ legs, which no account can hold.

use crate::error::{Result, RiskError};
use crate::math::{mul_shift_down, mul_shift_up, product};
use crate::perp::margin::{PerpLiquidationTerms, PerpTerms};
use crate::perp::{PerpPosition, SideIndices, Sides};
use crate::quantities::{Amount, Price, Ratio, Shares, SignedValue, Value};

/// The value, at mid and at its initial price, that every leg of an admitted account with debts stays below, so that it can be evaluated at
/// prices 2¹⁰ higher (**INV-EVALUABLE**).
pub const ADMITTED_LEG_LIMIT: Value = Value(1 << 53);

/// The number of fractional bits of an index mantissa in a margin check.
const INDEX_BITS: u32 = 48;
const RATIO_BITS: u32 = Ratio::FRACTION_BITS;
const LOW_HALF: u64 = u32::MAX as u64;

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

/// What a deposit's value counts for: `max(0, 1 − margin) · collateral_weight`, rounded down. A collateral weight above one counts as one.
#[must_use]
#[inline(always)]
pub const fn asset_weight_down(margin: Ratio, collateral_weight: Ratio) -> Ratio {
    let kept = Ratio::ONE.to_bits().saturating_sub(margin.to_bits());
    if collateral_weight.to_bits() >= Ratio::ONE.to_bits() {
        return Ratio::from_bits(kept);
    }
    // kept ≤ 2³² and the weight is below 2³²
    Ratio::from_bits(kept.wrapping_mul(collateral_weight.to_bits()) >> RATIO_BITS)
}

/// What a debt's value requires: `1 + margin + margin²`, rounded up. At least `e^margin` for margins up to one.
#[inline(always)]
pub fn debt_weight_up(margin: Ratio) -> Result<Ratio> {
    debt_premium_up(margin)?.plus(Ratio::ONE)
}

/// `margin + margin²`, rounded up.
#[inline(always)]
fn debt_premium_up(margin: Ratio) -> Result<Ratio> {
    if margin < Ratio::ONE {
        // margin ≤ 2³² − 1, so the square and the 2³² − 1 that round it up stay below 2⁶⁴
        let square = margin.to_bits().wrapping_mul(margin.to_bits()).wrapping_add(LOW_HALF) >> RATIO_BITS;
        return margin.plus(Ratio::from_bits(square));
    }
    margin.times_up(margin)?.plus(margin)
}

/// `⌊value · weight⌋` for a weight of at most one: two multiplications of 64 bits instead of a wide one.
#[inline(always)]
const fn weigh_asset_down(value: u64, weight: Ratio) -> u64 {
    let (high, low) = (value >> RATIO_BITS, value & LOW_HALF);
    // high and low < 2³², weight ≤ 2³²: neither product overflows, and the sum is at most the value
    high.wrapping_mul(weight.to_bits()).wrapping_add(low.wrapping_mul(weight.to_bits()) >> RATIO_BITS)
}

/// `value + ⌈value · premium⌉`, which may exceed 64 bits.
#[inline(always)]
fn weigh_debt_up(value: u64, premium: Ratio) -> u128 {
    let required = if premium <= Ratio::ONE {
        let (high, low) = (value >> RATIO_BITS, value & LOW_HALF);
        // (2³² − 1)·2³² + 2³² − 1 < 2⁶⁴, and the sum is at most the value
        let rounded = low.wrapping_mul(premium.to_bits()).wrapping_add(LOW_HALF) >> RATIO_BITS;
        u128::from(high.wrapping_mul(premium.to_bits()).wrapping_add(rounded))
    } else {
        // (2⁶⁴ − 1)² + 2³² < 2¹²⁸
        product(value, premium.to_bits()).wrapping_add(u128::from(LOW_HALF)) >> RATIO_BITS
    };
    required.wrapping_add(u128::from(value))
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

/// Initial and maintenance health, summed leg by leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CrossHealth {
    /// Health that an action which adds risk needs.
    pub initial: SignedValue,
    /// Health below which the account may be liquidated.
    pub maintenance: SignedValue,
    /// Value of all deposits at mid, rounded down leg by leg.
    pub assets: u128,
    /// Value of all debts at mid, rounded up leg by leg.
    pub debts: u128,
    /// Every leg's value, or-ed: its highest bit is the largest leg's.
    leg_bits: u64,
}

impl CrossHealth {
    /// Adds a deposit. Errors: [`RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_deposit(
        &mut self,
        shares: Shares,
        index_mantissa48: u64,
        terms: &FactorTerms,
        weights: &CollateralWeights,
    ) -> Result<()> {
        let amount = deposit_amount_down(shares, index_mantissa48)?;
        let value = terms.mid.value_down(amount)?.0;
        let initial_value = terms.asset_initial.value_down(amount)?.0;
        let initial = weigh_asset_down(initial_value, asset_weight_down(terms.initial, weights.initial));
        let maintenance = weigh_asset_down(value, asset_weight_down(terms.maintenance, weights.maintenance));
        self.initial.0 = self.initial.0.wrapping_add(i128::from(initial));
        self.maintenance.0 = self.maintenance.0.wrapping_add(i128::from(maintenance));
        self.assets = self.assets.wrapping_add(u128::from(value));
        self.leg_bits |= value | initial_value;
        Ok(())
    }

    /// Adds a debt. Errors: [`RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_debt(&mut self, shares: Shares, index_mantissa48: u64, terms: &FactorTerms) -> Result<()> {
        let amount = debt_amount_up(shares, index_mantissa48)?;
        let value = terms.mid.value_up(amount)?.0;
        let initial_value = terms.debt_initial.value_up(amount)?.0;
        let initial = weigh_debt_up(initial_value, debt_premium_up(terms.initial)?);
        let maintenance = weigh_debt_up(value, debt_premium_up(terms.maintenance)?);
        self.initial.0 = self.initial.0.wrapping_sub_unsigned(initial);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(maintenance);
        self.debts = self.debts.wrapping_add(u128::from(value));
        self.leg_bits |= value | initial_value;
        Ok(())
    }

    /// Adds a perp position: its margin, and its PnL to the quote net. The position is as stored: what its side's indices hold for it is counted.
    /// Call [`Self::add_quote`] once after the last one.
    #[inline(always)]
    pub fn add_perp(
        &mut self,
        _position: &PerpPosition,
        _sides: &Sides<SideIndices>,
        _terms: &PerpTerms,
    ) -> Result<()> {
        todo!()
    }

    /// Adds the balance in the quote reserve together with the PnL of every perp position: one deposit or one debt.
    #[inline(always)]
    pub fn add_quote(
        &mut self,
        _balance: &QuoteBalance,
        _terms: &FactorTerms,
        _weights: &CollateralWeights,
    ) -> Result<()> {
        todo!()
    }

    /// Assets less debts at mid.
    #[must_use]
    #[inline(always)]
    pub const fn equity(&self) -> SignedValue {
        SignedValue(self.assets.cast_signed().wrapping_sub(self.debts.cast_signed()))
    }

    /// Refuses an account that may not take more risk: [`RiskError::InitialHealthNegative`], or [`RiskError::LegTooLarge`] where it owes
    /// something and a leg reaches [`ADMITTED_LEG_LIMIT`]. Who owes nothing is never liquidated, so that even the largest deposit can be
    /// withdrawn.
    #[inline(always)]
    pub fn admit(&self) -> Result<()> {
        if self.initial.is_negative() {
            return Err(RiskError::InitialHealthNegative);
        }
        if self.debts > 0 && self.leg_bits >= ADMITTED_LEG_LIMIT.0 {
            return Err(RiskError::LegTooLarge);
        }
        Ok(())
    }
}

/// Maintenance and liquidation-end health, summed leg by leg: what [`crate::liquidation::plan_liquidation`] needs to know of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LiquidationHealth {
    /// Health below which the account may be liquidated.
    pub maintenance: SignedValue,
    /// Health that a liquidation brings back to zero.
    pub liquidation_end: SignedValue,
    /// Value of all deposits, rounded down leg by leg.
    pub assets: u128,
    /// Value of all debts, rounded up leg by leg.
    pub debts: u128,
}

impl LiquidationHealth {
    /// Adds a deposit. Errors: [`RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_deposit(
        &mut self,
        shares: Shares,
        index_mantissa48: u64,
        terms: &LiquidationFactorTerms,
        maintenance_weight: Ratio,
    ) -> Result<()> {
        let amount = deposit_amount_down(shares, index_mantissa48)?;
        let value = terms.asset_price.value_down(amount)?.0;
        let maintenance = weigh_asset_down(value, asset_weight_down(terms.maintenance, maintenance_weight));
        let end = weigh_asset_down(value, asset_weight_down(terms.liquidation_end, maintenance_weight));
        self.maintenance.0 = self.maintenance.0.wrapping_add(i128::from(maintenance));
        self.liquidation_end.0 = self.liquidation_end.0.wrapping_add(i128::from(end));
        self.assets = self.assets.wrapping_add(u128::from(value));
        Ok(())
    }

    /// Adds a debt. Errors: [`RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_debt(&mut self, shares: Shares, index_mantissa48: u64, terms: &LiquidationFactorTerms) -> Result<()> {
        let amount = debt_amount_up(shares, index_mantissa48)?;
        let value = terms.debt_price.value_up(amount)?.0;
        let maintenance = weigh_debt_up(value, debt_premium_up(terms.maintenance)?);
        let end = weigh_debt_up(value, debt_premium_up(terms.liquidation_end)?);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(maintenance);
        self.liquidation_end.0 = self.liquidation_end.0.wrapping_sub_unsigned(end);
        self.debts = self.debts.wrapping_add(u128::from(value));
        Ok(())
    }

    /// As [`CrossHealth::add_perp`].
    #[inline(always)]
    pub fn add_perp(
        &mut self,
        _position: &PerpPosition,
        _sides: &Sides<SideIndices>,
        _terms: &PerpLiquidationTerms,
    ) -> Result<()> {
        todo!()
    }

    /// As [`CrossHealth::add_quote`].
    #[inline(always)]
    pub fn add_quote(
        &mut self,
        _balance: &QuoteBalance,
        _terms: &LiquidationFactorTerms,
        _maintenance_weight: Ratio,
    ) -> Result<()> {
        todo!()
    }

    /// Assets less debts.
    #[must_use]
    #[inline(always)]
    pub const fn equity(&self) -> SignedValue {
        SignedValue(self.assets.cast_signed().wrapping_sub(self.debts.cast_signed()))
    }
}
