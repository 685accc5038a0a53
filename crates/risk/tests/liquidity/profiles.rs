//! How fast a steward may move a profile, and what it counts for.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidity::{LiquidityProfile, MAX_SPREAD_PPM, MIN_PROFILE_VALUE, PROFILE_SPACING_SECONDS};
use plimsoll_risk::quantities::Value;
use proptest::prelude::*;

use crate::seeded::seeded;

const SET: u64 = 1_700_000_000;
const DUE: u64 = SET + PROFILE_SPACING_SECONDS;
const OLD: LiquidityProfile = LiquidityProfile {
    depth: Value(4_000_000),
    daily_volume: Value(40_000_000),
    spread_ppm: 400,
    spread_deviation_ppm: 100,
};

fn step(change: impl Fn(&mut LiquidityProfile)) -> Result<(), RiskError> {
    let mut new = OLD;
    change(&mut new);
    OLD.require_step(&new, SET, DUE)
}

#[test]
fn a_number_moves_by_a_quarter_looser_or_a_half_tighter() {
    assert_eq!(step(|_| {}), Ok(()));
    for depth in [2_000_000, 5_000_000] {
        assert_eq!(step(|new| new.depth = Value(depth)), Ok(()));
    }
    for depth in [1_999_999, 5_000_001] {
        assert_eq!(step(|new| new.depth = Value(depth)), Err(RiskError::ProfileDepthStep));
    }
    for volume in [20_000_000, 50_000_000] {
        assert_eq!(step(|new| new.daily_volume = Value(volume)), Ok(()));
    }
    for volume in [19_999_999, 50_000_001] {
        assert_eq!(step(|new| new.daily_volume = Value(volume)), Err(RiskError::ProfileVolumeStep));
    }
    for spread in [300, 800] {
        assert_eq!(step(|new| new.spread_ppm = spread), Ok(()));
    }
    for spread in [299, 801] {
        assert_eq!(step(|new| new.spread_ppm = spread), Err(RiskError::ProfileSpreadStep));
    }
    for deviation in [75, 200] {
        assert_eq!(step(|new| new.spread_deviation_ppm = deviation), Ok(()));
    }
    for deviation in [74, 201] {
        assert_eq!(step(|new| new.spread_deviation_ppm = deviation), Err(RiskError::ProfileDeviationStep));
    }
}

#[test]
fn a_profile_waits_six_hours() {
    assert_eq!(OLD.require_step(&OLD, SET, DUE - 1), Err(RiskError::ProfileTooSoon));
    assert_eq!(OLD.require_step(&OLD, SET, DUE), Ok(()));
    assert_eq!(OLD.require_step(&OLD, SET, SET - 1), Err(RiskError::ProfileTooSoon), "a clock that went back");
    assert_eq!(OLD.require_step(&OLD, u64::MAX, u64::MAX - 1), Err(RiskError::ProfileTooSoon));
}

#[test]
fn the_first_profile_is_free_within_its_bounds() {
    let first = |change: fn(&mut LiquidityProfile)| {
        let mut new = OLD;
        change(&mut new);
        LiquidityProfile::default().require_step(&new, 0, SET)
    };
    assert_eq!(first(|_| {}), Ok(()));
    assert_eq!(first(|new| (new.depth, new.daily_volume) = (MIN_PROFILE_VALUE, MIN_PROFILE_VALUE)), Ok(()));
    assert_eq!(first(|new| (new.spread_ppm, new.spread_deviation_ppm) = (0, 0)), Ok(()));
    assert_eq!(first(|new| (new.spread_ppm, new.spread_deviation_ppm) = (MAX_SPREAD_PPM, MAX_SPREAD_PPM)), Ok(()));
    let out = Err(RiskError::ParameterOutOfBounds);
    assert_eq!(first(|new| new.depth = Value(MIN_PROFILE_VALUE.0 - 1)), out);
    assert_eq!(first(|new| new.daily_volume = Value(0)), out);
    assert_eq!(first(|new| new.spread_ppm = MAX_SPREAD_PPM + 1), out);
    assert_eq!(first(|new| new.spread_deviation_ppm = MAX_SPREAD_PPM + 1), out);
    assert_eq!(OLD.require_step(&LiquidityProfile::default(), SET, DUE), out, "bounds come first");
}

#[test]
fn a_spread_of_zero_can_widen_again() {
    let narrow = LiquidityProfile { spread_ppm: 0, spread_deviation_ppm: 0, ..OLD };
    let wider = |ppm| LiquidityProfile { spread_ppm: ppm, spread_deviation_ppm: 1, ..OLD };
    assert_eq!(narrow.require_step(&wider(1), SET, DUE), Ok(()));
    assert_eq!(narrow.require_step(&wider(2), SET, DUE), Err(RiskError::ProfileSpreadStep));
}

#[test]
fn the_spread_is_charged_at_its_worst() {
    assert_eq!(OLD.charged_spread_ppm(0), 700);
    assert_eq!(OLD.charged_spread_ppm(699), 700);
    assert_eq!(OLD.charged_spread_ppm(701), 701);
    let absurd = LiquidityProfile { spread_ppm: u32::MAX, spread_deviation_ppm: u32::MAX, ..OLD };
    assert_eq!(absurd.charged_spread_ppm(0), MAX_SPREAD_PPM);
}

#[test]
fn the_smaller_depth_counts_once_a_profile_is_set() {
    assert_eq!(OLD.counted_depth(Value(5_000_000)), Value(4_000_000));
    assert_eq!(OLD.counted_depth(Value(3_000_000)), Value(3_000_000));
    assert_eq!(LiquidityProfile::default().counted_depth(Value(3_000_000)), Value(3_000_000));
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// A step is within its bounds or names the first number that is not; a day of four steps loosens nothing more than 2.45-fold.
    #[test]
    fn a_step_is_bounded(depth in 1_000u64..1 << 62, volume in 1_000u64..1 << 62, spread in 0u32..=200_000, deviation in 0u32..=200_000) {
        let new = LiquidityProfile { depth: Value(depth), daily_volume: Value(volume), spread_ppm: spread, spread_deviation_ppm: deviation };
        let moved = |old: u64, new: u64| new as f64 / old as f64;
        let expected = if !(0.5..=1.25).contains(&moved(OLD.depth.0, depth)) {
            Err(RiskError::ProfileDepthStep)
        } else if !(0.5..=1.25).contains(&moved(OLD.daily_volume.0, volume)) {
            Err(RiskError::ProfileVolumeStep)
        } else if !(0.75..=2.0).contains(&moved(OLD.spread_ppm.into(), spread.into())) {
            Err(RiskError::ProfileSpreadStep)
        } else if !(0.75..=2.0).contains(&moved(OLD.spread_deviation_ppm.into(), deviation.into())) {
            Err(RiskError::ProfileDeviationStep)
        } else {
            Ok(())
        };
        prop_assert_eq!(OLD.require_step(&new, SET, DUE), expected);
        // near the old numbers, where steps are accepted
        let near = LiquidityProfile {
            depth: Value(1_500_000 + depth % 4_000_000),
            daily_volume: Value(15_000_000 + volume % 40_000_000),
            spread_ppm: 250 + spread % 600,
            spread_deviation_ppm: 60 + deviation % 160,
        };
        if OLD.require_step(&near, SET, DUE).is_ok() {
            prop_assert!(near.depth.0 * 4 <= OLD.depth.0 * 5 && near.spread_ppm * 4 >= OLD.spread_ppm * 3);
            prop_assert!(near.daily_volume.0 * 4 <= OLD.daily_volume.0 * 5);
        }
    }
}
