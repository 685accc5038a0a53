//! The tide: one clock by which everything besides the path that enters maintenance margin is announced and walks in. `docs/risk.md`, section 14.

use crate::error::Result;
use crate::quantities::Ratio;

/// When the present announcement began, and how long a grace is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tide {
    /// A: when the announced values were announced; 0: no tide has begun.
    pub announced_seconds: u64,
    /// g: they hold off for one grace and then walk in over another.
    pub grace_seconds: u64,
}

impl Tide {
    /// τ: how far the announced values have walked in at a moment, rounded down; 0 before A + g, 1 from A + 2g on.
    #[must_use]
    pub fn walked_down(&self, _now_seconds: u64) -> Ratio {
        todo!()
    }

    /// Whether the announced values are wholly in force, so that the next may be announced.
    #[must_use]
    pub fn is_over(&self, _now_seconds: u64) -> bool {
        todo!()
    }
}

/// `from + τ·(to − from)`, rounded up.
///
/// # Errors
/// [`crate::RiskError::Overflow`] where τ is above one and the result does not fit.
pub fn walk_up(_from: u64, _to: u64, _walked: Ratio) -> Result<u64> {
    todo!()
}
