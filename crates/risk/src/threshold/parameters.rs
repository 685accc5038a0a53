//! A factor's threshold parameters, and the constants that follow from them, computed once when they are set.

use super::path::MAX_POINTS;
use crate::error::{Result, RiskError};
use crate::math::{wide_mul_div_up, wide_mul_shift_up};
use crate::quantities::{DAY_SECONDS, Ratio, Variance};
use crate::volatility::steps_per_day;

/// The part of the margin above the raw one that the buffer adds: a quarter (EMIR RTS 153/2013, Art. 28 a).
const BUFFER: Ratio = Ratio::from_ppm_up(1_250_000);
/// The calm σ_now, as a multiple of σ_floor, whose buffered margin the buffer fills up to: stress blended in, as in every m_raw, so that a
/// calm market carries the whole buffer and a rising σ uses it up.
const CALM_MULTIPLE: Ratio = Ratio::from_ppm_up(1_200_000);
/// A path walks down at a quarter of the speed that it walks up.
const DOWN_DIVISOR: u64 = 4;
const HOUR_SECONDS: u128 = 3_600;

/// A factor's threshold parameters as they are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThresholdParameters {
    /// σ_floor per √day, in parts per million.
    pub floor_volatility_ppm: u32,
    /// σ_stress per √day, in parts per million.
    pub stress_volatility_ppm: u32,
    /// w, the weight of stress, in parts per million; at least 250 000 (Art. 28 b).
    pub stress_weight_ppm: u32,
    /// k, the expected shortfall of a unit variance, in millionths \[3 691 510\]: Student t4 at 99 %.
    pub shortfall_multiple_ppm: u32,
    /// h, the margin period of risk.
    pub horizon_seconds: u32,
    /// Bid-ask spread, half of which closing out costs, in parts per million.
    pub spread_ppm: u32,
    /// The largest liquidation bonus, in parts per million.
    pub bonus_max_ppm: u32,
    /// Insurance's cut of a liquidation, in parts per million.
    pub insurance_cut_ppm: u32,
    /// m_min, in parts per million.
    pub margin_min_ppm: u32,
    /// m_max, in parts per million.
    pub margin_max_ppm: u32,
    /// initial_gap, in parts per million \[250 000\].
    pub initial_gap_ppm: u32,
    /// How far maintenance margin rises in an hour, in parts per million of itself \[20 000\] …
    pub walk_relative_ppm: u32,
    /// … or in parts per million of the position, if that is more \[2 500\].
    pub walk_absolute_ppm: u32,
    /// G, the length of a grid step \[300\].
    pub grid_seconds: u32,
    /// How long ahead maintenance margin is announced \[3 600\]: 1 to 12 steps.
    pub grace_seconds: u32,
}

/// What [`ThresholdParameters`] mean: every constant of section 4, ready for a fold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThresholdTerms {
    /// k²·h/day·σ_floor²: the least es².
    pub floor_shortfall: Variance,
    /// k²·h/day·w·σ_stress²: what stress adds to es².
    pub stress_shortfall: Variance,
    /// k²·h/day·(1 − w), with 48 fractional bits: what σ_now² is multiplied by.
    pub live_multiplier: u64,
    /// spread/2 + bonus_max + insurance_cut.
    pub closing_cost: Ratio,
    /// m_buf.
    pub buffer_level: Ratio,
    /// m_min.
    pub margin_min: Ratio,
    /// m_max.
    pub margin_max: Ratio,
    /// 1 + initial_gap.
    pub one_plus_gap: Ratio,
    /// The upward walk of one step, as a part of the level.
    pub step_relative: Ratio,
    /// The upward walk of one step, at least.
    pub step_absolute: Ratio,
    /// Points of the path: grace/G + 1.
    pub points: usize,
}

impl ThresholdParameters {
    /// The terms, or [`RiskError::ParameterOutOfBounds`].
    pub fn terms(&self) -> Result<ThresholdTerms> {
        self.check_bounds()?;
        let floor = Variance::from_root(Ratio::from_ppm_up(self.floor_volatility_ppm))?;
        let stress = Variance::from_root(Ratio::from_ppm_up(self.stress_volatility_ppm))?;
        let multiplier = self.shortfall_multiplier()?;
        let stress_weight = Ratio::from_ppm_up(self.stress_weight_ppm);
        let live_weight = Ratio::from_ppm_up(1_000_000u32.saturating_sub(self.stress_weight_ppm));
        let margin_min = Ratio::from_ppm_up(self.margin_min_ppm);
        let mut terms = ThresholdTerms {
            floor_shortfall: shortfall_squared(floor, multiplier)?,
            stress_shortfall: shortfall_squared(stress.times_up(stress_weight)?, multiplier)?,
            live_multiplier: times_u48_up(multiplier, live_weight)?,
            closing_cost: self.closing_cost()?,
            buffer_level: Ratio::ZERO,
            margin_min,
            // rounded apart, equal bounds would cross
            margin_max: Ratio::from_ppm_down(self.margin_max_ppm).max(margin_min),
            one_plus_gap: Ratio::ONE.plus(Ratio::from_ppm_up(self.initial_gap_ppm))?,
            step_relative: per_step(self.walk_relative_ppm, self.grid_seconds)?,
            step_absolute: per_step(self.walk_absolute_ppm, self.grid_seconds)?,
            points: self.points()?,
        };
        let calm = Variance::from_root(Ratio::from_ppm_up(self.floor_volatility_ppm).times_up(CALM_MULTIPLE)?)?;
        terms.buffer_level = terms.raw_margin(calm)?.times_up(BUFFER)?;
        Ok(terms)
    }

