//! Section 4: goal, announced path, initial margin.

use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::{
    MAX_POINTS, Path, ThresholdParameters, ThresholdTerms, current_variance, initial_margin, margin_goal,
};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const RATIO_BITS: u32 = Ratio::FRACTION_BITS;

/// The parameters of a case of `threshold_goal`, and the defaults of those that bear on no goal.
#[derive(Deserialize)]
struct GoalCase {
    variance_fast: Text<u128>,
    variance_slow: Text<u128>,
    variance_implied: Text<u128>,
    floor_volatility_ppm: u32,
    stress_volatility_ppm: u32,
    stress_weight_ppm: u32,
    shortfall_multiple_ppm: u32,
    spread_ppm: u32,
    bonus_max_ppm: u32,
    insurance_cut_ppm: u32,
    margin_min_ppm: u32,
    margin_max_ppm: u32,
    risk_period_seconds: u32,
    variance_now_expected: Expected,
    raw_expected: Expected,
    buffered_expected: Expected,
    goal_expected: Expected,
}

impl GoalCase {
    fn terms(&self) -> ThresholdTerms {
        let parameters = ThresholdParameters {
            floor_volatility_ppm: self.floor_volatility_ppm,
            stress_volatility_ppm: self.stress_volatility_ppm,
            stress_weight_ppm: self.stress_weight_ppm,
            shortfall_multiple_ppm: self.shortfall_multiple_ppm,
            horizon_seconds: self.risk_period_seconds,
            spread_ppm: self.spread_ppm,
            bonus_max_ppm: self.bonus_max_ppm,
            insurance_cut_ppm: self.insurance_cut_ppm,
            margin_min_ppm: self.margin_min_ppm,
            margin_max_ppm: self.margin_max_ppm,
            ..WALK
        };
        parameters.terms().unwrap()
    }
}

const WALK: ThresholdParameters = ThresholdParameters {
    floor_volatility_ppm: 20_000,
    stress_volatility_ppm: 80_000,
    stress_weight_ppm: 250_000,
    shortfall_multiple_ppm: 3_691_510,
    horizon_seconds: 3_600,
    spread_ppm: 0,
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

#[test]
fn threshold_goal() {
    for case in cases::<GoalCase>(include_str!("threshold_goal.json")) {
        let terms = case.terms();
        let [fast, slow, implied] =
            [case.variance_fast, case.variance_slow, case.variance_implied].map(|bits| Variance::from_bits(bits.0));
        let now = current_variance(fast, slow, implied);
        case.variance_now_expected.assert_near(now.to_bits(), 96, Side::Both, 0.0);
        let raw = terms.raw_margin(now).unwrap();
        let goal = margin_goal(now, &terms).unwrap();
        for (found, expected) in [(raw, &case.raw_expected), (terms.buffer_level, &case.buffered_expected)] {
            let tolerance = 8.0 + 2e-8 * expected.units(RATIO_BITS);
            expected.assert_near(found.to_bits(), RATIO_BITS, Side::Up, tolerance);
        }
        // the highest margin rounds down, so that nothing exceeds it
        let is_highest = goal == terms.margin_max;
        let side = if is_highest { Side::Both } else { Side::Up };
        let tolerance = 8.0 + 2e-8 * case.goal_expected.units(RATIO_BITS);
        case.goal_expected.assert_near(goal.to_bits(), RATIO_BITS, side, tolerance);
    }
}

#[derive(Deserialize)]
struct Slide {
    grid_seconds: u64,
    path_step: u64,
    path: Vec<Text<u64>>,
    fold_step: u64,
    goal: Text<u64>,
    jump: Text<u64>,
    path_after: Vec<Text<u64>>,
    last_expected: Expected,
    initial_margin_expected: Expected,
    points_at: Vec<(u64, usize)>,
}

#[test]
fn threshold_slide() {
    let terms = WALK.terms().unwrap();
    for case in cases::<Slide>(include_str!("threshold_slide.json")) {
        let mut points = [0; MAX_POINTS];
        for (point, given) in points.iter_mut().zip(&case.path) {
            *point = given.0;
        }
        let path = Path { points, length: case.path.len(), first_step: case.path_step };
        let goal = Ratio::from_bits(case.goal.0);
        let after = path.slide(case.fold_step, goal, &terms).unwrap();

        let (last, announced) = after.points.split_last().unwrap();
        let expected: Vec<u64> = case.path_after.iter().map(|point| point.0).collect();
        assert_eq!(announced, expected);
        case.last_expected.assert_near(*last, RATIO_BITS, Side::Both, 2.0);
        let initial = initial_margin(&after, goal, Ratio::from_bits(case.jump.0), &terms).unwrap();
        case.initial_margin_expected.assert_near(initial.to_bits(), RATIO_BITS, Side::Both, 8.0);
        for (time, point) in &case.points_at {
            let in_force = after.at(time / case.grid_seconds);
            assert_eq!(in_force.to_bits(), after.points[*point]);
        }
    }
}

#[derive(Deserialize)]
struct Fold {
    steps: u64,
    goal: Text<u64>,
    last_expected: Expected,
}

#[derive(Deserialize)]
struct Walk {
    start_goal: Text<u64>,
    folds: Vec<Fold>,
}

#[test]
fn threshold_walk() {
    let terms = WALK.terms().unwrap();
    for case in cases::<Walk>(include_str!("threshold_walk.json")) {
        let mut path = Path::start(Ratio::from_bits(case.start_goal.0), 0, &terms);
        let mut tolerance = 0.0;
        for fold in case.folds {
            path = path.slide(path.first_step + fold.steps, Ratio::from_bits(fold.goal.0), &terms).unwrap();
            tolerance += 2.0;
            let last = path.points[MAX_POINTS - 1];
            fold.last_expected.assert_near(last, RATIO_BITS, Side::Both, tolerance);
        }
    }
}
