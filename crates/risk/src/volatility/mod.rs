//! Fast and slow variance of a factor, its jump level, and the sample that each grid step takes. `docs/risk.md`, section 3.

use crate::error::{Result, RiskError};
use crate::math::{sqrt_up, wide_mul_div_up};
use crate::quantities::{DAY_SECONDS, Decay, LogPrice, LogReturn, Ratio, Variance};

mod implied;
mod observation;

pub use implied::{IMPLIED_MAX_AGE_SECONDS, ImpliedVolatility};
pub use observation::{LogRange, Observations};

/// After a boundary a step is folded without the factors that still lack a sample.
pub const SAMPLE_WAIT_SECONDS: u64 = 120;
/// 1/(4·ln 2·1.28), rounded up: Parkinson's estimator, corrected for taking the larger of two estimators; 32 fractional bits.
const RANGE_WEIGHT: Ratio = Ratio::from_bits(1_210_220_317);

/// A factor's volatility parameters as they are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VolatilityParameters {
    /// σ_floor per √day, in parts per million.
    pub floor_volatility_ppm: u32,
    /// A return counts at most this many standard deviations, in millionths \[6 000 000\].
    pub winsor_sigmas_ppm: u32,
    /// Half-life of the fast variance \[43 200\].
    pub fast_half_life_seconds: u32,
    /// Half-life of the slow variance \[1 296 000\].
    pub slow_half_life_seconds: u32,
    /// Half-life of the jump level \[21 600\].
    pub jump_half_life_seconds: u32,
    /// G, the length of a grid step \[300\]; it divides a day.
    pub grid_seconds: u32,
}

/// [`VolatilityParameters`] within their bounds, in the core's units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VolatilityTerms {
    /// σ_floor².
    pub floor: Variance,
    /// winsor_sigmas².
    pub winsor_squared: Ratio,
    /// See [`VolatilityParameters::fast_half_life_seconds`].
    pub fast_half_life_seconds: u32,
    /// See [`VolatilityParameters::slow_half_life_seconds`].
    pub slow_half_life_seconds: u32,
    /// See [`VolatilityParameters::jump_half_life_seconds`].
    pub jump_half_life_seconds: u32,
    /// Steps a day: 1/Δt of one step.
    pub steps_per_day: u32,
}

impl VolatilityParameters {
    /// The terms, or [`RiskError::ParameterOutOfBounds`].
    pub fn terms(&self) -> Result<VolatilityTerms> {
        let half_life = 3_600..=31_536_000;
        let in_bounds = (100..=1_000_000).contains(&self.floor_volatility_ppm)
            && (3_000_000..=20_000_000).contains(&self.winsor_sigmas_ppm)
            && half_life.contains(&self.fast_half_life_seconds)
            && half_life.contains(&self.slow_half_life_seconds)
            && half_life.contains(&self.jump_half_life_seconds)
            && self.fast_half_life_seconds <= self.slow_half_life_seconds;
        if !in_bounds {
            return Err(RiskError::ParameterOutOfBounds);
        }
        let winsor = Ratio::from_ppm_up(self.winsor_sigmas_ppm);
        Ok(VolatilityTerms {
            floor: Variance::from_root(Ratio::from_ppm_up(self.floor_volatility_ppm))?,
            winsor_squared: winsor.times_up(winsor)?,
            fast_half_life_seconds: self.fast_half_life_seconds,
            slow_half_life_seconds: self.slow_half_life_seconds,
            jump_half_life_seconds: self.jump_half_life_seconds,
            steps_per_day: steps_per_day(self.grid_seconds)?,
        })
    }
}

/// Steps a day of a grid, or [`RiskError::ParameterOutOfBounds`] unless the step is one to sixty minutes and divides a day.
pub fn steps_per_day(grid_seconds: u32) -> Result<u32> {
    const DAY: u32 = 86_400;
    if !(60..=3_600).contains(&grid_seconds) || DAY.checked_rem(grid_seconds) != Some(0) {
        return Err(RiskError::ParameterOutOfBounds);
    }
    DAY.checked_div(grid_seconds).ok_or(RiskError::ParameterOutOfBounds)
}

/// What is left of each old weight after the interval of a fold. The program keeps those of one step; longer ones are computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decays {
    /// λ_f.
    pub fast: Decay,
    /// λ_s.
    pub slow: Decay,
    /// Of the jump level.
    pub jump: Decay,
}

impl Decays {
    /// The decays over `steps` steps.
    pub fn over(steps: u64, terms: &VolatilityTerms) -> Result<Self> {
        let grid_seconds = DAY_SECONDS.checked_div(terms.steps_per_day.into()).ok_or(RiskError::DivisionByZero)?;
        let elapsed = grid_seconds.checked_mul(steps).ok_or(RiskError::Overflow)?;
        Ok(Self {
            fast: Decay::over(elapsed, terms.fast_half_life_seconds)?,
            slow: Decay::over(elapsed, terms.slow_half_life_seconds)?,
            jump: Decay::over(elapsed, terms.jump_half_life_seconds)?,
        })
    }
}

