//! Speed of the core on one core of this machine: `make bench`. Each figure is of a batch of different accounts or factors, so that nothing is folded away.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use plimsoll_risk::health::{
    CollateralWeights, CrossHealth, FactorTerms, LiquidationHealth, QuoteBalance, asset_weight_down, debt_weight_up,
};
use plimsoll_risk::liquidation::{BonusTerms, ExchangeLeg, LiquidationInputs, LiquidationTerms, plan_liquidation};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::margin::PerpTerms;
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, LogPrice, Price, Ratio, Shares, SignedAmount, SignedValue, Value, Variance};
use plimsoll_risk::threshold::{Path, ThresholdParameters, ThresholdTerms, initial_margin, margin_goal};
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility, VolatilityParameters, VolatilityTerms};

/// Different inputs of one measurement.
const BATCH: u64 = 1_024;
const NO_IMPACT: Impact = Impact { unit: 0, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };
const INDEX_ONE: u64 = 1 << 48;
const SIDES: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

fn main() {
    divan::main();
}

fn price(number: u64) -> Price {
    Price::from_bits((1 << 40) + (number << 32))
}

fn factor_terms(number: u64) -> FactorTerms {
    let margin = Ratio::from_bits((1 << 28) + (number << 20));
    FactorTerms {
        mid: price(number),
        asset_initial: price(number),
        debt_initial: price(number),
        maintenance: margin,
        initial: Ratio::from_bits(margin.to_bits() / 4 * 5),
        impact: NO_IMPACT,
        impact_initial: NO_IMPACT,
    }
}

fn perp_terms(terms: &FactorTerms) -> PerpTerms {
    PerpTerms {
        mid: terms.mid,
        long_initial: terms.asset_initial,
        short_initial: terms.debt_initial,
        maintenance: terms.maintenance,
        initial: terms.initial,
        impact: NO_IMPACT,
        impact_initial: NO_IMPACT,
        size_maintenance: 1 << 40,
        size_initial: 1 << 40,
        profit_weight: Ratio::from_ppm_down(500_000),
    }
}

fn position(number: u64) -> PerpPosition {
    let base = SignedAmount(1_000_000 + number.cast_signed());
    let base = if number.is_multiple_of(2) { base } else { SignedAmount(-base.0) };
    PerpPosition { base, entry: SignedAmount(-base.0), ..PerpPosition::default() }
}

/// Initial and maintenance health and admission of an account with eight balances: five deposits and three debts.
#[divan::bench]
fn cross_margin_of_8_balances(bencher: Bencher) {
    let terms: Vec<FactorTerms> = (0..8).map(factor_terms).collect();
    let account = |number: u64| {
        let mut health = CrossHealth::default();
        for (factor, terms) in (0..).zip(&terms) {
            let shares = Shares(black_box(1_000_000 + number * 977 + factor * 31));
            if factor < 5 {
                health.add_deposit(shares, INDEX_ONE, terms, &CollateralWeights::FULL)?;
            } else {
                health.add_debt(shares, INDEX_ONE, terms)?;
            }
        }
        health.admit()
    };
    assert!(account(0).is_ok() && account(BATCH - 1).is_ok(), "what is measured are accounts, not refusals");
    let accounts = bencher.counter(ItemsCount::new(BATCH));
    accounts.bench(|| (0..BATCH).filter(|number| account(*number).is_ok()).count());
}

/// The same of an account with three deposits, a debt and four perps, two of them short.
#[divan::bench]
fn cross_margin_of_4_balances_and_4_perps(bencher: Bencher) {
    let terms: Vec<FactorTerms> = (0..8).map(factor_terms).collect();
    let perps: Vec<PerpTerms> = terms[4..].iter().map(perp_terms).collect();
    let account = |number: u64| {
        let mut health = CrossHealth::default();
        for (factor, terms) in (1..4_u64).zip(&terms[1..4]) {
            let shares = Shares(black_box(1_000_000 + number * 977 + factor * 31));
            if factor < 3 {
                health.add_deposit(shares, INDEX_ONE, terms, &CollateralWeights::FULL)?;
            } else {
                health.add_debt(shares, INDEX_ONE, terms)?;
            }
        }
        for (market, terms) in (0..).zip(&perps) {
            health.add_perp(&black_box(position(number + market)), &SIDES, terms)?;
        }
        let balance = QuoteBalance { deposit: Amount(5_000_000), debt: Amount::ZERO };
        health.add_quote(&balance, &terms[0], &CollateralWeights::FULL)?;
        health.admit()
    };
    assert!(account(0).is_ok() && account(BATCH - 1).is_ok(), "what is measured are accounts, not refusals");
    let accounts = bencher.counter(ItemsCount::new(BATCH));
    accounts.bench(|| (0..BATCH).filter(|number| account(*number).is_ok()).count());
}

