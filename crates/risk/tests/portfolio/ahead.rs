//! Initial health against maintenance health at every moment of the hour ahead.

use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::portfolio::{
    AheadInputs, Exposures, InitialInputs, LegTerms, Margins, PerpLeg, PortfolioInputs, initial_health,
    maintenance_health, requirement_up,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};
use proptest::prelude::*;

use crate::accounts::{Leg, Model, NO_IMPACT, account, any_legs, any_margins, any_model, margins, ratio};
use crate::seeded::seeded;

const POINTS: usize = 13;
const FAR_BELOW: SignedValue = SignedValue(-(1 << 90));

/// The announced path of each factor.
type Paths = [Margins; POINTS];

/// Paths that wander apart: each factor by up to a third of its margin either way.
fn any_paths() -> impl Strategy<Value = Paths> {
    let moves = prop::collection::vec(prop::array::uniform16(0.75f64..1.33), POINTS);
    (any_margins(), moves, prop::bool::ANY).prop_map(|(margins, moves, is_flat)| {
        std::array::from_fn(|point| {
            std::array::from_fn(|factor| {
                let by = if is_flat || point == 0 { 1.0 } else { moves[point][factor] };
                Ratio::from_bits(((margins[factor].to_bits() as f64 * by) as u64).min(1 << 32))
            })
        })
    })
}

fn over(paths: &Paths, pick: fn(Ratio, Ratio) -> Ratio) -> Margins {
    std::array::from_fn(|factor| paths.iter().map(|point| point[factor]).reduce(pick).unwrap())
}

/// An account whose legs all have the same impact and, where they are perps, the same size margin.
fn with_impact(legs: &[(usize, Leg)], margins: &Margins, impact: &Impact, size_margin: Ratio) -> Exposures {
    let mut exposures = Exposures::default();
    for &(factor, leg) in legs {
        let terms = LegTerms { margin: margins[factor], impact };
        let perp = |size, side| PerpLeg { size: Value(size), side, size_margin };
        match leg {
            Leg::Deposit(value) => exposures.add_deposit(factor, Value(value), Ratio::ONE, &terms),
            Leg::Debt(value) => exposures.add_debt(factor, Value(value), &terms),
            Leg::Long(size) => exposures.add_perp(factor, &perp(size, LegSide::Long), &terms),
            Leg::Short(size) => exposures.add_perp(factor, &perp(size, LegSide::Short), &terms),
        }
        .unwrap();
    }
    exposures
}

/// What they add at most between these margins, with this impact and size margin.
fn added_ahead(
    legs: &[(usize, Leg)],
    highest: &Margins,
    lowest: &Margins,
    impact: &Impact,
    size_margin: Ratio,
) -> Value {
    legs.iter().fold(Value::ZERO, |sum, &(factor, leg)| {
        let terms = LegTerms { margin: highest[factor], impact };
        let (size, side, size_margin) = match leg {
            Leg::Deposit(value) => (value, LegSide::Long, Ratio::ZERO),
            Leg::Debt(value) => (value, LegSide::Short, Ratio::ZERO),
            Leg::Long(size) => (size, LegSide::Long, size_margin),
            Leg::Short(size) => (size, LegSide::Short, size_margin),
        };
        sum.plus(terms.addition_ahead_up(lowest[factor], Value(size), side, size_margin).unwrap()).unwrap()
    })
}