/// The step to fold now.
///
/// # Errors
/// [`RiskError::StepAlreadyFolded`], or [`RiskError::StepIncomplete`] where a live factor lacks its sample and the wait is not over.
pub fn step_to_fold(last_folded: u64, all_sampled: bool, now_seconds: u64, grid_seconds: u64) -> Result<u64> {
    let step = now_seconds.checked_div(grid_seconds).ok_or(RiskError::DivisionByZero)?;
    if step <= last_folded {
        return Err(RiskError::StepAlreadyFolded);
    }
    let into_step = now_seconds.checked_rem(grid_seconds).ok_or(RiskError::DivisionByZero)?;
    if !all_sampled && into_step < SAMPLE_WAIT_SECONDS {
        return Err(RiskError::StepIncomplete);
    }
    Ok(step)
}

/// A factor's volatility, and the sample that its next return starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Volatility {
    /// v_f, per day.
    pub fast: Variance,
    /// v_s, per day.
    pub slow: Variance,
    /// j: what winsorising cut off, decaying; at most 1.
    pub jump: Ratio,
    /// Log price of the last folded sample.
    pub last_sample: LogPrice,
    /// The step of the last folded sample.
    pub last_step: u64,
}

/// A folded factor: its new state, what it has observed since, and its part in the covariance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folded {
    /// The new state.
    pub volatility: Volatility,
    /// The observations left for the next fold.
    pub observations: Observations,
    /// r_w.
    pub winsorised: LogReturn,
    /// The steps that the return spans; it enters the covariance only if all factors' returns span the same.
    pub steps: u64,
}

impl Volatility {
    /// σ_w² = max(v_slow, σ_floor²): what returns and jumps are measured by.
    #[must_use]
    #[inline(always)]
    pub fn reference(&self, terms: &VolatilityTerms) -> Variance {
        self.slow.max(terms.floor)
    }

    /// Whether the observations hold a sample of this step that was not folded before. A factor listed within the step has its sample, but nothing to fold.
    #[must_use]
    #[inline(always)]
    pub const fn is_due(&self, observations: &Observations, step: u64) -> bool {
        observations.has_sample(step) && self.last_step < step
    }

    /// The largest value that `variance` can have after a fold (INV-INFLUENCE): λ·v + (1 − λ)·winsor²·max(v_slow, σ_floor²).
    ///
    /// What one observation adds is at most winsor²·σ_w², whatever is posted: the squared return and the range are each cut there.
    pub fn influence_bound(&self, variance: Variance, decay: Decay, terms: &VolatilityTerms) -> Result<Variance> {
        Ok(decay.blend_up(variance, self.reference(terms).times_up(terms.winsor_squared)?))
    }

    /// Folds the sample of the observations, which the caller has found to be due ([`Self::is_due`]). `decays` are those of
    /// `observations.sample_step − self.last_step` steps.
    ///
    /// # Errors
    /// [`RiskError::StepAlreadyFolded`] where the sample is not newer than the last one folded.
    pub fn fold(self, observations: &Observations, decays: &Decays, terms: &VolatilityTerms) -> Result<Folded> {
        let steps = observations.sample_step.saturating_sub(self.last_step);
        if steps == 0 {
            return Err(RiskError::StepAlreadyFolded);
        }
        let most = self.reference(terms).times_up(terms.winsor_squared)?;
        let log_return = observations.sample.since(self.last_sample)?;
        let squared = per_day(log_return, steps, terms)?;
        let range = per_day(observations.closed.high.since(observations.closed.low)?, steps, terms)?;
        let mut observed = squared.min(most);
        // the range weighs less than one, so it matters only where it is the larger
        if range > observed {
            observed = range.min(most).times_up(RANGE_WEIGHT)?.max(observed);
        }

        let (winsorised, excess) =
            if squared <= most { (log_return, Ratio::ZERO) } else { winsorise(log_return, most, steps, terms)? };
        let jump = decays.jump.of_up(self.jump)?.plus(excess)?.min(Ratio::ONE);
        Ok(Folded {
            volatility: Self {
                fast: decays.fast.blend_up(self.fast, observed),
                slow: decays.slow.blend_up(self.slow, observed),
                jump,
                last_sample: observations.sample,
                last_step: observations.sample_step,
            },
            observations: Observations { closed: LogRange::of(observations.sample), ..*observations },
            winsorised,
            steps,
        })
    }
}

/// The squared return over `steps` steps as a variance per day, rounded up.
#[inline(always)]
fn per_day(log_return: LogReturn, steps: u64, terms: &VolatilityTerms) -> Result<Variance> {
    let squared = log_return.squared_times(terms.steps_per_day);
    if steps == 1 {
        return Ok(squared);
    }
    wide_mul_div_up(squared.to_bits(), 1, steps.into()).map(Variance::from_bits)
}

/// The return cut to √(most·Δt), and what was cut off.
#[cold]
fn winsorise(log_return: LogReturn, most: Variance, steps: u64, terms: &VolatilityTerms) -> Result<(LogReturn, Ratio)> {
    let over_interval = wide_mul_div_up(most.to_bits(), steps.into(), terms.steps_per_day.into())?;
    let size = log_return.to_bits().unsigned_abs();
    // the root of 96 fractional bits has 48, as a log return
    let bound = sqrt_up(over_interval).min(size);
    // 48 fractional bits become 32
    let excess = Ratio::from_bits(size.saturating_sub(bound).div_ceil(1 << 16));
    let bound = i64::try_from(bound).map_err(|_| RiskError::Overflow)?;
    let winsorised = if log_return.to_bits() < 0 { bound.saturating_neg() } else { bound };
    Ok((LogReturn::from_bits(winsorised), excess))
}
