//! The toxic spiral: repayments that raise the loan-to-value ratio, and the core's plans that never do.

use plimsoll_lab::stress::holding::{Holding, Kind, Limits, Plan};
use plimsoll_lab::stress::market::NO_IMPACT;
use plimsoll_lab::stress::venue::Venue;
use plimsoll_params::ParameterFile;
use plimsoll_risk::health::FactorTerms;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Amount, Price, Ratio, Value};
use std::path::Path;

const MAINNET: &str = include_str!("../../../../migrations/params/mainnet.toml");

/// Ratios of a loan after three repayments of a tenth of its first debt with a fixed bonus of 5 %: collateral 100, debt 96.
#[test]
fn a_fixed_bonus_beyond_the_frontier_is_a_spiral() {
    let (mut collateral, mut debt) = (100.0_f64, 96.0_f64);
    let mut ratios: Vec<f64> = Vec::new();
    for _ in 0..3 {
        debt -= 10.0;
        collateral -= 10.0 * 1.05;
        ratios.push(debt / collateral);
    }
    for (measured, published) in ratios.iter().zip([0.960_894, 0.962_025, 0.963_504]) {
        assert!((measured - published).abs() < 1e-6, "{measured}");
    }
}

/// Price of one where both tokens have the quote's decimals.
fn terms(maintenance_ppm: u32) -> FactorTerms {
    let price = Price::from_bits(1 << Price::FRACTION_BITS);
    let maintenance = Ratio::from_ppm_up(maintenance_ppm);
    FactorTerms {
        mid: price,
        asset_initial: price,
        debt_initial: price,
        maintenance,
        initial: maintenance,
        impact: NO_IMPACT,
        impact_initial: NO_IMPACT,
    }
}

/// The same loan, liquidated by the core's plans with every bonus that the parameters allow: its ratio falls with each step, to the end.
#[test]
fn the_cores_plans_lower_the_ratio_at_every_step() {
    let file = ParameterFile::parse(Path::new("mainnet.toml"), MAINNET).expect("shipped");
    let venue = Venue::of(&file, &["USDC".into(), "SOL".into()], None).expect("listed");
    let terms = [terms(10_000), terms(100_000)];
    for (debt, seconds_unhealthy) in
        [(96_000_000_000, 0), (96_000_000_000, 3_600), (99_500_000_000, 600), (92_000_000_000, 60)]
    {
        let mut holding = Holding {
            kind: Kind::LoanLong,
            factor: 1,
            deposit: Amount(100_000_000_000),
            debt: Amount(debt),
            perp: PerpPosition::default(),
        };
        let limits = Limits { throughput_left: Value(5_000_000_000), insurance: Amount::ZERO, seconds_unhealthy };
        let mut steps = 0;
        while let Ok(Plan::Loan(plan)) = holding.plan(&terms, &venue, &limits) {
            let before = (u128::from(holding.debt.0), u128::from(holding.deposit.0));
            holding.debt = holding.debt.minus(plan.repaid).expect("at most the debt");
            holding.deposit = holding
                .deposit
                .minus(plan.seized)
                .and_then(|left| left.minus(plan.insurance_cut))
                .expect("at most the deposit");
            // debt/deposit falls, and what is owed stays covered
            assert!(u128::from(holding.debt.0) * before.1 < before.0 * u128::from(holding.deposit.0), "{holding:?}");
            assert!(holding.debt <= holding.deposit);
            steps += 1;
            assert!(steps < 1_000, "an endless liquidation");
        }
        assert!(steps > 0 && !holding.health(&terms, &venue).expect("valued").maintenance.is_negative(), "{holding:?}");
    }
}
