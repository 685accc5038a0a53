//! The announced path: what maintenance margin will be at each step of the hour ahead.

use super::ThresholdTerms;
use crate::error::{Result, RiskError};
use crate::quantities::Ratio;

/// The most points of a path.
pub const MAX_POINTS: usize = 13;

/// Maintenance margin at consecutive steps. Points that were announced never change; only the end walks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    /// Mantissas of [`Ratio`]s; point n is in force in step `first_step + n`. Those past the length repeat the last.
    pub points: [u64; MAX_POINTS],
    /// Points in use: 2 to 13.
    pub length: usize,
    /// The step of the first point.
    pub first_step: u64,
}

impl Path {
    /// A new listing's: the goal all along.
    #[must_use]
    pub const fn start(goal: Ratio, step: u64, terms: &ThresholdTerms) -> Self {
        Self { points: [goal.to_bits(); MAX_POINTS], length: terms.points, first_step: step }
    }

    /// Maintenance margin in a step: the last point for later ones, the first for earlier ones.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, step: u64) -> Ratio {
        let ahead = usize::try_from(step.saturating_sub(self.first_step)).unwrap_or(MAX_POINTS);
        Ratio::from_bits(self.points.get(ahead).copied().unwrap_or(self.last()))
    }

    /// The highest point.
    #[must_use]
    #[inline]
    pub fn highest(&self) -> Ratio {
        Ratio::from_bits(self.points.iter().fold(0, |highest, &point| highest.max(point)))
    }

    /// The last announced point, which later steps hold.
    #[inline(always)]
    fn last(&self) -> u64 {
        let [.., last] = self.points;
        last
    }

    /// The path from `step` on. Announced points keep their values, steps that nobody announced hold the last announced one, and the end of the new path walks
    /// one step toward the goal.
    ///
    /// # Errors
    /// [`RiskError::StepAlreadyFolded`] where the path does not start before `step`.
    pub fn slide(&self, step: u64, goal: Ratio, terms: &ThresholdTerms) -> Result<Self> {
        let passed = step.saturating_sub(self.first_step);
        if passed == 0 {
            return Err(RiskError::StepAlreadyFolded);
        }
        let passed = usize::try_from(passed).unwrap_or(MAX_POINTS).min(MAX_POINTS);
        let held = self.last();
        let mut points = [held; MAX_POINTS];
        for (point, &announced) in points.iter_mut().zip(self.points.get(passed..).unwrap_or(&[])) {
            *point = announced;
        }
        let from = Ratio::from_bits(held);
        let (up, down) = terms.walk(from)?;
        let lowest = Ratio::from_bits(from.to_bits().saturating_sub(down.to_bits()));
        let end = goal.clamp(lowest, from.plus(up)?).to_bits();
        for point in points.iter_mut().skip(self.length.saturating_sub(1)) {
            *point = end;
        }
        Ok(Self { points, length: self.length, first_step: step })
    }
}
