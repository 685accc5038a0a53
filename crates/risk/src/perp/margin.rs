//! The margin of a perp position. See `docs/risk.md`, section 10.

use crate::error::{Result, RiskError};
use crate::health::{LiquidationMargins, debt_premium_up};
use crate::liquidity::{Impact, LegSide};
use crate::math::mul_shift_up;
use crate::perp::PerpPosition;
use crate::quantities::{Amount, Price, Ratio, SignedAmount, Value};

/// What a perp position's legs contribute to initial and maintenance health.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpTerms {
    /// The price of maintenance health and of equity.
    pub mid: Price,
    /// The price of a long's profit in initial health: min(mid − half, stable).
    pub long_initial: Price,
    /// The price of a short's profit and size in initial health: max(mid + half, stable).
    pub short_initial: Price,
    /// Maintenance margin of the present step.
    pub maintenance: Ratio,
    /// Initial margin, crowding included ([`crate::liquidity::crowded_margin_up`]).
    pub initial: Ratio,
    /// Size margin per base atom now, 96 fractional bits.
    pub size_maintenance: u64,
    /// The same at its highest ahead, for initial margin.
    pub size_initial: u64,
    /// What part of an unrealised profit counts in initial health.
    pub profit_weight: Ratio,
    /// What the position's size adds to maintenance margin, as walked.
    pub impact: Impact,
    /// What it adds to initial margin: the worst of in force, announced and newest.
    pub impact_initial: Impact,
}

/// What a perp position contributes to maintenance and liquidation-end health in a liquidation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpLiquidationTerms {
    /// The price of a long: mid, or mid + half where the price is older than `liquidation_max_age`.
    pub long_price: Price,
    /// The price of a short: mid, or mid − half.
    pub short_price: Price,
    /// Maintenance margin of the present step.
    pub maintenance: Ratio,
    /// Maintenance margin times (1 + `liquidation_buffer`).
    pub liquidation_end: Ratio,
    /// Size margin per base atom now, 96 fractional bits.
    pub size_maintenance: u64,
    /// What the position's size adds to both margins.
    pub impact: Impact,
}

impl PerpLiquidationTerms {
    /// The margins of a position per unit of its value, `value` rounded up at the price of its side: impact and size margin at its present size,
    /// `m` (long) or `m + m²` (short).
    #[inline(always)]
    pub fn margins_up(&self, base: SignedAmount, value: Value) -> Result<LiquidationMargins> {
        let is_short = base.is_negative();
        let closing = size_margin_up(base.magnitude(), self.size_maintenance)?;
        let margin = |margin: Ratio| {
            let with_impact = self.impact.margin_up(margin, value, LegSide::of_position(is_short))?;
            position_margin_up(is_short, with_impact, closing)
        };
        Ok(LiquidationMargins {
            maintenance: margin(self.maintenance)?,
            liquidation_end: margin(self.liquidation_end)?,
        })
    }
}

/// `size_margin/s`: the size margin per base atom, 96 fractional bits, rounded up.
///
/// Errors: [`RiskError::ParameterOutOfBounds`] where it would reach 2⁶³, or the scale is zero.
pub fn size_margin_per_atom_up(size_margin_ppm: u32, skew_scale: Amount) -> Result<u64> {
    // 32 bits above 96, over 64 and 20
    let numerator = u128::from(size_margin_ppm) << 96;
    let divisor = u128::from(skew_scale.0).saturating_mul(1_000_000);
    let quotient = numerator.checked_div(divisor).ok_or(RiskError::ParameterOutOfBounds)?;
    let is_exact = numerator.checked_rem(divisor) == Some(0);
    let per_atom = u64::try_from(quotient.saturating_add((!is_exact).into()));
    per_atom.ok().filter(|per_atom| *per_atom < 1 << 63).ok_or(RiskError::ParameterOutOfBounds)
}

/// `size_margin·|base|/s`, rounded up, from the size margin per base atom.
#[inline(always)]
pub fn size_margin_up(base: Amount, per_atom_bits96: u64) -> Result<Ratio> {
    mul_shift_up::<64>(base.0, per_atom_bits96).map(Ratio::from_bits)
}

/// A position's margin per unit of its value: `m + size` for a long, `m + m² + size` for a short, rounded up.
#[inline(always)]
pub fn position_margin_up(is_short: bool, margin: Ratio, size_margin: Ratio) -> Result<Ratio> {
    let own = if is_short { debt_premium_up(margin)? } else { margin };
    own.plus(size_margin)
}

/// A touched position at one price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Valuation {
    /// What its size is worth, rounded up.
    pub size_up: Value,
    /// Its unrealised profit, rounded down.
    pub unrealised: SignedAmount,
}

impl Valuation {
    /// Values a position with one product. Errors: [`crate::RiskError::Overflow`] where the size is worth 2⁶³ quote atoms or more.
    #[inline(always)]
    pub fn of(position: &PerpPosition, price: Price) -> Result<Self> {
        let (size_down, size_up) = price.value_bounds(position.base.magnitude())?;
        let value = if position.base.is_negative() {
            SignedAmount::paid(Amount(size_up.0))?
        } else {
            SignedAmount::received(Amount(size_down.0))?
        };
        Ok(Self { size_up, unrealised: value.plus(position.entry)? })
    }
}
