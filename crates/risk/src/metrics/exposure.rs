//! What one factor's price does to an account.

use crate::error::{Result, RiskError};
use crate::quantities::{Amount, Price, Ratio, SignedAmount, SignedValue};

/// What maintenance health gains per unit of one factor's price: its deposits less its debts, weighted, and its perp positions.
///
/// Margins count with the impact of the legs' present sizes. As a price moves a leg's value changes and its impact with it: what falls in price is
/// liquidated no sooner than shown here, a debt or a short that rises no later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FactorExposure {
    /// In atoms with 32 fractional bits: deposits less debts less the margins of perp positions.
    pub(super) weighted_atoms: i128,
    /// Base atoms of perp positions, whose profit moves the quote balance.
    pub(super) base: i128,
}

impl FactorExposure {
    /// Adds a deposit with its maintenance weight, from [`crate::health::asset_weight_down`] of the margin with the impact of its present size
    /// ([`crate::liquidity::Impact::margin_up`]).
    pub fn add_deposit(&mut self, amount: Amount, weight: Ratio) -> Result<()> {
        let weighted = i128::from(amount.0).checked_mul(i128::from(weight.to_bits()));
        self.weighted_atoms =
            weighted.and_then(|weighted| self.weighted_atoms.checked_add(weighted)).ok_or(RiskError::Overflow)?;
        Ok(())
    }

    /// Adds a debt with its maintenance weight, from [`crate::health::debt_weight_up`] of the margin with the impact of its present size.
    pub fn add_debt(&mut self, amount: Amount, weight: Ratio) -> Result<()> {
        let weighted = i128::from(amount.0).checked_mul(i128::from(weight.to_bits()));
        self.weighted_atoms =
            weighted.and_then(|weighted| self.weighted_atoms.checked_sub(weighted)).ok_or(RiskError::Overflow)?;
        Ok(())
    }

    /// Adds a touched perp position with its margin, from [`crate::perp::margin::position_margin_up`]: the margin here, its profit by
    /// [`Self::healthy_range`].
    pub fn add_perp(&mut self, base: SignedAmount, margin: Ratio) -> Result<()> {
        self.add_debt(base.magnitude(), margin)?;
        self.base = self.base.checked_add(base.0.into()).ok_or(RiskError::Overflow)?;
        Ok(())
    }

    /// What the factor's deposits, debts and perp margins add to maintenance health at a price, rounded toward zero.
    pub fn value_at(&self, price: Price) -> Result<i128> {
        // (atoms · price) has 32 + 40 fractional bits; in two steps, so that 128 bits suffice
        let magnitude = self.weighted_atoms.unsigned_abs();
        let whole = (magnitude >> 32).checked_mul(u128::from(price.to_bits())).ok_or(RiskError::Overflow)?;
        let fraction =
            (magnitude & u128::from(u32::MAX)).checked_mul(u128::from(price.to_bits())).ok_or(RiskError::Overflow)?;
        let sum = whole.checked_add(fraction >> 32).ok_or(RiskError::Overflow)? >> Price::FRACTION_BITS;
        let value = i128::try_from(sum).map_err(|_| RiskError::Overflow)?;
        value.checked_mul(self.weighted_atoms.signum()).ok_or(RiskError::Overflow)
    }

    /// The price of the factor at which maintenance health is zero, all else equal; none where no price of the Book's range does it. For accounts
    /// with perp positions of this factor, [`Self::healthy_range`].
    ///
    /// `maintenance` is the health at price `mid`. Rounded to the side on which the account is liquidated sooner, with a relative error below 2⁻⁶⁰.
    pub fn liquidation_price(&self, maintenance: SignedValue, mid: Price) -> Result<Option<Price>> {
        let others = maintenance.0.checked_sub(self.value_at(mid)?).ok_or(RiskError::Overflow)?;
        let is_long = self.weighted_atoms > 0;
        let has_crossing = if is_long { others < 0 } else { self.weighted_atoms < 0 && others > 0 };
        if !has_crossing {
            return Ok(None);
        }
        let price = price_of_ratio(others.unsigned_abs(), self.weighted_atoms.unsigned_abs(), is_long)?;
        Ok(price.filter(|price| (Price::MIN_MANTISSA..=Price::MAX_MANTISSA).contains(&price.to_bits())))
    }
}

/// `value · 2⁷² / weighted_atoms`, as a price rounded up or down; none where it does not fit.
fn price_of_ratio(value: u128, weighted_atoms: u128, round_to_higher: bool) -> Result<Option<Price>> {
    // normalise: the dividend to 128 bits, the divisor to at most 63, so that the quotient has 64 significant bits or more
    let dividend_shift = value.leading_zeros();
    let divisor_shift = 65_u32.saturating_sub(weighted_atoms.leading_zeros());
    let dividend = value.checked_shl(dividend_shift).ok_or(RiskError::Overflow)?;
    let divisor = weighted_atoms.checked_shr(divisor_shift).ok_or(RiskError::Overflow)?;
    let quotient = dividend.checked_div(divisor).ok_or(RiskError::DivisionByZero)?;
    // price = quotient · 2^(72 − dividend_shift − divisor_shift)
    let shift = dividend_shift.saturating_add(divisor_shift);
    let mantissa = if shift >= 72 {
        quotient.checked_shr(shift.saturating_sub(72)).unwrap_or(0)
    } else {
        // a quotient of at least 2⁶⁴, shifted left: beyond every price
        return Ok(None);
    };
    let mantissa = mantissa.saturating_add(u128::from(round_to_higher));
    Ok(u64::try_from(mantissa).ok().map(Price::from_bits))
}
