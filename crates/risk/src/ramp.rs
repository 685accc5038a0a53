//! A weight that walks: announced first, then linear in time. `docs/risk.md`, section 5.

use crate::error::{Result, RiskError};
use crate::math::{mul_div_down, mul_div_up};
use crate::quantities::Ratio;

/// A weight that stays at `from` until `start_seconds`, then moves linearly to `to`, which it reaches at `end_seconds`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ramp {
    /// Where it starts.
    pub from: Ratio,
    /// Where it ends.
    pub to: Ratio,
    /// When it starts, Unix time.
    pub start_seconds: u64,
    /// When it ends, Unix time.
    pub end_seconds: u64,
}

impl Ramp {
    /// A weight that stands still.
    #[must_use]
    pub const fn fixed(weight: Ratio, at_seconds: u64) -> Self {
        Self { from: weight, to: weight, start_seconds: at_seconds, end_seconds: at_seconds }
    }

    /// The weight at a moment, rounded down by less than 2⁻³².
    #[inline(always)]
    pub fn at_down(&self, now_seconds: u64) -> Result<Ratio> {
        if now_seconds >= self.end_seconds {
            return Ok(self.to);
        }
        if now_seconds <= self.start_seconds {
            return Ok(self.from);
        }
        self.under_way_down(now_seconds)
    }

    fn under_way_down(&self, now_seconds: u64) -> Result<Ratio> {
        let (span, elapsed) =
            (self.end_seconds.saturating_sub(self.start_seconds), now_seconds.saturating_sub(self.start_seconds));
        let change = self.to.to_bits().abs_diff(self.from.to_bits());
        if self.to >= self.from {
            self.from.plus(Ratio::from_bits(mul_div_down(change, elapsed, span)?))
        } else {
            self.from.minus(Ratio::from_bits(mul_div_up(change, elapsed, span)?))
        }
    }

    /// A new destination: the weight holds for one grace from now, then walks for `walk_seconds`.
    pub fn announced(&self, to: Ratio, now_seconds: u64, grace_seconds: u64, walk_seconds: u64) -> Result<Self> {
        let start_seconds = now_seconds.checked_add(grace_seconds).ok_or(RiskError::Overflow)?;
        Ok(Self {
            from: self.at_down(now_seconds)?,
            to,
            start_seconds,
            end_seconds: start_seconds.checked_add(walk_seconds).ok_or(RiskError::Overflow)?,
        })
    }

    /// The lowest weight from now on: what initial margin counts with.
    pub fn lowest_ahead_down(&self, now_seconds: u64) -> Result<Ratio> {
        Ok(self.at_down(now_seconds)?.min(self.to))
    }
}
