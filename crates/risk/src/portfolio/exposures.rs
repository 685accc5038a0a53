//! An account's legs, netted per factor.

use crate::correlation::FACTORS;
use crate::error::Result;
use crate::liquidity::{Impact, LegSide};
use crate::quantities::{Ratio, SignedValue, Value};

/// Legs of one account at one set of prices and weights, in quote atoms. Sums of an admitted account fit: all its legs together stay below 2⁶³.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exposures {
    /// s_i: deposits (weighted) less debts.
    pub spot: [i64; FACTORS],
    /// p_i: longs less shorts.
    pub perp: [i64; FACTORS],
    /// Σ of all legs' sizes.
    pub gross: [u64; FACTORS],
    /// Σ v·(size + m·impact), rounded up.
    pub added: u64,
    /// What the account's weighted values sum up to without margins.
    pub counted: SignedValue,
}

/// What a leg adds besides its exposure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spans<'a> {
    /// The margin of its factor.
    pub margin: Ratio,
    /// The impact of its factor.
    pub impact: &'a Impact,
}

impl Exposures {
    /// Adds a deposit worth `value`, of which `weight` counts, rounded down.
    ///
    /// # Errors
    /// [`crate::RiskError::Overflow`] where sums leave 63 bits; [`crate::RiskError::ParameterOutOfBounds`] for a factor that no Book has.
    pub fn add_deposit(&mut self, _factor: usize, _value: Value, _weight: Ratio, _spans: &Spans) -> Result<()> {
        todo!()
    }

    /// Adds a debt worth `value`.
    pub fn add_debt(&mut self, _factor: usize, _value: Value, _spans: &Spans) -> Result<()> {
        todo!()
    }

    /// Adds a perp position whose size is worth `size`; its profit joins the quote balance and is added there.
    pub fn add_perp(
        &mut self,
        _factor: usize,
        _size: Value,
        _side: LegSide,
        _size_margin: Ratio,
        _spans: &Spans,
    ) -> Result<()> {
        todo!()
    }
}
