//! Liquidation: published vectors, the bonus and its bounds, throughput, and INV-IMPROVE over random accounts.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../impacts/mod.rs"]
mod impacts;
#[path = "../seeded/mod.rs"]
mod seeded;

mod loans;
mod perp_books;
mod perps;
mod throughput;

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{LiquidationHealth, asset_weight_down, debt_weight_up};
use plimsoll_risk::liquidation::{BonusTerms, ExchangeLeg, LiquidationInputs, LiquidationTerms, plan_liquidation};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedValue, Value};

const ONE_QUOTE: Price = Price::from_bits(1 << 40);

fn ppm(parts: u32) -> Ratio {
    Ratio::from_ppm_down(parts)
}

fn terms() -> LiquidationTerms {
    LiquidationTerms {
        bonus: BonusTerms { min: ppm(10_000), max: ppm(50_000), slope: ppm(200_000), per_second: ppm(20) },
        insurance_cut: ppm(5_000),
        urgent_fraction: ppm(500_000),
        dust: Value(1_000_000),
    }
}

/// A bonus that does not depend on the account, no cut, no dust.
fn fixed_bonus(bonus: Ratio) -> LiquidationTerms {
    LiquidationTerms {
        bonus: BonusTerms { min: bonus, max: bonus, slope: Ratio::ZERO, per_second: Ratio::ZERO },
        insurance_cut: Ratio::ZERO,
        dust: Value(0),
        ..terms()
    }
}

fn leg(amount: u64, maintenance_weight: Ratio, liquidation_end_weight: Ratio) -> ExchangeLeg {
    ExchangeLeg { price: ONE_QUOTE, amount: Amount(amount), maintenance_weight, liquidation_end_weight }
}

/// An account of one deposit and one debt, both quoted at one.
fn account(collateral: ExchangeLeg, debt: ExchangeLeg) -> LiquidationInputs {
    let health_at = |asset: Ratio, owed: Ratio| {
        let counted = asset.of_down(Value(collateral.amount.0)).unwrap().0;
        SignedValue(i128::from(counted) - i128::from(owed.of_up(Value(debt.amount.0)).unwrap().0))
    };
    LiquidationInputs {
        health: LiquidationHealth {
            maintenance: health_at(collateral.maintenance_weight, debt.maintenance_weight),
            liquidation_end: health_at(collateral.liquidation_end_weight, debt.liquidation_end_weight),
            assets: u128::from(collateral.amount.0),
            debts: u128::from(debt.amount.0),
            ..LiquidationHealth::default()
        },
        debt,
        collateral,
        throughput_left: Value(u64::MAX),
        insurance: Amount(0),
        repay_limit: Amount(u64::MAX),
        seconds_unhealthy: 0,
    }
}

/// 100 of collateral against `debt`, in millionths, at margins of 10 % and 5 %; liquidation end 10 % above them.
fn margined(debt: u64) -> LiquidationInputs {
    let (asset, owed) = (ppm(100_000), ppm(50_000));
    let (asset_end, owed_end) = (ppm(110_000), ppm(55_000));
    account(
        leg(100_000_000, asset_weight_down(asset, Ratio::ONE), asset_weight_down(asset_end, Ratio::ONE)),
        leg(debt, debt_weight_up(owed).unwrap(), debt_weight_up(owed_end).unwrap()),
    )
}

#[test]
fn the_published_liquidate_to_target_vector() {
    // c = 100, q = 85, v = 0.8, i = 5 %, target health 1.05; weights of 32 fractional bits leave 5 millionths
    let inputs = account(
        leg(100_000_000, ppm(800_000), ppm(800_000)),
        leg(85_000_000, Ratio::ONE, Ratio::from_ppm_down(1_050_000)),
    );
    let plan = plan_liquidation(&inputs, &fixed_bonus(ppm(50_000))).unwrap();
    assert!(plan.repaid.0.abs_diff(44_047_619) <= 6, "{plan:?}");
    assert!((100_000_000 - plan.seized.0).abs_diff(53_750_000) <= 6);
    assert!((85_000_000 - plan.repaid.0).abs_diff(40_952_381) <= 6);
}

#[test]
fn the_spiral_frontier_bounds_the_bonus() {
    // loan-to-value 1/(1 + i) is where a bonus i stops helping; the plan stays within seven eighths of i
    for (bonus, frontier) in
        [(20_000, 980_392), (50_000, 952_381), (80_000, 925_926), (100_000, 909_091), (150_000, 869_565)]
    {
        let weight = ppm(frontier);
        let inputs = account(leg(100_000_000, weight, weight), leg(99_000_000, Ratio::ONE, Ratio::ONE));
        let plan = plan_liquidation(&inputs, &fixed_bonus(ppm(bonus))).unwrap();
        assert!(plan.bonus.to_bits() <= ppm(bonus * 7 / 8).to_bits() + (1 << 14), "{bonus}: {plan:?}");
    }
}

#[test]
fn no_bonus_is_above_what_equity_leaves() {
    // 1/LTV − 1 at a loan-to-value of 98 % is 2.04 %
    let inputs = margined(98_000_000);
    let plan = plan_liquidation(&inputs, &fixed_bonus(ppm(50_000))).unwrap();
    assert!(plan.bonus <= ppm(20_409) && plan.bonus > ppm(20_407), "{:?}", plan.bonus);
    assert_eq!(plan.insurance_cut, Amount(0));
}

