//! Sections 14 and 15: the tide, crowding, profiles, measured volume, implied volatility, funding ahead.

mod impacts;

use plimsoll_risk::RiskError;
use plimsoll_risk::announcement::{Tide, walk_up};
use plimsoll_risk::liquidity::{LiquidityProfile, MeasuredVolume, crowded_margin_up, crowding_up};
use plimsoll_risk::perp::funding::paid_ahead_up;
use plimsoll_risk::price::Publication;
use plimsoll_risk::quantities::{DailyRate, Price, Ratio, SignedAmount, Value, Variance};
use plimsoll_risk::volatility::ImpliedVolatility;
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const RATIO_BITS: u32 = Ratio::FRACTION_BITS;

#[derive(Deserialize)]
struct TideCase {
    announced_at: u64,
    grace: u64,
    now: u64,
    from: Text<u64>,
    to: Text<u64>,
    tau_expected: Expected,
    walk_expected: Expected,
}

#[test]
fn liquidity_tide() {
    for case in cases::<TideCase>(include_str!("liquidity_tide.json")) {
        let tide = Tide { announced_seconds: case.announced_at, grace_seconds: case.grace };
        let walked = tide.walked_down(case.now);
        case.tau_expected.assert_near(walked.to_bits(), RATIO_BITS, Side::Down, 1.0);
        assert_eq!(tide.is_over(case.now), walked == Ratio::ONE);
        let found = walk_up(case.from.0, case.to.0, walked).unwrap();
        case.walk_expected.assert_near(found, 0, Side::Up, 1.0);
    }
}

#[derive(Deserialize)]
struct Crowd {
    open_interest: Text<u64>,
    cap: Text<u64>,
    start_ppm: u32,
    margin: Text<u64>,
    crowding_expected: Expected,
    margin_expected: Expected,
}

#[test]
fn liquidity_crowding() {
    for case in cases::<Crowd>(include_str!("liquidity_crowding.json")) {
        let crowding = crowding_up(Value(case.open_interest.0), Value(case.cap.0), case.start_ppm).unwrap();
        // the start is rounded down to a whole value
        let room = case.cap.0 as f64 * (1.0 - f64::from(case.start_ppm) / 1e6);
        let tolerance = 1.0 + 2f64.powi(32) / room.max(1.0);
        case.crowding_expected.assert_near(crowding.to_bits(), RATIO_BITS, Side::Up, tolerance);
        let margin = crowded_margin_up(Ratio::from_bits(case.margin.0), crowding).unwrap();
        case.margin_expected.assert_near(margin.to_bits(), RATIO_BITS, Side::Up, 1.0 + tolerance);
    }
}

#[derive(Deserialize)]
struct Profile {
    depth: Text<u64>,
    daily_volume: Text<u64>,
    spread_ppm: Text<u32>,
    spread_deviation_ppm: Text<u32>,
}

impl Profile {
    const fn profile(&self) -> LiquidityProfile {
        LiquidityProfile {
            depth: Value(self.depth.0),
            daily_volume: Value(self.daily_volume.0),
            spread_ppm: self.spread_ppm.0,
            spread_deviation_ppm: self.spread_deviation_ppm.0,
        }
    }
}

#[derive(Deserialize)]
struct ProfileCase {
    old: Profile,
    new: Profile,
    set_at: u64,
    now: u64,
    refusals: Vec<String>,
    charged_spread_ppm: [u32; 3],
    counted_depth: Text<u64>,
}

const fn profile_refusal(error: RiskError) -> &'static str {
    match error {
        RiskError::ParameterOutOfBounds => "bounds",
        RiskError::ProfileTooSoon => "too_soon",
        RiskError::ProfileDepthStep => "depth",
        RiskError::ProfileVolumeStep => "daily_volume",
        RiskError::ProfileSpreadStep => "spread_ppm",
        RiskError::ProfileDeviationStep => "spread_deviation_ppm",
        _ => "none of these",
    }
}

