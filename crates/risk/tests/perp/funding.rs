//! Funding: the walk of the rate, its integral, and who pays whom.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::funding::{FundingInputs, FundingTerms, cap_down, paid_ahead_up, walk};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, DailyRate, Ratio};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{ONE_SOL, SOL, as_f64, base, ppm, quote};

const DAY: u64 = 86_400;
const SCALE: u64 = 1_000_000 * ONE_SOL as u64;

fn daily(rate: f64) -> DailyRate {
    DailyRate::from_bits((rate * 2f64.powi(48)) as i64)
}

fn as_rate(rate: DailyRate) -> f64 {
    rate.to_bits() as f64 / 2f64.powi(48)
}

fn terms(max_velocity: f64) -> FundingTerms {
    FundingTerms { skew_scale: Amount(SCALE), max_velocity: daily(max_velocity), cap_fraction: ppm(100_000) }
}

/// Margins of 12.5 % and 10 %: a cap of 0.25 % an hour, 6 % a day.
fn inputs(rate: f64, elapsed_seconds: u64) -> FundingInputs {
    FundingInputs { rate: daily(rate), elapsed_seconds, mid: SOL, initial: ppm(125_000), maintenance: ppm(100_000) }
}

fn part_of_scale(part: f64) -> i64 {
    (part * SCALE as f64) as i64
}

/// GMX' test of its adaptive funding: an increase of 0.0001 % a second at full skew, a skew of 6 %, 600 seconds: 0.0036 %.
#[test]
fn adaptive_funding_is_that_of_gmx() {
    let terms = terms(0.000_001 * DAY as f64);
    let step = walk(base(part_of_scale(0.06)), &inputs(0.0, 600), &terms).unwrap();
    assert!((as_rate(step.rate) - 0.000_036).abs() < 1e-12, "{}", as_rate(step.rate));
    // and the mirror: a skew to the shorts lowers it by as much
    let mirrored = walk(base(part_of_scale(-0.06)), &inputs(0.0, 600), &terms).unwrap();
    assert_eq!(mirrored.rate.to_bits(), -step.rate.to_bits());
    assert_eq!(mirrored.integral.to_bits(), -step.integral.to_bits());
}

#[test]
fn the_cap_follows_the_margins() {
    let cap = |initial, maintenance| {
        let inputs = FundingInputs { initial, maintenance, ..inputs(0.0, 0) };
        as_rate(cap_down(&inputs, &terms(9.0)).unwrap())
    };
    assert!((cap(ppm(125_000), ppm(100_000)) - 0.06).abs() < 1e-7);
    assert!(cap(ppm(100_000), ppm(125_000)).abs() < 1e-12, "a gap below zero counts as none");
    // a rate beyond a cap that fell starts at the cap
    let step = walk(base(0), &inputs(0.5, 60), &terms(9.0)).unwrap();
    assert!((as_rate(step.rate) - 0.06).abs() < 1e-7);
}

#[test]
fn the_rate_is_constant_from_where_it_meets_the_cap() {
    // 0.9 a day and day from −3 %: the cap of 6 % after a tenth of a day, then 0.9 of a day at 6 %
    let step = walk(base(part_of_scale(0.1)), &inputs(-0.03, DAY), &terms(9.0)).unwrap();
    assert!((as_rate(step.rate) - 0.06).abs() < 1e-7);
    let expected = 0.1 * f64::midpoint(-0.03, 0.06) + 0.9 * 0.06;
    assert!((as_rate(step.integral) - expected).abs() < 1e-6, "{} against {expected}", as_rate(step.integral));
    // a skew beyond the scale counts as the scale
    let full = walk(base(part_of_scale(1.0)), &inputs(0.0, 60), &terms(9.0)).unwrap();
    let beyond = walk(base(part_of_scale(7.0)), &inputs(0.0, 60), &terms(9.0)).unwrap();
    assert_eq!(full, beyond);
}

