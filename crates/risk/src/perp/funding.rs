//! Funding by velocity: the rate walks with the skew, within a cap that follows the margins. See `docs/risk.md`, section 10.

use crate::error::{Result, RiskError};
use crate::math::wide_mul_shift_down;
use crate::perp::PerpBooks;
use crate::quantities::{Amount, DAY_SECONDS, DailyRate, PerUnit, Price, Ratio, SignedAmount, SizeFactor};

/// The longest time that one update books; what lies before is forgiven.
pub const MAX_INTERVAL_SECONDS: u64 = 7 * DAY_SECONDS;

/// How funding moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FundingTerms {
    /// The skew at which the rate moves fastest.
    pub skew_scale: Amount,
    /// The fastest change of the daily rate, per day.
    pub max_velocity: DailyRate,
    /// The largest rate per hour, as a part of initial less maintenance margin \[10 %\].
    pub cap_fraction: Ratio,
}

/// What funding sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FundingInputs {
    /// The rate now.
    pub rate: DailyRate,
    /// Seconds since the last update.
    pub elapsed_seconds: u64,
    /// The factor's price.
    pub mid: Price,
    /// The factor's initial margin.
    pub initial: Ratio,
    /// The factor's maintenance margin.
    pub maintenance: Ratio,
}

/// The largest rate a day: `cap_fraction · (IM − MM) · 24`, rounded down.
pub fn cap_down(inputs: &FundingInputs, terms: &FundingTerms) -> Result<DailyRate> {
    let gap = inputs.initial.to_bits().saturating_sub(inputs.maintenance.to_bits());
    let hourly = terms.cap_fraction.times_down(Ratio::from_bits(gap))?;
    // a ratio has 32 fractional bits, a rate 48
    let daily = i64::try_from(hourly.to_bits()).ok().and_then(|hourly| hourly.checked_mul(24 << 16));
    daily.map(DailyRate::from_bits).ok_or(RiskError::Overflow)
}

/// The rate after some time, and its integral over it in rate·days with 48 fractional bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FundingStep {
    /// The rate at the end.
    pub rate: DailyRate,
    /// ∫F dt.
    pub integral: DailyRate,
}

/// Walks the rate: linear until it meets the cap, constant from there.
pub fn walk(skew: SignedAmount, inputs: &FundingInputs, terms: &FundingTerms) -> Result<FundingStep> {
    let cap = cap_down(inputs, terms)?.to_bits();
    let elapsed = i128::from(inputs.elapsed_seconds.min(MAX_INTERVAL_SECONDS));
    let start = i128::from(inputs.rate.to_bits().clamp(cap.saturating_neg(), cap));
    let velocity = i128::from(velocity(skew, terms)?);
    let day = i128::from(DAY_SECONDS);
    let overflow = || RiskError::Overflow;

    // |velocity| < 2⁶³ and elapsed < 2²⁰: products of two stay below 2⁸⁴
    let change = velocity.checked_mul(elapsed).and_then(|product| product.checked_div(day)).ok_or_else(overflow)?;
    let unclamped = start.saturating_add(change);
    let end = unclamped.clamp(i128::from(cap).saturating_neg(), cap.into());
    let moving = if end == unclamped {
        elapsed
    } else {
        // a clamped walk has a velocity
        let way = end.saturating_sub(start).saturating_mul(day);
        way.checked_div(velocity).ok_or_else(overflow)?.min(elapsed)
    };
    let twice = start
        .saturating_add(end)
        .saturating_mul(moving)
        .saturating_add(end.saturating_mul(2).saturating_mul(elapsed.saturating_sub(moving)));
    let integral = twice.checked_div(day.saturating_mul(2)).ok_or_else(overflow)?;
    let narrow = |bits: i128| i64::try_from(bits).map(DailyRate::from_bits).map_err(|_| RiskError::Overflow);
    Ok(FundingStep { rate: narrow(end)?, integral: narrow(integral)? })
}

/// `max_velocity · clamp(skew/scale, ±1)`, toward zero; 48 fractional bits a day and day.
fn velocity(skew: SignedAmount, terms: &FundingTerms) -> Result<i64> {
    let share = crate::math::mul_div_down(skew.magnitude().min(terms.skew_scale).0, 1 << 32, terms.skew_scale.0)?;
    let size =
        Ratio::from_bits(share).of_down(crate::quantities::Value(terms.max_velocity.to_bits().unsigned_abs()))?;
    let size = i64::try_from(size.0).map_err(|_| RiskError::Overflow)?;
    Ok(if skew.is_negative() { size.saturating_neg() } else { size })
}

impl PerpBooks {
    /// Books funding up to now: the pool's part at once, the accounts' when they are next touched. Returns the new rate.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where a sum leaves its type; [`RiskError::DivisionByZero`] where the scale is zero.
    pub fn update_funding(&mut self, inputs: &FundingInputs, terms: &FundingTerms) -> Result<DailyRate> {
        let skew = self.skew()?;
        let step = walk(skew, inputs, terms)?;
        let due = due_per_atom(step.integral, inputs.mid)?;
        if due == 0 {
            return Ok(step.rate);
        }
        let received = times_shifted_down(due, skew.0)?;
        let received = SignedAmount(i64::try_from(received).map_err(|_| RiskError::Overflow)?);
        let (long, short) = (&mut self.indices.long, &mut self.indices.short);
        long.profit = long.profit.minus(scaled_up(due, long.size)?)?;
        short.profit = short.profit.plus(scaled_down(due, short.size)?)?;
        self.pool_quote = self.pool_quote.plus(received)?;
        self.unapplied = self.unapplied.minus(received)?;
        Ok(step.rate)
    }
}

/// Quote atoms that a long base atom owes, 64 fractional bits, toward zero.
fn due_per_atom(integral: DailyRate, mid: Price) -> Result<i128> {
    let product = i128::from(integral.to_bits()).checked_mul(mid.to_bits().into()).ok_or(RiskError::Overflow)?;
    // 48 and 40 fractional bits, less 24: 64; a division cuts toward zero, a shift would not
    product.checked_div(1 << 24).ok_or(RiskError::DivisionByZero)
}

/// `⌊due·base / 2⁶⁴⌋`.
fn times_shifted_down(due: i128, base: i64) -> Result<i128> {
    let (size, is_negative) = (base.unsigned_abs(), (due < 0) != (base < 0));
    let signed = |magnitude: u128| i128::try_from(magnitude).map_err(|_| RiskError::Overflow);
    if is_negative {
        return Ok(signed(crate::math::wide_mul_shift_up::<64>(due.unsigned_abs(), size)?)?.saturating_neg());
    }
    signed(wide_mul_shift_down::<64>(due.unsigned_abs(), size)?)
}

/// `⌊due·S⌋`.
fn scaled_down(due: i128, size: SizeFactor) -> Result<PerUnit> {
    if size == SizeFactor::ONE {
        return Ok(PerUnit::from_bits(due));
    }
    let size = i64::try_from(size.to_bits()).map_err(|_| RiskError::Overflow)?;
    // S ≤ 2⁶², so the product over 2⁶⁴ times four is at most the due
    times_shifted_down(due.checked_mul(4).ok_or(RiskError::Overflow)?, size).map(PerUnit::from_bits)
}

/// `⌈due·S⌉`.
fn scaled_up(due: i128, size: SizeFactor) -> Result<PerUnit> {
    let negated = scaled_down(due.saturating_neg(), size)?;
    Ok(PerUnit::from_bits(negated.to_bits().saturating_neg()))
}
