//! An account's legs, netted per factor.

use crate::correlation::FACTORS;
use crate::error::{Result, RiskError};
use crate::liquidity::{Impact, LegSide};
use crate::quantities::{Ratio, SignedValue, Value};

/// Legs of one account at one set of prices and weights, in quote atoms. Sums of an admitted account fit: all its legs together stay below 2⁶³.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exposures {
    /// s_i: deposits (weighted) less debts.
    spot: [i64; FACTORS],
    /// p_i: longs less shorts.
    perp: [i64; FACTORS],
    /// Σ of all legs' sizes: at least |s_i| + |p_i|.
    gross: [u64; FACTORS],
    /// Σ v·(size margin + m·impact), each leg's rounded up.
    pub added: Value,
    /// What the account's weighted values sum up to without margins.
    pub counted: SignedValue,
}

/// What a leg's margin is made of beyond its exposure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LegTerms<'a> {
    /// m of its factor.
    pub margin: Ratio,
    /// The impact of its factor.
    pub impact: &'a Impact,
}

/// A perp position as a leg; its profit joins the quote balance and is added there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpLeg {
    /// What its size is worth, rounded up.
    pub size: Value,
    /// Long or short.
    pub side: LegSide,
    /// What closing into the pool costs, `size_margin·|base|/s`, from [`crate::perp::margin::size_margin_up`].
    pub size_margin: Ratio,
}

impl LegTerms<'_> {
    /// v·(size margin + impact), rounded up, impact within its bound for a long: what a leg worth `value` adds whatever hedges it. The size margin of a
    /// deposit or a debt is zero.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where it is 2⁶⁴ quote atoms or more.
    pub fn addition_up(&self, value: Value, side: LegSide, size_margin: Ratio) -> Result<Value> {
        self.addition_ahead_up(self.margin, value, side, size_margin)
    }

    /// The same at any margin from `lowest` to the one here, at most: the impact of the highest margin, within a long's bound at the lowest.
    ///
    /// # Errors
    /// As [`Self::addition_up`].
    pub fn addition_ahead_up(&self, lowest: Ratio, value: Value, side: LegSide, size_margin: Ratio) -> Result<Value> {
        if self.impact.is_none() {
            return if size_margin == Ratio::ZERO { Ok(Value::ZERO) } else { size_margin.of_up(value) };
        }
        let impact = self.impact.multiple_up(value, side).times_up(self.margin)?;
        let impact = if side == LegSide::Long { impact.min(Impact::long_limit(lowest)) } else { impact };
        size_margin.plus(impact)?.of_up(value)
    }
}

impl Exposures {
    /// Adds a deposit worth `value`, of which `weight` counts, rounded down.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where sums leave 63 bits; [`RiskError::ParameterOutOfBounds`] for a factor that no Book has.
    pub fn add_deposit(&mut self, factor: usize, value: Value, weight: Ratio, terms: &LegTerms) -> Result<()> {
        let counted = weight.min(Ratio::ONE).of_down(value)?;
        let signed = signed(counted)?;
        add(&mut self.spot, factor, signed)?;
        self.count_leg(factor, counted, terms.addition_up(counted, LegSide::Long, Ratio::ZERO)?)?;
        self.counted = self.counted.plus(SignedValue(signed.into()))?;
        Ok(())
    }

    /// Adds a debt worth `value`.
    ///
    /// # Errors
    /// As [`Self::add_deposit`].
    pub fn add_debt(&mut self, factor: usize, value: Value, terms: &LegTerms) -> Result<()> {
        let owed = signed(value)?;
        add(&mut self.spot, factor, owed.saturating_neg())?;
        self.count_leg(factor, value, terms.addition_up(value, LegSide::Short, Ratio::ZERO)?)?;
        self.counted = self.counted.minus(SignedValue(owed.into()))?;
        Ok(())
    }

    /// Adds a perp position.
    ///
    /// # Errors
    /// As [`Self::add_deposit`].
    pub fn add_perp(&mut self, factor: usize, leg: &PerpLeg, terms: &LegTerms) -> Result<()> {
        let size = signed(leg.size)?;
        let exposure = if leg.side == LegSide::Short { size.saturating_neg() } else { size };
        add(&mut self.perp, factor, exposure)?;
        self.count_leg(factor, leg.size, terms.addition_up(leg.size, leg.side, leg.size_margin)?)
    }

    /// s_i: deposits (weighted) less debts.
    #[must_use]
    pub const fn spot(&self) -> &[i64; FACTORS] {
        &self.spot
    }

    /// p_i: longs less shorts.
    #[must_use]
    pub const fn perp(&self) -> &[i64; FACTORS] {
        &self.perp
    }

    /// Σ of all legs' sizes.
    #[must_use]
    pub const fn gross(&self) -> &[u64; FACTORS] {
        &self.gross
    }

    fn count_leg(&mut self, factor: usize, size: Value, addition: Value) -> Result<()> {
        let gross = self.gross.get_mut(factor).ok_or(RiskError::ParameterOutOfBounds)?;
        *gross = gross.checked_add(size.0).ok_or(RiskError::Overflow)?;
        self.added = self.added.plus(addition)?;
        Ok(())
    }
}

fn signed(value: Value) -> Result<i64> {
    i64::try_from(value.0).map_err(|_| RiskError::Overflow)
}

fn add(sums: &mut [i64; FACTORS], factor: usize, exposure: i64) -> Result<()> {
    let sum = sums.get_mut(factor).ok_or(RiskError::ParameterOutOfBounds)?;
    *sum = sum.checked_add(exposure).ok_or(RiskError::Overflow)?;
    Ok(())
}
