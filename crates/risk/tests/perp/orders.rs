//! Orders: conditions, and the one publication that fills.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::order::{Condition, OrderTerms, binds, due_seconds, require_first_publication};
use plimsoll_risk::price::Quote;

use crate::{SOL, price};

const TERMS: OrderTerms = OrderTerms { delay_seconds: 1, window_seconds: 30 };
/// Armed at 1,000: due at 1,001.
const ARMED: u64 = 1_000;

fn publication(prev_publish_time_seconds: u64, publish_time_seconds: u64) -> Quote {
    Quote { mid: SOL, confidence: price(0.0), publish_time_seconds, prev_publish_time_seconds }
}

fn check(prev: u64, publish: u64, now: u64) -> Result<(), RiskError> {
    require_first_publication(&publication(prev, publish), ARMED, now, &TERMS)
}

#[test]
fn a_condition_is_met_at_its_trigger() {
    let trigger = price(10.0);
    let (below, above) = (price(9.999), price(10.001));
    assert_eq!(Condition::AtMost(trigger).require_met(trigger), Ok(()));
    assert_eq!(Condition::AtMost(trigger).require_met(below), Ok(()));
    assert_eq!(Condition::AtMost(trigger).require_met(above), Err(RiskError::ConditionUnmet));
    assert_eq!(Condition::AtLeast(trigger).require_met(trigger), Ok(()));
    assert_eq!(Condition::AtLeast(trigger).require_met(above), Ok(()));
    assert_eq!(Condition::AtLeast(trigger).require_met(below), Err(RiskError::ConditionUnmet));
}

#[test]
fn only_the_first_publication_at_or_after_the_due_time_fills() {
    assert_eq!(due_seconds(ARMED, &TERMS), 1_001);
    assert_eq!(check(1_000, 1_001, 1_002), Ok(()));
    assert_eq!(check(990, 1_020, 1_021), Ok(()));
    assert_eq!(check(999, 1_000, 1_002), Err(RiskError::OrderTooEarly));
    assert_eq!(check(1_001, 1_002, 1_003), Err(RiskError::PublicationNotFirst));
}

#[test]
fn exactly_one_of_a_row_of_publications_fills() {
    let times = [995, 998, 1_000, 1_001, 1_001, 1_004, 1_010];
    let accepted = times.windows(2).filter(|pair| pair[0] < pair[1] && check(pair[0], pair[1], 1_010).is_ok()).count();
    assert_eq!(accepted, 1);
}

#[test]
fn an_order_lapses_a_window_after_its_due_time() {
    assert_eq!(check(1_000, 1_005, 1_031), Ok(()));
    assert_eq!(check(1_000, 1_005, 1_032), Err(RiskError::OrderLapsed));
    // a publication may be ahead of the clock
    assert_eq!(check(1_000, 1_005, 1_003), Ok(()));
}

#[test]
fn an_order_binds_from_its_due_time_for_a_window() {
    for (now, expected) in [(1_000, false), (1_001, true), (1_031, true), (1_032, false)] {
        assert_eq!(binds(ARMED, now, &TERMS), expected, "{now}");
    }
    assert!(!binds(u64::MAX, 1_000, &TERMS));
}
