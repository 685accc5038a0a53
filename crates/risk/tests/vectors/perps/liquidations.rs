//! The plan for a perp position.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidation::{
    BonusTerms, LiquidationTerms, PerpLiquidationInputs, QuoteCost, plan_perp_liquidation,
};
use plimsoll_risk::perp::slip::largest_slip_up;
use plimsoll_risk::perp::{SideIndices, Sides};
use plimsoll_risk::quantities::{Ratio, SignedAmount, Value};
use serde::Deserialize;

use super::accounts::{Perp, Quote, perp_liquidation_health};
use crate::accounts::Leg;
use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const UNTOUCHED: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

#[derive(Deserialize, Debug)]
struct Plan {
    legs: Vec<Leg>,
    quote: Quote,
    perps: Vec<Perp>,
    slope: Text<u64>,
    rate: Text<u64>,
    bonus_min: Text<u64>,
    bonus_max: Text<u64>,
    insurance_cut: Text<u64>,
    urgent_fraction: Text<u64>,
    dust: Text<u64>,
    slip: Text<u64>,
    liquidation_buffer: Text<u64>,
    seconds_unhealthy: u64,
    throughput_left: Text<u64>,
    request: Text<u64>,
    urgent: bool,
    closed_expected: Expected,
    to_liquidator_expected: Expected,
    to_insurance_expected: Expected,
    sensitivity_expected: Expected,
}

impl Plan {
    fn terms(&self) -> LiquidationTerms {
        LiquidationTerms {
            bonus: BonusTerms {
                min: self.bonus_min.ratio(),
                max: self.bonus_max.ratio(),
                slope: self.slope.ratio(),
                per_second: self.rate.ratio(),
            },
            insurance_cut: self.insurance_cut.ratio(),
            urgent_fraction: self.urgent_fraction.ratio(),
            dust: Value(self.dust.0),
        }
    }

    fn inputs(&self) -> PerpLiquidationInputs {
        let (perp, buffer) = (&self.perps[0], self.liquidation_buffer.ratio());
        let base = perp.position().base;
        let value = perp.price().value_up(base.magnitude()).unwrap();
        let perps = self.perps.iter().map(|each| (each, each.position(), UNTOUCHED));
        PerpLiquidationInputs {
            health: perp_liquidation_health(&self.legs, perps, &self.quote, buffer),
            base,
            price: perp.price(),
            margins: perp.liquidation_terms(buffer).margins_up(base, value).unwrap(),
            quote: QuoteCost::new(&self.quote.terms(buffer), SignedAmount::ZERO, Value::ZERO).unwrap(),
            slip: self.slip.ratio(),
            throughput_left: Value(self.throughput_left.0),
            base_limit: self.request.amount(),
            seconds_unhealthy: self.seconds_unhealthy,
        }
    }

    /// What is added up for the account's healths, in quote atoms.
    fn values(&self) -> f64 {
        let of_legs: f64 = self.legs.iter().map(Leg::value).sum();
        of_legs + self.perps.iter().map(Perp::gross).sum::<f64>() + self.quote.value()
    }
}

#[test]
fn perp_liquidation_plan() {
    let mut planned = 0;
    for case in cases::<Plan>(include_str!("../perp_liquidation_plan.json")) {
        let plan = match plan_perp_liquidation(&case.inputs(), &case.terms()) {
            Ok(plan) => plan,
            Err(refusal) => {
                let is_throttled = refusal == RiskError::ThroughputExhausted && case.throughput_left.0 == 0;
                assert!(is_throttled && !case.urgent, "{refusal}: {case:?}");
                continue;
            }
        };
        planned += 1;
        assert_eq!(plan.is_urgent, case.urgent, "{case:?}");
        let (perp, values) = (&case.perps[0], case.values());
        assert_ne!(plan.delta.is_negative(), perp.position().base.is_negative(), "{case:?}");
        // an error of health reaches the size by the sensitivity, and the bonus over the requirement
        let tolerance = (case.sensitivity_expected.units(0) + 1.0) * (8.0 + 2f64.powi(-26) * values);
        let atoms_per_value = 2f64.powi(40) / perp.price().to_bits() as f64;
        let closed = plan.delta.magnitude().0;
        case.closed_expected.assert_near(closed, 0, Side::Both, 2.0 + tolerance * atoms_per_value);
        let tolerance = tolerance + 2.0 + 2.0 / atoms_per_value;
        for (amount, expected) in
            [(plan.bonus, &case.to_liquidator_expected), (plan.insurance_cut, &case.to_insurance_expected)]
        {
            expected.assert_near(amount.0, 0, Side::Both, tolerance);
        }
    }
    assert!(planned > 100);
}

#[derive(Deserialize, Debug)]
struct SlipCase {
    mid: Text<u64>,
    confidence: Text<u64>,
    skew: Text<i64>,
    delta: Text<i64>,
    skew_scale: Text<u64>,
    slip_expected: Expected,
}

#[test]
fn perp_slip() {
    for case in cases::<SlipCase>(include_str!("../perp_slip.json")) {
        let (mid, confidence) = (case.mid.price(), case.confidence.price());
        let scale = case.skew_scale.amount();
        let found = largest_slip_up(case.skew.signed(), case.delta.signed(), mid, confidence, scale).unwrap();
        let tolerance = 1.0 + 2f64.powi(32) / case.mid.0 as f64;
        case.slip_expected.assert_near(found.to_bits(), Ratio::FRACTION_BITS, Side::Up, tolerance);
    }
}
