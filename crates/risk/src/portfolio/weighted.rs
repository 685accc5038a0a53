//! Exposures times margins: one pass, shared by all models.

use super::Exposures;
use crate::correlation::FACTORS;
use crate::error::{Result, RiskError};
use crate::math::{FACTOR_BITS, excess_bits, product, shifted_down, shifted_up};
use crate::quantities::{Ratio, Value};

/// m of each factor; zero where none is listed.
pub type Margins = [Ratio; FACTORS];

/// What a net long can lose of its value to its margin: all but 2⁻¹¹, which leaves room for the 2⁻¹⁰ on the diagonal, (1 − 2⁻¹¹)²·(1 + 2⁻¹⁰) < 1. So a
/// deposit never requires more than it brings.
const LONG_MARGIN_LIMIT: Ratio = Ratio::from_bits((1 << 32) - (1 << 21));
/// Margins stay below 256, so that their products with 64-bit exposures, and sums of these, stay below 2¹⁰⁸.
const MARGIN_BITS: u32 = 40;
/// Products of 63-bit exposures and margins, 32 fractional bits.
const PRODUCT_BITS: u32 = 63 + Ratio::FRACTION_BITS;

/// Exposures times margins, scaled by one exponent: a unit is `2^shift/2³²` quote atoms.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeightedExposures {
    /// y_i = x_i·m_i in units, toward zero; below 2³⁸ in size.
    pub(super) weighted: [i64; FACTORS],
    /// |x_i| in quote atoms.
    pub(super) sizes: [u64; FACTORS],
    /// The common exponent, at most 57.
    pub(super) shift: u32,
    /// How many y are not zero.
    pub(super) held: u32,
    /// The number of y up to the last that is not zero.
    pub(super) used: usize,
    /// The largest margin of an exposure.
    pub(super) largest_margin: Ratio,
    /// Σ y_i in units.
    pub(super) sum: i64,
    /// Σ hedged_i·m_i in units, rounded up; at most 2³⁸.
    pub(super) hedged: i64,
    /// Σ gross_i·m_i, rounded up.
    pub(super) gross: Value,
    /// Σ |x_i|·m_i² of debts and shorts, rounded up.
    pub(super) convexity: Value,
    /// As in the exposures.
    pub(super) added: Value,
}

/// Sums with 32 fractional bits.
#[derive(Default)]
struct Sums {
    hedged: u128,
    gross: u128,
    convexity: u128,
    /// Every product, or-ed: as long as the longest.
    widest: u128,
}

impl WeightedExposures {
    /// Weighs `exposures` with `margins`.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where an exposure times its margin or a sum of them does not fit 63 bits, or a margin is 256 or more.
    #[inline(never)]
    pub fn new(exposures: &Exposures, margins: &Margins) -> Result<Self> {
        let mut weighted = Self { added: exposures.added, ..Self::default() };
        let mut products = [0_u128; FACTORS];
        let mut sums = Sums::default();
        let legs = exposures.spot.iter().zip(&exposures.perp).zip(&exposures.gross).zip(margins);
        let slots = products.iter_mut().zip(&mut weighted.sizes).zip(&mut weighted.weighted);
        for (((product, size), sign), (((&spot, &perp), &gross), &margin)) in slots.zip(legs) {
            if gross == 0 {
                continue;
            }
            let exposure = spot.checked_add(perp).ok_or(RiskError::Overflow)?;
            if margin.to_bits() >> MARGIN_BITS != 0 {
                return Err(RiskError::Overflow);
            }
            *size = exposure.unsigned_abs();
            *sign = exposure.signum();
            *product = sums.add(exposure, gross, margin);
            if (spot ^ perp) < 0 && spot != 0 && perp != 0 {
                sums.hedge(spot.unsigned_abs().min(perp.unsigned_abs()), margin);
            }
            weighted.largest_margin = weighted.largest_margin.max(margin);
        }
        weighted.gross = sums.whole_up(sums.gross)?;
        weighted.convexity = sums.whole_up(sums.convexity)?;
        weighted.scale(&products, &sums)?;
        Ok(weighted)
    }

    /// Cuts the products, and the sum of hedges, to 38 bits.
    #[inline(always)]
    fn scale(&mut self, products: &[u128; FACTORS], sums: &Sums) -> Result<()> {
        let widest = sums.widest | sums.hedged;
        if excess_bits(widest, PRODUCT_BITS) > 0 {
            return Err(RiskError::Overflow);
        }
        let shift = excess_bits(widest, FACTOR_BITS);
        for (factor, (sign, &product)) in self.weighted.iter_mut().zip(products).enumerate() {
            let size = shifted_down(product, shift).cast_signed(); // below 2³⁸
            if size == 0 {
                *sign = 0;
                continue;
            }
            *sign = if *sign < 0 { size.wrapping_neg() } else { size };
            self.sum = self.sum.wrapping_add(*sign); // 16 of 2³⁸
            self.held = self.held.wrapping_add(1);
            self.used = factor.wrapping_add(1);
        }
        self.hedged = shifted_up(sums.hedged, shift).cast_signed();
        self.shift = shift;
        Ok(())
    }
}

impl Sums {
    /// Adds one factor; its exposure's product is returned.
    #[inline(always)]
    fn add(&mut self, exposure: i64, gross: u64, margin: Ratio) -> u128 {
        let long_margin = margin.min(LONG_MARGIN_LIMIT).to_bits();
        self.gross = self.gross.wrapping_add(product(gross, long_margin)); // 16 of 2¹⁰⁴
        if exposure >= 0 {
            let weighted = product(exposure.unsigned_abs(), long_margin);
            self.widest |= weighted;
            return weighted;
        }
        let weighted = product(exposure.unsigned_abs(), margin.to_bits());
        self.widest |= weighted;
        // where it does not fit 64 bits, the exposure is refused by what it was or-ed into
        let whole_up = shifted_up(weighted, Ratio::FRACTION_BITS);
        self.convexity = self.convexity.wrapping_add(product(whole_up, margin.to_bits()));
        weighted
    }

    /// Adds what is hedged of one factor.
    #[inline(always)]
    fn hedge(&mut self, hedged: u64, margin: Ratio) {
        self.hedged = self.hedged.wrapping_add(product(hedged, margin.min(LONG_MARGIN_LIMIT).to_bits()));
    }

    /// A sum in whole quote atoms, rounded up.
    #[inline(always)]
    fn whole_up(&self, sum: u128) -> Result<Value> {
        if excess_bits(self.widest, PRODUCT_BITS) > 0 || excess_bits(sum, PRODUCT_BITS) > 0 {
            return Err(RiskError::Overflow);
        }
        Ok(Value(shifted_up(sum, Ratio::FRACTION_BITS)))
    }
}
