//! What an order fills at that was kept waiting: nobody gains by making his own order fill late.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::order::{OrderTerms, binds, fill_quote, has_lapsed};
use plimsoll_risk::price::Quote;
use plimsoll_risk::quantities::{Price, SignedAmount};

const PUBLISHED: u64 = 1_001;
const IN_FORCE_SINCE: u64 = 1_010;
const NOW: u64 = 1_011;

fn quote(mid: u64, confidence: u64, publish_time_seconds: u64) -> Quote {
    let [mid, confidence] = [mid, confidence].map(|whole| Price::from_bits(whole << 40));
    Quote { mid, confidence, publish_time_seconds, prev_publish_time_seconds: publish_time_seconds - 1 }
}

/// What an order fills at whose publication is ten seconds old, with a price in force that is one second old.
fn filled(delta: i64, first: u64, in_force: u64, fresh_seconds: u64) -> Result<u64, RiskError> {
    let (first, in_force) = (quote(first, 0, PUBLISHED), quote(in_force, 0, IN_FORCE_SINCE));
    fill_quote(&first, &in_force, SignedAmount(delta), NOW, fresh_seconds).map(|quote| quote.mid.to_bits() >> 40)
}

#[test]
fn a_fresh_publication_fills_whatever_the_price_in_force() {
    for (delta, in_force) in [(1, 90), (1, 110), (-1, 90), (-1, 110)] {
        assert_eq!(filled(delta, 100, in_force, 10), Ok(100), "{delta} at {in_force}");
    }
}

#[test]
fn a_late_fill_is_at_the_worse_of_publication_and_price_in_force() {
    for (delta, in_force, expected) in [(1, 90, 100), (1, 110, 110), (-1, 90, 90), (-1, 110, 100)] {
        assert_eq!(filled(delta, 100, in_force, 9), Ok(expected), "{delta} at {in_force}");
    }
}

#[test]
fn the_edge_of_confidence_decides_which_is_worse() {
    let (sharp, vague) = (quote(101, 0, PUBLISHED), quote(100, 2, IN_FORCE_SINCE));
    for (delta, expected) in [(1, vague), (-1, vague)] {
        assert_eq!(fill_quote(&sharp, &vague, SignedAmount(delta), NOW, 5), Ok(expected));
    }
}

#[test]
fn a_late_fill_needs_a_fresh_price_in_force() {
    assert_eq!(filled(1, 100, 100, 0), Err(RiskError::StalePriceLeg));
}

#[test]
fn an_order_binds_from_its_due_time_until_it_lapses() {
    let terms = OrderTerms { delay_seconds: 1, window_seconds: 30 };
    for (now, bound, lapsed) in
        [(1_000, false, false), (1_001, true, false), (1_031, true, false), (1_032, false, true)]
    {
        assert_eq!((binds(1_000, now, &terms), has_lapsed(1_000, now, &terms)), (bound, lapsed), "{now}");
    }
}
