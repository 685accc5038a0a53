//! The jump guard: a step too large for its volatility must be published twice before it counts.

use super::{PriceTerms, Quote};
use crate::error::Result;
use crate::math::{mul_shift_down, wide_mul_div_down};
use crate::quantities::{DAY_SECONDS, Price, Variance};

/// A pending step older than this is dropped.
pub const PENDING_SECONDS: u64 = 30;
/// The shortest interval a step is judged over.
const MIN_INTERVAL_SECONDS: u64 = 60;
/// The budget of pending time: 60 seconds, counted in sixtieths, …
const BUDGET: u64 = 3_600;
/// … of which a pending second spends 60, and a second that passes gives one back.
const SPENT_PER_SECOND: u64 = 60;

/// A factor's pending step and what it has spent of its pending time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JumpGuard {
    /// The step that waits for its confirmation.
    pub pending: Option<Quote>,
    /// Pending time spent, in sixtieths of a second, as of `spent_at_seconds`.
    pub spent_sixtieths: u64,
    /// When `spent_sixtieths` was counted, in publication time.
    pub spent_at_seconds: u64,
}

/// What became of an arriving publication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JumpDecision {
    /// This quote is the factor's price now: the arriving one or the confirmed pending one.
    Accepted(Quote),
    /// The price in force stays.
    Pending,
}

impl JumpGuard {
    /// The publish time that a publication must be newer than.
    #[must_use]
    #[inline(always)]
    pub fn newest_seconds(&self, in_force: &Quote) -> u64 {
        self.pending.map_or(in_force.publish_time_seconds, |pending| {
            pending.publish_time_seconds.max(in_force.publish_time_seconds)
        })
    }

    /// Whether accounts that hold the factor may only improve their health: a step waits and is not yet too old to.
    #[must_use]
    #[inline(always)]
    pub fn is_pending(&self, now_seconds: u64) -> bool {
        self.pending.is_some_and(|pending| pending.age_seconds(now_seconds) <= PENDING_SECONDS)
    }

    /// Judges a screened quote against the price in force; returns what is accepted and the guard afterwards.
    ///
    /// `variance` is max(v_slow, σ_floor²). The first quote of a factor (no price in force) is accepted.
    pub fn judge(
        self,
        in_force: &Quote,
        arriving: Quote,
        variance: Variance,
        terms: &PriceTerms,
    ) -> Result<(JumpDecision, Self)> {
        let accepted =
            |guard: Self| Ok((JumpDecision::Accepted(arriving), guard.resolved(arriving.publish_time_seconds)));
        if !is_jump(in_force, &arriving, variance, terms)? {
            return accepted(self);
        }
        let guard = match self.pending {
            Some(pending) if is_alive(&pending, &arriving) && on_same_side(in_force.mid, &pending, &arriving) => {
                let confirmable_at = pending.publish_time_seconds.saturating_add(terms.confirm_seconds);
                if arriving.publish_time_seconds < confirmable_at {
                    return Ok((JumpDecision::Pending, self));
                }
                let nearer = nearer_to(in_force.mid, pending, arriving);
                return Ok((JumpDecision::Accepted(nearer), self.resolved(arriving.publish_time_seconds)));
            }
            _ => self.resolved(arriving.publish_time_seconds),
        };
        if guard.spent_sixtieths >= BUDGET {
            return accepted(guard);
        }
        Ok((JumpDecision::Pending, Self { pending: Some(arriving), ..guard }))
    }

    /// The guard without its pending step, whose time is charged. Calm updates without anything spent change nothing.
    #[inline(always)]
    fn resolved(self, at_seconds: u64) -> Self {
        if self.pending.is_none() && self.spent_sixtieths == 0 {
            return self;
        }
        let regained = at_seconds.saturating_sub(self.spent_at_seconds);
        let waited = self.pending.map_or(0, |pending| pending.age_seconds(at_seconds).min(PENDING_SECONDS));
        Self {
            pending: None,
            spent_sixtieths: self
                .spent_sixtieths
                .saturating_sub(regained)
                .saturating_add(waited.saturating_mul(SPENT_PER_SECOND)),
            spent_at_seconds: at_seconds.max(self.spent_at_seconds),
        }
    }
}

/// Whether the step between two quotes is beyond both thresholds. The cheap one comes first: a calm step costs one product.
///
/// `refresh_risk` asks it of a grid sample older than the price in force, which must not be a jump.
#[inline]
pub fn is_jump(in_force: &Quote, arriving: &Quote, variance: Variance, terms: &PriceTerms) -> Result<bool> {
    if in_force.mid == Price::ZERO {
        return Ok(false);
    }
    let distance = arriving.mid.to_bits().abs_diff(in_force.mid.to_bits());
    if distance <= mul_shift_down::<32>(in_force.mid.to_bits(), terms.halt_min.to_bits())? {
        return Ok(false);
    }
    exceeds_sigmas(in_force, arriving, variance, terms)
}

/// |ln(p/p₀)| > halt_sigmas·σ·√(Δt/day), compared by squares so that no root is needed.
#[cold]
fn exceeds_sigmas(in_force: &Quote, arriving: &Quote, variance: Variance, terms: &PriceTerms) -> Result<bool> {
    let step = arriving.mid.ln()?.since(in_force.mid.ln()?)?.squared();
    let interval = arriving.publish_time_seconds.abs_diff(in_force.publish_time_seconds).max(MIN_INTERVAL_SECONDS);
    let threshold =
        wide_mul_div_down(variance.times_up(terms.halt_squared)?.to_bits(), interval.into(), DAY_SECONDS.into())?;
    Ok(step.to_bits() > threshold)
}

fn is_alive(pending: &Quote, arriving: &Quote) -> bool {
    pending.age_seconds(arriving.publish_time_seconds) <= PENDING_SECONDS
}

fn on_same_side(in_force: Price, first: &Quote, second: &Quote) -> bool {
    (first.mid > in_force) == (second.mid > in_force)
}

/// The quote whose price is nearer to the price in force; the newer one where they are equally near.
fn nearer_to(in_force: Price, pending: Quote, arriving: Quote) -> Quote {
    let distance = |quote: &Quote| quote.mid.to_bits().abs_diff(in_force.to_bits());
    if distance(&pending) < distance(&arriving) { pending } else { arriving }
}
