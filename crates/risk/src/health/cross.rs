//! Initial and maintenance health.

use super::weights::{asset_weight_down, debt_premium_up, weigh_asset_down, weigh_debt_up, weigh_up};
use super::{ADMITTED_LEG_LIMIT, CollateralWeights, FactorTerms, QuoteBalance, debt_amount_up, deposit_amount_down};
use crate::error::{Result, RiskError};
use crate::liquidity::LegSide;
use crate::perp::margin::{PerpTerms, Valuation, position_margin_up, size_margin_up};
use crate::perp::{PerpPosition, SideIndices, Sides};
use crate::quantities::{Amount, Ratio, Shares, SignedAmount, SignedValue, Value};

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
    /// Value of all perp positions' sizes at their initial prices, rounded up; it saturates, far above what is admitted.
    perp_sizes: u64,
    /// Profit of all perp positions at mid, in atoms of the quote reserve: what [`Self::add_quote`] counts.
    profit: i128,
    /// The same as initial health counts it.
    initial_profit: i128,
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
        self.count_asset(amount, terms, weights.maintenance)?;
        self.count_initial_asset(amount, terms, weights.initial)
    }

    /// Adds a debt. Errors: [`RiskError::Overflow`] where it is worth 2⁶⁴ quote atoms or more.
    #[inline(always)]
    pub fn add_debt(&mut self, shares: Shares, index_mantissa48: u64, terms: &FactorTerms) -> Result<()> {
        let amount = debt_amount_up(shares, index_mantissa48)?;
        self.count_debt(amount, terms)?;
        self.count_initial_debt(amount, terms)
    }

    /// Adds a perp position: its margin now, its profit with [`Self::add_quote`], to be called once after the last position. The position is as
    /// stored: what its side's indices hold for it is counted.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where its size is worth 2⁶³ quote atoms or more.
    #[inline(always)]
    pub fn add_perp(&mut self, position: &PerpPosition, sides: &Sides<SideIndices>, terms: &PerpTerms) -> Result<()> {
        let position = position.touched(sides)?;
        if position.base.is_zero() {
            self.count_profits(position.realised, position.realised);
            return Ok(());
        }
        let (base, is_short) = (position.base.magnitude(), position.base.is_negative());
        let at_mid = Valuation::of(&position, terms.mid)?;
        let initial_price = if is_short { terms.short_initial } else { terms.long_initial };
        let at_initial = if initial_price == terms.mid { at_mid } else { Valuation::of(&position, initial_price)? };
        let initial_size = if is_short { at_initial.size_up } else { at_mid.size_up };
        let counted = haircut_down(at_initial.unrealised, terms.profit_weight);
        self.count_profits(position.realised.plus(at_mid.unrealised)?, position.realised.plus(counted)?);
        self.perp_sizes = self.perp_sizes.saturating_add(initial_size.0);

        let closing = size_margin_up(base, terms.size_maintenance)?;
        // the two differ only while a market's size margin walks
        let closing_initial = if terms.size_initial == terms.size_maintenance {
            closing
        } else {
            size_margin_up(base, terms.size_initial)?
        };
        let side = LegSide::of_position(is_short);
        let maintenance = terms.impact.margin_up(terms.maintenance, at_mid.size_up, side)?;
        let initial = terms.impact_initial.margin_up(terms.initial, initial_size, side)?;
        let maintenance = weigh_up(at_mid.size_up.0, position_margin_up(is_short, maintenance, closing)?);
        let initial = weigh_up(initial_size.0, position_margin_up(is_short, initial, closing_initial)?);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(maintenance);
        self.initial.0 = self.initial.0.wrapping_sub_unsigned(initial);
        Ok(())
    }

    /// Adds the balance in the quote reserve together with the profit of every perp position: one deposit or one debt. To be called once.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where they are 2⁶⁴ atoms or worth as many quote atoms.
    #[inline(always)]
    pub fn add_quote(
        &mut self,
        balance: &QuoteBalance,
        terms: &FactorTerms,
        weights: &CollateralWeights,
    ) -> Result<()> {
        let net = balance.net(self.profit);
        if net.is_debt {
            self.count_debt(net.amount()?, terms)?;
        } else {
            self.count_asset(net.amount()?, terms, weights.maintenance)?;
        }
        let initial_net = balance.net(self.initial_profit);
        if initial_net.is_debt {
            self.count_initial_debt(initial_net.amount()?, terms)
        } else {
            self.count_initial_asset(initial_net.amount()?, terms, weights.initial)
        }
    }

    /// Assets less debts at mid.
    #[must_use]
    #[inline(always)]
    pub const fn equity(&self) -> SignedValue {
        SignedValue(self.assets.cast_signed().wrapping_sub(self.debts.cast_signed()))
    }

    /// Refuses an account that may not take more risk: [`RiskError::InitialHealthNegative`], or [`RiskError::LegTooLarge`] where it owes
    /// something or holds a perp position, and a leg or the sum of the positions' sizes reaches [`ADMITTED_LEG_LIMIT`]. Who has neither is never
    /// liquidated, so that even the largest deposit can be withdrawn.
    #[inline(always)]
    pub fn admit(&self) -> Result<()> {
        if self.initial.is_negative() {
            return Err(RiskError::InitialHealthNegative);
        }
        let can_be_liquidated = self.debts > 0 || self.perp_sizes > 0;
        let largest = self.leg_bits.max(self.perp_sizes);
        if can_be_liquidated && largest >= ADMITTED_LEG_LIMIT.0 {
            return Err(RiskError::LegTooLarge);
        }
        Ok(())
    }

    #[inline(always)]
    fn count_profits(&mut self, at_mid: SignedAmount, initial: SignedAmount) {
        self.profit = self.profit.wrapping_add(i128::from(at_mid.0));
        self.initial_profit = self.initial_profit.wrapping_add(i128::from(initial.0));
    }

    #[inline(always)]
    fn count_asset(&mut self, amount: Amount, terms: &FactorTerms, weight: Ratio) -> Result<()> {
        let value = terms.mid.value_down(amount)?.0;
        let margin = terms.impact.margin_up(terms.maintenance, Value(value), LegSide::Long)?;
        let counted = weigh_asset_down(value, asset_weight_down(margin, weight));
        self.maintenance.0 = self.maintenance.0.wrapping_add(i128::from(counted));
        self.assets = self.assets.wrapping_add(u128::from(value));
        self.leg_bits |= value;
        Ok(())
    }

    #[inline(always)]
    fn count_initial_asset(&mut self, amount: Amount, terms: &FactorTerms, weight: Ratio) -> Result<()> {
        let value = terms.asset_initial.value_down(amount)?.0;
        let margin = terms.impact_initial.margin_up(terms.initial, Value(value), LegSide::Long)?;
        let counted = weigh_asset_down(value, asset_weight_down(margin, weight));
        self.initial.0 = self.initial.0.wrapping_add(i128::from(counted));
        self.leg_bits |= value;
        Ok(())
    }

    #[inline(always)]
    fn count_debt(&mut self, amount: Amount, terms: &FactorTerms) -> Result<()> {
        let value = terms.mid.value_up(amount)?.0;
        let margin = terms.impact.margin_up(terms.maintenance, Value(value), LegSide::Short)?;
        let required = weigh_debt_up(value, debt_premium_up(margin)?);
        self.maintenance.0 = self.maintenance.0.wrapping_sub_unsigned(required);
        self.debts = self.debts.wrapping_add(u128::from(value));
        self.leg_bits |= value;
        Ok(())
    }

    #[inline(always)]
    fn count_initial_debt(&mut self, amount: Amount, terms: &FactorTerms) -> Result<()> {
        let value = terms.debt_initial.value_up(amount)?.0;
        let margin = terms.impact_initial.margin_up(terms.initial, Value(value), LegSide::Short)?;
        let required = weigh_debt_up(value, debt_premium_up(margin)?);
        self.initial.0 = self.initial.0.wrapping_sub_unsigned(required);
        self.leg_bits |= value;
        Ok(())
    }
}

/// What an unrealised profit counts for in initial health, rounded down; a loss counts in full. A weight above one counts as one.
#[must_use]
#[inline(always)]
pub fn haircut_down(unrealised: SignedAmount, weight: Ratio) -> SignedAmount {
    if unrealised.is_negative() {
        return unrealised;
    }
    // at most the profit itself
    SignedAmount(weigh_asset_down(unrealised.magnitude().0, weight.min(Ratio::ONE)).cast_signed())
}
