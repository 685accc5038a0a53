//! The units of the core: each quantity is a type of its own over a number of the `fixed` crate or an integer, with only the products that
//! make sense. `_down` and `_up` name the direction of every lossy operation. See `docs/risk.md`, section 1.

use fixed::types::{I2F30, I8F56, I16F48, U0F64, U1F63, U24F40, U32F32, U32F96};

use crate::error::{Result, RiskError};
use crate::math::{
    blend_up, decay_factor, ln_bits, mul_shift_down, mul_shift_up, sqrt_down, sqrt_up, square_times, wide_mul_shift_up,
};

/// Seconds of a day.
pub const DAY_SECONDS: u64 = 86_400;
/// Seconds of a year of 365 days, for interest and for volatilities quoted a year.
pub const YEAR_SECONDS: u64 = 31_536_000;

macro_rules! fixed_quantity {
    ($(#[$doc:meta])* $name:ident($inner:ty, $bits:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
        #[repr(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(<$inner>::ZERO);
            /// The largest value.
            pub const MAX: Self = Self(<$inner>::MAX);
            /// The number of fractional bits.
            pub const FRACTION_BITS: u32 = <$inner>::FRAC_NBITS;

            /// From the raw mantissa, as it is stored in accounts.
            #[must_use]
            #[inline(always)]
            pub const fn from_bits(bits: $bits) -> Self {
                Self(<$inner>::from_bits(bits))
            }

            /// The raw mantissa, as it is stored in accounts.
            #[must_use]
            #[inline(always)]
            pub const fn to_bits(self) -> $bits {
                self.0.to_bits()
            }

            /// Sum, or [`RiskError::Overflow`].
            #[inline(always)]
            pub fn plus(self, other: Self) -> Result<Self> {
                self.0.checked_add(other.0).map(Self).ok_or(RiskError::Overflow)
            }

            /// Difference, or [`RiskError::Overflow`] where it leaves the type.
            #[inline(always)]
            pub fn minus(self, other: Self) -> Result<Self> {
                self.0.checked_sub(other.0).map(Self).ok_or(RiskError::Overflow)
            }
        }
    };
}

macro_rules! integer_quantity {
    ($(#[$doc:meta])* $name:ident($bits:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
        #[repr(transparent)]
        pub struct $name(pub $bits);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0);

            /// Sum, or [`RiskError::Overflow`].
            #[inline(always)]
            pub const fn plus(self, other: Self) -> Result<Self> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Ok(Self(sum)),
                    None => Err(RiskError::Overflow),
                }
            }

            /// Difference, or [`RiskError::Overflow`] where it leaves the type.
            #[inline(always)]
            pub const fn minus(self, other: Self) -> Result<Self> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Ok(Self(difference)),
                    None => Err(RiskError::Overflow),
                }
            }

            /// Whether nothing is there.
            #[must_use]
            #[inline(always)]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }
        }
    };
}

integer_quantity!(
    /// Atoms of a token, as the token program counts them.
    Amount(u64)
);
integer_quantity!(
    /// Deposit or debt shares of a reserve; times the [`Index`] they are an [`Amount`].
    Shares(u64)
);
integer_quantity!(
    /// A value in quote atoms (10⁻⁶ USD for a six-decimal quote token), never negative.
    Value(u64)
);
integer_quantity!(
    /// A signed value in quote atoms: a health, an equity.
    SignedValue(i128)
);

fixed_quantity!(
    /// Quote atoms per atom of the base token.
    Price(U24F40, u64)
);
fixed_quantity!(
    /// A dimensionless fraction: a margin, a weight, a bonus, a utilisation.
    Ratio(U32F32, u64)
);
fixed_quantity!(
    /// Variance of log returns per day.
    Variance(U32F96, u128)
);
fixed_quantity!(
    /// Covariance of log returns per day.
    Covariance(I8F56, i64)
);
fixed_quantity!(
    /// Natural logarithm of a price's mantissa.
    LogPrice(I16F48, i64)
);
fixed_quantity!(
    /// Difference of two log prices.
    LogReturn(I16F48, i64)
);
fixed_quantity!(
    /// Atoms per share of a reserve; starts at 1.
    Index(U32F96, u128)
);
fixed_quantity!(
    /// Interest per second.
    Rate(U0F64, u64)
);

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
}

impl Ratio {
    /// One.
    pub const ONE: Self = Self(U32F32::ONE);

    /// From parts per million, rounded down; exact to 2⁻³².
    #[must_use]
    #[inline(always)]
    pub const fn from_ppm_down(ppm: u32) -> Self {
        Self::from_bits(((ppm as u64) << 32) / 1_000_000)
    }

    /// From parts per million, rounded up.
    #[must_use]
    #[inline(always)]
    pub const fn from_ppm_up(ppm: u32) -> Self {
        Self::from_bits(((ppm as u64) << 32).div_ceil(1_000_000))
    }

