//! Funding by velocity: the rate walks with the skew, within a cap that follows the margins. See `docs/risk.md`, section 10.

use crate::error::{Result, RiskError};
use crate::math::{
    mul_div_down, mul_div_up, mul_shift_up, product, wide_div_down, wide_mul_shift_down, wide_mul_shift_up,
};
use crate::perp::PerpBooks;
use crate::quantities::{Amount, DAY_SECONDS, DailyRate, PerUnit, Price, Ratio, SignedAmount, SizeFactor, Value};

/// The longest time that one update books; what lies before is forgiven.
pub const MAX_INTERVAL_SECONDS: u64 = 7 * DAY_SECONDS;
const TWO_DAYS_SECONDS: u64 = 2 * DAY_SECONDS;

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

/// Walks the rate: linear until it meets the cap, constant from there. Products and quotients of 64 bits: those of 128 are dear on-chain.
///
/// # Errors
/// [`RiskError::Overflow`] where the integral leaves its type; [`RiskError::DivisionByZero`] where the scale is zero.
pub fn walk(skew: SignedAmount, inputs: &FundingInputs, terms: &FundingTerms) -> Result<FundingStep> {
    let cap = cap_down(inputs, terms)?.to_bits();
    let floor = cap.saturating_neg();
    let elapsed = inputs.elapsed_seconds.min(MAX_INTERVAL_SECONDS);
    let start = inputs.rate.to_bits().max(floor).min(cap);
    let velocity = velocity(skew, terms)?;

    // a change that does not fit passes every cap
    let change = mul_div_down(velocity.unsigned_abs(), elapsed, DAY_SECONDS).unwrap_or(u64::MAX);
    let change = with_sign(change, velocity < 0);
    let unclamped = start.saturating_add(change);
    let end = unclamped.max(floor).min(cap);
    let moving = if end == unclamped {
        elapsed
    } else {
        // a clamped walk has a velocity
        mul_div_down(end.abs_diff(start), DAY_SECONDS, velocity.unsigned_abs())?.min(elapsed)
    };
    // (F₀ + F₁)·t₁ + 2·F₁·(Δt − t₁): two products below 2⁶³·2²¹
    let at_end = elapsed.saturating_mul(2).saturating_sub(moving);
    let twice = signed_product(start, moving).saturating_add(signed_product(end, at_end));
    let size = wide_div_down(twice.unsigned_abs(), TWO_DAYS_SECONDS)?;
    let integral = SignedAmount::received(Amount(size))?.negated_if(twice < 0)?;
    Ok(FundingStep { rate: DailyRate::from_bits(end), integral: DailyRate::from_bits(integral.0) })
}

/// `max_velocity · clamp(skew/scale, ±1)`, toward zero; 48 fractional bits a day and day.
fn velocity(skew: SignedAmount, terms: &FundingTerms) -> Result<i64> {
    let share = mul_div_down(skew.magnitude().min(terms.skew_scale).0, 1 << 32, terms.skew_scale.0)?;
    let size = Ratio::from_bits(share).of_down(Value(terms.max_velocity.to_bits().unsigned_abs()))?;
    Ok(with_sign(size.0, skew.is_negative()))
}

/// A size with a sign; at most the largest number.
#[inline(always)]
fn with_sign(size: u64, is_negative: bool) -> i64 {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if is_negative { size.saturating_neg() } else { size }
}

#[inline(always)]
#[allow(clippy::cast_possible_wrap)] // seconds are below 2²¹
fn signed_product(signed: i64, seconds: u64) -> i128 {
    let size = product(signed.unsigned_abs(), seconds) as i128;
    if signed < 0 { size.saturating_neg() } else { size }
}

/// What a touched position will pay in the seconds ahead at a constant rate, in quote atoms, rounded up; zero where it would receive.
///
/// # Errors
/// [`crate::RiskError::Overflow`] where it does not fit.
pub fn paid_ahead_up(rate: DailyRate, base: SignedAmount, mid: Price, seconds: u64) -> Result<Amount> {
    let is_received = (rate.to_bits() < 0) != base.is_negative();
    if is_received || rate == DailyRate::ZERO {
        return Ok(Amount::ZERO);
    }
    let part = mul_div_up(rate.to_bits().unsigned_abs(), seconds, DAY_SECONDS)?;
    let value = mid.value_up(base.magnitude())?;
    mul_shift_up::<{ DailyRate::FRACTION_BITS }>(value.0, part).map(Amount)
}

impl PerpBooks {
    /// Books funding up to now: the pool's part at once, the accounts' when they are next touched. Returns the new rate.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] where a sum leaves its type; [`RiskError::DivisionByZero`] where the scale is zero.
    pub fn update_funding(&mut self, inputs: &FundingInputs, terms: &FundingTerms) -> Result<DailyRate> {
        let skew = self.skew()?;
        let step = walk(skew, inputs, terms)?;
        let due = Due::new(step.integral, inputs.mid);
        if due.per_atom == 0 {
            return Ok(step.rate);
        }
        let received = due.times_down(skew)?;
        let (long, short) = (&mut self.indices.long, &mut self.indices.short);
        // what the longs owe and the shorts receive; each side's Π rounds down
        long.profit = long.profit.plus(due.negated().scaled_down(long.size)?)?;
        short.profit = short.profit.plus(due.scaled_down(short.size)?)?;
        self.pool_quote = self.pool_quote.plus(received)?;
        self.unapplied = self.unapplied.minus(received)?;
        Ok(step.rate)
    }
}

/// Quote atoms that a long base atom owes, 64 fractional bits, cut toward zero.
#[derive(Clone, Copy)]
struct Due {
    per_atom: u128,
    is_negative: bool,
}

impl Due {
    #[inline(always)]
    fn new(integral: DailyRate, mid: Price) -> Self {
        let bits = integral.to_bits();
        // 48 and 40 fractional bits, less 24: 64
        Self { per_atom: product(bits.unsigned_abs(), mid.to_bits()) >> 24, is_negative: bits < 0 }
    }

    const fn negated(self) -> Self {
        Self { is_negative: !self.is_negative, ..self }
    }

    /// `⌊due·base⌋`.
    #[inline(always)]
    fn times_down(self, base: SignedAmount) -> Result<SignedAmount> {
        let is_negative = self.is_negative != base.is_negative();
        let multiplied = if is_negative { wide_mul_shift_up::<64> } else { wide_mul_shift_down::<64> };
        let size = u64::try_from(multiplied(self.per_atom, base.magnitude().0)?).map_err(|_| RiskError::Overflow)?;
        SignedAmount::received(Amount(size))?.negated_if(is_negative)
    }

    /// `⌊due·S⌋`.
    #[inline(always)]
    fn scaled_down(self, size: SizeFactor) -> Result<PerUnit> {
        let multiplied = if self.is_negative { wide_mul_shift_up::<62> } else { wide_mul_shift_down::<62> };
        let scaled = if size == SizeFactor::ONE { self.per_atom } else { multiplied(self.per_atom, size.to_bits())? };
        let bits = i128::try_from(scaled).map_err(|_| RiskError::Overflow)?;
        Ok(PerUnit::from_bits(if self.is_negative { bits.saturating_neg() } else { bits }))
    }
}
