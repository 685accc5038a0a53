//! The waterfall by example: insurance, the pool, then the winning side at the bankruptcy price.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::waterfall::{PerpBankruptcy, PerpBankruptcyInputs, resolve_perp_bankruptcy};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, Price, SizeFactor};

use crate::{atoms, base, price, profit, quote};

const MID: f64 = 100.0;

/// An account that failed, the winners, and the books.
struct Story {
    books: PerpBooks,
    failed: PerpPosition,
    winners: Vec<PerpPosition>,
}

/// 16 atoms held at a loss of 20 each, against 8 and 24 held at a gain of 20: the loss of this market is 320. `sign` 1: the failed one is long.
fn story(sign: i64) -> Story {
    let entry = MID as i64 + 20 * sign;
    let mut books = PerpBooks::EMPTY;
    let mut opened = |size: i64| {
        let mut position = PerpPosition::default();
        books.trade_with_pool(&mut position, base(size), quote(-size * entry)).unwrap();
        position
    };
    let failed = opened(16 * sign);
    let winners = [8, 24].map(|size| opened(-size * sign)).to_vec();
    Story { books, failed, winners }
}

impl Story {
    fn with_insurance(mut self, amount: u64) -> Self {
        self.books.insurance = Amount(amount);
        self
    }

    /// A balance of 120 leaves 200 of the loss uncovered.
    fn inputs(&self, pool_share_left: u64, pool_equity: u64) -> PerpBankruptcyInputs {
        PerpBankruptcyInputs {
            position: self.failed,
            mid: price(MID),
            quote_net: quote(-200),
            pool_share_left: Amount(pool_share_left),
            pool_equity: Amount(pool_equity),
        }
    }

    fn resolve(&self, pool_share_left: u64, pool_equity: u64) -> PerpBankruptcy {
        resolve_perp_bankruptcy(&self.books, &self.inputs(pool_share_left, pool_equity)).unwrap()
    }

    fn refusal(&self, inputs: &PerpBankruptcyInputs) -> Option<RiskError> {
        resolve_perp_bankruptcy(&self.books, inputs).err()
    }
}

fn paid(outcome: &PerpBankruptcy) -> [u64; 5] {
    [outcome.deficit, outcome.insurance, outcome.pool, outcome.winners, outcome.unpaid].map(|amount| amount.0)
}

fn mid() -> Price {
    price(MID)
}

#[test]
fn insurance_pays_first_and_the_position_closes_at_mid() {
    let story = story(1).with_insurance(500);
    let outcome = story.resolve(50, 10_000);
    assert_eq!(paid(&outcome), [200, 200, 0, 0, 0]);
    assert_eq!((outcome.position.base, outcome.position.realised), (base(0), quote(-120)));
    assert!(outcome.position.entry.is_zero());
    assert_eq!(outcome.books.insurance, atoms(300));
    assert_eq!(outcome.books.pool_quote.0, story.books.pool_quote.0 - 1_600);
    assert_eq!((outcome.books.open_interest.long, outcome.books.open_interest.short), (atoms(0), atoms(32)));
    assert_eq!((outcome.books.indices, outcome.books.unapplied), (story.books.indices, quote(0)));
}

#[test]
fn the_pool_pays_from_its_gain_and_a_share_a_day() {
    // it lost 320 here, so that only its share pays; 100 that losers settled make a gain of 30 with 250 more
    let mut story = story(1).with_insurance(20);
    let outcome = story.resolve(500, 10_000);
    assert_eq!((paid(&outcome), outcome.pool_share_used), ([200, 20, 180, 0, 0], atoms(180)));
    story.books.settled = quote(350);
    let outcome = story.resolve(500, 10_000);
    assert_eq!((outcome.pool, outcome.pool_share_used), (atoms(180), atoms(150)));
    assert_eq!(outcome.books.pool_quote.0, story.books.pool_quote.0 - 1_600 - 180);
    assert_eq!(outcome.position.realised, quote(-120));
}

