//! From volatility to margins: the goal that maintenance margin walks to, its announced path, and initial margin. `docs/risk.md`, section 4.

mod parameters;
mod path;

pub use parameters::{ThresholdParameters, ThresholdTerms};
pub use path::{MAX_POINTS, Path};

use crate::error::Result;
use crate::quantities::{Ratio, Variance};

/// σ_now² = max(v_f, v_s, iv²); pass zero for `implied` where the factor has no such feed.
#[must_use]
#[inline(always)]
pub fn current_variance(fast: Variance, slow: Variance, implied: Variance) -> Variance {
    fast.max(slow).max(implied)
}

/// m_goal for σ_now², rounded up: expected shortfall over the horizon and the cost of closing out, with the three tools against procyclicality.
///
/// Monotone in `current`: a floor, a weight on stress, and a buffer that is used up as the margin rises.
#[inline]
pub fn margin_goal(current: Variance, terms: &ThresholdTerms) -> Result<Ratio> {
    let raw = terms.raw_margin(current)?;
    let buffered = terms.exhaustible_buffer(raw)?;
    Ok(raw.max(buffered).clamp(terms.margin_min, terms.margin_max))
}

/// Initial margin, rounded up: (max(every point of the path, m_goal) + j)·(1 + initial_gap).
#[inline]
pub fn initial_margin(path: &Path, goal: Ratio, jump: Ratio, terms: &ThresholdTerms) -> Result<Ratio> {
    path.highest().max(goal).plus(jump)?.times_up(terms.one_plus_gap)
}
