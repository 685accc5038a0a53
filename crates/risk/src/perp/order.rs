//! Orders: when one is due, which publication fills it, and when it binds. See `docs/risk.md`, section 11.

use crate::error::{Result, RiskError};
use crate::price::Quote;
use crate::quantities::{Price, SignedAmount};

/// The timing of every order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderTerms {
    /// From being armed to being due.
    pub delay_seconds: u64,
    /// How long after its due time it may fill.
    pub window_seconds: u64,
}

/// What must be seen of the price before an order is armed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Limit and take-profit of a purchase, stop-loss of a sale.
    AtMost(Price),
    /// Limit and take-profit of a sale, stop-loss of a purchase.
    AtLeast(Price),
}

impl Condition {
    /// Refuses a price that does not meet the condition: [`RiskError::ConditionUnmet`].
    pub fn require_met(self, price: Price) -> Result<()> {
        let is_met = match self {
            Self::AtMost(trigger) => price <= trigger,
            Self::AtLeast(trigger) => price >= trigger,
        };
        if is_met { Ok(()) } else { Err(RiskError::ConditionUnmet) }
    }
}

/// When an order armed at this moment is due.
#[must_use]
pub const fn due_seconds(armed_at_seconds: u64, terms: &OrderTerms) -> u64 {
    armed_at_seconds.saturating_add(terms.delay_seconds)
}

/// Refuses every publication but the first at or after the due time, and that one once the order has lapsed.
///
/// # Errors
/// [`RiskError::OrderTooEarly`], [`RiskError::PublicationNotFirst`], [`RiskError::OrderLapsed`].
pub fn require_first_publication(
    publication: &Quote,
    armed_at_seconds: u64,
    now_seconds: u64,
    terms: &OrderTerms,
) -> Result<()> {
    let due = due_seconds(armed_at_seconds, terms);
    if publication.publish_time_seconds < due {
        return Err(RiskError::OrderTooEarly);
    }
    if publication.prev_publish_time_seconds >= due {
        return Err(RiskError::PublicationNotFirst);
    }
    if has_lapsed(armed_at_seconds, now_seconds, terms) {
        return Err(RiskError::OrderLapsed);
    }
    Ok(())
}

/// The quote that an order fills at: its publication while that is fresh; later the worse for the trader of it and the price in force.
///
/// Else an order that nobody can fill (its account holds too little) could be made to fill, within its window, only once the price has moved
/// its owner's way.
///
/// # Errors
/// [`RiskError::StalePriceLeg`] where the price in force is needed and no longer fresh either.
pub fn fill_quote(
    publication: &Quote,
    in_force: &Quote,
    delta: SignedAmount,
    now_seconds: u64,
    fresh_seconds: u64,
) -> Result<Quote> {
    if publication.age_seconds(now_seconds) <= fresh_seconds {
        return Ok(*publication);
    }
    if in_force.age_seconds(now_seconds) > fresh_seconds {
        return Err(RiskError::StalePriceLeg);
    }
    let is_worse = if delta.is_negative() {
        in_force.mid.to_bits().saturating_sub(in_force.confidence.to_bits())
            < publication.mid.to_bits().saturating_sub(publication.confidence.to_bits())
    } else {
        in_force.mid.plus(in_force.confidence)? > publication.mid.plus(publication.confidence)?
    };
    Ok(if is_worse { *in_force } else { *publication })
}

/// Whether the window has passed in which an armed order may be filled: it may be armed again if it has a condition, and binds no longer.
#[must_use]
pub const fn has_lapsed(armed_at_seconds: u64, now_seconds: u64, terms: &OrderTerms) -> bool {
    now_seconds > due_seconds(armed_at_seconds, terms).saturating_add(terms.window_seconds)
}

/// Whether an armed order binds: it is due and has not lapsed. A feed that stands still longer than the window frees the owner.
#[must_use]
pub const fn binds(armed_at_seconds: u64, now_seconds: u64, terms: &OrderTerms) -> bool {
    now_seconds >= due_seconds(armed_at_seconds, terms) && !has_lapsed(armed_at_seconds, now_seconds, terms)
}