#[test]
fn liquidity_profile() {
    for case in cases::<ProfileCase>(include_str!("liquidity_profile.json")) {
        let new = case.new.profile();
        let refusal = case.old.profile().require_step(&new, case.set_at, case.now).err().map(profile_refusal);
        assert_eq!(refusal, case.refusals.first().map(String::as_str), "{new:?}");
        assert_eq!([0, 1_000, 200_000].map(|parameter| new.charged_spread_ppm(parameter)), case.charged_spread_ppm);
        assert_eq!(new.counted_depth(Value(5_000_000)).0, case.counted_depth.0);
    }
}

#[derive(Deserialize)]
struct Volume {
    trades: Vec<(u64, Text<u64>)>,
    now: u64,
    profile: Text<u64>,
    multiple_ppm: u32,
    counted_expected: Expected,
}

#[test]
fn liquidity_volume() {
    for case in cases::<Volume>(include_str!("liquidity_volume.json")) {
        let start = MeasuredVolume::default();
        let measured = case.trades.iter().fold(start, |measured, (time, traded)| measured.with(Value(traded.0), *time));
        let counted = measured.counted(Value(case.profile.0), case.multiple_ppm, case.now);
        case.counted_expected.assert_near(counted.0, 0, Side::Down, 1.0);
    }
}

#[derive(Deserialize)]
struct Implied {
    price: Text<i64>,
    confidence: Text<u64>,
    exponent: i32,
    publish_time: i64,
    known_time: u64,
    read: u64,
    now: u64,
    refusals: Vec<String>,
    variance_expected: Option<Expected>,
    counts: bool,
}

const fn implied_refusal(error: RiskError) -> &'static str {
    match error {
        RiskError::PriceExponent => "exponent",
        RiskError::PriceNotNewer => "not_newer",
        RiskError::PriceFromFuture => "future",
        RiskError::PriceStale => "stale",
        RiskError::ImpliedAbsurd => "absurd",
        RiskError::PriceUncertain => "uncertain",
        _ => "none of these",
    }
}

#[test]
fn liquidity_implied() {
    for case in cases::<Implied>(include_str!("liquidity_implied.json")) {
        let publication = Publication {
            price: case.price.0,
            confidence: case.confidence.0,
            exponent: case.exponent,
            publish_time_seconds: case.publish_time,
            prev_publish_time_seconds: case.publish_time - 1,
        };
        let known = ImpliedVolatility { publish_time_seconds: case.known_time, ..ImpliedVolatility::default() };
        match (known.accept(&publication, case.now), &case.variance_expected) {
            (Ok(accepted), Some(expected)) => {
                let tolerance = 1.0 + expected.units(Variance::FRACTION_BITS) * 2f64.powi(-38);
                expected.assert_near(accepted.variance.to_bits(), Variance::FRACTION_BITS, Side::Up, tolerance);
                assert_eq!(accepted.counted(case.read) != Variance::ZERO, case.counts);
            }
            (Err(error), None) => {
                assert!(
                    case.refusals.iter().any(|rule| rule == implied_refusal(error)),
                    "{error:?} {:?}",
                    case.refusals
                );
            }
            (found, _) => panic!("{found:?} {:?}", case.refusals),
        }
    }
}

#[derive(Deserialize)]
struct FundingAhead {
    rate: Text<i64>,
    base: Text<i64>,
    mid: Text<u64>,
    seconds: u64,
    paid_expected: Expected,
}

#[test]
fn liquidity_funding_ahead() {
    for case in cases::<FundingAhead>(include_str!("liquidity_funding_ahead.json")) {
        let (rate, mid) = (DailyRate::from_bits(case.rate.0), Price::from_bits(case.mid.0));
        let base = SignedAmount(case.base.0);
        let found = paid_ahead_up(rate, base, mid, case.seconds).unwrap();
        // the value and the part of a day are rounded up before their product
        let part = case.rate.0.unsigned_abs() as f64 * 2f64.powi(-48) * case.seconds as f64 / 86_400.0;
        let value = mid.value_up(base.magnitude()).unwrap().0 as f64;
        case.paid_expected.assert_near(found.0, 0, Side::Up, 2.0 + part + value * 2f64.powi(-48));
    }
}
