//! Numbers that others published or that follow from the closed form, and the bounds of the terms.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidity::{Impact, ImpactTerms, LegSide, LiquidityProfile, MAX_IMPACT};
use plimsoll_risk::quantities::{Ratio, Value, Variance};
use plimsoll_risk::threshold::ThresholdParameters;

use crate::{DAY_TERMS, impact, number};

/// Basis points of the square-root law at σ = 4 % a day and Y = 1, by the part of the daily volume that is closed out.
const SQUARE_ROOT_LAW: [(u64, f64); 4] = [(1_000, 12.65), (10_000, 40.0), (50_000, 89.44), (100_000, 126.49)];

#[test]
fn the_square_root_law_at_four_percent() {
    let volume = 5_000_000_000_000_u64;
    // k·σ·√h of an hour, as maintenance margin has it, and σ itself
    for (shortfall_multiple_ppm, horizon_seconds, margin) in
        [(1_000_000, 86_400, 0.04), (3_691_510, 3_600, 3.691_51 * 0.04 / 24f64.sqrt())]
    {
        let terms = ImpactTerms { shortfall_multiple_ppm, horizon_seconds, daily_volume: Value(volume), ..DAY_TERMS };
        let margin = Ratio::from_bits((margin * 2f64.powi(32)).ceil() as u64);
        for (part_ppm, basis_points) in SQUARE_ROOT_LAW {
            let size = Value(volume / 1_000_000 * part_ppm);
            for side in [LegSide::Long, LegSide::Short] {
                let with = impact(&terms).margin_up(margin, size, side).unwrap();
                let moved = 1e4 * (number(with) - number(margin));
                assert!((moved - basis_points).abs() < 0.005, "{part_ppm} ppm: {moved}");
            }
        }
    }
}

fn margin_of_a_day(spread_ppm: u32, shortfall_multiple_ppm: u32, sigma_ppm: u32) -> f64 {
    let parameters = ThresholdParameters {
        floor_volatility_ppm: sigma_ppm,
        stress_volatility_ppm: sigma_ppm,
        stress_weight_ppm: 250_000,
        shortfall_multiple_ppm,
        horizon_seconds: 86_400,
        spread_ppm,
        bonus_max_ppm: 0,
        insurance_cut_ppm: 0,
        margin_min_ppm: 1_000,
        margin_max_ppm: 1_000_000,
        initial_gap_ppm: 250_000,
        walk_relative_ppm: 20_000,
        walk_absolute_ppm: 2_500,
        grid_seconds: 300,
        grace_seconds: 3_600,
    };
    let current = Variance::from_root(Ratio::from_ppm_up(sigma_ppm)).unwrap();
    number(parameters.terms().unwrap().raw_margin(current).unwrap())
}

#[test]
fn the_spread_costs_what_bangia_and_others_published() {
    // V = 100, σ = 2 %, z = 1.65, a constant spread of 1 %: 3.80
    let constant = LiquidityProfile { spread_ppm: 10_000, ..LiquidityProfile::default() };
    let margin = margin_of_a_day(constant.charged_spread_ppm(0), 1_650_000, 20_000);
    assert!((100.0 * margin - 3.80).abs() < 1e-5, "{margin}");
    // V = 10⁶, mean 0.1 %, 1.96 deviations of 0.3 %, which are three of 0.196 %: 3,440 more
    let varying = LiquidityProfile { spread_ppm: 1_000, spread_deviation_ppm: 1_960, ..LiquidityProfile::default() };
    let [with, without] = [varying.charged_spread_ppm(0), 0].map(|spread| margin_of_a_day(spread, 1_650_000, 20_000));
    assert!((1e6 * (with - without) - 3_440.0).abs() < 0.01, "{with} {without}");
}

