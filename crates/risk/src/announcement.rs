//! The tide: one clock by which everything besides the path that enters maintenance margin is announced and walks in. `docs/risk.md`, section 14.

use crate::error::{Result, RiskError};
use crate::math::{mul_div_down, mul_shift_down, mul_shift_up};
use crate::quantities::Ratio;

/// When the present announcement began, and how long a grace is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tide {
    /// A: when the announced values were announced; 0: no tide has begun.
    pub announced_seconds: u64,
    /// g: they hold off for one grace and then walk in over another.
    pub grace_seconds: u64,
}

impl Tide {
    /// τ: how far the announced values have walked in at a moment, rounded down; 0 before A + g, 1 from A + 2g on, and where no tide has begun.
    #[must_use]
    pub fn walked_down(&self, now_seconds: u64) -> Ratio {
        if self.is_over(now_seconds) {
            return Ratio::ONE;
        }
        let start_seconds = self.announced_seconds.saturating_add(self.grace_seconds);
        let elapsed = now_seconds.saturating_sub(start_seconds);
        // a tide that is not over has a grace, and less than one has elapsed
        mul_div_down(elapsed, Ratio::ONE.to_bits(), self.grace_seconds).map_or(Ratio::ZERO, Ratio::from_bits)
    }

    /// Whether the announced values are wholly in force, so that the next may be announced.
    #[must_use]
    pub const fn is_over(&self, now_seconds: u64) -> bool {
        let end_seconds = self.announced_seconds.saturating_add(self.grace_seconds).saturating_add(self.grace_seconds);
        self.announced_seconds == 0 || now_seconds >= end_seconds
    }
}

/// `from + τ·(to − from)`, rounded up.
///
/// # Errors
/// [`RiskError::Overflow`] where τ is above one and the result does not fit.
pub fn walk_up(from: u64, to: u64, walked: Ratio) -> Result<u64> {
    let distance = from.abs_diff(to);
    let end = if to >= from {
        from.checked_add(mul_shift_up::<32>(distance, walked.to_bits())?)
    } else {
        from.checked_sub(mul_shift_down::<32>(distance, walked.to_bits())?)
    };
    end.ok_or(RiskError::Overflow)
}
