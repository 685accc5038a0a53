//! An invented report over the default scenario's prices.
#![allow(unreachable_pub, clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // invented numbers

use plimsoll_demo::report::perps::{
    Counterparty, Deficit, MarketSeries, OrderCounts, PerpLiquidation, Perps, PoolSeries, PoolWithdrawal, Side,
};
use plimsoll_demo::report::{Cause, FactorSeries, Liquidation, Report, Run, Totals, WalkEvidence};
use plimsoll_demo::scenario::{self, ASSETS, Scenario};

/// Where each asset's maintenance margin begins, ppm.
const FLOOR_PPM: [u32; 4] = [50_000, 90_000, 60_000, 75_000];

pub fn report() -> Report {
    let scenario = scenario::load("", None).expect("the default scenario loads");
    Report {
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        notes: scenario.notes.clone(),
        seed: scenario.seed,
        steps: scenario.steps() as u64,
        step_seconds: scenario.step_seconds,
        borrowers: 60,
        traders: 40,
        hedgers: 12,
        seconds: 141.7,
        program_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        dynamic: run(&scenario, true),
        frozen: run(&scenario, false),
    }
}

fn run(scenario: &Scenario, moving: bool) -> Run {
    let times: Vec<u64> = (0..scenario.steps()).map(|step| scenario.step_time(step)).collect();
    let factors: Vec<FactorSeries> = (0..ASSETS.len()).map(|asset| factor(scenario, asset, moving)).collect();
    let mut list: Vec<Liquidation> = Vec::new();
    for (step, time) in times.iter().enumerate() {
        let asset = step % 3 + 1;
        let prices = &factors[asset].price_quote_atoms;
        let fell = step > 4 && prices[step] * 100 < prices[step - 4] * if moving { 97 } else { 94 };
        let walked = moving && matches!(step, 268 | 272 | 275);
        if fell || walked {
            list.push(liquidation(*time, step as u64, asset, &factors[asset], walked.then_some(step)));
        }
    }
    let totals = Totals {
        bad_debt_quote_atoms: if moving { 0 } else { 1_843_220_000 },
        conservation_error_atoms: 0,
        conservation_checks: times.len() as u64,
        borrowers_equity_kept_ppm: if moving { 812_345 } else { 784_210 },
    };
    let perps = perps(&times, moving);
    Run::new(times, factors, list, totals).with_perps(perps)
}

fn perps(times: &[u64], moving: bool) -> Perps {
    let steps = times.len() as u64;
    let market = |symbol: &str, place: u64| MarketSeries {
        symbol: symbol.to_owned(),
        long_quote_atoms: (0..steps).map(|step| 900_000_000_000 + step * 1_000_000_000).collect(),
        short_quote_atoms: (0..steps).map(|step| 1_000_000_000_000 + place * step * 1_000_000_000).collect(),
        funding_ppm_per_day: (0..steps.cast_signed()).map(|step| step * 40 - 9_000).collect(),
        funding_paid_quote_atoms: (0..steps).map(|step| step * 7_000_000).collect(),
    };
    Perps {
        pool: PoolSeries {
            equity_quote_atoms: (0..steps.cast_signed()).map(|step| 2_000_000_000_000 + step * 50_000_000).collect(),
            share_ppm: (0..steps).map(|step| 1_000_000 + step).collect(),
        },
        markets: vec![market("SOL", 0), market("BTC", 1), market("ETH", 2)],
        orders: OrderCounts { placed: 71, armed: 9, filled: 55, lapsed: 3, cancelled: 8, refused: 0 },
        liquidation_list: [Counterparty::Account, Counterparty::Pool, Counterparty::Pool]
            .map(|counterparty| perp_liquidation(times[200], counterparty))
            .into(),
        deficit_list: if moving { Vec::new() } else { vec![deficit(times[200])] },
        withdrawal_list: vec![PoolWithdrawal {
            provider: "Provider 2".to_owned(),
            asked_seconds: times[100],
            lapsed_requests: 3,
            paid_seconds: moving.then_some(times[120]),
            paid_quote_atoms: 812_345_678_900,
        }],
        outside_waterfall_quote_atoms: 0,
    }
}

fn perp_liquidation(time_seconds: u64, counterparty: Counterparty) -> PerpLiquidation {
    PerpLiquidation {
        time_seconds,
        account: "7kFXqB2m5Y1bQ3sVnUeJt9cWd4hRpZaG6LxTMyE8oKvN".to_owned(),
        trader: "Trader 07".to_owned(),
        keeper: "keeper B".to_owned(),
        market: "SOL".to_owned(),
        side: Side::Long,
        counterparty,
        closed_quote_atoms: 31_000_000_000,
    }
}

fn deficit(time_seconds: u64) -> Deficit {
    Deficit {
        time_seconds,
        account: "7kFXqB2m5Y1bQ3sVnUeJt9cWd4hRpZaG6LxTMyE8oKvN".to_owned(),
        trader: "Trader 03".to_owned(),
        market: "SOL".to_owned(),
        deficit_quote_atoms: 1_000_000_000,
        insurance_quote_atoms: 100_000_000,
        pool_quote_atoms: 600_000_000,
        winners_quote_atoms: 300_000_000,
        closed_quote_atoms: 52_000_000_000,
    }
}

fn factor(scenario: &Scenario, asset: usize, moving: bool) -> FactorSeries {
    let prices = &scenario.tracks[asset].prices;
    let mut series = FactorSeries { symbol: ASSETS[asset].to_owned(), ..FactorSeries::default() };
    let (mut variance, mut margin) = (0.0003_f64, FLOOR_PPM[asset]);
    for (step, price) in prices.iter().enumerate() {
        if step > 0 {
            let r = (*price as f64 / prices[step - 1] as f64).ln();
            variance = variance * 0.99 + 0.01 * (r * r * 96.0).min(0.2);
        }
        let sigma = if asset == 0 { 2_000 } else { (variance.sqrt() * 1e6) as u32 };
        let goal = (f64::from(FLOOR_PPM[asset]) * (1.0 + variance.sqrt() * 10.0)) as u32;
        if moving {
            margin = goal.clamp(margin - 160, margin + 640);
        }
        series.price_quote_atoms.push((*price / 100) as u64);
        series.sigma_ppm.push(sigma);
        series.maintenance_ppm.push(margin);
        series.initial_ppm.push(if moving { goal.max(margin) * 5 / 4 } else { margin * 5 / 4 });
    }
    series
}

fn liquidation(time: u64, number: u64, asset: usize, factor: &FactorSeries, walk: Option<usize>) -> Liquidation {
    let repaid = 2_000_000_000 + number * 17_123_457 % 9_000_000_000;
    Liquidation {
        time_seconds: time,
        account: "7kFXqB2m5Y1bQ3sVnUeJt9cWd4hRpZaG6LxTMyE8oKvN".to_owned(),
        borrower: format!("Borrower {:02}", number % 60),
        keeper: if number.is_multiple_of(2) { "keeper A" } else { "keeper B" }.to_owned(),
        cause: if walk.is_some() { Cause::Threshold } else { Cause::Price },
        collateral: ASSETS[asset].to_owned(),
        debt: "USDC".to_owned(),
        repaid_quote_atoms: repaid,
        seized_quote_atoms: repaid / 50 * 51,
        evidence: walk.map(|step| WalkEvidence {
            price_quote_atoms: factor.price_quote_atoms[step],
            maintenance_before_ppm: factor.maintenance_ppm[step - 4],
            maintenance_ppm: factor.maintenance_ppm[step],
            health_before_quote_atoms: 12_340_000,
            health_quote_atoms: -3_210_000,
        }),
    }
}
