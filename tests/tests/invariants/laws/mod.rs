//! The laws of docs/invariants.md as they can be seen from outside. Each returns what is violated.

pub(crate) mod books;
pub(crate) mod liquidations;
pub(crate) mod margins;
pub(crate) mod paths;
pub(crate) mod prices;
pub(crate) mod volatility;
pub(crate) mod waterfall;

use crate::action::Action;
use crate::snapshot::Snapshot;

/// Nothing, or what is violated.
pub(crate) type Verdict = Result<(), String>;

/// One accepted instruction.
pub(crate) struct Change<'a> {
    /// The state before.
    pub(crate) before: &'a Snapshot,
    /// The state after.
    pub(crate) after: &'a Snapshot,
    /// What was sent.
    pub(crate) action: &'a Action,
}

/// Nothing where the law holds.
pub(crate) fn ensure(holds: bool, violation: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(violation()) }
}

/// Every law that needs no memory.
pub(crate) fn check(change: &Change) -> Verdict {
    books::solvent(change.after)?;
    books::tokens_conserved(change)?;
    books::only_the_signers_account(change)?;
    margins::ordered(change.after)?;
    margins::monotone(change)?;
    margins::evaluable(change)?;
    volatility::bounded_influence(change)?;
    volatility::positive_semidefinite(change.after)?;
    liquidations::improved(change)?;
    liquidations::fresh_legs(change)?;
    waterfall::paid_to_the_atom(change)?;
    prices::never_back_in_time(change)
}