    /// `self · value`, rounded down.
    #[inline(always)]
    pub fn of_down(self, value: Value) -> Result<Value> {
        mul_shift_down::<32>(value.0, self.to_bits()).map(Value)
    }

    /// `self · value`, rounded up.
    #[inline(always)]
    pub fn of_up(self, value: Value) -> Result<Value> {
        mul_shift_up::<32>(value.0, self.to_bits()).map(Value)
    }

    /// Product of two ratios, rounded down.
    #[inline(always)]
    pub fn times_down(self, other: Self) -> Result<Self> {
        mul_shift_down::<32>(self.to_bits(), other.to_bits()).map(Self::from_bits)
    }

    /// Product of two ratios, rounded up.
    #[inline(always)]
    pub fn times_up(self, other: Self) -> Result<Self> {
        mul_shift_up::<32>(self.to_bits(), other.to_bits()).map(Self::from_bits)
    }
}

impl Index {
    /// One atom per share: where every reserve starts.
    pub const ONE: Self = Self(U32F96::ONE);

    /// The upper 64 bits (16 whole, 48 fractional), rounded down: for deposits in a margin check. Errors when the index is 2¹⁶ or more.
    #[inline(always)]
    pub fn mantissa48_down(self) -> Result<u64> {
        u64::try_from(self.to_bits() >> 48).map_err(|_| RiskError::Overflow)
    }

    /// The upper 64 bits (16 whole, 48 fractional), rounded up: for debts in a margin check. Errors when the index is near 2¹⁶ or more.
    #[inline(always)]
    pub fn mantissa48_up(self) -> Result<u64> {
        self.mantissa48_down()?.checked_add(1).ok_or(RiskError::Overflow)
    }
}

impl SignedValue {
    /// Whether the value is below zero.
    #[must_use]
    #[inline(always)]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount by which the value falls short of zero; zero where it does not.
    pub fn shortfall(self) -> Result<Value> {
        if self.0 >= 0 {
            return Ok(Value::ZERO);
        }
        u64::try_from(self.0.unsigned_abs())
            .map(Value)
            .map_err(|_| RiskError::Overflow)
    }
}

fixed_quantity!(
    /// What is left of an old weight after some time, 2^(−elapsed/half_life): at most 1.
    Decay(U1F63, u64)
);
fixed_quantity!(
    /// Correlation of two factors, within ±1.
    Correlation(I2F30, i32)
);

impl Decay {
    /// One: no time has passed.
    pub const ONE: Self = Self(U1F63::ONE);

    /// 2^(−elapsed/half_life), off by at most 2⁻⁵². Errors where the half-life is zero.
    #[inline]
    pub fn over(elapsed_seconds: u64, half_life_seconds: u32) -> Result<Self> {
        decay_factor(elapsed_seconds, half_life_seconds).map(Self::from_bits)
    }

    /// 1 − self: the weight of the new observation.
    #[must_use]
    #[inline(always)]
    pub const fn complement(self) -> Self {
        Self::from_bits(Self::ONE.to_bits().saturating_sub(self.to_bits()))
    }

    /// λ·old + (1 − λ)·new, rounded up; it lies between the two.
    #[must_use]
    #[inline(always)]
    pub fn blend_up(self, old: Variance, new: Variance) -> Variance {
        Variance::from_bits(blend_up(old.to_bits(), new.to_bits(), self.to_bits()))
    }

    /// λ·ratio, rounded up.
    #[inline(always)]
    pub fn of_up(self, ratio: Ratio) -> Result<Ratio> {
        mul_shift_up::<63>(ratio.to_bits(), self.to_bits()).map(Ratio::from_bits)
    }
}

impl Price {
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
        self.minus(earlier)
            .map(|difference| LogReturn::from_bits(difference.to_bits()))
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

impl Variance {
    /// The standard deviation, rounded down, with 31 significant bits.
    #[must_use]
    #[inline]
    pub fn root_down(self) -> Ratio {
        Ratio::from_bits(sqrt_down(self.to_bits()) >> 16)
    }

    /// The standard deviation, rounded up, at most 2⁻³⁰ of it or one unit above.
    #[must_use]
    #[inline]
    pub fn root_up(self) -> Ratio {
        Ratio::from_bits(sqrt_up(self.to_bits()).div_ceil(1 << 16))
    }

    /// The square of a standard deviation, exact.
    #[inline(always)]
    pub const fn from_root(volatility: Ratio) -> Result<Self> {
        let root = volatility.to_bits() as u128;
        // 64 fractional bits become 96
        match root.saturating_mul(root).checked_mul(1 << 32) {
            Some(bits) => Ok(Self::from_bits(bits)),
            None => Err(RiskError::Overflow),
        }
    }

    /// The product with a ratio, rounded up.
    #[inline(always)]
    pub fn times_up(self, ratio: Ratio) -> Result<Self> {
        wide_mul_shift_up::<32>(self.to_bits(), ratio.to_bits()).map(Self::from_bits)
    }
}