#[test]
fn the_bonus_grows_with_shortfall_and_time_within_its_bounds() {
    let bonus = terms().bonus;
    assert_eq!(bonus.wanted_down(Ratio::ZERO, 0), ppm(10_000));
    assert_eq!(bonus.wanted_down(ppm(200_000), 0), ppm(200_000).times_down(ppm(200_000)).unwrap());
    assert!(bonus.wanted_down(Ratio::ZERO, 1_000).to_bits().abs_diff(ppm(20_000).to_bits()) < 2_000);
    assert_eq!(bonus.wanted_down(Ratio::MAX, 0), ppm(50_000));
    assert_eq!(bonus.wanted_down(Ratio::ZERO, u64::MAX), ppm(50_000));
}

#[test]
fn insurance_gets_its_cut_where_there_is_room() {
    let plan = plan_liquidation(&margined(86_000_000), &terms()).unwrap();
    let cut_ratio = plan.insurance_cut.0 as f64 / plan.repaid.0 as f64;
    assert!((cut_ratio - 0.005).abs() < 1e-6, "{cut_ratio}");
    assert_eq!(plan.insurance_top_up, Amount(0));
}

#[test]
fn insurance_tops_a_thin_bonus_up_as_far_as_it_reaches() {
    let mut inputs = margined(99_800_000);
    inputs.insurance = Amount(u64::MAX);
    let plan = plan_liquidation(&inputs, &terms()).unwrap();
    let total = plan.bonus.to_bits() as f64 / 2f64.powi(32) + plan.insurance_top_up.0 as f64 / plan.repaid.0 as f64;
    assert!((total - 0.01).abs() < 1e-6, "{total}");
    inputs.insurance = Amount(1_000);
    assert_eq!(plan_liquidation(&inputs, &terms()).unwrap().insurance_top_up, Amount(1_000));
}

#[test]
fn an_insolvent_account_pays_the_lowest_bonus_until_nothing_is_left() {
    let mut inputs = margined(120_000_000);
    inputs.insurance = Amount(u64::MAX);
    let plan = plan_liquidation(&inputs, &terms()).unwrap();
    assert_eq!((plan.bonus, plan.insurance_cut, plan.insurance_top_up), (ppm(10_000), Amount(0), Amount(0)));
    assert!(plan.is_urgent);
    assert!(100_000_000 - plan.seized.0 <= 2, "{plan:?}");
}

#[test]
fn a_rest_worth_dust_is_repaid_too() {
    let inputs = margined(86_000_000);
    let partial = plan_liquidation(&inputs, &LiquidationTerms { dust: Value(0), ..terms() }).unwrap();
    let rest = 86_000_000 - partial.repaid.0;
    let leaves_it = LiquidationTerms { dust: Value(rest), ..terms() };
    assert_eq!(plan_liquidation(&inputs, &leaves_it).unwrap().repaid, partial.repaid);
    let takes_it = LiquidationTerms { dust: Value(rest + 1), ..terms() };
    assert_eq!(plan_liquidation(&inputs, &takes_it).unwrap().repaid, Amount(86_000_000));
}

#[test]
fn throughput_limits_all_but_the_urgent() {
    let mut inputs = margined(86_000_000);
    inputs.throughput_left = Value(10_000_000);
    let plan = plan_liquidation(&inputs, &terms()).unwrap();
    assert_eq!((plan.repaid, plan.value, plan.is_urgent), (Amount(10_000_000), Value(10_000_000), false));
    inputs.throughput_left = Value(0);
    assert_eq!(plan_liquidation(&inputs, &terms()), Err(RiskError::ThroughputExhausted));
    let urgent = plan_liquidation(&LiquidationInputs { throughput_left: Value(0), ..margined(97_000_000) }, &terms());
    assert!(urgent.unwrap().is_urgent);
}

#[test]
fn what_cannot_be_liquidated_is_refused() {
    let sick = margined(86_000_000);
    let with = |edit: fn(&mut LiquidationInputs)| {
        let mut inputs = sick;
        edit(&mut inputs);
        plan_liquidation(&inputs, &terms())
    };
    assert_eq!(with(|inputs| inputs.health.maintenance = SignedValue(0)), Err(RiskError::NotLiquidatable));
    assert_eq!(with(|inputs| inputs.debt.amount = Amount(0)), Err(RiskError::NothingToRepay));
    assert_eq!(with(|inputs| inputs.collateral.amount = Amount(0)), Err(RiskError::NothingToSeize));
    assert_eq!(with(|inputs| inputs.repay_limit = Amount(0)), Err(RiskError::AmountZero));
    assert_eq!(with(|inputs| inputs.repay_limit = Amount(3)), Err(RiskError::HealthNotImproved));
    let weightless = |inputs: &mut LiquidationInputs| {
        let one = leg(100_000_000, Ratio::ONE, Ratio::ONE);
        (inputs.debt, inputs.collateral) = (one, one);
    };
    assert_eq!(with(weightless), Err(RiskError::LiquidationSpiral));
}