#[test]
fn more_than_a_week_is_forgiven() {
    let week = walk(base(part_of_scale(0.01)), &inputs(0.01, 7 * DAY), &terms(9.0)).unwrap();
    let year = walk(base(part_of_scale(0.01)), &inputs(0.01, 365 * DAY), &terms(9.0)).unwrap();
    assert_eq!(week, year);
    // even the fastest velocity of the type walks to its cap
    let fastest = FundingTerms { max_velocity: DailyRate::MAX, ..terms(9.0) };
    let step = walk(base(part_of_scale(-1.0)), &inputs(0.0, 7 * DAY), &fastest).unwrap();
    assert!((as_rate(step.rate) + 0.06).abs() < 1e-7);
}

#[test]
fn a_scale_of_zero_is_refused() {
    let terms = FundingTerms { skew_scale: Amount(0), ..terms(9.0) };
    assert_eq!(walk(base(1), &inputs(0.0, 60), &terms), Err(RiskError::DivisionByZero));
}

#[test]
fn longs_pay_shorts_and_the_pool_gets_the_difference() {
    let mut books = PerpBooks::EMPTY;
    let (mut long, mut short) = (PerpPosition::default(), PerpPosition::default());
    books.trade_with_pool(&mut long, base(3 * ONE_SOL), quote(-600_000_000)).unwrap();
    books.trade_with_pool(&mut short, base(-ONE_SOL), quote(200_000_000)).unwrap();
    let before = books.pool_quote.0;
    // 1 % a day on 200 USDC for a day: 2 USDC a SOL
    let rate = books.update_funding(&inputs(0.01, DAY), &terms(0.0)).unwrap();
    assert_eq!(rate, daily(0.01));
    assert_eq!(books.pool_quote.0 - before, 3_999_999);
    assert_eq!(books.unapplied, quote(-3_999_999));
    books.touch(&mut long).unwrap();
    books.touch(&mut short).unwrap();
    assert_eq!((long.realised, short.realised), (quote(-6_000_000), quote(1_999_999)));
    assert_eq!(books.unapplied, quote(2));
    // the last position's market gives what rounding left to the pool
    books.sweep().unwrap();
    assert_eq!((books.unapplied, books.pool_quote.0 - before), (quote(0), 4_000_001));
}

#[test]
fn what_is_ahead_counts_only_where_it_is_paid() {
    // 6 % a day of 1,000 SOL at 200 USDC, for an hour: 500 USDC
    let ahead = |rate, size, seconds| paid_ahead_up(daily(rate), base(size), SOL, seconds).unwrap().0;
    let size = 1_000 * ONE_SOL;
    let hour = (as_f64(SOL) * size as f64 * 0.06 / 24.0).round() as u64;
    for (rate, size) in [(0.06, size), (-0.06, -size)] {
        assert!(ahead(rate, size, 3_600).abs_diff(hour) <= 1);
        assert_eq!(ahead(rate, -size, 3_600), 0, "received");
        assert_eq!(ahead(rate, size, 0), 0);
    }
    assert_eq!((ahead(0.0, size, DAY), ahead(0.06, 0, DAY)), (0, 0));
    assert_eq!(ahead(1e-14, 1, 1), 1, "rounded up");
    let all = paid_ahead_up(DailyRate::MAX, base(i64::MAX), SOL, u64::MAX);
    assert_eq!(all, Err(RiskError::Overflow));
}

