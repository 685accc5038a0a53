//! The square-root law: closing out Q moves the price by Y·σ·√(Q/ADV).

use crate::error::Result;
use crate::quantities::{Ratio, Value};

/// The largest multiple of a margin that impact adds.
pub const MAX_IMPACT: Ratio = Ratio::from_bits(4 << 32);

/// The side of the market that closing a leg out would take from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegSide {
    /// Deposits and long positions.
    Long,
    /// Debts and short positions.
    Short,
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
    /// [`crate::RiskError::ParameterOutOfBounds`] where a parameter is.
    pub fn new(_terms: &ImpactTerms) -> Result<Self> {
        todo!()
    }

    /// Walked to `to` by τ, each part rounded up.
    pub fn walked_up(&self, _to: &Self, _walked: Ratio) -> Result<Self> {
        todo!()
    }

    /// The worst of two, part by part.
    #[must_use]
    pub fn worst(&self, _other: &Self) -> Self {
        todo!()
    }

    /// The multiple of the margin that a leg worth `value` adds: min(4, max(unit·√value, concentrated)), rounded up.
    #[inline]
    #[must_use]
    pub fn multiple_up(&self, _value: Value, _side: LegSide) -> Ratio {
        todo!()
    }

    /// `m·(1 + multiple)`, rounded up; m itself where there is no impact.
    #[inline(always)]
    pub fn margin_up(&self, margin: Ratio, value: Value, side: LegSide) -> Result<Ratio> {
        if self.is_none() {
            return Ok(margin);
        }
        margin.plus(self.multiple_up(value, side).times_up(margin)?)
    }
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
