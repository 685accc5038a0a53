//! Closed forms, exactness and refusals of the requirement.

use plimsoll_risk::RiskError;
use plimsoll_risk::correlation::FACTORS;
use plimsoll_risk::liquidity::LegSide;
use plimsoll_risk::portfolio::{
    Exposures, GridBounds, LegTerms, PerpLeg, SCENARIO_CELLS, check_scenario, losses_up, requirement_up,
};
use plimsoll_risk::quantities::{Ratio, Value};
use proptest::prelude::*;

use crate::accounts::{Leg, Model, NO_IMPACT, account, any_legs, any_margins, any_model, margins, ratio, row};
use crate::double;
use crate::seeded::seeded;

/// Above the real value by less than `relative` of `scale` and four atoms a leg.
#[track_caller]
fn assert_just_above(found: f64, exact: f64, scale: f64) {
    let tolerance = scale * 2f64.powi(-22) + 64.0;
    assert!(found >= exact - scale * 2f64.powi(-45), "{found} is below {exact}");
    assert!(found <= exact + tolerance, "{found} is {} above {exact}", found - exact);
}

proptest! {
    #![proptest_config(seeded(4096))]

    #[test]
    fn the_requirement_is_its_formula_rounded_up(legs in any_legs(), margins in any_margins(), model in any_model()) {
        let exposures = account(&legs, &margins);
        let found = requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
        assert_just_above(found.0 as f64, double::requirement(&exposures, &margins, &model), double::gross(&exposures));
    }

    #[test]
    fn every_row_loses_its_formula_rounded_up(legs in any_legs(), margins in any_margins(), model in any_model()) {
        let exposures = account(&legs, &margins);
        let found = losses_up(&exposures, &margins, &model.borrowed()).unwrap();
        for (loss, row) in found.iter().zip(&model.rows) {
            assert_just_above(*loss as f64, double::loss(&exposures, &margins, row), double::gross(&exposures));
        }
        prop_assert!(found[model.rows.len()..].iter().all(|loss| *loss == 0));
    }

    /// What every factor and every leg is negated: the same but for convexity and what a long can lose.
    #[test]
    fn readings_do_not_know_long_from_short(legs in any_legs(), margins in any_margins(), model in any_model()) {
        let root = |legs: &[(usize, Leg)]| {
            let exposures = account(legs, &margins);
            let bare = Model { hedged_floor: Ratio::ZERO, rows: Vec::new(), ..model.clone() };
            let shorts: f64 = (0..FACTORS).map(|factor| {
                let margin = margins[factor].to_bits() as f64 / 2f64.powi(32);
                (-(exposures.spot()[factor] + exposures.perp()[factor])).max(0) as f64 * margin * margin
            }).sum();
            requirement_up(&exposures, &margins, &bare.borrowed()).unwrap().0 as f64 - shorts
        };
        let turned: Vec<_> = legs.iter().map(|(factor, leg)| (*factor, match *leg {
            Leg::Deposit(value) => Leg::Debt(value),
            Leg::Debt(value) => Leg::Deposit(value),
            Leg::Long(size) => Leg::Short(size),
            Leg::Short(size) => Leg::Long(size),
        })).collect();
        let scale = double::gross(&account(&legs, &margins));
        prop_assert!((root(&legs) - root(&turned)).abs() <= scale * 2f64.powi(-10) + 64.0);
    }
}

#[test]
fn nothing_requires_nothing() {
    let model = Model::plain().floored(1.0).shrunk(1.0).with_rows(vec![row([8.0; 16], 1.0)]);
    let empty = Exposures::default();
    assert_eq!(requirement_up(&empty, &margins([0.5; 16]), &model.borrowed()), Ok(Value::ZERO));
    assert_eq!(losses_up(&empty, &margins([0.5; 16]), &model.borrowed()).unwrap(), [0; 32]);
}

/// One long: m·v, and 2⁻¹¹ of it for the lift of the diagonal.
#[test]
fn one_long_requires_its_margin() {
    let margins = margins([0.125]);
    let exposures = account(&[(0, Leg::Long(8_000_000_000))], &margins);
    let found = requirement_up(&exposures, &margins, &Model::plain().borrowed()).unwrap();
    assert_just_above(found.0 as f64, 1e9 * (1.0 + 1.0 / 1024.0f64).sqrt(), 8e9);
}