#[test]
fn winners_pay_the_rest_at_the_bankruptcy_price() {
    for sign in [1, -1] {
        let mut story = story(sign).with_insurance(70);
        let outcome = story.resolve(50, 10_000);
        assert_eq!((paid(&outcome), outcome.pool_share_used), ([200, 70, 50, 80, 0], atoms(50)));
        assert_eq!(outcome.closed_against_winners, atoms(16));
        assert_eq!(outcome.position.realised, quote(-120));
        // half of each is closed, 5 an atom away from mid: 80 together
        let mut books = outcome.books;
        assert_eq!(books.unapplied, quote(-sign * 16 * (100 + sign * 5)));
        for (winner, (size, loss)) in story.winners.iter_mut().zip([(8, 20), (24, 60)]) {
            let before = profit(winner, mid());
            books.touch(winner).unwrap();
            assert_eq!(winner.base, base(-sign * size / 2));
            assert_eq!(winner.entry, quote(sign * size / 2 * (100 + 20 * sign)));
            assert_eq!(profit(winner, mid()), before - loss);
        }
        assert_eq!(books.unapplied, quote(0));
        assert_eq!(books.skew(), Ok(base(-sign * 16)));
        assert_eq!(books.pool_quote.0, story.books.pool_quote.0 - 50);
    }
}

#[test]
fn at_most_fifteen_sixteenths_of_a_side_close() {
    let mut story = story(1);
    let mut other = PerpPosition::default();
    story.books.trade_with_pool(&mut other, base(34), quote(-34 * 100)).unwrap();
    story.failed = PerpPosition { base: base(50), entry: quote(-16 * 120 - 34 * 100), ..story.failed };
    let outcome = story.resolve(0, 10_000);
    // 30 close against the winners and 20 against the pool, 4 an atom away from mid both
    assert_eq!((paid(&outcome), outcome.pool_share_used), ([200, 0, 80, 120, 0], atoms(0)));
    assert_eq!(outcome.closed_against_winners, atoms(30));
    assert_eq!(outcome.books.unapplied, quote(-30 * 104));
    assert_eq!(outcome.books.pool_quote.0, story.books.pool_quote.0 - 20 * 104);
    assert_eq!(outcome.books.indices.short.size, SizeFactor::from_bits(1 << 58));
    assert_eq!((outcome.books.open_interest.long, outcome.books.open_interest.short), (atoms(0), atoms(2)));
}

#[test]
fn a_pool_that_cannot_pay_for_its_part_leaves_it_on_the_account() {
    let mut story = story(1).with_insurance(20);
    let mut other = PerpPosition::default();
    story.books.trade_with_pool(&mut other, base(24), quote(-24 * 100)).unwrap();
    story.failed = PerpPosition { base: base(40), entry: quote(-16 * 120 - 24 * 100), ..story.failed };
    // of the 140 left after insurance and the day's share the winners of 30 atoms pay three quarters, the pool 30 of 35
    let outcome = story.resolve(40, 70);
    assert_eq!((paid(&outcome), outcome.pool_share_used), ([200, 20, 70, 105, 5], atoms(40)));
    assert_eq!((outcome.position.base, outcome.position.realised), (base(0), quote(-125)));
}

#[test]
fn winners_bear_the_open_loss_and_none_that_was_booked_before() {
    // of 16 atoms 15 closed at mid: 300 of the loss are booked, 20 open
    let mut story = story(1);
    story.books.trade_with_pool(&mut story.failed, base(-15), quote(1_500)).unwrap();
    let outcome = story.resolve(50, 10_000);
    assert_eq!((paid(&outcome), outcome.closed_against_winners), ([200, 0, 180, 20, 0], atoms(1)));
    // what rounding may leave of a side can bear no more either: the rest is the pool's
    story.books.open_interest.short = atoms(2);
    let outcome = story.resolve(50, 100);
    assert_eq!((paid(&outcome), outcome.closed_against_winners), ([200, 0, 100, 20, 80], atoms(1)));
    // an open profit is no loss to share
    story.failed = PerpPosition { base: base(1), entry: quote(-90), realised: quote(-330), ..story.failed };
    let outcome = story.resolve(50, 10_000);
    assert_eq!((paid(&outcome), outcome.closed_against_winners), ([200, 0, 200, 0, 0], atoms(0)));
    assert_eq!(outcome.books.indices, story.books.indices);
}

#[test]
fn where_nobody_won_the_pool_pays_as_far_as_its_equity_reaches() {
    let mut story = story(1).with_insurance(70);
    for winner in &mut story.winners {
        let size = winner.base.0;
        story.books.trade_with_pool(winner, base(-size), quote(size * 100)).unwrap();
    }
    let outcome = story.resolve(50, 10_000);
    assert_eq!((paid(&outcome), outcome.pool_share_used), ([200, 70, 130, 0, 0], atoms(50)));
    let poor = story.resolve(50, 90);
    assert_eq!((paid(&poor), poor.pool_share_used), ([200, 70, 90, 0, 40], atoms(50)));
    assert_eq!((poor.position.base, poor.position.realised), (base(0), quote(-160)));
    // an insolvent pool pays nothing, not even its share
    let insolvent = story.resolve(50, 0);
    assert_eq!(paid(&insolvent), [200, 70, 0, 0, 130]);
}

