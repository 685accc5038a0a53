//! The jump guard: what waits, what confirms it, and for how long a market can be held.

use plimsoll_risk::price::{JumpDecision, JumpGuard, Quote, is_jump};
use plimsoll_risk::quantities::{Ratio, Variance};

use crate::{NOW, quote, terms};

/// 4 % per √day: 8σ over 60 seconds is 0.84 %, so the 5 % decide; over a day 32 %.
fn variance() -> Variance {
    Variance::from_root(Ratio::from_ppm_up(40_000)).unwrap()
}

fn judge(guard: JumpGuard, in_force: &Quote, arriving: Quote) -> (JumpDecision, JumpGuard) {
    guard.judge(in_force, arriving, variance(), &terms()).unwrap()
}

#[test]
fn a_calm_step_enters_and_changes_no_guard() {
    let in_force = quote(0.2, NOW);
    let arriving = quote(0.209, NOW + 1);
    assert_eq!(
        judge(JumpGuard::default(), &in_force, arriving),
        (JumpDecision::Accepted(arriving), JumpGuard::default())
    );
    // 10 % within a day is no jump at 4 % a day
    assert!(!is_jump(&in_force, &quote(0.22, NOW + 86_400), variance(), &terms()).unwrap());
    assert!(is_jump(&in_force, &quote(0.22, NOW + 600), variance(), &terms()).unwrap());
    // the first price of a factor has nothing to jump from
    assert!(!is_jump(&Quote::default(), &arriving, variance(), &terms()).unwrap());
}

/// INV-PRICE: a jump needs a later publication on the same side, and of the two the nearer counts.
#[test]
fn a_jump_waits_and_the_nearer_of_two_enters() {
    let in_force = quote(0.2, NOW);
    let (decision, guard) = judge(JumpGuard::default(), &in_force, quote(0.16, NOW + 10));
    assert_eq!(decision, JumpDecision::Pending);
    assert!(guard.is_pending(NOW + 40) && !guard.is_pending(NOW + 41));
    assert_eq!(guard.newest_seconds(&in_force), NOW + 10);

    // too soon to confirm
    assert_eq!(judge(guard, &in_force, quote(0.15, NOW + 11)), (JumpDecision::Pending, guard));
    let deeper = judge(guard, &in_force, quote(0.15, NOW + 12));
    assert_eq!(deeper.0, JumpDecision::Accepted(quote(0.16, NOW + 10)));
    let nearer = judge(guard, &in_force, quote(0.17, NOW + 12));
    assert_eq!(nearer.0, JumpDecision::Accepted(quote(0.17, NOW + 12)));
    assert_eq!((nearer.1.pending, nearer.1.spent_sixtieths), (None, 120));
}

#[test]
fn a_jump_is_dropped_by_a_calm_price_by_age_and_by_the_other_side() {
    let in_force = quote(0.2, NOW);
    let (_, guard) = judge(JumpGuard::default(), &in_force, quote(0.16, NOW + 10));
    let (calm, after) = judge(guard, &in_force, quote(0.199, NOW + 13));
    assert_eq!((calm, after.pending), (JumpDecision::Accepted(quote(0.199, NOW + 13)), None));
    let late = quote(0.16, NOW + 41);
    assert_eq!(judge(guard, &in_force, late).1.pending, Some(late));
    let other_side = quote(0.24, NOW + 13);
    assert_eq!(judge(guard, &in_force, other_side).1.pending, Some(other_side));
}

#[test]
fn nobody_holds_a_market_still() {
    // jumps that alternate between the sides and never confirm, one every two seconds
    let in_force = quote(0.2, NOW);
    let mut guard = JumpGuard::default();
    let mut pending_seconds = 0;
    for second in (10..3_600).step_by(2) {
        let value = if second % 4 == 0 { 0.15 } else { 0.25 };
        match judge(guard, &in_force, quote(value, NOW + second)) {
            (JumpDecision::Pending, next) => guard = next,
            (JumpDecision::Accepted(accepted), next) => {
                assert_eq!(accepted, quote(value, NOW + second));
                assert_eq!(next.pending, None);
                pending_seconds = second - 10;
                break;
            }
        }
    }
    // 60 s and what was regained in the meantime
    assert!((60..=64).contains(&pending_seconds), "{pending_seconds}");
}

#[test]
fn the_budget_comes_back_within_an_hour() {
    let spent = JumpGuard { pending: None, spent_sixtieths: 3_600, spent_at_seconds: NOW };
    let jump = |at| judge(spent, &quote(0.2, NOW), quote(0.16, at)).0;
    assert!(matches!(jump(NOW), JumpDecision::Accepted(_)));
    assert_eq!(jump(NOW + 60), JumpDecision::Pending);
}