#[test]
fn identity_and_all_ones_are_closed_forms() {
    let margins = margins([0.125; 16]);
    let longs: Vec<_> = (0..16).map(|factor| (factor, Leg::Long(8_000_000_000))).collect();
    let exposures = account(&longs, &margins);
    let root = |model: &Model| requirement_up(&exposures, &margins, &model.borrowed()).unwrap().0 as f64;
    // √n·y and n·y, with the lift
    assert_just_above(root(&Model::plain()), 1e9 * (16.0 * (1.0 + 1.0 / 1024.0f64)).sqrt(), 1.6e11);
    let together = (16.0 * (1.0 + 1.0 / 1024.0) + 240.0 * 32_767.0 / 32_768.0f64).sqrt();
    assert_just_above(root(&Model::plain().correlated(1.0)), 1e9 * together, 1.6e11);
    // shrunk to the end toward all-ones: n·y exactly, whatever the estimate says
    assert_just_above(root(&Model::plain().shrunk(1.0)), 16e9, 1.6e11);
}

#[test]
fn what_moves_together_hedges_and_shrinkage_takes_the_hedge_away() {
    let margins = margins([0.125, 0.125]);
    let exposures = account(&[(0, Leg::Deposit(8_000_000_000)), (1, Leg::Short(8_000_000_000))], &margins);
    let root = |shrinkage: f64| {
        let model = Model::plain().correlated(1.0).shrunk(shrinkage);
        requirement_up(&exposures, &margins, &model.borrowed()).unwrap().0 as f64
    };
    let convexity = 1.25e8;
    let estimate: f64 = 2.0 * (1.0 + 1.0 / 1024.0) - 2.0 * 32_767.0 / 32_768.0;
    for shrinkage in [0.0, 0.25, 0.5, 1.0] {
        let form = (1.0 - shrinkage) * estimate + shrinkage * 2.0;
        assert_just_above(root(shrinkage), 1e9 * form.sqrt() + convexity, 2e10);
    }
}

/// Each at most an atom above.
#[track_caller]
fn assert_losses(found: &[i64], expected: &[i64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((0..=1).contains(&(found - expected)), "{found} for {expected}");
    }
}

/// A long loses its value at most, a short gains at most what the basis leaves of it.
#[test]
fn no_row_takes_more_than_everything() {
    let margins = margins([0.5, 0.5]);
    let crash = Model::plain().with_rows(vec![row([-8.0], 0.0), row([-1.0], 0.0), row([-8.0], 1.0), row([4.0], 0.0)]);
    let losses = |leg| losses_up(&account(&[(0, leg)], &margins), &margins, &crash.borrowed()).unwrap();
    assert_losses(&losses(Leg::Deposit(1_000_000)), &[1_000_000, 500_000, 1_000_000, -2_000_000]);
    assert_losses(&losses(Leg::Short(1_000_000)), &[-1_000_000, -500_000, -500_000, 2_000_000]);
    // a million hedged and one more: it is lost, and the hedge loses half a million in the basis row
    let hedged = account(&[(0, Leg::Deposit(2_000_000)), (0, Leg::Short(1_000_000))], &margins);
    let found = losses_up(&hedged, &margins, &crash.borrowed()).unwrap();
    assert_losses(&found, &[1_000_000, 500_000, 1_500_000]);
}

#[test]
fn the_floor_counts_every_leg() {
    let margins = margins([0.125]);
    let hedged = account(&[(0, Leg::Deposit(5_000_000)), (0, Leg::Short(5_000_000))], &margins);
    let found = |floor| requirement_up(&hedged, &margins, &Model::plain().floored(floor).borrowed()).unwrap().0;
    assert_eq!(found(0.0), 0);
    assert!((312_500..=312_501).contains(&found(0.25)), "{}", found(0.25));
    assert_eq!(found(2.0), found(1.0));
}

