//! The margin of a perp position. See `docs/risk.md`, section 10.

use crate::error::Result;
use crate::math::mul_shift_up;
use crate::quantities::{Amount, Price, Ratio};

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
    /// Initial margin.
    pub initial: Ratio,
    /// Size margin per base atom now, 96 fractional bits.
    pub size_maintenance: u64,
    /// The same at its highest ahead, for initial margin.
    pub size_initial: u64,
    /// What part of an unrealised profit counts in initial health.
    pub profit_weight: Ratio,
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
}

/// `size_margin·|base|/s`, rounded up, from the size margin per base atom.
#[inline(always)]
pub fn size_margin_up(base: Amount, per_atom_bits96: u64) -> Result<Ratio> {
    mul_shift_up::<64>(base.0, per_atom_bits96).map(Ratio::from_bits)
}

/// A position's margin per unit of its value: `m + size` for a long, `m + m² + size` for a short, rounded up.
#[inline(always)]
pub fn position_margin_up(is_short: bool, margin: Ratio, size_margin: Ratio) -> Result<Ratio> {
    let own = if is_short { crate::health::debt_weight_up(margin)?.minus(Ratio::ONE)? } else { margin };
    own.plus(size_margin)
}
