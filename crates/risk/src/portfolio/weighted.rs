//! Exposures times margins: one pass, shared by all models.

use super::Exposures;
use crate::correlation::FACTORS;
use crate::error::{Result, RiskError};
use crate::math::{FACTOR_BITS, ProductSum, cut_down, cut_up, excess_bits, mul_shift_up, product, unscaled_up};
use crate::quantities::{Ratio, Value};

/// m of each factor; zero where none is listed.
pub type Margins = [Ratio; FACTORS];

/// What a net long can lose of its value to its margin: all but 2⁻¹¹, which leaves room for the 2⁻¹⁰ on the diagonal, (1 − 2⁻¹¹)²·(1 + 2⁻¹⁰) < 1. So a
/// deposit never requires more than it brings.
const LONG_MARGIN_LIMIT: Ratio = Ratio::from_bits((1 << 32) - (1 << 21));
/// Margins stay below 16.
const MARGIN_BITS: u32 = 36;
/// Exposures are cut until their products with margins have at most 63 bits.
const PRODUCT_BITS: u32 = 63;
/// Sums of 16 products are kept with four bits less, rounded up.
const SUM_CUT: u32 = 4;

/// Exposures times margins, scaled by one exponent: a unit is `2^shift/2³²` quote atoms.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeightedExposures {
    /// y_i = x_i·m_i in units, toward zero; below 2³⁸ in size.
    pub(super) weighted: [i64; FACTORS],
    /// |x_i| in quote atoms.
    pub(super) sizes: [u64; FACTORS],
    /// The common exponent, at most 61.
    pub(super) shift: u32,
    /// The number of y up to the last that is not zero.
    pub(super) used: usize,
    /// The largest margin of an exposure.
    pub(super) largest_margin: Ratio,
    /// Σ y_i in units.
    pub(super) sum: i64,
    /// By how many units all y together are nearer to zero than the exact ones, at most.
    pub(super) cut: u64,
    /// The larger of Σ y_i² and (Σ y_i)², in squared units: below 2⁸⁴.
    pub(super) extreme: i128,
    /// Σ hedged_i·m_i in units, rounded up; at most 2⁴².
    pub(super) hedged: i64,
    /// Σ gross_i·m_i, rounded up.
    pub(super) gross: Value,
    /// Σ |x_i|·m_i² of debts and shorts, rounded up.
    pub(super) convexity: Value,
    /// As in the exposures.
    pub(super) added: Value,
}

/// One factor.
#[derive(Clone, Copy)]
struct Leg {
    spot: i64,
    perp: i64,
    gross: u64,
    margin: Ratio,
}

/// Sums of products of margins and exposures that are cut by `bits`.
#[derive(Default)]
struct Sums {
    bits: u32,
    hedged: u64,
    gross: u64,
    convexity: u64,
    /// Every product, or-ed: as long as the longest.
    widest: u64,
}

impl WeightedExposures {
    /// Weighs `exposures` with `margins`.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where the legs of a factor together, or an exposure times its margin, do not fit 63 bits, or the margin of one that is
    /// held is 16 or more.
    #[inline(never)]
    pub fn new(exposures: &Exposures, margins: &Margins) -> Result<Self> {
        let (gross, margin) = widest(exposures, margins);
        if margin >> MARGIN_BITS != 0 || gross >> 63 != 0 {
            return Err(RiskError::Overflow);
        }
        let mut sums = Sums { bits: excess_bits(gross, margin, PRODUCT_BITS), ..Sums::default() };
        let mut weighted = Self { added: exposures.added, ..Self::default() };
        let legs = exposures.spot().iter().zip(exposures.perp()).zip(exposures.gross()).zip(margins);
        let slots = weighted.weighted.iter_mut().zip(&mut weighted.sizes);
        for ((product, size), (((&spot, &perp), &gross), &margin)) in slots.zip(legs) {
            if gross != 0 {
                // each is at most gross, below 2⁶³ in size
                *size = spot.wrapping_add(perp).unsigned_abs();
                *product = sums.add(&Leg { spot, perp, gross, margin })?;
                weighted.largest_margin = weighted.largest_margin.max(margin);
            }
        }
        weighted.gross = unscaled_up::<{ Ratio::FRACTION_BITS - SUM_CUT }>(sums.gross, sums.bits).map(Value)?;
        weighted.convexity = unscaled_up::<{ Ratio::FRACTION_BITS }>(sums.convexity, sums.bits).map(Value)?;
        weighted.scale(margins, &sums);
        Ok(weighted)
    }

