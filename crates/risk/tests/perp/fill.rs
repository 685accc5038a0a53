//! Fills: published prices, rounding against the trader, and the limits of a trade.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::Sides;
use plimsoll_risk::perp::fill::{
    Fill, FillTerms, OpenInterestTerms, plan_fill, reduces, require_minimum_size, require_open_interest,
    require_reduces, require_worst_price,
};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Value};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{SOL, as_f64, atoms, base, ppm, price, quote};

const SCALE: u64 = 4_000_000_000_000;

fn terms(fee_ppm: u32, fee_reducing_ppm: u32) -> FillTerms {
    FillTerms {
        skew_scale: Amount(SCALE),
        fee: ppm(fee_ppm),
        fee_reducing: ppm(fee_reducing_ppm),
        insurance_share: ppm(200_000),
    }
}

fn fill(skew: i64, delta: i64, mid: Price, terms: &FillTerms) -> Fill {
    plan_fill(base(skew), base(delta), mid, Price::ZERO, terms).unwrap()
}

/// Synthetix' comment to its fill price (SIP-279): 1,200 · (1 + (0 + 100/1,000,000)/2) = 1,200.06; and the same formula on a row of other trades.
#[test]
fn fill_prices_are_those_of_synthetix() {
    let scale = 1_000_000.0;
    let free = FillTerms { skew_scale: Amount(1_000_000), ..terms(0, 0) };
    let published = fill(0, 100, price(1_200.0), &free);
    assert_eq!(published.quote, quote(-120_006));
    for (skew, size, mid) in [
        (0.0, 100.0, 1_200.0),
        (100.0, 100.0, 1_200.0),
        (200_000.0, -50_000.0, 2_000.0),
        (-30_000.0, 50_000.0, 3_000.0),
        (-120_000.0, -70_000.0, 0.75),
        (100.0, -200.0, 10.0),
    ] {
        let expected = -size * mid * (1.0 + f64::midpoint(skew / scale, (skew + size) / scale));
        let found = fill(skew as i64, size as i64, price(mid), &free).quote.0 as f64;
        assert!(found <= expected + 1e-6 && found > expected - 2.5, "{skew} {size}: {found} against {expected}");
    }
}

#[test]
fn a_purchase_pays_the_upper_edge_and_a_sale_receives_the_lower() {
    let terms = terms(0, 0);
    let confidence = price(0.001);
    let bought = plan_fill(base(0), base(1_000_000), SOL, confidence, &terms).unwrap();
    let sold = plan_fill(base(0), base(-1_000_000), SOL, confidence, &terms).unwrap();
    assert_eq!((bought.quote, sold.quote), (quote(-201_001), quote(198_999)));
    // an uncertainty beyond the price leaves a sale nothing
    let worthless = plan_fill(base(0), base(-1_000_000), SOL, price(0.3), &terms).unwrap();
    assert_eq!(worthless.quote, quote(0));
}

#[test]
fn a_fee_is_lower_on_what_brings_the_skew_nearer_to_zero() {
    let terms = terms(500, 200);
    let at = |skew, delta| fill(skew, delta, Price::from_bits(1 << 40), &terms);
    assert_eq!(at(0, 1_000_000).fee, atoms(500));
    assert_eq!(at(1_000_000, -1_000_000).fee, atoms(200));
    // 600,000 to zero, 400,000 beyond
    assert_eq!(at(-600_000, 1_000_000).fee, atoms(120 + 200));
    assert_eq!(at(0, 1_000_000).to_insurance, atoms(99)); // a share of 0.2, cut to 2⁻³², of 500
    let all = FillTerms { insurance_share: Ratio::ONE, ..terms };
    let fill = fill(0, -1_000_000, SOL, &all);
    assert_eq!(fill.to_insurance, fill.fee);
}

