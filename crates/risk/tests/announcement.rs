//! The tide: one clock, and numbers that walk by it.

#[path = "seeded/mod.rs"]
mod seeded;

use plimsoll_risk::RiskError;
use plimsoll_risk::announcement::{Tide, walk_up};
use plimsoll_risk::quantities::Ratio;
use proptest::prelude::*;
use seeded::seeded;

const BEGAN: u64 = 1_700_000_000;
const GRACE: u64 = 3_600;
const TIDE: Tide = Tide { announced_seconds: BEGAN, grace_seconds: GRACE };

#[test]
fn a_tide_holds_off_for_a_grace_and_walks_in_over_another() {
    for (after, walked) in
        [(0, 0), (1, 0), (GRACE, 0), (GRACE * 3 / 2, 1 << 31), (2 * GRACE, 1 << 32), (9 * GRACE, 1 << 32)]
    {
        assert_eq!(TIDE.walked_down(BEGAN + after), Ratio::from_bits(walked), "{after}");
    }
    // a second of an hour: 2³²/3,600, rounded down
    assert_eq!(TIDE.walked_down(BEGAN + GRACE + 1), Ratio::from_bits((1 << 32) / 3_600));
    assert_eq!(TIDE.walked_down(BEGAN - 1), Ratio::ZERO, "a clock that went back");
}

#[test]
fn a_tide_is_over_after_two_graces() {
    assert!(!TIDE.is_over(BEGAN + 2 * GRACE - 1));
    assert!(TIDE.is_over(BEGAN + 2 * GRACE));
    assert!(TIDE.walked_down(BEGAN + 2 * GRACE - 1) < Ratio::ONE);
}

#[test]
fn before_the_first_tide_everything_is_in_force() {
    let none = Tide { announced_seconds: 0, grace_seconds: GRACE };
    assert!(none.is_over(0));
    assert_eq!(none.walked_down(0), Ratio::ONE);
    assert_eq!(Tide::default().walked_down(BEGAN), Ratio::ONE);
}

#[test]
fn a_walk_rounds_up() {
    let half = Ratio::from_bits(1 << 31);
    assert_eq!(walk_up(10, 13, half), Ok(12));
    assert_eq!(walk_up(13, 10, half), Ok(12));
    assert_eq!(walk_up(0, u64::MAX, Ratio::ONE), Ok(u64::MAX));
    assert_eq!(walk_up(u64::MAX, 0, Ratio::ONE), Ok(0));
    let beyond = Ratio::from_bits(3 << 32);
    assert_eq!(walk_up(1, u64::MAX, beyond), Err(RiskError::Overflow));
    assert_eq!(walk_up(u64::MAX, 0, beyond), Err(RiskError::Overflow));
    assert_eq!(walk_up(u64::MAX, u64::MAX / 2, beyond), Err(RiskError::Overflow));
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// INV-GRACE: within the first grace nothing that is announced bears on what is in force, and from two graces on nothing else does.
    #[test]
    fn what_is_announced_waits_for_a_grace(from: u64, to: u64, grace in 1u64..1 << 32, after in 0u64..1 << 34) {
        let tide = Tide { announced_seconds: BEGAN, grace_seconds: grace };
        let walked = walk_up(from, to, tide.walked_down(BEGAN + after)).unwrap();
        prop_assert!((from.min(to)..=from.max(to)).contains(&walked));
        if after <= grace {
            prop_assert_eq!(walked, from);
        }
        if after >= 2 * grace {
            prop_assert_eq!(walked, to);
        }
        prop_assert_eq!(tide.is_over(BEGAN + after), after >= 2 * grace);
    }

    /// τ is rounded down by less than a unit and never falls; a walk is rounded up by less than one.
    #[test]
    fn walks_are_linear(from in 0u64..1 << 60, to in 0u64..1 << 60, grace in 1u64..1 << 32, after in 0u64..1 << 33) {
        let tide = Tide { announced_seconds: BEGAN, grace_seconds: grace };
        let walked = tide.walked_down(BEGAN + grace + after % grace);
        let (elapsed, grace) = (u128::from(after % grace), u128::from(grace));
        prop_assert_eq!(u128::from(walked.to_bits()), (elapsed << 32) / grace);
        prop_assert!(tide.walked_down(BEGAN + after) <= tide.walked_down(BEGAN + after + 1));
        let exact = (i128::from(from) << 32) + i128::from(walked.to_bits()) * (i128::from(to) - i128::from(from));
        let found = i128::from(walk_up(from, to, walked).unwrap()) << 32;
        prop_assert!(found >= exact && found < exact + (1 << 32));
    }
}
