//! The rules of the house, enforced. Each rule is a function that returns what breaks it. It is tried on a small text that breaks
//! it, because a rule that cannot fail checks nothing, and then applied to the repository.

mod instructions;
mod invariants;
mod layering;
mod naming;
mod publishing;
mod repository;
mod rust_source;
mod safety;
mod tally;

/// Fails with one line per violation, so that a run names all of them.
#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