    fn check_bounds(&self) -> Result<()> {
        let in_bounds = (100..=1_000_000).contains(&self.floor_volatility_ppm)
            && (self.floor_volatility_ppm..=2_000_000).contains(&self.stress_volatility_ppm)
            && (250_000..=1_000_000).contains(&self.stress_weight_ppm)
            && (1_000_000..=20_000_000).contains(&self.shortfall_multiple_ppm)
            && (60..=864_000).contains(&self.horizon_seconds)
            && self.spread_ppm <= 200_000
            && self.bonus_max_ppm <= 200_000
            && self.insurance_cut_ppm <= 50_000
            && (1_000..=1_000_000).contains(&self.margin_min_ppm)
            && (self.margin_min_ppm..=1_000_000).contains(&self.margin_max_ppm)
            && (10_000..=1_000_000).contains(&self.initial_gap_ppm)
            && self.walk_relative_ppm <= 200_000
            && (100..=100_000).contains(&self.walk_absolute_ppm);
        if in_bounds { Ok(()) } else { Err(RiskError::ParameterOutOfBounds) }
    }

    /// k²·h/day with 48 fractional bits, rounded up: at most 20²·10, below 2^12.
    fn shortfall_multiplier(&self) -> Result<u64> {
        let multiple = Ratio::from_ppm_up(self.shortfall_multiple_ppm);
        let square_q64 = u128::from(multiple.to_bits()).saturating_mul(multiple.to_bits().into());
        let per_day = wide_mul_div_up(square_q64, self.horizon_seconds.into(), DAY_SECONDS.into())?;
        u64::try_from(per_day.div_ceil(1 << 16)).map_err(|_| RiskError::Overflow)
    }

    fn closing_cost(&self) -> Result<Ratio> {
        Ratio::from_ppm_up(self.spread_ppm.div_ceil(2))
            .plus(Ratio::from_ppm_up(self.bonus_max_ppm))?
            .plus(Ratio::from_ppm_up(self.insurance_cut_ppm))
    }

    fn points(&self) -> Result<usize> {
        steps_per_day(self.grid_seconds)?;
        let steps = self.grace_seconds.checked_div(self.grid_seconds).unwrap_or(0);
        let is_whole = self.grace_seconds.checked_rem(self.grid_seconds) == Some(0);
        let points = usize::try_from(steps).unwrap_or(MAX_POINTS).saturating_add(1);
        if is_whole && (2..=MAX_POINTS).contains(&points) { Ok(points) } else { Err(RiskError::ParameterOutOfBounds) }
    }
}

impl ThresholdTerms {
    /// m_raw at σ_now²: es + what closing out costs, rounded up.
    #[inline]
    pub fn raw_margin(&self, current: Variance) -> Result<Ratio> {
        let live = shortfall_squared(current, self.live_multiplier)?;
        let squared = live.plus(self.stress_shortfall)?.max(self.floor_shortfall);
        squared.root_up().plus(self.closing_cost)
    }

    /// min(1.25·m_raw, m_buf): a quarter on top while the margin is low, nothing once it is high.
    #[inline]
    pub fn exhaustible_buffer(&self, raw: Ratio) -> Result<Ratio> {
        Ok(raw.times_up(BUFFER)?.min(self.buffer_level))
    }

    /// How far one step may walk from a level: up and down.
    #[inline(always)]
    pub fn walk(&self, from: Ratio) -> Result<(Ratio, Ratio)> {
        let up = from.times_down(self.step_relative)?.max(self.step_absolute);
        let down = up.to_bits().checked_div(DOWN_DIVISOR).unwrap_or(0);
        Ok((up, Ratio::from_bits(down)))
    }
}

/// A variance times a multiplier with 48 fractional bits, rounded up.
#[inline(always)]
fn shortfall_squared(variance: Variance, multiplier: u64) -> Result<Variance> {
    wide_mul_shift_up::<48>(variance.to_bits(), multiplier).map(Variance::from_bits)
}

fn times_u48_up(multiplier: u64, weight: Ratio) -> Result<u64> {
    let product = wide_mul_shift_up::<32>(multiplier.into(), weight.to_bits())?;
    u64::try_from(product).map_err(|_| RiskError::Overflow)
}

/// A speed an hour as one a step, rounded down.
fn per_step(hourly_ppm: u32, grid_seconds: u32) -> Result<Ratio> {
    let hourly = u128::from(Ratio::from_ppm_down(hourly_ppm).to_bits());
    let bits = hourly.saturating_mul(grid_seconds.into()).checked_div(HOUR_SECONDS).unwrap_or(0);
    u64::try_from(bits).map(Ratio::from_bits).map_err(|_| RiskError::Overflow)
}
