//! The pool: equity and shares exactly, its requirement from above.

use plimsoll_risk::RiskError;
use plimsoll_risk::correlation::{CELLS, FACTORS};
use plimsoll_risk::perp::pool::{
    PoolEquity, PoolMarket, exposure_up, payout_down, require_within, requirement_up, shares_down,
};
use plimsoll_risk::price::Quote;
use plimsoll_risk::quantities::{Amount, Ratio, Shares, SignedValue};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

#[derive(Deserialize, Debug)]
struct Equity {
    deposits: Text<u64>,
    markets: Vec<Market>,
    mid: Text<i128>,
    worse: Text<i128>,
    better: Text<i128>,
    exposures_expected: Vec<Expected>,
}

#[derive(Deserialize, Debug)]
struct Market {
    skew: Text<i64>,
    pool_quote: Text<i64>,
    mid: Text<u64>,
    confidence: Text<u64>,
    goal: Text<u64>,
}

#[test]
fn perp_pool_equity() {
    for case in cases::<Equity>(include_str!("../perp_pool_equity.json")) {
        let mut equity = PoolEquity::of_deposits(case.deposits.amount());
        for (market, expected) in case.markets.iter().zip(&case.exposures_expected) {
            let quote = Quote { mid: market.mid.price(), confidence: market.confidence.price(), ..Quote::default() };
            let part = PoolMarket { skew: market.skew.signed(), pool_quote: market.pool_quote.signed(), quote };
            equity.add(&part).unwrap();
            let exposure = exposure_up(part.skew, quote.mid, market.goal.ratio()).unwrap();
            let away_from_zero = if market.skew.0 < 0 { Side::Down } else { Side::Up };
            expected.assert_near(exposure.0, 0, away_from_zero, 2.0);
        }
        assert_eq!(equity.mid, SignedValue(case.mid.0), "{case:?}");
        assert_eq!(equity.worse, SignedValue(case.worse.0), "{case:?}");
        assert_eq!(equity.better, SignedValue(case.better.0), "{case:?}");
    }
}

#[derive(Deserialize, Debug)]
struct RequirementCase {
    exposures: Vec<Text<i64>>,
    covariances: Vec<Text<i64>>,
    requirement_expected: Expected,
}

impl RequirementCase {
    fn exposures(&self) -> [i64; FACTORS] {
        let mut exposures = [0; FACTORS];
        for (exposure, given) in exposures.iter_mut().zip(&self.exposures) {
            *exposure = given.0;
        }
        exposures
    }

    /// The upper triangle of as many factors as the Book has.
    fn cells(&self) -> [i64; CELLS] {
        let mut cells = [0; CELLS];
        let mut given = self.covariances.iter();
        let mut row = 0;
        for factor in 0..self.exposures.len() {
            for (cell, value) in cells[row..].iter_mut().zip(given.by_ref().take(self.exposures.len() - factor)) {
                *cell = value.0;
            }
            row += FACTORS - factor;
        }
        cells
    }
}

#[test]
fn perp_pool_requirement() {
    for case in cases::<RequirementCase>(include_str!("../perp_pool_requirement.json")) {
        let (exposures, cells) = (case.exposures(), case.cells());
        let found = requirement_up(&exposures, &cells).unwrap();
        // the square may lie 2⁻¹⁸ of the largest exposure's square too high: over twice the root, or its own root
        let largest = exposures.iter().map(|exposure| exposure.unsigned_abs()).max().unwrap() as f64;
        let root = case.requirement_expected.units(0).max(1.0);
        let tolerance = 2.0 + (2f64.powi(-19) * largest * largest / root).min(2f64.powi(-9) * largest);
        case.requirement_expected.assert_near(found.0, 0, Side::Up, tolerance);

        let share = Ratio::ONE;
        let equity = |value: u64| SignedValue(value.into());
        assert_eq!(require_within(&exposures, &cells, share, equity(found.0)), Ok(()), "{case:?}");
        if found.0 > 0 {
            let refused = require_within(&exposures, &cells, share, equity(found.0 - 1));
            assert_eq!(refused, Err(RiskError::PoolRequirement), "{case:?}");
        }
    }
}

#[derive(Deserialize, Debug)]
struct SharesCase {
    count: Text<u64>,
    total_shares: Text<u64>,
    equity: Text<i128>,
    deposits: Text<u64>,
    minted: Text<u128>,
    paid: Text<u64>,
}

#[test]
fn perp_pool_shares() {
    for case in cases::<SharesCase>(include_str!("../perp_pool_shares.json")) {
        let (total, equity) = (Shares(case.total_shares.0), SignedValue(case.equity.0));
        let minted = shares_down(case.count.amount(), total, equity).map(|shares| shares.0);
        assert_eq!(minted, u64::try_from(case.minted.0).map_err(|_| RiskError::Overflow), "{case:?}");
        let paid = payout_down(Shares(case.count.0), total, equity).unwrap();
        assert_eq!(paid.min(case.deposits.amount()), Amount(case.paid.0), "{case:?}");
    }
}
