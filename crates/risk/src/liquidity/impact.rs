//! The square-root law: closing out Q moves the price by Y·σ·√(Q/ADV).

use crate::announcement::walk_up;
use crate::error::{Result, RiskError};
use crate::math::{sqrt_up, times_root_up, wide_mul_div_up};
use crate::quantities::{DAY_SECONDS, Ratio, Value};

/// The largest multiple of a margin that impact adds.
pub const MAX_IMPACT: Ratio = Ratio::from_bits(4 << 32);
/// Fractional bits of (Y/k)²·day/h in [`Impact::new`].
const BASE_BITS: u32 = 62;
/// Fractional bits that the division by ADV adds: 120 together, 60 under the root, four fewer than a unit's.
const VOLUME_BITS: u32 = 58;
const UNIT_OF_ROOT: u64 = 1 << 4;

/// The side of the market that closing a leg out would take from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegSide {
    /// Deposits and long positions.
    Long,
    /// Debts and short positions.
    Short,
}

impl LegSide {
    /// The side of a perp position.
    #[must_use]
    #[inline(always)]
    pub const fn of_position(is_short: bool) -> Self {
        if is_short { Self::Short } else { Self::Long }
    }
}

/// What a factor's impact is made of: at one moment, or as announced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Impact {
    /// Y/(k·√(h/86400)·√ADV) per √quote atom, 64 fractional bits; 0: no profile, no impact.
    pub unit: u64,
    /// unit·√(φ·C) of the Book's deposits and longs: the least multiple of a long leg.
    pub concentrated_long: Ratio,
    /// The same of its debts and shorts.
    pub concentrated_short: Ratio,
}

impl Impact {
    /// Whether there is none.
    #[must_use]
    #[inline(always)]
    pub const fn is_none(&self) -> bool {
        self.unit == 0
    }

    /// The impact of a profile, rounded up.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`] where Y is above 10, k outside 1 to 20, h outside a minute to ten days, or φ above one.
    pub fn new(terms: &ImpactTerms) -> Result<Self> {
        terms.check_bounds()?;
        if terms.multiple_ppm == 0 || terms.daily_volume.is_zero() {
            return Ok(Self::default());
        }
        let unit = terms.unit_up();
        let share = Ratio::from_ppm_up(terms.concentration_share_ppm);
        let concentrated = |side: Value| -> Result<Ratio> { Ok(multiple_of_root_up(unit, share.of_up(side)?)) };
        Ok(Self { unit, concentrated_long: concentrated(terms.long)?, concentrated_short: concentrated(terms.short)? })
    }

    /// Walked to `to` by τ, each part rounded up.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] as [`walk_up`].
    pub fn walked_up(&self, to: &Self, walked: Ratio) -> Result<Self> {
        let ratio = |from: Ratio, to: Ratio| walk_up(from.to_bits(), to.to_bits(), walked).map(Ratio::from_bits);
        Ok(Self {
            unit: walk_up(self.unit, to.unit, walked)?,
            concentrated_long: ratio(self.concentrated_long, to.concentrated_long)?,
            concentrated_short: ratio(self.concentrated_short, to.concentrated_short)?,
        })
    }

    /// The worst of two, part by part.
    #[must_use]
    pub fn worst(&self, other: &Self) -> Self {
        Self {
            unit: self.unit.max(other.unit),
            concentrated_long: self.concentrated_long.max(other.concentrated_long),
            concentrated_short: self.concentrated_short.max(other.concentrated_short),
        }
    }

    /// The multiple of the margin that a leg worth `value` adds: min(4, max(unit·√value, concentrated)), rounded up. It never falls as the value
    /// grows, to the last bit: what a liquidation leaves of a leg needs no higher margin.
    #[inline(always)]
    #[must_use]
    pub fn multiple_up(&self, value: Value, side: LegSide) -> Ratio {
        multiple_up(self.unit, self.concentrated(side), value)
    }

    /// What a leg worth `value` adds to the margin: `m·multiple`, rounded up; of a long leg at most ⅔·(1 − m).
    ///
    /// A deposit counts v·(1 − m − m·unit·√v), which rises with v as long as m·unit·√v ≤ ⅔·(1 − m): so that depositing never lowers a health. A
    /// long cannot lose more than itself either.
    #[inline(always)]
    pub fn addition_up(&self, margin: Ratio, value: Value, side: LegSide) -> Result<Ratio> {
        let addition = addition_up(self.unit, self.concentrated(side), margin, value);
        match side {
            LegSide::Long => Ok(addition.min(Self::long_limit(margin))),
            LegSide::Short if addition == Ratio::MAX => Err(RiskError::Overflow),
            LegSide::Short => Ok(addition),
        }
    }