    /// Cuts the products, and the sum of hedges, to 38 bits.
    #[inline(always)]
    fn scale(&mut self, margins: &Margins, sums: &Sums) {
        let shift = excess_bits(sums.widest, 1, FACTOR_BITS.wrapping_add(1));
        let mut squares = ProductSum::default();
        let factors = self.weighted.iter_mut().zip(&self.sizes).zip(margins).enumerate();
        for (factor, ((weighted, &size), margin)) in factors {
            if size == 0 {
                continue;
            }
            let size = cut_down(weighted.unsigned_abs(), shift).cast_signed(); // below 2³⁸
            *weighted = if *weighted < 0 { size.wrapping_neg() } else { size };
            self.sum = self.sum.wrapping_add(*weighted); // 16 of 2³⁸
            squares.add(*weighted, *weighted);
            self.used = factor.wrapping_add(1);
            // an exposure that was cut lost less than a unit of it, which is its margin
            let of_exposure = if sums.bits == 0 { 0 } else { cut_down(margin.to_bits(), shift).wrapping_add(1) };
            self.cut = self.cut.wrapping_add(of_exposure).wrapping_add(u64::from(shift > 0));
        }
        let sum = self.sum.unsigned_abs();
        self.extreme = squares.total().max(product(sum, sum).cast_signed());
        let hedged = if shift < SUM_CUT {
            cut_down(sums.hedged << SUM_CUT, shift)
        } else {
            cut_up(sums.hedged, shift.wrapping_sub(SUM_CUT))
        };
        self.hedged = hedged.cast_signed();
        self.shift = sums.bits.wrapping_add(shift);
    }
}

/// The legs of all factors, or-ed, and the margins of those held: as long as the longest.
#[inline(always)]
fn widest(exposures: &Exposures, margins: &Margins) -> (u64, u64) {
    exposures.gross().iter().zip(margins).fold((0, 0), |(all_legs, all_margins), (&gross, margin)| {
        if gross == 0 { (all_legs, all_margins) } else { (all_legs | gross, all_margins | margin.to_bits()) }
    })
}

impl Sums {
    /// Adds one factor; the product of its exposure and margin is returned.
    #[inline(always)]
    fn add(&mut self, leg: &Leg) -> Result<i64> {
        let margin = leg.margin.to_bits();
        let long_margin = margin.min(LONG_MARGIN_LIMIT.to_bits());
        // products below 2⁶³, and 16 of their parts
        let gross = cut_up(leg.gross, self.bits).wrapping_mul(long_margin);
        self.gross = self.gross.wrapping_add(gross >> SUM_CUT).wrapping_add(1);
        if (leg.spot ^ leg.perp) < 0 && leg.spot != 0 && leg.perp != 0 {
            let hedged =
                cut_up(leg.spot.unsigned_abs().min(leg.perp.unsigned_abs()), self.bits).wrapping_mul(long_margin);
            self.hedged = self.hedged.wrapping_add(hedged >> SUM_CUT).wrapping_add(1);
            self.widest |= hedged;
        }
        let exposure = leg.spot.wrapping_add(leg.perp);
        let size = cut_down(exposure.unsigned_abs(), self.bits);
        if exposure >= 0 {
            let weighted = size.wrapping_mul(long_margin);
            self.widest |= weighted;
            return Ok(weighted.cast_signed());
        }
        let weighted = size.wrapping_mul(margin);
        self.widest |= weighted;
        // an exposure that was cut lost less than a unit of it; below 2⁶³ + 2³⁶
        let weighted_up = if self.bits == 0 { weighted } else { weighted.wrapping_add(margin) };
        let convexity = mul_shift_up::<{ Ratio::FRACTION_BITS }>(weighted_up, margin)?;
        self.convexity = self.convexity.checked_add(convexity).ok_or(RiskError::Overflow)?;
        Ok(weighted.cast_signed().wrapping_neg())
    }
}