proptest! {
    #![proptest_config(seeded(2048))]

    /// What is said to be paid ahead covers what an update then books, at a rate that stands still.
    #[test]
    fn what_is_paid_ahead_covers_what_is_booked(size in 1i64..1_000_000_000_000, is_short: bool, rate in -0.06f64..0.06, elapsed in 0u64..600_000) {
        let (mut books, mut position) = (PerpBooks::EMPTY, PerpPosition::default());
        books.trade_with_pool(&mut position, base(if is_short { -size } else { size }), quote(0)).unwrap();
        let ahead = paid_ahead_up(daily(rate), position.base, SOL, elapsed).unwrap();
        books.update_funding(&inputs(rate, elapsed), &terms(0.0)).unwrap();
        books.touch(&mut position).unwrap();
        let paid = -position.realised.0;
        prop_assert!(ahead.0 as i64 >= paid, "{ahead:?} {paid}");
        let rounding = 2 + (as_f64(SOL) * size as f64 * 2f64.powi(-40)) as i64;
        prop_assert!(ahead.0 as i64 <= paid.max(0) + rounding, "{ahead:?} {paid}");
    }

    /// However often funding is updated, rate and integral are those of one update, within rounding; and those of the formula in doubles.
    #[test]
    fn funding_does_not_depend_on_how_often_it_is_updated(
        skew in -0.3f64..0.3,
        rate in -0.06f64..0.06,
        intervals in prop::collection::vec(0u64..40_000, 1..12),
        gap_ppm in 0u32..100_000,
    ) {
        let (skew, terms) = (base(part_of_scale(skew)), terms(9.0));
        let at = |rate, elapsed_seconds| FundingInputs {
            rate, elapsed_seconds, initial: ppm(100_000 + gap_ppm), ..inputs(0.0, 0)
        };
        let whole = walk(skew, &at(daily(rate), intervals.iter().sum()), &terms).unwrap();
        let (mut rate, mut integral) = (daily(rate), 0);
        for &interval in &intervals {
            let step = walk(skew, &at(rate, interval), &terms).unwrap();
            rate = step.rate;
            integral += step.integral.to_bits();
        }
        let count = intervals.len() as i64;
        prop_assert!((rate.to_bits() - whole.rate.to_bits()).abs() <= count);
        // the cap is met at a whole second, and each rate and each cut loses a unit
        let cap = cap_down(&at(rate, 0), &terms).unwrap().to_bits();
        let tolerance = cap / DAY as i64 + 16 * count;
        prop_assert!((integral - whole.integral.to_bits()).abs() <= tolerance);
    }

    /// What one update books is the integral in doubles, and nobody gains an atom by it.
    #[test]
    fn an_update_books_the_integral_and_no_more(
        long in 0i64..1_000_000_000_000,
        short in 0i64..1_000_000_000_000,
        rate in -0.06f64..0.06,
        elapsed in 1u64..600_000,
    ) {
        let mut books = PerpBooks::EMPTY;
        let mut positions = [PerpPosition::default(); 2];
        for (position, size) in positions.iter_mut().zip([long, -short]) {
            books.trade_with_pool(position, base(size), quote(0)).unwrap();
        }
        let step = walk(books.skew().unwrap(), &inputs(rate, elapsed), &terms(9.0)).unwrap();
        let after = books.update_funding(&inputs(rate, elapsed), &terms(9.0)).unwrap();
        prop_assert_eq!(after, step.rate);
        let due = as_rate(step.integral) * as_f64(SOL);
        let mut accounts = 0;
        for (position, size) in positions.iter_mut().zip([long, -short]) {
            books.touch(position).unwrap();
            let expected = -due * size as f64;
            let tolerance = 1e-3 + expected.abs() * 1e-9;
            let lost = expected - position.realised.0 as f64;
            prop_assert!(lost > -tolerance && lost < 1.0 + tolerance, "{lost}");
            accounts += position.realised.0;
        }
        prop_assert_eq!(accounts + books.pool_quote.0 + books.unapplied.0, 0);
        prop_assert!((0..=2).contains(&books.unapplied.0), "{}", books.unapplied.0);
        // the cap holds the rate
        prop_assert!(after.to_bits().abs() <= cap_down(&inputs(rate, elapsed), &terms(9.0)).unwrap().to_bits());
    }
}

#[test]
fn a_side_of_which_a_part_was_closed_is_owed_a_part() {
    let mut books = PerpBooks::EMPTY;
    let mut short = PerpPosition::default();
    books.trade_with_pool(&mut short, base(-8), quote(80)).unwrap();
    books.indices.short.size = plimsoll_risk::quantities::SizeFactor::from_bits(1 << 60);
    books.open_interest.short = Amount(2);
    // a quarter is left of 8 atoms: 2 atoms at 10 receive 30 % together
    let dear =
        FundingInputs { mid: crate::price(10.0), initial: Ratio::ONE, maintenance: Ratio::ZERO, ..inputs(0.3, DAY) };
    books.update_funding(&dear, &terms(0.0)).unwrap();
    books.touch(&mut short).unwrap();
    assert_eq!((short.base, short.entry, short.realised), (base(-2), quote(20), quote(60 + 5)));
}
