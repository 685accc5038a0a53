//! What quote atoms that an account gives up cost its health.

use super::perp::ROUNDING_ATOMS;
use crate::error::Result;
use crate::health::{LiquidationFactorTerms, debt_weight_up};
use crate::liquidity::LegSide;
use crate::math::mul_shift_up;
use crate::quantities::{Amount, Price, Ratio, SignedAmount, Value};

/// By how many bits the rounding of a margin with impact is smaller than the value it applies to: a margin of at most 5.5 and its square are
/// rounded up by fewer than 2⁸ units of 2⁻³².
const ROUNDING_SHIFT: u32 = 24;

/// What a quote atom given up costs, at most: as a debt that grows. As a deposit that shrinks it weighs no more.
///
/// The quote balance of an account with perps is one leg ([`crate::health::QuoteBalance`]). With an impact its margin rises as the debt v grows:
/// an atom costs 1 + M + M² and what the rise adds to all of v, (1 + 2M)·m·impact/2, together at most the debt weight of m·(1 + 3/2·impact), at
/// the largest v that the step can leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuoteCost {
    /// The higher of the two prices at which health counts the quote reserve.
    pub price: Price,
    /// Debt weight of the quote reserve's factor at maintenance, from [`debt_weight_up`].
    pub maintenance_weight: Ratio,
    /// The same at liquidation end.
    pub liquidation_end_weight: Ratio,
    /// What rounding of the margin's impact can add, on all of the debt; zero without impact.
    pub rounding: Value,
}

impl QuoteCost {
    /// The cost at the terms of the quote reserve's factor, for an account with `net` quote atoms, balance and PnL, and a position that requires
    /// `requirement` at maintenance: a step gives up less than that ([`super::plan_perp_liquidation`]'s spiral bound).
    pub fn new(terms: &LiquidationFactorTerms, net: SignedAmount, requirement: Value) -> Result<Self> {
        // a stale quote counts at the edge above mid as a deposit, below it as a debt
        let price = terms.asset_price;
        if terms.impact.is_none() {
            return Ok(Self {
                price,
                maintenance_weight: debt_weight_up(terms.maintenance)?,
                liquidation_end_weight: debt_weight_up(terms.liquidation_end)?,
                rounding: Value::ZERO,
            });
        }
        let owed = if net.is_negative() { net.magnitude() } else { Amount::ZERO };
        let largest = price.value_up(owed.plus(Amount(ROUNDING_ATOMS))?)?.plus(requirement)?;
        let weight = |margin: Ratio| {
            let addition = terms.impact.addition_up(margin, largest, LegSide::Short)?;
            let half = Ratio::from_bits(addition.to_bits().div_ceil(2));
            debt_weight_up(margin.plus(addition)?.plus(half)?)
        };
        Ok(Self {
            price,
            maintenance_weight: weight(terms.maintenance)?,
            liquidation_end_weight: weight(terms.liquidation_end)?,
            rounding: Value((largest.0 >> ROUNDING_SHIFT).saturating_add(1)),
        })
    }

    /// What an atom costs at a weight, rounded up.
    pub(super) fn per_atom_up(&self, weight: Ratio) -> Result<Ratio> {
        mul_shift_up::<{ Price::FRACTION_BITS }>(weight.to_bits(), self.price.to_bits()).map(Ratio::from_bits)
    }

    /// What maintenance health loses by an amount given up, rounded up.
    pub(super) fn of_up(&self, given_up: Amount) -> Result<Value> {
        self.maintenance_weight.of_up(self.price.value_up(given_up)?)?.plus(self.rounding)
    }
}
