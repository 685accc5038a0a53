//! Prices, their logarithms and log returns.

use super::{Amount, LogPrice, LogReturn, Price, Value, Variance};
use crate::error::Result;
use crate::math::{ln_bits, mul_shift_bounds, mul_shift_down, mul_shift_up, square_times};

impl Price {
    /// The smallest mantissa the Book accepts: below it a price has fewer than 20 significant bits.
    pub const MIN_MANTISSA: u64 = 1 << 20;
    /// The largest mantissa the Book accepts: a price can rise 2¹⁰-fold from here and still be evaluated.
    pub const MAX_MANTISSA: u64 = 1 << 53;

    /// The value of an amount, rounded down: for assets and gains.
    #[inline(always)]
    pub fn value_down(self, amount: Amount) -> Result<Value> {
        mul_shift_down::<{ Price::FRACTION_BITS }>(amount.0, self.to_bits()).map(Value)
    }

    /// The value of an amount, rounded up: for debts.
    #[inline(always)]
    pub fn value_up(self, amount: Amount) -> Result<Value> {
        mul_shift_up::<{ Price::FRACTION_BITS }>(amount.0, self.to_bits()).map(Value)
    }

    /// The value of an amount, rounded down and rounded up, from one product.
    #[inline(always)]
    pub fn value_bounds(self, amount: Amount) -> Result<(Value, Value)> {
        let (down, up) = mul_shift_bounds::<{ Price::FRACTION_BITS }>(amount.0, self.to_bits())?;
        Ok((Value(down), Value(up)))
    }

    /// ln of the mantissa, off by at most 2⁻⁴⁷. Errors for zero.
    #[inline]
    pub fn ln(self) -> Result<LogPrice> {
        ln_bits(self.to_bits()).map(LogPrice::from_bits)
    }
}

impl LogPrice {
    /// The log return from an earlier price to this one.
    #[inline(always)]
    pub fn since(self, earlier: Self) -> Result<LogReturn> {
        self.minus(earlier).map(|difference| LogReturn::from_bits(difference.to_bits()))
    }
}

impl LogReturn {
    /// The square, exact: a variance over the interval of the return.
    #[must_use]
    #[inline(always)]
    pub fn squared(self) -> Variance {
        Variance::from_bits(square_times(self.to_bits().unsigned_abs(), 1))
    }

    /// The square times a whole number (of such intervals a day), saturating far beyond any market.
    #[must_use]
    #[inline(always)]
    pub fn squared_times(self, multiplier: u32) -> Variance {
        Variance::from_bits(square_times(self.to_bits().unsigned_abs(), multiplier))
    }
}