#[test]
fn a_booked_loss_without_a_position_is_for_insurance_and_pool() {
    let mut story = story(1).with_insurance(70);
    story.books.trade_with_pool(&mut story.failed, base(-16), quote(1_600)).unwrap();
    assert_eq!((story.failed.base, story.failed.realised), (base(0), quote(-320)));
    let outcome = story.resolve(50, 100);
    assert_eq!((paid(&outcome), outcome.closed_against_winners), ([200, 70, 100, 0, 30], atoms(0)));
    assert_eq!(outcome.position.realised, quote(-320 + 170));
}

#[test]
fn without_a_deficit_there_is_nothing_to_resolve() {
    let story = story(1).with_insurance(500);
    let inputs = story.inputs(50, 10_000);
    let refused = |inputs| story.refusal(&inputs);
    assert_eq!(refused(PerpBankruptcyInputs { quote_net: quote(0), ..inputs }), Some(RiskError::NoDeficit));
    assert_eq!(refused(PerpBankruptcyInputs { mid: price(120.0), ..inputs }), Some(RiskError::NoDeficit));
    // another market's loss is not this one's
    let small = resolve_perp_bankruptcy(&story.books, &PerpBankruptcyInputs { mid: price(119.0), ..inputs }).unwrap();
    assert_eq!(small.deficit, atoms(16));
}

#[test]
fn where_nobody_can_pay_anything_it_is_refused() {
    let mut story = story(1);
    story.books.open_interest.short = atoms(0);
    assert_eq!(story.refusal(&story.inputs(50, 0)), Some(RiskError::WaterfallExhausted));
}

#[test]
fn a_size_factor_that_is_used_up_closes_no_more() {
    let mut books = PerpBooks::EMPTY;
    let mut short = PerpPosition::default();
    books.trade_with_pool(&mut short, base(-(1 << 40)), quote(1 << 40)).unwrap();
    let mut closings = 0;
    loop {
        let mut failed = PerpPosition::default();
        let size = i64::try_from(books.open_interest.short.0).unwrap();
        books.trade_with_pool(&mut failed, base(size), quote(-size - 10)).unwrap();
        let inputs = PerpBankruptcyInputs {
            position: failed,
            mid: Price::from_bits(1 << 40),
            quote_net: quote(-10),
            pool_share_left: Amount(0),
            pool_equity: Amount(4),
        };
        // the pool's gain of 10 is paid out already
        books.settled = quote(-books.pool_quote.0 - 1_000);
        let outcome = resolve_perp_bankruptcy(&books, &inputs).unwrap();
        if outcome.closed_against_winners.is_zero() {
            assert_eq!((outcome.winners, outcome.pool, outcome.unpaid), (atoms(0), atoms(4), atoms(6)));
            break;
        }
        // a sixteenth closes against the pool
        assert_eq!((outcome.winners, outcome.pool, outcome.unpaid), (atoms(9), atoms(1), atoms(0)));
        books = outcome.books;
        closings += 1;
    }
    // each leaves a sixteenth of S: from 2⁶² to 2³⁰, below 2³²
    assert_eq!((closings, books.indices.short.size), (8, SizeFactor::from_bits(1 << 30)));
    books.touch(&mut short).unwrap();
    assert_eq!(short.base, base(-(1 << 8)));
    // a side of more atoms than S has units closes no more either
    let mut story = story(1).with_insurance(70);
    story.books.indices.short.size = SizeFactor::from_bits(1 << 40);
    story.books.open_interest.short = atoms(1 << 40);
    assert_eq!(paid(&story.resolve(0, 0)), [200, 70, 0, 130, 0]);
    story.books.open_interest.short = atoms(1 << 50);
    assert_eq!(paid(&story.resolve(0, 0)), [200, 70, 0, 0, 130]);
}

#[test]
fn closing_first_leaves_what_insurance_and_pool_pay() {
    // a winner closes at mid before: the pool's gain counts what is booked and what is open alike
    let mut story = story(1).with_insurance(70);
    story.books.settled = quote(400);
    let late = story.resolve(30, 10_000);
    assert_eq!(paid(&late), [200, 70, 110, 20, 0]);
    let size = story.winners[0].base.0;
    story.books.trade_with_pool(&mut story.winners[0], base(-size), quote(size * 100)).unwrap();
    let amount = story.winners[0].realised;
    story.books.settle(&mut story.winners[0], amount).unwrap();
    let early = story.resolve(30, 10_000);
    assert_eq!((paid(&early), early.pool_share_used), (paid(&late), late.pool_share_used));
}
