//! Fills, open interest, positions and funding: exact.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::fill::{FillTerms, OpenInterestTerms, plan_fill, require_open_interest, require_worst_price};
use plimsoll_risk::perp::funding::{FundingInputs, FundingTerms, cap_down, walk};
use plimsoll_risk::perp::{PerpBooks, PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, DailyRate, PerUnit, Ratio, SizeFactor, Value};
use serde::Deserialize;

use crate::{Text, cases};

#[derive(Deserialize, Debug)]
struct FillCase {
    mid: Text<u64>,
    confidence: Text<u64>,
    skew: Text<i64>,
    delta: Text<i64>,
    skew_scale: Text<u64>,
    fee: Text<u64>,
    fee_reducing: Text<u64>,
    insurance_share: Text<u64>,
    quote: Text<i64>,
    charged: Text<u64>,
    to_insurance: Text<u64>,
    worst_prices: Vec<(Text<u64>, bool)>,
}

#[test]
fn perp_fill() {
    for case in cases::<FillCase>(include_str!("../perp_fill.json")) {
        let terms = FillTerms {
            skew_scale: case.skew_scale.amount(),
            fee: case.fee.ratio(),
            fee_reducing: case.fee_reducing.ratio(),
            insurance_share: case.insurance_share.ratio(),
        };
        let delta = case.delta.signed();
        let found = plan_fill(case.skew.signed(), delta, case.mid.price(), case.confidence.price(), &terms).unwrap();
        assert_eq!(found.quote, case.quote.signed(), "{case:?}");
        assert_eq!(found.fee, case.charged.amount(), "{case:?}");
        assert_eq!(found.to_insurance, case.to_insurance.amount(), "{case:?}");
        for (worst, is_within) in &case.worst_prices {
            let verdict = require_worst_price(delta, found.quote, worst.price());
            let expected = if *is_within { Ok(()) } else { Err(RiskError::WorstPriceBreached) };
            assert_eq!(verdict, expected, "{worst:?} of {case:?}");
        }
    }
}

#[derive(Deserialize, Debug)]
struct Caps {
    max_open_interest: Text<u64>,
    mid: Text<u64>,
    depth_multiple: Text<u64>,
    depth: Text<u64>,
    limit: Text<u64>,
}

#[test]
fn perp_open_interest() {
    for case in cases::<Caps>(include_str!("../perp_open_interest.json")) {
        let terms = OpenInterestTerms {
            max_open_interest: case.max_open_interest.amount(),
            depth: Value(case.depth.0),
            depth_multiple: case.depth_multiple.ratio(),
        };
        let (none, at_limit, past) = (Amount::ZERO, case.limit.amount(), Amount(case.limit.0 + 1));
        for (was, is, expected) in [
            (none, at_limit, Ok(())),
            (at_limit, past, Err(RiskError::OpenInterestCap)),
            (past, past, Ok(())),
            (Amount(past.0 + 1), past, Ok(())),
        ] {
            for (before, after) in [
                (Sides { long: was, short: none }, Sides { long: is, short: none }),
                (Sides { long: past, short: was }, Sides { long: past, short: is }),
            ] {
                let found = require_open_interest(&before, &after, case.mid.price(), &terms);
                assert_eq!(found, expected, "from {before:?} to {after:?}: {case:?}");
            }
        }
    }
}

#[derive(Deserialize)]
struct PositionRow {
    steps: Vec<PositionStep>,
}

#[derive(Deserialize, Debug)]
struct PositionStep {
    delta: Text<i64>,
    quote: Text<i64>,
    charged: Text<u64>,
    to_insurance: Text<u64>,
    price: Text<u64>,
    base: Text<i64>,
    entry: Text<i64>,
    realised: Text<i64>,
    unrealised: Text<i64>,
    long: Text<u64>,
    short: Text<u64>,
    pool_quote: Text<i64>,
    insurance: Text<u64>,
}

