//! Maintenance and liquidation-end health.

use super::weights::{asset_weight_down, debt_premium_up, weigh_asset_down, weigh_debt_up, weigh_up};
use super::{LiquidationFactorTerms, QuoteBalance, debt_amount_up, deposit_amount_down};
use crate::error::Result;
use crate::liquidity::LegSide;
use crate::perp::margin::{PerpLiquidationTerms, Valuation};
use crate::perp::{PerpPosition, SideIndices, Sides};
use crate::quantities::{Amount, Ratio, Shares, SignedValue};

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
    /// Value of all perp positions' sizes, rounded up position by position.
    pub perp_sizes: u128,
    /// Profit of all perp positions, in atoms of the quote reserve: what [`Self::add_quote`] counts.
    pub profit: i128,
}

impl LiquidationHealth {
    /// Adds a deposit. Errors: [`crate::RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_deposit(
        &mut self,
        shares: Shares,
        index_mantissa48: u64,
        terms: &LiquidationFactorTerms,
        maintenance_weight: Ratio,
    ) -> Result<()> {
        self.count_asset(deposit_amount_down(shares, index_mantissa48)?, terms, maintenance_weight)
    }

    /// Adds a debt. Errors: [`crate::RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_debt(&mut self, shares: Shares, index_mantissa48: u64, terms: &LiquidationFactorTerms) -> Result<()> {
        self.count_debt(debt_amount_up(shares, index_mantissa48)?, terms)
    }

    /// As [`super::CrossHealth::add_perp`].
    #[inline(always)]
    pub fn add_perp(
        &mut self,
        position: &PerpPosition,
        sides: &Sides<SideIndices>,
        terms: &PerpLiquidationTerms,
    ) -> Result<()> {
        let position = position.touched(sides)?;
        if position.base.is_zero() {
            self.profit = self.profit.wrapping_add(i128::from(position.realised.0));
            return Ok(());
        }
        let is_short = position.base.is_negative();
        let price = if is_short { terms.short_price } else { terms.long_price };
        let Valuation { size_up, unrealised } = Valuation::of(&position, price)?;
        self.profit = self.profit.wrapping_add(i128::from(position.realised.plus(unrealised)?.0));
        self.perp_sizes = self.perp_sizes.wrapping_add(u128::from(size_up.0));

        let margins = terms.margins_up(position.base, size_up)?;
        let maintenance = weigh_up(size_up.0, margins.maintenance);
        let end = weigh_up(size_up.0, margins.liquidation_end);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(maintenance);
        self.liquidation_end.0 = self.liquidation_end.0.wrapping_sub_unsigned(end);
        Ok(())
    }

    /// As [`super::CrossHealth::add_quote`].
    #[inline(always)]
    pub fn add_quote(
        &mut self,
        balance: &QuoteBalance,
        terms: &LiquidationFactorTerms,
        maintenance_weight: Ratio,
    ) -> Result<()> {
        let net = balance.net(self.profit);
        let amount = net.amount()?;
        if net.is_debt { self.count_debt(amount, terms) } else { self.count_asset(amount, terms, maintenance_weight) }
    }

    /// Assets less debts.
    #[must_use]
    #[inline(always)]
    pub const fn equity(&self) -> SignedValue {
        SignedValue(self.assets.cast_signed().wrapping_sub(self.debts.cast_signed()))
    }

    #[inline(always)]
    fn count_asset(&mut self, amount: Amount, terms: &LiquidationFactorTerms, weight: Ratio) -> Result<()> {
        let value = terms.asset_price.value_down(amount)?;
        let margins = terms.margins_up(value, LegSide::Long)?;
        let value = value.0;
        let maintenance = weigh_asset_down(value, asset_weight_down(margins.maintenance, weight));
        let end = weigh_asset_down(value, asset_weight_down(margins.liquidation_end, weight));
        self.maintenance.0 = self.maintenance.0.wrapping_add(i128::from(maintenance));
        self.liquidation_end.0 = self.liquidation_end.0.wrapping_add(i128::from(end));
        self.assets = self.assets.wrapping_add(u128::from(value));
        Ok(())
    }

    #[inline(always)]
    fn count_debt(&mut self, amount: Amount, terms: &LiquidationFactorTerms) -> Result<()> {
        let value = terms.debt_price.value_up(amount)?;
        let margins = terms.margins_up(value, LegSide::Short)?;
        let value = value.0;
        let maintenance = weigh_debt_up(value, debt_premium_up(margins.maintenance)?);
        let end = weigh_debt_up(value, debt_premium_up(margins.liquidation_end)?);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(maintenance);
        self.liquidation_end.0 = self.liquidation_end.0.wrapping_sub_unsigned(end);
        self.debts = self.debts.wrapping_add(u128::from(value));
        Ok(())
    }
}
