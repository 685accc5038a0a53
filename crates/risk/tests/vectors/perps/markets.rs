//! Markets that trade, fund and fail: what reaches a position lazily, whenever its owner looks. Exact.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::funding::{FundingInputs, FundingTerms};
use plimsoll_risk::perp::waterfall::{PerpBankruptcyInputs, resolve_perp_bankruptcy};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, DailyRate, Ratio, SignedAmount};
use serde::Deserialize;

use crate::{Text, cases};

const OWNERS: usize = 5;

#[derive(Deserialize)]
struct Row {
    steps: Vec<Step>,
}

/// What happens, and to whom.
#[derive(Deserialize, Debug)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Event {
    Trade { owner: usize, delta: Text<i64>, quote: Text<i64>, charged: Text<u64>, to_insurance: Text<u64> },
    Touch { owner: usize },
    Settle { owner: usize, amount: Text<i64> },
    Fund { rate: Text<i64>, seconds: u64 },
    Fail(Failure),
    Sweep,
}

impl Event {
    /// Whose position it touches.
    const fn owner(&self) -> Option<usize> {
        match self {
            Self::Trade { owner, .. }
            | Self::Touch { owner }
            | Self::Settle { owner, .. }
            | Self::Fail(Failure { owner, .. }) => Some(*owner),
            Self::Fund { .. } | Self::Sweep => None,
        }
    }
}

#[derive(Deserialize, Debug)]
struct Failure {
    owner: usize,
    quote_net: Text<i64>,
    pool_share_left: Text<u64>,
    pool_equity: Text<u64>,
    #[serde(flatten)]
    end: End,
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
enum End {
    Refused { refusal: Refusal },
    Resolved(Resolved),
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
enum Refusal {
    NoDeficit,
    Exhausted,
}

#[derive(Deserialize, Debug)]
struct Resolved {
    deficit: Text<u64>,
    insurance_pays: Text<u64>,
    pool_pays: Text<u64>,
    pool_share_used: Text<u64>,
    winners_pay: Text<u64>,
    unpaid: Text<u64>,
    closed_against_side: Text<u64>,
}

#[derive(Deserialize, Debug)]
struct Position {
    base: Text<i64>,
    entry: Text<i64>,
    realised: Text<i64>,
}

#[derive(Deserialize, Debug)]
struct Step {
    #[serde(flatten)]
    event: Event,
    mid: Text<u64>,
    long: Text<u64>,
    short: Text<u64>,
    size_long: Text<u64>,
    size_short: Text<u64>,
    profit_long: Text<i128>,
    profit_short: Text<i128>,
    pool_quote: Text<i64>,
    insurance: Text<u64>,
    unapplied: Text<i64>,
    settled: Text<i64>,
    #[serde(flatten)]
    position: Option<Position>,
}

struct Market {
    books: PerpBooks,
    positions: [PerpPosition; OWNERS],
}

impl Market {
    fn apply(&mut self, step: &Step) {
        if let Some(owner) = step.event.owner() {
            self.books.touch(&mut self.positions[owner]).unwrap();
        }
        match &step.event {
            Event::Trade { owner, delta, quote, charged, to_insurance } => {
                let position = &mut self.positions[*owner];
                self.books.trade_with_pool(position, delta.signed(), quote.signed()).unwrap();
                self.books.charge(position, charged.amount(), to_insurance.amount()).unwrap();
            }
            Event::Settle { owner, amount } => {
                self.books.settle(&mut self.positions[*owner], amount.signed()).unwrap();
            }
            Event::Fund { rate, seconds } => self.fund(rate.0, *seconds, step),
            Event::Fail(failure) => self.fail(failure, step),
            Event::Sweep => self.books.sweep().unwrap(),
            Event::Touch { .. } => {}
        }
    }

