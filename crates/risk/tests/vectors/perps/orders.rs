//! Orders: which publication fills one, what arms it, and what its trade must keep to. Exact.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::fill::{require_minimum_size, require_reduces, require_worst_price};
use plimsoll_risk::perp::order::{Condition, OrderTerms, binds, due_seconds, require_first_publication};
use plimsoll_risk::price::Quote;
use serde::Deserialize;

use crate::{Text, cases};

#[derive(Deserialize, Debug)]
struct Timing {
    armed_at: u64,
    delay_seconds: u64,
    window_seconds: u64,
    prev_publish_time: u64,
    publish_time: u64,
    now: u64,
    due: u64,
    outcome: Outcome,
    binds: bool,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    TooEarly,
    NotFirst,
    Lapsed,
    Fills,
}

#[test]
fn perp_order_timing() {
    for case in cases::<Timing>(include_str!("../perp_order_timing.json")) {
        let terms = OrderTerms { delay_seconds: case.delay_seconds, window_seconds: case.window_seconds };
        let publication = Quote {
            publish_time_seconds: case.publish_time,
            prev_publish_time_seconds: case.prev_publish_time,
            ..Quote::default()
        };
        let expected = match case.outcome {
            Outcome::TooEarly => Err(RiskError::OrderTooEarly),
            Outcome::NotFirst => Err(RiskError::PublicationNotFirst),
            Outcome::Lapsed => Err(RiskError::OrderLapsed),
            Outcome::Fills => Ok(()),
        };
        assert_eq!(due_seconds(case.armed_at, &terms), case.due, "{case:?}");
        assert_eq!(require_first_publication(&publication, case.armed_at, case.now, &terms), expected, "{case:?}");
        assert_eq!(binds(case.armed_at, case.now, &terms), case.binds, "{case:?}");
    }
}

#[derive(Deserialize, Debug)]
struct Arming {
    kind: Kind,
    is_purchase: bool,
    price: Text<u64>,
    trigger: Text<u64>,
    holds: bool,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Limit,
    TakeProfit,
    StopLoss,
}

#[test]
fn perp_order_condition() {
    for case in cases::<Arming>(include_str!("../perp_order_condition.json")) {
        let condition = match (case.kind, case.is_purchase) {
            (Kind::Limit | Kind::TakeProfit, true) | (Kind::StopLoss, false) => Condition::AtMost,
            (Kind::Limit | Kind::TakeProfit, false) | (Kind::StopLoss, true) => Condition::AtLeast,
        }(case.trigger.price());
        let expected = if case.holds { Ok(()) } else { Err(RiskError::ConditionUnmet) };
        assert_eq!(condition.require_met(case.price.price()), expected, "{case:?}");
    }
}

#[derive(Deserialize, Debug)]
struct Trade {
    base: Text<i64>,
    delta: Text<i64>,
    quote: Text<i64>,
    worst: Text<u64>,
    reduce_only: bool,
    min_base: Text<u64>,
    refusals: Vec<Rule>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
enum Rule {
    SizeZero,
    WorstPrice,
    ReduceOnly,
    BelowMinimum,
}

#[test]
fn perp_order_trade() {
    for case in cases::<Trade>(include_str!("../perp_order_trade.json")) {
        let (base, delta) = (case.base.signed(), case.delta.signed());
        let refused = |rule, error| if case.refusals.contains(&rule) { Err(error) } else { Ok(()) };
        assert_eq!(delta.is_zero(), case.refusals.contains(&Rule::SizeZero), "{case:?}");
        if delta.is_zero() {
            continue;
        }
        let worst = require_worst_price(delta, case.quote.signed(), case.worst.price());
        assert_eq!(worst, refused(Rule::WorstPrice, RiskError::WorstPriceBreached), "{case:?}");
        let size = require_minimum_size(base, delta, case.min_base.amount());
        assert_eq!(size, refused(Rule::BelowMinimum, RiskError::BelowMinimumSize), "{case:?}");
        if case.reduce_only {
            let reduces = require_reduces(base, delta);
            assert_eq!(reduces, refused(Rule::ReduceOnly, RiskError::ReduceOnly), "{case:?}");
        }
    }
}