#[test]
fn a_leg_below_the_concentrated_share_counts_as_the_share() {
    // φ = 5 % of a side of 4·ADV: √0.2
    let volume = DAY_TERMS.daily_volume.0;
    let terms =
        ImpactTerms { concentration_share_ppm: 50_000, long: Value(4 * volume), short: Value(volume), ..DAY_TERMS };
    let crowd = impact(&terms);
    for (size, side, expected) in [
        (1, LegSide::Long, 0.2f64.sqrt()),
        (volume / 10, LegSide::Long, 0.2f64.sqrt()),
        (volume / 5, LegSide::Long, 0.2f64.sqrt()),
        (volume, LegSide::Long, 1.0),
        (1, LegSide::Short, 0.05f64.sqrt()),
        (volume / 10, LegSide::Short, 0.1f64.sqrt()),
        (4 * volume, LegSide::Short, 2.0),
        (17 * volume, LegSide::Short, 4.0),
    ] {
        let multiple = number(crowd.multiple_up(Value(size), side));
        assert!((multiple - expected).abs() < 2e-9, "{size}: {multiple} {expected}");
    }
}

#[test]
fn without_a_profile_or_a_multiple_there_is_no_impact() {
    let whole = Value(u64::MAX);
    for terms in [
        ImpactTerms { daily_volume: Value(0), long: whole, short: whole, ..DAY_TERMS },
        ImpactTerms { multiple_ppm: 0, long: whole, short: whole, ..DAY_TERMS },
    ] {
        let none = impact(&terms);
        assert_eq!(none, Impact::default());
        assert!(none.is_none());
        assert_eq!(none.multiple_up(whole, LegSide::Long), Ratio::ZERO);
        assert_eq!(none.margin_up(Ratio::ONE, whole, LegSide::Short), Ok(Ratio::ONE));
    }
}

#[test]
fn the_smallest_volume_and_the_largest_book_stay_at_the_cap() {
    let terms = ImpactTerms {
        daily_volume: Value(1),
        concentration_share_ppm: 1_000_000,
        long: Value(u64::MAX),
        short: Value(u64::MAX),
        multiple_ppm: 10_000_000,
        horizon_seconds: 60,
        ..DAY_TERMS
    };
    let largest = impact(&terms);
    assert_eq!(largest, Impact { unit: u64::MAX, concentrated_long: MAX_IMPACT, concentrated_short: MAX_IMPACT });
    assert_eq!(largest.multiple_up(Value(u64::MAX), LegSide::Long), MAX_IMPACT);
    let alone = Impact { concentrated_long: Ratio::ZERO, ..largest };
    assert_eq!(alone.multiple_up(Value(0), LegSide::Long), Ratio::ZERO);
    assert_eq!(alone.multiple_up(Value(16), LegSide::Long), MAX_IMPACT);
}

#[test]
fn a_deposit_keeps_a_third_of_what_its_margin_leaves() {
    let deep = Impact { unit: u64::MAX, ..Impact::default() };
    let margin_of =
        |margin: u32, side| number(deep.margin_up(Ratio::from_ppm_up(margin), Value(1 << 60), side).unwrap());
    for (margin, long, short) in [(100_000, 0.5, 0.5), (200_000, 0.2 + 1.6 / 3.0, 1.0), (1_000_000, 1.0, 5.0)] {
        assert!((margin_of(margin, LegSide::Long) - long).abs() < 1e-8);
        assert!((margin_of(margin, LegSide::Short) - short).abs() < 1e-8);
    }
    assert_eq!(
        deep.margin_up(Ratio::from_ppm_up(1_500_000), Value(1), LegSide::Long),
        Ok(Ratio::from_ppm_up(1_500_000))
    );
}

#[test]
fn terms_out_of_bounds_are_refused() {
    let refused = |change: fn(&mut ImpactTerms)| {
        let mut terms = DAY_TERMS;
        change(&mut terms);
        Impact::new(&terms) == Err(RiskError::ParameterOutOfBounds)
    };
    assert!(refused(|terms| terms.multiple_ppm = 10_000_001));
    assert!(refused(|terms| terms.shortfall_multiple_ppm = 999_999));
    assert!(refused(|terms| terms.shortfall_multiple_ppm = 20_000_001));
    assert!(refused(|terms| terms.horizon_seconds = 59));
    assert!(refused(|terms| terms.horizon_seconds = 864_001));
    assert!(refused(|terms| terms.concentration_share_ppm = 1_000_001));
    assert!(!refused(|terms| terms.multiple_ppm = 10_000_000));
    assert!(!refused(|terms| terms.concentration_share_ppm = 1_000_000));
}
