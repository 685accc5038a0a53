//! The announced path: its start, its walk, its gaps, and initial margin above it (INV-GRACE, INV-LAW).

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::Ratio;
use plimsoll_risk::threshold::{MAX_POINTS, Path, ThresholdParameters, initial_margin, margin_goal};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{PARAMETERS, as_f64, ratio, square, terms};

#[test]
fn a_listing_is_announced_at_its_goal() {
    let path = Path::start(ratio(0.1), 100, &terms());
    assert_eq!((path.length, path.at(0), path.at(100), path.at(u64::MAX)), (13, ratio(0.1), ratio(0.1), ratio(0.1)));
    // (10 % + 1 %)·1.25
    let initial = initial_margin(&path, ratio(0.05), ratio(0.01), &terms()).unwrap();
    assert!((as_f64(initial) - 0.1375).abs() < 1e-9);
}

#[test]
fn only_the_end_walks_at_its_speed() {
    let path = Path::start(ratio(0.1), 100, &terms());
    let raised = path.slide(101, ratio(0.5), &terms()).unwrap();
    assert!((101..113).all(|step| raised.at(step) == ratio(0.1)));
    // the larger of 2 % of 10 % and 0.25 points an hour, a twelfth of it a step
    assert!((as_f64(raised.at(113)) - (0.1 + 0.0025 / 12.0)).abs() < 1e-8);
    let lowered = path.slide(101, ratio(0.05), &terms()).unwrap();
    assert!((as_f64(lowered.at(113)) - (0.1 - 0.0025 / 48.0)).abs() < 1e-8);
    let steep = Path::start(ratio(0.4), 100, &terms()).slide(101, ratio(0.5), &terms()).unwrap();
    assert!((as_f64(steep.at(113)) - (0.4 + 0.008 / 12.0)).abs() < 1e-8);
    let near = path.slide(101, ratio(0.1001), &terms()).unwrap();
    assert_eq!(near.at(113), ratio(0.1001));
    assert_eq!(path.slide(100, ratio(0.5), &terms()), Err(RiskError::StepAlreadyFolded));
}

#[test]
fn an_idle_gap_is_not_caught_up() {
    let walking = Path::start(ratio(0.1), 100, &terms()).slide(101, ratio(0.5), &terms()).unwrap();
    let after = walking.slide(10_000, ratio(0.5), &terms()).unwrap();
    assert!((10_000..10_012).all(|step| after.at(step) == walking.at(113)));
    assert!((as_f64(after.at(10_012)) - (0.1 + 0.005 / 12.0)).abs() < 1e-8);
}

#[test]
fn short_paths_announce_their_own_grace() {
    let short = ThresholdParameters { grace_seconds: 600, ..PARAMETERS }.terms().unwrap();
    let path = Path::start(ratio(0.1), 100, &short).slide(101, ratio(0.5), &short).unwrap();
    assert_eq!((path.length, path.at(102)), (3, ratio(0.1)));
    assert!(path.at(103) > ratio(0.1) && path.at(104) == path.at(103));
    let next = path.slide(102, ratio(0.5), &short).unwrap();
    assert_eq!(next.at(103), path.at(103));
    assert!(next.at(104) > path.at(103));
}

/// Calm as often as wild, so that goals also fall below a path that is announced to rise.
fn any_volatility() -> impl Strategy<Value = f64> {
    prop_oneof![0.0f64..0.03, 0.0f64..1.2]
}

/// Often none, so that initial margin rests on the path and the goal alone.
fn any_jump_level() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0u64..1 << 32]
}

proptest! {
    #![proptest_config(seeded(500))]

    /// INV-GRACE: what was announced stays, whatever is folded, in whatever rhythm.
    /// INV-LAW: initial margin is at least (1 + gap)·maintenance margin at every moment of the hour ahead.
    #[test]
    fn inv_grace(folds in prop::collection::vec((1u64..16, any_volatility(), any_jump_level()), 1..60), points in 1u32..=12) {
        let terms = ThresholdParameters { grace_seconds: points * 300, ..PARAMETERS }.terms().unwrap();
        let mut path = Path::start(ratio(0.1), 0, &terms);
        for (steps, sigma, jump) in folds {
            let now = path.first_step + steps;
            let announced = path;
            let goal = margin_goal(square(sigma), &terms).unwrap();
            path = path.slide(now, goal, &terms).unwrap();
            for step in now..=announced.first_step + u64::from(points) {
                prop_assert_eq!(path.at(step), announced.at(step));
            }
            // no two neighbours are further apart than a step's walk
            for step in now..now + u64::from(points) {
                let (up, down) = terms.walk(path.at(step)).unwrap();
                prop_assert!(path.at(step + 1) <= path.at(step).plus(up).unwrap());
                prop_assert!(path.at(step + 1).plus(down).unwrap() >= path.at(step));
            }
            let initial = initial_margin(&path, goal, Ratio::from_bits(jump), &terms).unwrap();
            for step in now..now + 2 * MAX_POINTS as u64 {
                prop_assert!(initial >= path.at(step).times_up(Ratio::from_ppm_up(1_250_000)).unwrap());
            }
            prop_assert!(initial >= goal);
        }
    }
}
