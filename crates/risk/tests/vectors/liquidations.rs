//! Section 6: throughput and the plan.

use plimsoll_risk::liquidation::{
    BonusTerms, Bucket, BucketTerms, ExchangeLeg, LiquidationInputs, LiquidationPlan, LiquidationTerms,
    plan_liquidation,
};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Value};
use plimsoll_risk::{Result, RiskError};
use serde::Deserialize;

use crate::accounts::{Leg, liquidation_health};
use crate::decimal::{Expected, Side};
use crate::{Text, cases};

#[derive(Deserialize)]
struct Throughput {
    seized_capacity: Text<u64>,
    seized_refill_per_second: Text<u64>,
    repaid_capacity: Text<u64>,
    repaid_refill_per_second: Text<u64>,
    account_share: Text<u64>,
    seized_level: Text<u64>,
    seconds: u64,
    seized_level_after: Text<u64>,
    account_capacity_expected: Expected,
    account_level_from_empty_expected: Expected,
}

#[test]
fn liquidation_bucket() {
    for case in cases::<Throughput>(include_str!("liquidation_bucket.json")) {
        let terms = |capacity: Text<u64>, refill: Text<u64>| BucketTerms {
            capacity: Value(capacity.0),
            refill_per_second: Value(refill.0),
        };
        let seized = terms(case.seized_capacity, case.seized_refill_per_second);
        let repaid = terms(case.repaid_capacity, case.repaid_refill_per_second);
        let level = |available: u64, terms: &BucketTerms| {
            let bucket = Bucket { available: Value(available), updated_at: 0 };
            bucket.refilled(terms, case.seconds).available.0
        };
        assert_eq!(level(case.seized_level.0, &seized), case.seized_level_after.0);
        let own = seized.of_account(repaid, Ratio::from_bits(case.account_share.0)).unwrap();
        case.account_capacity_expected.assert_near(own.capacity.0, 0, Side::Down, 1.0);
        // the refill is whole quote atoms a second
        let tolerance = 1.0 + case.seconds as f64;
        case.account_level_from_empty_expected.assert_near(level(0, &own), 0, Side::Down, tolerance);
    }
}

#[derive(Deserialize, Debug)]
struct Plan {
    legs: Vec<Leg>,
    seized_leg: usize,
    repaid_leg: usize,
    slope: Text<u64>,
    rate: Text<u64>,
    bonus_min: Text<u64>,
    bonus_max: Text<u64>,
    insurance_cut: Text<u64>,
    urgent_fraction: Text<u64>,
    dust: Text<u64>,
    liquidation_buffer: Text<u64>,
    seconds_unhealthy: u64,
    throughput_left: Text<u64>,
    insurance: Text<u64>,
    urgent: bool,
    bonus_expected: Expected,
    repaid_expected: Expected,
    seized_expected: Expected,
    to_insurance_expected: Expected,
    top_up_expected: Expected,
    sensitivity_expected: Expected,
}

impl Plan {
    fn terms(&self) -> LiquidationTerms {
        LiquidationTerms {
            bonus: BonusTerms {
                min: Ratio::from_bits(self.bonus_min.0),
                max: Ratio::from_bits(self.bonus_max.0),
                slope: Ratio::from_bits(self.slope.0),
                per_second: Ratio::from_bits(self.rate.0),
            },
            insurance_cut: Ratio::from_bits(self.insurance_cut.0),
            urgent_fraction: Ratio::from_bits(self.urgent_fraction.0),
            dust: Value(self.dust.0),
        }
    }

    fn exchange_leg(&self, leg: &Leg) -> ExchangeLeg {
        ExchangeLeg {
            price: leg.price(),
            amount: leg.amount(),
            maintenance_weight: leg.weight(Ratio::ZERO),
            liquidation_end_weight: leg.weight(Ratio::from_bits(self.liquidation_buffer.0)),
        }
    }

    fn planned(&self) -> Result<LiquidationPlan> {
        let (debt, collateral) = (&self.legs[self.repaid_leg], &self.legs[self.seized_leg]);
        // the insurance in atoms of the debt's token
        let insurance = (u128::from(self.insurance.0) << Price::FRACTION_BITS) / u128::from(debt.price().to_bits());
        let inputs = LiquidationInputs {
            health: liquidation_health(&self.legs, Ratio::from_bits(self.liquidation_buffer.0)),
            debt: self.exchange_leg(debt),
            collateral: self.exchange_leg(collateral),
            throughput_left: Value(self.throughput_left.0),
            insurance: Amount(u64::try_from(insurance).unwrap_or(u64::MAX)),
            repay_limit: Amount(u64::MAX),
            seconds_unhealthy: self.seconds_unhealthy,
        };
        plan_liquidation(&inputs, &self.terms())
    }
}

fn worth(amount: Amount, leg: &Leg) -> i128 {
    i128::from(leg.price().value_down(amount).unwrap().0)
}

#[test]
fn liquidation_plan() {
    let mut planned = 0;
    for case in cases::<Plan>(include_str!("liquidation_plan.json")) {
        let (debt, collateral) = (&case.legs[case.repaid_leg], &case.legs[case.seized_leg]);
        let plan = match case.planned() {
            Ok(plan) => plan,
            Err(refusal) => {
                let is_throttled = refusal == RiskError::ThroughputExhausted && case.throughput_left.0 == 0;
                assert!(is_throttled && !case.urgent, "{refusal}: {case:?}");
                continue;
            }
        };
        planned += 1;
        assert_eq!(plan.is_urgent, case.urgent, "{case:?}");
        let values: f64 = case.legs.iter().map(Leg::value).sum();
        // the healths' rounding reaches the bonus through the shortfall ratio and the room
        let bonus_tolerance = 16.0 + 100.0 / values * 2f64.powi(32);
        case.bonus_expected.assert_near(plan.bonus.to_bits(), 32, Side::Both, bonus_tolerance);
        let sensitivity = case.sensitivity_expected.units(0) + 1.0;
        let atoms = [debt, collateral].map(|leg| leg.price().to_bits() as f64 / 2f64.powi(40));
        let tolerance = sensitivity * (8.0 + 2f64.powi(-26) * values) + 2.0 * atoms[0] + 2.0 * atoms[1];
        for (amount, leg, expected) in [
            (plan.repaid, debt, &case.repaid_expected),
            (plan.seized, collateral, &case.seized_expected),
            (plan.insurance_cut, collateral, &case.to_insurance_expected),
            (plan.insurance_top_up, debt, &case.top_up_expected),
        ] {
            expected.assert_near(worth(amount, leg), 0, Side::Both, tolerance);
        }
    }
    assert!(planned > 100);
}
