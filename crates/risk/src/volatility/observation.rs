//! What a factor sees between two folds: the sample of a grid step, and the range of prices.

use crate::error::{Result, RiskError};
use crate::quantities::LogPrice;

/// The range of accepted log prices over some time; empty where `low > high`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogRange {
    /// The highest log price.
    pub high: LogPrice,
    /// The lowest log price.
    pub low: LogPrice,
}

impl LogRange {
    /// The range of one price.
    #[must_use]
    #[inline(always)]
    pub const fn of(price: LogPrice) -> Self {
        Self { high: price, low: price }
    }

    /// The range with one more price.
    #[must_use]
    #[inline(always)]
    pub fn with(self, price: LogPrice) -> Self {
        Self { high: self.high.max(price), low: self.low.min(price) }
    }

    /// The smallest range that holds both.
    #[must_use]
    #[inline(always)]
    pub fn union(self, other: Self) -> Self {
        Self { high: self.high.max(other.high), low: self.low.min(other.low) }
    }
}

/// What a factor saw since its last fold: the newest sample with the range that it ends, and the range that it opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Observations {
    /// Log price of the newest sample.
    pub sample: LogPrice,
    /// The step of that sample.
    pub sample_step: u64,
    /// Prices from the last folded sample to the newest sample, both included.
    pub closed: LogRange,
    /// Prices from the newest sample on.
    pub open: LogRange,
}

impl Observations {
    /// A new listing's: the first price stands for a sample of its step.
    #[must_use]
    pub const fn start(price: LogPrice, step: u64) -> Self {
        Self { sample: price, sample_step: step, closed: LogRange::of(price), open: LogRange::of(price) }
    }

    /// Takes an accepted price in; it is the sample of its step if it is the first publication after the boundary. Says whether it was.
    ///
    /// # Errors
    /// [`RiskError::DivisionByZero`] where the grid is zero.
    #[inline]
    pub fn observe(
        self,
        price: LogPrice,
        publish_time_seconds: u64,
        prev_publish_time_seconds: u64,
        grid_seconds: u64,
    ) -> Result<(Self, bool)> {
        let open = self.open.with(price);
        let step = publish_time_seconds.checked_div(grid_seconds).ok_or(RiskError::DivisionByZero)?;
        let is_first = prev_publish_time_seconds < step.saturating_mul(grid_seconds);
        if !is_first || step <= self.sample_step {
            return Ok((Self { open, ..self }, false));
        }
        let sampled =
            Self { sample: price, sample_step: step, closed: self.closed.union(open), open: LogRange::of(price) };
        Ok((sampled, true))
    }

    /// As [`Self::observe`], for callers that bring a sample.
    ///
    /// # Errors
    /// [`RiskError::SampleNotFirst`] where it is none.
    pub fn observe_sample(
        self,
        price: LogPrice,
        publish_time_seconds: u64,
        prev_publish_time_seconds: u64,
        grid_seconds: u64,
    ) -> Result<Self> {
        match self.observe(price, publish_time_seconds, prev_publish_time_seconds, grid_seconds)? {
            (observations, true) => Ok(observations),
            (_, false) => Err(RiskError::SampleNotFirst),
        }
    }

    /// Whether there is a sample of this step.
    #[must_use]
    #[inline(always)]
    pub const fn has_sample(&self, step: u64) -> bool {
        self.sample_step == step
    }
}