#[test]
fn a_trade_of_nothing_is_refused() {
    assert_eq!(plan_fill(base(5), base(0), SOL, Price::ZERO, &terms(0, 0)), Err(RiskError::AmountZero));
}

#[test]
fn a_premium_counts_at_most_a_quarter() {
    let terms = terms(0, 0);
    let scale = SCALE as i64;
    let one = Price::from_bits(1 << 40);
    assert_eq!(fill(scale / 4, -8, one, &terms).quote, quote(9));
    // a scale that was lowered under open positions: no more than that
    assert_eq!(fill(3 * scale, -800, one, &terms).quote, quote(1_000));
    assert_eq!(fill(-3 * scale, 800, one, &terms).quote, quote(-600));
    assert_eq!(fill(3 * scale, 800, one, &terms).quote, quote(-1_000));
}

#[test]
fn a_fill_worse_than_the_worst_price_is_refused() {
    let worst = price(2.5);
    let check = |delta, amount| require_worst_price(base(delta), quote(amount), worst);
    // ⌈3·2.5⌉ paid at most, ⌊3·2.5⌋ received at least
    assert_eq!(check(3, -8), Ok(()));
    assert_eq!(check(3, -9), Err(RiskError::WorstPriceBreached));
    assert_eq!(check(-3, 7), Ok(()));
    assert_eq!(check(-3, 6), Err(RiskError::WorstPriceBreached));
    // a limit that does not fit binds no purchase, and no sale meets it
    let beyond = |delta, amount| require_worst_price(base(delta), quote(amount), Price::MAX);
    assert_eq!(beyond(i64::MAX, i64::MIN + 1), Ok(()));
    assert_eq!(beyond(-i64::MAX, i64::MAX), Err(RiskError::WorstPriceBreached));
}

#[test]
fn a_side_that_grows_keeps_to_its_caps() {
    let sides = |long, short| Sides { long: Amount(long), short: Amount(short) };
    let by_size =
        OpenInterestTerms { max_open_interest: Amount(1_000), depth: Value(1_000_000), depth_multiple: ppm(1_000_000) };
    let mid = price(2.0);
    let check = |before, after, terms: &OpenInterestTerms| require_open_interest(&before, &after, mid, terms);
    assert_eq!(check(sides(0, 0), sides(1_000, 0), &by_size), Ok(()));
    assert_eq!(check(sides(0, 0), sides(1_001, 0), &by_size), Err(RiskError::OpenInterestCap));
    assert_eq!(check(sides(0, 900), sides(0, 1_001), &by_size), Err(RiskError::OpenInterestCap));
    // half of the depth of 3,001, at 2 an atom: 750 atoms
    let by_depth = OpenInterestTerms { depth: Value(3_001), depth_multiple: ppm(500_000), ..by_size };
    assert_eq!(check(sides(0, 0), sides(0, 750), &by_depth), Ok(()));
    assert_eq!(check(sides(0, 0), sides(0, 751), &by_depth), Err(RiskError::OpenInterestCap));
    // what stands beyond a cap may shrink, and stand still while the other side grows
    assert_eq!(check(sides(5_000, 0), sides(4_999, 10), &by_size), Ok(()));
    assert_eq!(check(sides(5_000, 0), sides(5_000, 10), &by_size), Ok(()));
    // a value beyond 64 bits passes every depth
    let wide = OpenInterestTerms { max_open_interest: Amount(u64::MAX), ..by_size };
    let refused = require_open_interest(&sides(0, 0), &sides(u64::MAX, 0), price(1e6), &wide);
    assert_eq!(refused, Err(RiskError::OpenInterestCap));
}

#[test]
fn trades_and_what_they_leave_have_a_minimum() {
    let check = |before, delta| require_minimum_size(base(before), base(delta), Amount(10));
    assert_eq!(check(0, 10), Ok(()));
    assert_eq!(check(0, 9), Err(RiskError::BelowMinimumSize));
    assert_eq!(check(100, -95), Err(RiskError::BelowMinimumSize));
    assert_eq!(check(100, 9), Err(RiskError::BelowMinimumSize));
    assert_eq!(check(-100, 109), Err(RiskError::BelowMinimumSize));
    // what a waterfall left below the minimum can be closed
    assert_eq!(check(3, -3), Ok(()));
}

