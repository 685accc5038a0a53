//! Perp positions: published vectors, the bounds of a step, what is refused.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{LiquidationHealth, LiquidationMargins};
use plimsoll_risk::liquidation::{
    BonusTerms, LiquidationTerms, PerpLiquidationInputs, PerpLiquidationPlan, QuoteCost, plan_perp_liquidation,
};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount, SignedValue, Value};

use crate::{ONE_QUOTE, fixed_bonus, ppm, terms};

/// A position of 100 at a price of one and `equity`, both in millionths; margins 10 % and 11 %, the quote weighs one.
fn margined(equity: i64) -> PerpLiquidationInputs {
    let (maintenance, end) = (ppm(100_000), ppm(110_000));
    let required = |margin: Ratio| i128::from(margin.of_up(Value(100_000_000)).unwrap().0);
    PerpLiquidationInputs {
        health: LiquidationHealth {
            maintenance: SignedValue(i128::from(equity) - required(maintenance)),
            liquidation_end: SignedValue(i128::from(equity) - required(end)),
            assets: equity.max(0) as u128,
            debts: (-equity).max(0) as u128,
            perp_sizes: 100_000_000,
            profit: 0,
        },
        base: SignedAmount(100_000_000),
        price: ONE_QUOTE,
        margins: LiquidationMargins { maintenance, liquidation_end: end },
        quote: QuoteCost {
            price: ONE_QUOTE,
            maintenance_weight: Ratio::ONE,
            liquidation_end_weight: Ratio::ONE,
            rounding: Value::ZERO,
        },
        slip: Ratio::ZERO,
        throughput_left: Value(u64::MAX),
        base_limit: Amount(u64::MAX),
        seconds_unhealthy: 0,
    }
}

fn plan(inputs: &PerpLiquidationInputs) -> PerpLiquidationPlan {
    plan_perp_liquidation(inputs, &terms()).unwrap()
}

#[test]
fn the_published_size_of_a_step() {
    // Drift: shortage/(p·(m − f_liq − f_IF)) = 3/(0.11 − 0.01 − 0.005)
    let inputs = margined(8_000_000);
    let fixed = LiquidationTerms { insurance_cut: ppm(5_000), ..fixed_bonus(ppm(10_000)) };
    let step = plan_perp_liquidation(&inputs, &fixed).unwrap();
    assert!(step.delta.0.abs_diff(-31_578_948) <= 2, "{step:?}");
    assert!(step.bonus.0.abs_diff(315_789) <= 1 && step.insurance_cut.0.abs_diff(157_894) <= 1, "{step:?}");
    assert_eq!((step.value, step.throughput), (Amount(step.delta.magnitude().0), Value(step.delta.magnitude().0)));
    // what the pool costs counts like a fee: 3/(0.11 − 0.01 − 0.005 − 0.02)
    let against_pool = PerpLiquidationInputs { slip: ppm(20_000), ..inputs };
    let step = plan_perp_liquidation(&against_pool, &fixed).unwrap();
    assert!(step.delta.0.abs_diff(-40_000_000) <= 2, "{step:?}");
}

#[test]
fn the_published_fillable_prices() {
    // dYdX v4: one BTC at 50,000 of maintenance margin 3 %, 1.5 times that as the spread: an account of 750 is half short, one of 0 wholly
    let bonus = BonusTerms { min: Ratio::ZERO, max: Ratio::ONE, slope: ppm(45_000), per_second: Ratio::ZERO };
    let fillable = |short: Ratio| 50_000.0 * (1.0 - bonus.wanted_down(short, 0).to_bits() as f64 / 2f64.powi(32));
    assert!((fillable(ppm(500_000)) - 48_875.0).abs() < 1e-4);
    assert!((fillable(Ratio::ONE) - 47_750.0).abs() < 1e-4);
}

#[test]
fn no_bonus_is_worse_than_the_bankruptcy_price() {
    // the same account of 750: what equity leaves is 1.5 %, so the position is closed at no less than 49,250
    let mut inputs = margined(1_500_000);
    inputs.margins = LiquidationMargins { maintenance: ppm(30_000), liquidation_end: ppm(33_000) };
    inputs.health.maintenance = SignedValue(-1_500_000);
    inputs.health.liquidation_end = SignedValue(-1_800_000);
    let wanted = BonusTerms { min: Ratio::ZERO, max: Ratio::ONE, slope: ppm(45_000), per_second: Ratio::ZERO };
    let whole = plan_perp_liquidation(&inputs, &LiquidationTerms { bonus: wanted, ..terms() }).unwrap();
    assert_eq!((whole.delta, whole.insurance_cut), (SignedAmount(-100_000_000), Amount(0)));
    assert!(50_000.0 * (1.0 - whole.bonus.0 as f64 / 100e6) - 49_250.0 < 0.01, "{whole:?}");
    assert!(whole.bonus.0 <= 1_500_000 - 2);
}

