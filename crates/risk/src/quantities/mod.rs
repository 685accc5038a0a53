//! The units of the core: each quantity is a type of its own over a number of the `fixed` crate or an integer, with only the products that
//! make sense. `_down` and `_up` name the direction of every lossy operation. See `docs/risk.md`, section 1.

use fixed::types::{I2F30, I8F56, I16F48, I64F64, U0F64, U1F63, U2F62, U24F40, U32F32, U32F96};

use crate::error::{Result, RiskError};

mod amounts;
mod price;
mod ratio;
mod variance;

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

integer_quantity!(
    /// Atoms with a sign: the base of a perp position (positive: long) or quote received (positive) and paid.
    SignedAmount(i64)
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
fixed_quantity!(
    /// What is left of an old weight after some time, 2^(−elapsed/half_life): at most 1.
    Decay(U1F63, u64)
);
fixed_quantity!(
    /// Correlation of two factors, within ±1.
    Correlation(I2F30, i32)
);
fixed_quantity!(
    /// Funding a day, as a part of the position's value.
    DailyRate(I16F48, i64)
);
fixed_quantity!(
    /// Quote atoms that one base atom of a side earned so far, at a size factor of one.
    PerUnit(I64F64, i128)
);
fixed_quantity!(
    /// What waterfalls left of a base atom of a side; starts at one and falls.
    SizeFactor(U2F62, u64)
);
