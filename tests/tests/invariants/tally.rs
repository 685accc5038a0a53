//! What a run reached: accepted and refused instructions of each kind.

use std::collections::BTreeMap;
use std::fmt;

use crate::action::Kind;

/// Accepted and refused instructions by kind.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<Kind, (usize, usize)>);

impl Tally {
    /// Counts one instruction.
    pub(crate) fn count(&mut self, kind: Kind, accepted: bool) {
        let (yes, no) = self.0.entry(kind).or_default();
        *(if accepted { yes } else { no }) += 1;
    }

    /// Adds another run's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        for (kind, (accepted, refused)) in &other.0 {
            let sums = self.0.entry(*kind).or_default();
            *sums = (sums.0 + accepted, sums.1 + refused);
        }
    }

    /// Instructions sent.
    pub(crate) fn sent(&self) -> usize {
        self.0.values().map(|(accepted, refused)| accepted + refused).sum()
    }

    /// Kinds that were never accepted, or never refused.
    pub(crate) fn unreached(&self) -> Vec<Kind> {
        let reached = |kind: &Kind| self.0.get(kind).is_some_and(|&(yes, no)| yes > 0 && no > 0);
        Kind::ALL.into_iter().filter(|kind| !reached(kind)).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "{:20} {:>9} {:>9}", "instruction", "accepted", "refused")?;
        for (kind, (accepted, refused)) in &self.0 {
            writeln!(out, "{:20} {accepted:>9} {refused:>9}", format!("{kind:?}"))?;
        }
        write!(out, "{} instructions", self.sent())
    }
}