proptest! {
    #![proptest_config(seeded(1024))]

    /// INV-GRACE: IM health is at most MM health at every point of the path ahead and at every τ, to the atom, whatever the margins between them do.
    #[test]
    fn initial_health_bounds_maintenance_health_for_the_whole_hour(
        legs in any_legs(), paths in any_paths(), models in prop::array::uniform3(any_model()),
        now in 0u64..=1 << 32, units in (0u64..1 << 34, 0u64..1 << 34), sizes in (0u64..1 << 30, 0u64..1 << 30), gap in 10_000u32..1_000_000,
    ) {
        let [in_force, announced, newest] = &models;
        let impact = |unit: u64| Impact { unit, concentrated_long: Ratio::from_bits(unit >> 4), concentrated_short: Ratio::from_bits(unit >> 3) };
        let (impact_now, impact_announced) = (impact(units.0), impact(units.1));
        let (size_now, size_then) = (Ratio::from_bits(sizes.0), Ratio::from_bits(sizes.1));
        let (highest, lowest) = (over(&paths, Ratio::max), over(&paths, Ratio::min));
        let exposures = with_impact(&legs, &paths[0], &impact_now, size_now);
        let maintenance = PortfolioInputs {
            exposures: &exposures, margins: &paths[0], in_force: in_force.borrowed(), announced: announced.borrowed(), walked: Ratio::from_bits(now),
        };
        let worst_size = size_now.max(size_then);
        let worst_impact = impact_now.worst(&impact_announced);
        let initial = InitialInputs {
            exposures: &exposures, margins: &paths[0], newest: newest.borrowed(), maintenance,
            ahead: AheadInputs {
                highest: &highest, lowest: &lowest, added: added_ahead(&legs, &highest, &lowest, &worst_impact, worst_size),
            },
            initial_gap: Ratio::from_ppm_up(gap),
        };
        let present = maintenance_health(&maintenance, FAR_BELOW).unwrap();
        let health = initial_health(&initial, &present, FAR_BELOW).unwrap();
        for (point, margins) in paths.iter().enumerate() {
            // τ only rises; impact and size margin walk with it
            let walked = Ratio::from_bits(now + ((1 << 32) - now) * point as u64 / 12);
            let impact = impact_now.walked_up(&impact_announced, walked).unwrap();
            let size = if point % 2 == 0 { size_now } else { size_then };
            let exposures = with_impact(&legs, margins, &impact, size);
            let then = maintenance_health(&PortfolioInputs { exposures: &exposures, margins, walked, ..maintenance }, FAR_BELOW).unwrap();
            prop_assert!(health <= then.health, "{health:?} at point {point} {:?}", then.health);
        }
    }

    /// Nothing is added for a path that stands still.
    #[test]
    fn a_flat_path_adds_nothing(legs in any_legs(), margins in any_margins(), model in any_model()) {
        let exposures = account(&legs, &margins);
        let maintenance = PortfolioInputs {
            exposures: &exposures, margins: &margins, in_force: model.borrowed(), announced: model.borrowed(), walked: Ratio::ZERO,
        };
        let present = maintenance_health(&maintenance, FAR_BELOW).unwrap();
        let tiny = std::array::from_fn(|_| Ratio::ZERO);
        let initial = InitialInputs {
            exposures: &exposures, margins: &tiny, newest: model.borrowed(), maintenance,
            ahead: AheadInputs { highest: &margins, lowest: &margins, added: Value::ZERO },
            initial_gap: ratio(0.25),
        };
        let quarter = ratio(0.25).of_up(present.requirement).unwrap();
        let expected = exposures.counted.0 - i128::from(present.requirement.0) - i128::from(quarter.0);
        // nothing is required at margins of zero
        let bound = exposures.counted.0 - i128::from(requirement_up(&exposures, &tiny, &model.borrowed()).unwrap().0);
        prop_assert_eq!(initial_health(&initial, &present, FAR_BELOW), Ok(SignedValue(expected.min(bound))));
    }
}

/// What the term for changing margins is for: a hedge of two factors that move together. One margin rises by a fifth while the other stands; even with a quarter
/// on top, what is required at the highest point of each path is less than what is required on the way there.
#[test]
fn the_highest_margins_alone_do_not_bound_the_hour() {
    let present = margins([0.25, 0.25]);
    let on_the_way = margins([0.3125, 0.25]);
    let highest = margins([0.3125, 0.3125]);
    let model = Model::plain().correlated(1.0);
    let exposures = account(&[(0, Leg::Deposit(8_000_000_000)), (1, Leg::Debt(7_000_000_000))], &present);
    let required = |margins| requirement_up(&exposures, margins, &model.borrowed()).unwrap().0;
    assert!(required(&present) < required(&highest));
    assert!(required(&on_the_way) * 4 > required(&highest) * 5 || required(&on_the_way) > required(&highest));

    let maintenance = PortfolioInputs {
        exposures: &exposures,
        margins: &present,
        in_force: model.borrowed(),
        announced: model.borrowed(),
        walked: Ratio::ZERO,
    };
    let now = maintenance_health(&maintenance, FAR_BELOW).unwrap();
    let initial = InitialInputs {
        exposures: &exposures,
        margins: &present,
        newest: model.borrowed(),
        maintenance,
        ahead: AheadInputs { highest: &highest, lowest: &present, added: Value::ZERO },
        initial_gap: Ratio::from_ppm_up(10_000),
    };
    let health = initial_health(&initial, &now, FAR_BELOW).unwrap().0;
    assert!(health <= exposures.counted.0 - i128::from(required(&on_the_way)));
    // without the term, as if the paths were flat at their highest point
    let at_highest = PortfolioInputs { margins: &highest, ..maintenance };
    let then = maintenance_health(&at_highest, FAR_BELOW).unwrap();
    let flat = AheadInputs { highest: &highest, lowest: &highest, added: Value::ZERO };
    let without =
        initial_health(&InitialInputs { maintenance: at_highest, ahead: flat, ..initial }, &then, FAR_BELOW).unwrap();
    assert!(without.0 > exposures.counted.0 - i128::from(required(&on_the_way)));
}

/// Impact falls again where it stands at a long's bound and the margin rises: the bound at the lowest margin is what counts ahead.
#[test]
fn a_bounded_impact_is_bounded_at_the_lowest_margin() {
    let impact = Impact { unit: 1 << 60, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };
    let value = Value(9_000_000);
    let at = |margin| LegTerms { margin: ratio(margin), impact: &impact };
    let addition = |margin| at(margin).addition_up(value, LegSide::Long, Ratio::ZERO).unwrap();
    assert_eq!([addition(0.25), addition(0.5)].map(|addition| addition.0), [4_500_000, 3_000_001]);
    let ahead = at(0.5).addition_ahead_up(ratio(0.25), value, LegSide::Long, Ratio::ZERO).unwrap();
    assert_eq!(ahead, addition(0.25));
    let none = LegTerms { margin: ratio(0.5), impact: &NO_IMPACT };
    assert_eq!(none.addition_ahead_up(ratio(0.25), value, LegSide::Long, ratio(0.125)), Ok(Value(1_125_000)));
}