/// INV-LEDGER: what the position books, the pool and the insurance book the other way.
#[test]
fn perp_position() {
    for case in cases::<PositionRow>(include_str!("../perp_position.json")) {
        let (mut books, mut position) = (PerpBooks::EMPTY, PerpPosition::default());
        for step in &case.steps {
            books.trade_with_pool(&mut position, step.delta.signed(), step.quote.signed()).unwrap();
            books.charge(&mut position, step.charged.amount(), step.to_insurance.amount()).unwrap();
            assert_eq!(position.base, step.base.signed(), "{step:?}");
            assert_eq!(position.entry, step.entry.signed(), "{step:?}");
            assert_eq!(position.realised, step.realised.signed(), "{step:?}");
            assert_eq!(position.unrealised_down(step.price.price()), Ok(step.unrealised.signed()), "{step:?}");
            let sides = Sides { long: step.long.amount(), short: step.short.amount() };
            assert_eq!(books.open_interest, sides, "{step:?}");
            assert_eq!(books.pool_quote, step.pool_quote.signed(), "{step:?}");
            assert_eq!(books.insurance, step.insurance.amount(), "{step:?}");
        }
    }
}

#[derive(Deserialize, Debug)]
struct FundingCase {
    rate: Text<i64>,
    skew: Text<i64>,
    skew_scale: Text<u64>,
    max_velocity: Text<i64>,
    funding_cap: Text<u64>,
    initial_margin: Text<u64>,
    maintenance_margin: Text<u64>,
    mid: Text<u64>,
    seconds: u64,
    open_short: Text<u64>,
    size_long: Text<u64>,
    size_short: Text<u64>,
    cap: Text<i64>,
    rate_after: Text<i64>,
    integral: Text<i64>,
    profit_long: Text<i128>,
    profit_short: Text<i128>,
    pool_quote: Text<i64>,
}

impl FundingCase {
    fn inputs(&self) -> FundingInputs {
        FundingInputs {
            rate: DailyRate::from_bits(self.rate.0),
            elapsed_seconds: self.seconds,
            mid: self.mid.price(),
            gap: Ratio::from_bits(self.initial_margin.0.saturating_sub(self.maintenance_margin.0)),
        }
    }

    fn terms(&self) -> FundingTerms {
        FundingTerms {
            skew_scale: self.skew_scale.amount(),
            max_velocity: DailyRate::from_bits(self.max_velocity.0),
            cap_fraction: self.funding_cap.ratio(),
        }
    }

    fn books(&self) -> PerpBooks {
        let side = |size: Text<u64>| SideIndices { size: SizeFactor::from_bits(size.0), profit: PerUnit::ZERO };
        PerpBooks {
            open_interest: Sides {
                long: Amount(self.open_short.0.checked_add_signed(self.skew.0).unwrap()),
                short: self.open_short.amount(),
            },
            indices: Sides { long: side(self.size_long), short: side(self.size_short) },
            ..PerpBooks::EMPTY
        }
    }
}

#[test]
fn perp_funding() {
    for case in cases::<FundingCase>(include_str!("../perp_funding.json")) {
        let (inputs, terms) = (case.inputs(), case.terms());
        assert_eq!(cap_down(&inputs, &terms).unwrap().to_bits(), case.cap.0, "{case:?}");
        let step = walk(case.skew.signed(), &inputs, &terms).unwrap();
        assert_eq!(step.rate.to_bits(), case.rate_after.0, "{case:?}");
        assert_eq!(step.integral.to_bits(), case.integral.0, "{case:?}");
        let mut books = case.books();
        assert_eq!(books.update_funding(&inputs, &terms), Ok(step.rate));
        assert_eq!(books.indices.long.profit.to_bits(), case.profit_long.0, "{case:?}");
        assert_eq!(books.indices.short.profit.to_bits(), case.profit_short.0, "{case:?}");
        assert_eq!(books.pool_quote, case.pool_quote.signed(), "{case:?}");
        assert_eq!(books.unapplied, case.pool_quote.signed().negated().unwrap(), "{case:?}");
    }
}