fn volatility_terms() -> VolatilityTerms {
    let parameters = VolatilityParameters {
        floor_volatility_ppm: 30_000,
        winsor_sigmas_ppm: 6_000_000,
        fast_half_life_seconds: 43_200,
        slow_half_life_seconds: 1_296_000,
        jump_half_life_seconds: 21_600,
        grid_seconds: 300,
    };
    parameters.terms().expect("within bounds")
}

fn threshold_terms() -> ThresholdTerms {
    let parameters = ThresholdParameters {
        floor_volatility_ppm: 30_000,
        stress_volatility_ppm: 115_000,
        stress_weight_ppm: 250_000,
        shortfall_multiple_ppm: 3_691_510,
        horizon_seconds: 5_400,
        spread_ppm: 1_000,
        bonus_max_ppm: 50_000,
        insurance_cut_ppm: 5_000,
        margin_min_ppm: 80_000,
        margin_max_ppm: 600_000,
        initial_gap_ppm: 250_000,
        walk_relative_ppm: 20_000,
        walk_absolute_ppm: 2_500,
        grid_seconds: 300,
        grace_seconds: 3_600,
    };
    parameters.terms().expect("within bounds")
}

/// A factor's part of `refresh_risk`: the fold of its sample, the goal, the path by one step, initial margin.
#[divan::bench]
fn refresh_of_one_factor(bencher: Bencher) {
    let (volatility, thresholds) = (volatility_terms(), threshold_terms());
    let decays = Decays::over(1, &volatility).expect("a step");
    let start = price(7).ln().expect("a price");
    let variance = Variance::from_root(Ratio::from_ppm_up(45_000)).expect("small");
    let before = Volatility { fast: variance, slow: variance, jump: Ratio::ZERO, last_sample: start, last_step: 99 };
    let path = Path::start(margin_goal(variance, &thresholds).expect("a goal"), 99, &thresholds);
    let refresh = |number: u64| {
        let sample = LogPrice::from_bits(start.to_bits() + black_box(number.cast_signed() << 34));
        let range = LogRange::of(start).with(sample);
        let observations = Observations { sample, sample_step: 100, closed: range, open: LogRange::of(sample) };
        let folded = before.fold(&observations, &decays, &volatility)?;
        let goal = margin_goal(folded.volatility.fast.max(folded.volatility.slow), &thresholds)?;
        let slid = path.slide(100, goal, &thresholds)?;
        initial_margin(&slid, goal, folded.volatility.jump, &thresholds)
    };
    assert!(refresh(0).is_ok() && refresh(BATCH - 1).is_ok(), "what is measured are folds, not refusals");
    let factors = bencher.counter(ItemsCount::new(BATCH));
    factors.bench(|| (0..BATCH).filter(|number| refresh(*number).is_ok()).count());
}

/// The plan of one step of a loan's liquidation.
#[divan::bench]
fn liquidation_plan_of_a_loan(bencher: Bencher) {
    let maintenance = Ratio::from_ppm_up(100_000);
    let end = Ratio::from_ppm_up(110_000);
    let terms = LiquidationTerms {
        bonus: BonusTerms {
            min: Ratio::from_ppm_down(10_000),
            max: Ratio::from_ppm_down(50_000),
            slope: Ratio::from_ppm_down(250_000),
            per_second: Ratio::from_ppm_down(20),
        },
        insurance_cut: Ratio::from_ppm_down(5_000),
        urgent_fraction: Ratio::from_ppm_down(250_000),
        dust: Value(1_000_000),
    };
    let plan = |number: u64| {
        let (held, owed) = (100_000_000_000_i128, black_box(86_000_000_000 + i128::from(number) * 1_000_000));
        let inputs = LiquidationInputs {
            health: LiquidationHealth {
                maintenance: SignedValue(held / 10 * 9 - owed / 1_000 * 1_052),
                liquidation_end: SignedValue(held / 100 * 89 - owed / 1_000 * 1_058),
                assets: held.unsigned_abs(),
                debts: owed.unsigned_abs(),
                ..LiquidationHealth::default()
            },
            debt: ExchangeLeg {
                price: Price::from_bits(1 << 40),
                amount: Amount(86_000_000_000 + number * 1_000_000),
                maintenance_weight: debt_weight_up(Ratio::from_ppm_up(50_000))?,
                liquidation_end_weight: debt_weight_up(Ratio::from_ppm_up(55_000))?,
            },
            collateral: ExchangeLeg {
                price: Price::from_bits(1 << 40),
                amount: Amount(100_000_000_000),
                maintenance_weight: asset_weight_down(maintenance, Ratio::ONE),
                liquidation_end_weight: asset_weight_down(end, Ratio::ONE),
            },
            throughput_left: Value(1 << 50),
            insurance: Amount::ZERO,
            repay_limit: Amount(u64::MAX),
            seconds_unhealthy: 30,
        };
        plan_liquidation(&inputs, &terms)
    };
    assert!(plan(0).is_ok() && plan(BATCH - 1).is_ok(), "what is measured are plans, not refusals");
    let plans = bencher.counter(ItemsCount::new(BATCH));
    plans.bench(|| (0..BATCH).filter(|number| plan(*number).is_ok()).count());
}
