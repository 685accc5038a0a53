//! Morpho's adaptive curve: kinked in utilisation, with a level that drifts until utilisation meets its target.

use crate::error::{Result, RiskError};
use crate::math::{mul_shift_down, times_exp_down};
use crate::quantities::{Amount, Rate, Ratio, YEAR_SECONDS};

/// The steepest curve: sixteen times the rate at target when everything is lent out.
pub const MAX_STEEPNESS: Ratio = Ratio::from_bits(16 << 32);
/// The highest rate at target that terms may allow: 1,000 % a year.
const MAX_RATE_AT_TARGET: Rate = Rate::from_ppm_per_year_down(10_000_000);
/// The fastest adaptation: e-fold in a day of constant full error.
const MAX_SPEED: Rate = Rate::from_ppm_per_year_down(365_000_000);
/// The widest ratio of the rate bounds. e¹⁶ is more, so stopping the exponent at 16 changes no clamped result.
const MAX_RATE_SPAN: u64 = 1_000_000;
/// 16 with 48 fractional bits.
const MAX_EXPONENT: u64 = 16 << 48;

impl Rate {
    /// From parts per million a year, rounded down.
    #[must_use]
    #[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
    pub const fn from_ppm_per_year_down(ppm: u32) -> Self {
        // 2³² · 2⁶⁴ < 2¹²⁸, and u32::MAX ppm a year is 1.4·10⁻⁴ a second: the quotient fits 64 bits
        Self::from_bits((((ppm as u128) << 64) / (1_000_000 * YEAR_SECONDS as u128)) as u64)
    }
}

/// The curve's parameters. Check with [`CurveTerms::checked`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CurveTerms {
    /// Utilisation at which the level stands still \[90 %\].
    pub target_utilisation: Ratio,
    /// The rate at full utilisation over the rate at target; its reciprocal is the rate at zero \[4\].
    pub steepness: Ratio,
    /// How fast the level's logarithm moves at full error, per second \[50 a year\].
    pub adaptation_speed: Rate,
    /// The lowest rate at target, per second \[0.1 % a year\].
    pub min_rate_at_target: Rate,
    /// The highest rate at target, per second \[200 % a year\].
    pub max_rate_at_target: Rate,
}

/// The curve after an interval of constant utilisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdaptedRate {
    /// Rate at target utilisation at the interval's end.
    pub rate_at_target: Rate,
    /// Mean borrow rate over the interval.
    pub mean_borrow_rate: Rate,
}

impl CurveTerms {
    /// The terms, if they lie within their bounds: target in 1 % … 99 %, steepness in 1 … 16, speed at most 365 a year, rates above zero, in
    /// order, at most 1,000 % a year and at most 10⁶ apart. Otherwise [`RiskError::ParameterOutOfBounds`].
    pub fn checked(self) -> Result<Self> {
        let target_fits = self.target_utilisation >= Ratio::from_ppm_down(10_000)
            && self.target_utilisation <= Ratio::from_ppm_down(990_000);
        let steepness_fits = self.steepness >= Ratio::ONE && self.steepness <= MAX_STEEPNESS;
        let (low, high) = (self.min_rate_at_target, self.max_rate_at_target);
        let rates_fit = low > Rate::ZERO
            && low <= high
            && high <= MAX_RATE_AT_TARGET
            && high.to_bits() <= low.to_bits().saturating_mul(MAX_RATE_SPAN);
        if target_fits && steepness_fits && rates_fit && self.adaptation_speed <= MAX_SPEED {
            Ok(self)
        } else {
            Err(RiskError::ParameterOutOfBounds)
        }
    }

    /// The borrow rate at a utilisation, for a given rate at target; rounded down.
    pub fn borrow_rate_down(&self, rate_at_target: Rate, utilisation: Ratio) -> Result<Rate> {
        let multiplier = self.multiplier_down(self.error_of(utilisation)?)?;
        mul_shift_down::<32>(rate_at_target.to_bits(), multiplier.to_bits()).map(Rate::from_bits)
    }