    #[inline(always)]
    const fn concentrated(&self, side: LegSide) -> Ratio {
        match side {
            LegSide::Long => self.concentrated_long,
            LegSide::Short => self.concentrated_short,
        }
    }

    /// What a long leg adds at most: ⅔·(1 − m)⁺, rounded up.
    #[inline(always)]
    pub(crate) const fn long_limit(margin: Ratio) -> Ratio {
        let left = Ratio::ONE.to_bits().saturating_sub(margin.to_bits());
        Ratio::from_bits(left.saturating_mul(2).div_ceil(3))
    }

    /// `m·(1 + multiple)`, rounded up, within the bound of [`Self::addition_up`]; m itself where there is no impact.
    #[inline(always)]
    pub fn margin_up(&self, margin: Ratio, value: Value, side: LegSide) -> Result<Ratio> {
        if self.is_none() {
            return Ok(margin);
        }
        margin.plus(self.addition_up(margin, value, side)?)
    }
}

/// `m·multiple`, rounded up and at most [`Ratio::MAX`]. Four numbers in and one out: all in registers, so that a leg without impact costs its caller
/// a comparison.
#[inline(never)]
fn addition_up(unit: u64, concentrated: Ratio, margin: Ratio, value: Value) -> Ratio {
    multiple_up(unit, concentrated, value).times_up(margin).unwrap_or(Ratio::MAX)
}

/// [`Impact::multiple_up`] of one side.
#[inline(always)]
fn multiple_up(unit: u64, concentrated: Ratio, value: Value) -> Ratio {
    let concentrated = concentrated.min(MAX_IMPACT);
    // concentrated/unit in eights of √quote atoms, rounded down; 35 + 29 bits fit
    let Some(eights) = (concentrated.to_bits() << 29).checked_div(unit) else {
        return Ratio::ZERO;
    };
    // a root is taken only for a leg that may be above the share: value ≤ (8·eights)²
    if eights >> 29 != 0 || value.0 <= eights.wrapping_mul(eights) << 6 {
        return concentrated;
    }
    multiple_of_root_up(unit, value).max(concentrated)
}

/// min(4, unit·√value), rounded up.
fn multiple_of_root_up(unit: u64, value: Value) -> Ratio {
    Ratio::from_bits(times_root_up(unit, value.0)).min(MAX_IMPACT)
}

/// What a factor's impact follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImpactTerms {
    /// Y, parts per million; 0: no impact.
    pub multiple_ppm: u32,
    /// k, parts per million.
    pub shortfall_multiple_ppm: u32,
    /// h.
    pub horizon_seconds: u32,
    /// ADV as it counts ([`super::MeasuredVolume::counted`]); zero: no profile, no impact.
    pub daily_volume: Value,
    /// φ, parts per million.
    pub concentration_share_ppm: u32,
    /// The Book's deposits and longs of the factor.
    pub long: Value,
    /// Its debts and shorts.
    pub short: Value,
}

impl ImpactTerms {
    fn check_bounds(&self) -> Result<()> {
        let in_bounds = self.multiple_ppm <= 10_000_000
            && (1_000_000..=20_000_000).contains(&self.shortfall_multiple_ppm)
            && (60..=864_000).contains(&self.horizon_seconds)
            && self.concentration_share_ppm <= 1_000_000;
        if in_bounds { Ok(()) } else { Err(RiskError::ParameterOutOfBounds) }
    }

    /// √((Y/k)²·day/h/ADV) with 64 fractional bits, rounded up by a few units of 2⁻⁶⁰ and 2⁻³⁰ of itself; at most the largest number, which is an
    /// impact of 4 from 16 quote atoms on.
    fn unit_up(&self) -> u64 {
        let (multiple, shortfall) = (u128::from(self.multiple_ppm), u128::from(self.shortfall_multiple_ppm));
        // within the bounds at most 2⁴⁷·2¹⁷ and, with 62 bits more, 2¹²⁶; divided by at least 2⁴⁵
        let dividend = multiple.saturating_mul(multiple).saturating_mul(DAY_SECONDS.into()) << BASE_BITS;
        let divisor = shortfall.saturating_mul(shortfall).saturating_mul(self.horizon_seconds.into());
        let base = dividend.div_ceil(divisor.max(1));
        let squared = wide_mul_div_up(base, 1 << VOLUME_BITS, self.daily_volume.0.into());
        squared.map_or(u64::MAX, |squared| sqrt_up(squared).saturating_mul(UNIT_OF_ROOT))
    }
}