    fn fund(&mut self, rate: i64, seconds: u64, step: &Step) {
        let rate = DailyRate::from_bits(rate);
        let inputs = FundingInputs { rate, elapsed_seconds: seconds, mid: step.mid.price(), gap: Ratio::ONE };
        // a rate that does not move and meets no cap
        let terms = FundingTerms { skew_scale: Amount(1), max_velocity: DailyRate::ZERO, cap_fraction: Ratio::ONE };
        assert_eq!(self.books.update_funding(&inputs, &terms), Ok(rate));
    }

    fn fail(&mut self, failure: &Failure, step: &Step) {
        let inputs = PerpBankruptcyInputs {
            position: self.positions[failure.owner],
            mid: step.mid.price(),
            quote_net: failure.quote_net.signed(),
            pool_share_left: failure.pool_share_left.amount(),
            pool_equity: failure.pool_equity.amount(),
        };
        let found = resolve_perp_bankruptcy(&self.books, &inputs);
        let expected = match &failure.end {
            End::Refused { refusal: Refusal::NoDeficit } => return assert_eq!(found, Err(RiskError::NoDeficit)),
            End::Refused { refusal: Refusal::Exhausted } => {
                return assert_eq!(found, Err(RiskError::WaterfallExhausted));
            }
            End::Resolved(expected) => expected,
        };
        let found = found.unwrap();
        for (payer, seen, expected) in [
            ("deficit", found.deficit, expected.deficit),
            ("insurance", found.insurance, expected.insurance_pays),
            ("pool", found.pool, expected.pool_pays),
            ("pool's share", found.pool_share_used, expected.pool_share_used),
            ("winners", found.winners, expected.winners_pay),
            ("nobody", found.unpaid, expected.unpaid),
            ("closed", found.closed_against_winners, expected.closed_against_side),
        ] {
            assert_eq!(seen, expected.amount(), "{payer}: {failure:?}");
        }
        (self.books, self.positions[failure.owner]) = (found.books, found.position);
    }

    /// INV-LEDGER: what must be zero.
    fn ledger_sum(&self) -> i128 {
        let sum = |parts: &[SignedAmount]| parts.iter().map(|part| i128::from(part.0)).sum::<i128>();
        let on_accounts: i128 = self.positions.iter().map(|each| sum(&[each.entry, each.realised])).sum();
        on_accounts + sum(&[self.books.pool_quote, self.books.unapplied]) + i128::from(self.books.insurance.0)
    }

    fn compare(&self, step: &Step) {
        let books = &self.books;
        assert_eq!(books.open_interest.long, step.long.amount(), "{step:?}");
        assert_eq!(books.open_interest.short, step.short.amount(), "{step:?}");
        assert_eq!(books.indices.long.size.to_bits(), step.size_long.0, "{step:?}");
        assert_eq!(books.indices.short.size.to_bits(), step.size_short.0, "{step:?}");
        assert_eq!(books.indices.long.profit.to_bits(), step.profit_long.0, "{step:?}");
        assert_eq!(books.indices.short.profit.to_bits(), step.profit_short.0, "{step:?}");
        assert_eq!(books.pool_quote, step.pool_quote.signed(), "{step:?}");
        assert_eq!(books.insurance, step.insurance.amount(), "{step:?}");
        assert_eq!(books.unapplied, step.unapplied.signed(), "{step:?}");
        assert_eq!(books.settled, step.settled.signed(), "{step:?}");
        assert_eq!(self.ledger_sum(), 0, "{step:?}");
        let Some(owner) = step.event.owner() else { return };
        let (found, expected) = (&self.positions[owner], step.position.as_ref().unwrap());
        assert_eq!(found.base, expected.base.signed(), "{step:?}");
        assert_eq!(found.entry, expected.entry.signed(), "{step:?}");
        assert_eq!(found.realised, expected.realised.signed(), "{step:?}");
    }
}

/// INV-WATERFALL: insurance, pool and the other side pay the deficit to the atom, and each position of the side its own part.
#[test]
fn perp_market() {
    for case in cases::<Row>(include_str!("../perp_market.json")) {
        let mut market = Market { books: PerpBooks::EMPTY, positions: [PerpPosition::default(); OWNERS] };
        for step in &case.steps {
            market.apply(step);
            market.compare(step);
        }
    }
}
