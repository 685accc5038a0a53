//! The laws of docs/invariants.md as they can be seen from outside. Each returns what is violated.

pub(crate) mod books;
pub(crate) mod fills;
pub(crate) mod hour;
pub(crate) mod liquidations;
pub(crate) mod margins;
pub(crate) mod paths;
pub(crate) mod perp_books;
pub(crate) mod perp_waterfall;
pub(crate) mod pool;
pub(crate) mod prices;
pub(crate) mod settlements;
pub(crate) mod tide;
pub(crate) mod volatility;
pub(crate) mod waterfall;

use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::state::MarginAccount;

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
    /// Addresses of the margin accounts.
    pub(crate) keys: &'a [Pubkey],
}

impl Change<'_> {
    /// The margin account that the instruction names in this place.
    pub(crate) fn named(&self, place: usize) -> Option<usize> {
        let meta = self.action.instruction.accounts.get(place)?;
        self.keys.iter().position(|key| *key == meta.pubkey)
    }

    /// The same account before and after.
    pub(crate) fn account(&self, place: usize) -> Result<(&MarginAccount, &MarginAccount), String> {
        let index = self.named(place).ok_or_else(|| format!("no margin account in place {place}"))?;
        let (before, after) = (self.before.accounts[index].as_deref(), self.after.accounts[index].as_deref());
        before.zip(after).ok_or_else(|| format!("account {index} is closed"))
    }
}

/// A violation that an error shows.
pub(crate) fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
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
    perp_books::balanced(change.after)?;
    perp_waterfall::paid_to_the_atom(change)?;
    pool::shares_add_up(change.after)?;
    pool::nobody_diluted(change)?;
    settlements::change_no_health(change)?;
    margins::ordered(change.after)?;
    margins::monotone(change)?;
    hour::ordered(change)?;
    tide::announced_values_wait(change)?;
    tide::crowding_is_a_part(change.after)?;
    margins::evaluable(change)?;
    volatility::bounded_influence(change)?;
    volatility::positive_semidefinite(change.after)?;
    liquidations::improved(change)?;
    liquidations::fresh_legs(change)?;
    liquidations::improved_perp(change)?;
    waterfall::paid_to_the_atom(change)?;
    prices::never_back_in_time(change)
}
