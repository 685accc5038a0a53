//! How much of a loss an account can settle without leaving it to the lenders. See `docs/risk.md`, section 10.

use crate::error::{Result, RiskError};
use crate::math::mul_div_down;
use crate::quantities::{Amount, Price, Ratio, SignedValue, Value};

/// Atoms that the share of a debt and its index can round up by.
const ROUNDING_ATOMS: u64 = 2;

/// What the quote reserve's balances count for in maintenance health.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuoteWeights {
    /// Mid price of the quote's factor.
    pub price: Price,
    /// What a deposit's value counts for.
    pub asset: Ratio,
    /// What a debt's value requires.
    pub debt: Ratio,
}

impl QuoteWeights {
    /// The deposit, and on top of it the largest debt that leaves the account's balances (no perps) with maintenance health.
    ///
    /// `deposit` is the account's claim in the quote reserve, `balances_health` the maintenance health of all its balances, that deposit included.
    ///
    /// # Errors
    /// [`RiskError::DivisionByZero`] for a price or debt weight of zero, [`RiskError::Overflow`].
    pub fn payable_down(&self, deposit: Amount, balances_health: SignedValue) -> Result<Amount> {
        let given_up = self.asset.of_up(self.price.value_up(deposit)?)?;
        let left = balances_health.0.checked_sub(given_up.0.into()).ok_or(RiskError::Overflow)?.max(0);
        let left = Value(u64::try_from(left).unwrap_or(u64::MAX));
        let value = mul_div_down(left.0, Ratio::ONE.to_bits(), self.debt.to_bits())?;
        let atoms = mul_div_down(value, 1 << Price::FRACTION_BITS, self.price.to_bits())?;
        deposit.plus(Amount(atoms.saturating_sub(ROUNDING_ATOMS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: QuoteWeights = QuoteWeights {
        price: Price::from_bits(1 << Price::FRACTION_BITS),
        asset: Ratio::from_bits(99 * Ratio::ONE.to_bits() / 100),
        debt: Ratio::from_bits(101 * Ratio::ONE.to_bits() / 100),
    };

    #[test]
    fn the_deposit_can_always_be_paid() {
        assert_eq!(WEIGHTS.payable_down(Amount(500), SignedValue(-10)), Ok(Amount(500)));
    }

    #[test]
    fn other_collateral_carries_a_debt() {
        // 1,000 of deposit count 990; the 1,010 left carry 1,000 of debt, less two atoms
        let payable = WEIGHTS.payable_down(Amount(1_000), SignedValue(2_000));
        assert_eq!(payable, Ok(Amount(1_998)));
    }

    #[test]
    fn without_a_price_nothing_is_payable() {
        let unpriced = QuoteWeights { price: Price::ZERO, ..WEIGHTS };
        assert_eq!(unpriced.payable_down(Amount(1), SignedValue(10)), Err(RiskError::DivisionByZero));
    }
}
