//! Exposures times margins: one pass, shared by all models.

use super::Exposures;
use crate::correlation::FACTORS;
use crate::error::{Result, RiskError};
use crate::health::debt_premium_up;
use crate::math::{excess_bits, product, shifted_down, shifted_up};
use crate::quantities::{Ratio, Value};

/// m of each factor; zero where none is listed.
pub type Margins = [Ratio; FACTORS];

/// What a net long can lose of its value to its margin: all but 2⁻¹¹, which leaves room for the 2⁻¹⁰ on the diagonal, (1 − 2⁻¹¹)²·(1 + 2⁻¹⁰) < 1. So a
/// deposit never requires more than it brings.
const LONG_MARGIN_LIMIT: Ratio = Ratio::from_bits((1 << 32) - (1 << 21));
/// The bits of the largest weighted exposure.
const WEIGHTED_BITS: u32 = 40;
/// Products of 63-bit exposures and margins, 32 fractional bits.
const PRODUCT_BITS: u32 = 63 + Ratio::FRACTION_BITS;
/// An exposure of which no row can reach the end: 16 margins of the largest one are below it.
const BEYOND_ALL_ROWS: u64 = 1 << (WEIGHTED_BITS + 5);

/// Exposures times margins, scaled by one exponent: a unit is `2^shift/2³²` quote atoms.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeightedExposures {
    /// y_i = x_i·m_i in units, toward zero; below 2⁴⁰ in size.
    pub(super) weighted: [i64; FACTORS],
    /// |x_i| in units, what a long can lose (rounded up) and a short gain (down); at most 2⁴⁵.
    pub(super) values: [i64; FACTORS],
    /// How many of them are not zero.
    pub(super) held: u32,
    /// The common exponent.
    pub(super) shift: u32,
    /// Σ y_i in units.
    pub(super) sum: i64,
    /// Σ y_i² in squared units.
    pub(super) squares: u128,
    /// Σ hedged_i·m_i in units, rounded up: below 2⁴⁵.
    pub(super) hedged: i64,
    /// Σ gross_i·m_i, rounded up.
    pub(super) gross: Value,
    /// Σ |x_i|·m_i² of debts and shorts, rounded up.
    pub(super) convexity: Value,
    /// As in the exposures.
    pub(super) added: Value,
}

/// Products before the exponent is known.
#[derive(Clone, Copy, Default)]
struct Products {
    exposure: i64,
    weighted: u128,
    hedged: u128,
}

impl WeightedExposures {
    /// Weighs `exposures` with `margins`.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where an exposure times its margin does not fit 63 bits, or a sum of them 64.
    #[inline(never)]
    pub fn new(exposures: &Exposures, margins: &Margins) -> Result<Self> {
        let mut weighted = Self { added: exposures.added, ..Self::default() };
        let mut products = [Products::default(); FACTORS];
        let mut widest = 0;
        let legs = exposures.spot.iter().zip(&exposures.perp).zip(&exposures.gross).zip(margins);
        for (slot, (((&spot, &perp), &gross), &margin)) in products.iter_mut().zip(legs) {
            if gross == 0 {
                continue;
            }
            *slot = weighted.products(spot, perp, margin)?;
            widest |= slot.weighted | slot.hedged;
            weighted.gross = weighted.gross.plus(margin.min(LONG_MARGIN_LIMIT).of_up(Value(gross))?)?;
        }
        if excess_bits(widest, PRODUCT_BITS) > 0 {
            return Err(RiskError::Overflow);
        }
        weighted.scale(&products, excess_bits(widest, WEIGHTED_BITS));
        Ok(weighted)
    }

    /// The products of one factor; what a debt or a short requires beyond the root is added at once.
    #[inline(always)]
    fn products(&mut self, spot: i64, perp: i64, margin: Ratio) -> Result<Products> {
        let exposure = spot.checked_add(perp).ok_or(RiskError::Overflow)?;
        let long_margin = margin.min(LONG_MARGIN_LIMIT);
        let is_hedged = (spot ^ perp) < 0 && perp != 0 && spot != 0;
        let hedged = if is_hedged { spot.unsigned_abs().min(perp.unsigned_abs()) } else { 0 };
        if exposure < 0 {
            let square = debt_premium_up(margin)?.minus(margin)?;
            self.convexity = self.convexity.plus(square.of_up(Value(exposure.unsigned_abs()))?)?;
        }
        let own_margin = if exposure < 0 { margin } else { long_margin };
        Ok(Products {
            exposure,
            weighted: product(exposure.unsigned_abs(), own_margin.to_bits()),
            hedged: if hedged == 0 { 0 } else { product(hedged, long_margin.to_bits()) },
        })
    }

    /// Cuts the products by `shift` bits, at most 55.
    #[inline(always)]
    fn scale(&mut self, products: &[Products; FACTORS], shift: u32) {
        self.shift = shift;
        let slots = self.weighted.iter_mut().zip(&mut self.values);
        for ((weighted, value), factor) in slots.zip(products) {
            self.hedged = self.hedged.wrapping_add(shifted_up(factor.hedged, shift).cast_signed()); // 16 of at most 2⁴⁰
            if factor.weighted == 0 {
                continue;
            }
            let size = shifted_down(factor.weighted, shift).cast_signed(); // below 2⁴⁰
            let is_short = factor.exposure < 0;
            *weighted = if is_short { size.wrapping_neg() } else { size };
            *value = value_in_units(factor.exposure.unsigned_abs(), shift, is_short);
            self.held = self.held.wrapping_add(1);
            self.sum = self.sum.wrapping_add(*weighted); // 16 of 2⁴⁰
            self.squares = self.squares.wrapping_add(product(size.unsigned_abs(), size.unsigned_abs())); // 16 of 2⁸⁰
        }
    }
}

/// The whole exposure in units: rounded up for a long, which may lose it, down for a short, which may gain it.
#[inline(always)]
fn value_in_units(size: u64, shift: u32, is_short: bool) -> i64 {
    let full = u128::from(size) << Ratio::FRACTION_BITS;
    if full >> WEIGHTED_BITS >> 5 >> shift != 0 {
        return BEYOND_ALL_ROWS.cast_signed();
    }
    let units = if is_short { shifted_down(full, shift) } else { shifted_up(full, shift) };
    units.cast_signed()
}