#[test]
fn size_margins_are_added_whatever_hedges_them() {
    let margins = margins([0.125]);
    let mut hedged = account(&[(0, Leg::Deposit(5_000_000))], &margins);
    let leg = PerpLeg { size: Value(5_000_000), side: LegSide::Short, size_margin: ratio(0.0625) };
    hedged.add_perp(0, &leg, &LegTerms { margin: margins[0], impact: &NO_IMPACT }).unwrap();
    assert_eq!(requirement_up(&hedged, &margins, &Model::plain().borrowed()), Ok(Value(312_500)));
}

/// No estimate has it, and a matrix that is not positive semidefinite still requires at least what the other readings and the floor say.
#[test]
fn a_matrix_that_is_none_does_not_fail() {
    let impossible = Model::plain().correlated(1.0).with_pair(0, 1, -1.0).with_pair(0, 2, -1.0);
    let margins = margins([0.125; 3]);
    let legs: Vec<_> = (0..3).map(|factor| (factor, Leg::Long(8_000_000_000))).collect();
    let exposures = account(&legs, &margins);
    let found = |model: &Model| requirement_up(&exposures, &margins, &model.borrowed()).unwrap().0;
    let estimate: f64 = 3.0 * (1.0 + 1.0 / 1024.0) - 2.0 * 32_767.0 / 32_768.0;
    assert_just_above(found(&impossible) as f64, 1e9 * estimate.sqrt(), 3e10);
    let worse = impossible.clone().with_pair(1, 2, -1.0);
    assert!(found(&worse) <= 1, "a negative form counts as none");
    assert_just_above(found(&worse.clone().shrunk(1.0)) as f64, 3e9, 3e10);
    assert_just_above(found(&worse.floored(0.5)) as f64, 1.5e9, 3e10);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (tiny, large) = (margins([0.125]), Ratio::from_bits(u64::MAX));
    let terms = LegTerms { margin: tiny[0], impact: &NO_IMPACT };
    let mut exposures = Exposures::default();
    assert_eq!(exposures.add_deposit(0, Value(1 << 63), Ratio::ONE, &terms), Err(RiskError::Overflow));
    assert_eq!(exposures.add_debt(FACTORS, Value(1), &terms), Err(RiskError::ParameterOutOfBounds));
    exposures = Exposures::default();
    exposures.add_deposit(0, Value((1 << 63) - 1), Ratio::ONE, &terms).unwrap();
    assert_eq!(exposures.add_deposit(0, Value(1), Ratio::ONE, &terms), Err(RiskError::Overflow));
    let mut short = Exposures::default();
    short.add_debt(0, Value((1 << 63) - 1), &terms).unwrap();
    let model = Model::plain().correlated(1.0).shrunk(1.0).with_rows(vec![row([8.0], 1.0)]);
    let heavy = std::array::from_fn(|_| large);
    assert_eq!(requirement_up(&short, &heavy, &model.borrowed()), Err(RiskError::Overflow));
    // but for the margin of a factor that is not held
    let elsewhere = std::array::from_fn(|factor| if factor == 0 { tiny[0] } else { large });
    assert!(requirement_up(&short, &elsewhere, &Model::plain().borrowed()).is_ok());
    let one = std::array::from_fn(|_| Ratio::ONE);
    // 2⁶³ at a margin of one with its square fits, eight times that does not
    assert_eq!(losses_up(&short, &one, &model.borrowed()), Err(RiskError::Overflow));
    assert!(requirement_up(&short, &tiny, &Model::plain().borrowed()).is_ok());
}

#[test]
fn rows_out_of_range_are_refused() {
    let allowed = [row([8.0 - 1.0 / 4096.0; 16], 1.0), row([-8.0; 16], 0.0), [0; SCENARIO_CELLS]];
    for row in &allowed {
        assert_eq!(check_scenario(row), Ok(()));
    }
    let mut negative_basis = row([1.0], 0.0);
    negative_basis[FACTORS] = -1;
    let mut large_basis = row([1.0], 1.0);
    large_basis[FACTORS] += 1;
    for row in [negative_basis, large_basis] {
        assert_eq!(check_scenario(&row), Err(RiskError::ScenarioOutOfRange));
    }
    assert_eq!(GridBounds::of(&[]), GridBounds { shock: 4096, basis: 0 });
    assert_eq!(GridBounds::of(&allowed), GridBounds { shock: 32_768, basis: 4096 });
}