#[test]
fn the_bonus_stays_within_seven_eighths_of_the_margin_and_the_slip() {
    let generous = LiquidationTerms { insurance_cut: ppm(500_000), ..fixed_bonus(Ratio::ONE) };
    let mut inputs = margined(9_900_000);
    let taken = |inputs: &PerpLiquidationInputs| {
        let step = plan_perp_liquidation(inputs, &generous).unwrap();
        assert_eq!(step.insurance_cut, Amount(0), "the bonus takes all the room");
        step.bonus.0 as f64 / step.value.0 as f64
    };
    assert!((taken(&inputs) - 0.0875).abs() < 1e-6);
    inputs.slip = ppm(20_000);
    assert!((taken(&inputs) - 0.0675).abs() < 1e-6);
    inputs.quote.maintenance_weight = ppm(1_250_000);
    inputs.quote.liquidation_end_weight = ppm(1_250_000);
    assert!((taken(&inputs) - 0.05).abs() < 1e-6, "7/8 of 10 % over 1.25, less 2 %");
    inputs.quote.price = Price::from_bits(ONE_QUOTE.to_bits() * 2);
    assert!((taken(&inputs) - 0.015).abs() < 1e-6, "a quote atom that is worth two");
    inputs.slip = ppm(36_000);
    assert_eq!(plan_perp_liquidation(&inputs, &generous), Err(RiskError::LiquidationSpiral));
}

#[test]
fn an_account_without_equity_pays_the_lowest_bonus_and_no_cut() {
    for equity in [0, -20_000_000] {
        let step = plan(&margined(equity));
        assert_eq!(
            (step.delta, step.bonus, step.insurance_cut),
            (SignedAmount(-100_000_000), Amount(999_999), Amount(0))
        );
        assert!(step.is_urgent);
    }
    let thin = plan(&margined(400_002));
    assert!(thin.bonus.0 + thin.insurance_cut.0 <= 400_000 && thin.bonus.0 >= 399_990, "{thin:?}");
}

#[test]
fn a_short_is_bought_back() {
    let inputs = PerpLiquidationInputs { base: SignedAmount(-100_000_000), ..margined(8_000_000) };
    let (long, short) = (plan(&margined(8_000_000)), plan(&inputs));
    assert_eq!(short.delta.0, -long.delta.0);
    assert_eq!((short.bonus, short.insurance_cut, short.throughput), (long.bonus, long.insurance_cut, long.throughput));
    // half an atom of value is nothing to receive, and one to pay
    let half = Price::from_bits(ONE_QUOTE.to_bits() / 2);
    let odd = Amount(30_000_001);
    let [long, short] =
        [margined(3_000_000), PerpLiquidationInputs { base: SignedAmount(-100_000_000), ..margined(3_000_000) }]
            .map(|inputs| plan(&PerpLiquidationInputs { price: half, base_limit: odd, ..inputs }));
    assert_eq!((long.value, short.value), (Amount(15_000_000), Amount(15_000_001)));
    assert_eq!((long.throughput, short.throughput), (Value(15_000_001), Value(15_000_001)));
}

#[test]
fn a_rest_worth_dust_is_closed_too() {
    let inputs = margined(8_000_000);
    let partial = plan_perp_liquidation(&inputs, &LiquidationTerms { dust: Value(0), ..terms() }).unwrap();
    let rest = 100_000_000 - partial.throughput.0;
    let leaves_it = LiquidationTerms { dust: Value(rest), ..terms() };
    assert_eq!(plan_perp_liquidation(&inputs, &leaves_it).unwrap().delta, partial.delta);
    let takes_it = LiquidationTerms { dust: Value(rest + 1), ..terms() };
    assert_eq!(plan_perp_liquidation(&inputs, &takes_it).unwrap().delta, SignedAmount(-100_000_000));
}

#[test]
fn throughput_limits_all_but_the_urgent() {
    let limited = PerpLiquidationInputs { throughput_left: Value(10_000_000), ..margined(8_000_000) };
    let step = plan(&limited);
    assert_eq!((step.delta, step.throughput, step.is_urgent), (SignedAmount(-10_000_000), Value(10_000_000), false));
    let none_left = PerpLiquidationInputs { throughput_left: Value(0), ..limited };
    assert_eq!(plan_perp_liquidation(&none_left, &terms()), Err(RiskError::ThroughputExhausted));
    let urgent = PerpLiquidationInputs { throughput_left: Value(0), ..margined(4_000_000) };
    assert!(plan(&urgent).is_urgent);
}

#[test]
fn what_cannot_be_liquidated_is_refused() {
    let with = |edit: fn(&mut PerpLiquidationInputs)| {
        let mut inputs = margined(8_000_000);
        edit(&mut inputs);
        plan_perp_liquidation(&inputs, &terms())
    };
    assert_eq!(with(|inputs| inputs.health.maintenance = SignedValue(0)), Err(RiskError::NotLiquidatable));
    assert_eq!(with(|inputs| inputs.base = SignedAmount(0)), Err(RiskError::NothingToClose));
    assert_eq!(with(|inputs| inputs.base_limit = Amount(0)), Err(RiskError::AmountZero));
    assert_eq!(with(|inputs| inputs.base_limit = Amount(50)), Err(RiskError::HealthNotImproved));
    assert_eq!(with(|inputs| inputs.margins.liquidation_end = ppm(10_000)), Err(RiskError::LiquidationSpiral));
}