    /// Moves the level through `elapsed_seconds` at constant utilisation; the mean rate is the trapezoidal one of its two halves.
    pub fn adapt(&self, rate_at_target: Rate, utilisation: Ratio, elapsed_seconds: u64) -> Result<AdaptedRate> {
        let error = self.error_of(utilisation)?;
        let start = self.clamp(rate_at_target.to_bits());
        // the end is the middle's factor applied twice
        let half = self.half_drift(error, elapsed_seconds)?;
        let unclamped_middle = times_exp_down(start, half);
        let middle = self.clamp(unclamped_middle);
        let end = self.clamp(times_exp_down(unclamped_middle, half));
        // bounds of 1,000 % a year keep the sum below 2⁴⁶
        let mean = start.saturating_add(end).saturating_add(middle.saturating_mul(2)) / 4;
        let multiplier = self.multiplier_down(error)?;
        Ok(AdaptedRate {
            rate_at_target: Rate::from_bits(end),
            mean_borrow_rate: Rate::from_bits(mul_shift_down::<32>(mean, multiplier.to_bits())?),
        })
    }

    /// Normalised distance from target, in −1 … 1, with 32 fractional bits.
    fn error_of(&self, utilisation: Ratio) -> Result<i64> {
        let utilisation = utilisation.min(Ratio::ONE);
        let (distance, span, is_below) = if utilisation < self.target_utilisation {
            (self.target_utilisation.minus(utilisation)?, self.target_utilisation, true)
        } else {
            let span = Ratio::ONE.minus(self.target_utilisation)?;
            (utilisation.minus(self.target_utilisation)?, span, false)
        };
        // both are at most one, so the shifted distance has 64 bits only where it equals a span of one, which the bounds exclude
        let magnitude = (distance.to_bits() << 32).checked_div(span.to_bits()).ok_or(RiskError::DivisionByZero)?;
        let magnitude = i64::try_from(magnitude).map_err(|_| RiskError::Overflow)?;
        Ok(if is_below { magnitude.saturating_neg() } else { magnitude })
    }

    /// `(C − 1)·e + 1` above the target, `(1 − 1/C)·e + 1` below it.
    fn multiplier_down(&self, error: i64) -> Result<Ratio> {
        let magnitude = Ratio::from_bits(error.unsigned_abs());
        if error >= 0 {
            return self.steepness.minus(Ratio::ONE)?.times_down(magnitude)?.plus(Ratio::ONE);
        }
        let reciprocal = (1_u64 << 63).checked_div(self.steepness.to_bits()).ok_or(RiskError::DivisionByZero)?;
        let slope = Ratio::ONE.minus(Ratio::from_bits(reciprocal.saturating_mul(2)))?;
        Ratio::ONE.minus(slope.times_up(magnitude)?)
    }

    /// Half of `speed · e · Δt` with 48 fractional bits, the whole within ±16.
    fn half_drift(&self, error: i64, elapsed_seconds: u64) -> Result<i64> {
        // from Q64 to Q48; what does not fit is 2¹⁶ e-folds, far beyond the bound
        let longest = mul_shift_down::<16>(self.adaptation_speed.to_bits(), elapsed_seconds).unwrap_or(u64::MAX);
        let magnitude = mul_shift_down::<32>(longest, error.unsigned_abs())?.min(MAX_EXPONENT) >> 1;
        let magnitude = i64::try_from(magnitude).map_err(|_| RiskError::Overflow)?;
        Ok(if error < 0 { magnitude.saturating_neg() } else { magnitude })
    }

    fn clamp(&self, rate_bits: u64) -> u64 {
        rate_bits.min(self.max_rate_at_target.to_bits()).max(self.min_rate_at_target.to_bits())
    }
}

/// Debts over deposits, at most one, rounded down with an error below 2⁻³⁰; zero where there are no debts.
///
/// Works on the upper 32 bits of the deposits, so that one 64-bit division does.
#[must_use]
pub fn utilisation_down(debts: Amount, deposits: Amount) -> Ratio {
    if debts.is_zero() {
        return Ratio::ZERO;
    }
    if debts >= deposits {
        return Ratio::ONE;
    }
    let shift = 32_u32.saturating_sub(deposits.0.leading_zeros());
    let numerator = (debts.0 >> shift) << 32;
    let divisor = (deposits.0 >> shift).saturating_add(u64::from(shift > 0));
    Ratio::from_bits(numerator.checked_div(divisor).unwrap_or(0))
}