#[test]
fn a_reduction_neither_grows_nor_turns() {
    for (before, delta, expected) in
        [(10, -10, true), (-10, 3, true), (10, -11, false), (10, 1, false), (0, 1, false), (0, -1, false)]
    {
        assert_eq!(reduces(base(before), base(delta)), expected, "{before} {delta}");
        let checked = require_reduces(base(before), base(delta));
        assert_eq!(checked, if expected { Ok(()) } else { Err(RiskError::ReduceOnly) });
    }
}

/// What a trade brings exactly: its quote less its fee.
fn exact(skew: i64, delta: i64, edge: f64, terms: &FillTerms) -> f64 {
    let (skew, delta, scale) = (skew as f64, delta as f64, terms.skew_scale.0 as f64);
    let reducing = if skew * delta < 0.0 { delta.abs().min(skew.abs()) } else { 0.0 };
    let rate = |ratio: Ratio| ratio.to_bits() as f64 / 2f64.powi(32);
    let fee = (rate(terms.fee_reducing) * reducing + rate(terms.fee) * (delta.abs() - reducing)) * edge;
    -delta * edge * (1.0 + f64::midpoint(skew / scale, (skew + delta) / scale)) - fee
}

fn net(fill: &Fill) -> i64 {
    fill.quote.0 - i64::try_from(fill.fee.0).unwrap()
}

proptest! {
    #![proptest_config(seeded(2048))]

    /// INV-ROUND for fills: each part of a trade loses less than five atoms to rounding and none gains, so splitting never pays.
    #[test]
    fn every_part_of_a_trade_loses_less_than_five_atoms(
        skew in -700_000_000_000i64..700_000_000_000,
        parts in prop::collection::vec(1i64..50_000_000_000, 1..6),
        is_sale in any::<bool>(),
        mid in 0.0001f64..50.0,
    ) {
        let (terms, mid) = (terms(500, 200), price(mid));
        let sign = if is_sale { -1 } else { 1 };
        let (mut skew_now, mut found) = (skew, 0);
        for part in &parts {
            let delta = sign * part;
            found += net(&fill(skew_now, delta, mid, &terms));
            skew_now += delta;
        }
        let whole = sign * parts.iter().sum::<i64>();
        let expected = exact(skew, whole, as_f64(mid), &terms);
        let error = 1e-3 + expected.abs() * 1e-14; // of the doubles
        let lost = expected - found as f64;
        prop_assert!(lost > -error && lost < 5.0 * parts.len() as f64 + error, "{lost}");
    }

    /// A purchase and its sale at one price bring nothing, whatever the skew.
    #[test]
    fn a_round_trip_never_gains(
        skew in -900_000_000_000i64..900_000_000_000,
        size in 1i64..100_000_000_000,
        cut in 0.0f64..1.0,
        is_short in any::<bool>(),
        mid in 0.0001f64..50.0,
        fee_ppm in prop::sample::select(vec![0u32, 500]),
    ) {
        let (terms, mid) = (terms(fee_ppm, fee_ppm / 2), price(mid));
        let delta = if is_short { -size } else { size };
        let first = (delta as f64 * cut) as i64;
        let mut sum = net(&fill(skew, delta, mid, &terms));
        let mut skew_now = skew + delta;
        for part in [-first, first - delta].into_iter().filter(|part| *part != 0) {
            sum += net(&fill(skew_now, part, mid, &terms));
            skew_now += part;
        }
        prop_assert_eq!(skew_now, skew);
        prop_assert!(sum <= 0, "{sum}");
    }
}
