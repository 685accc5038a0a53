//! The laws of section 16 for any account, margins and models.

use plimsoll_risk::portfolio::{
    AheadInputs, Exposures, InitialInputs, Margins, PortfolioInputs, initial_health, maintenance_health, requirement_up,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};
use proptest::prelude::*;

use crate::accounts::{Leg, Model, account, add, any_legs, any_margins, any_model, ratio};
use crate::double;
use crate::seeded::seeded;

/// What the rounding of two evaluations can differ by: 2⁻²⁰ of all legs and some atoms.
fn rounding(exposures: &Exposures) -> i128 {
    (double::gross(exposures) * 2f64.powi(-20)) as i128 + 128
}

/// An account under three models at one set of margins, no weight walking.
struct Check<'a> {
    exposures: &'a Exposures,
    maintenance: &'a Margins,
    initial: &'a Margins,
    models: &'a [Model; 3],
    walked: Ratio,
}

impl Check<'_> {
    fn inputs(&self) -> PortfolioInputs<'_> {
        PortfolioInputs {
            exposures: self.exposures,
            margins: self.maintenance,
            in_force: self.models[0].borrowed(),
            announced: self.models[1].borrowed(),
            walked: self.walked,
        }
    }

    /// Initial and maintenance health above the cross healths given.
    fn healths(&self, cross_initial: SignedValue, cross_maintenance: SignedValue) -> (SignedValue, SignedValue) {
        let inputs = self.inputs();
        let maintenance = maintenance_health(&inputs, cross_maintenance).unwrap();
        let initial = InitialInputs {
            exposures: self.exposures,
            margins: self.initial,
            newest: self.models[2].borrowed(),
            maintenance: inputs,
            ahead: AheadInputs { highest: self.maintenance, lowest: self.maintenance, added: self.exposures.added },
            initial_gap: ratio(0.25),
        };
        (initial_health(&initial, &maintenance, cross_initial).unwrap(), maintenance.health)
    }
}

const FAR_BELOW: SignedValue = SignedValue(-(1 << 90));

/// IM of these maintenance margins: a quarter above.
fn initial_of(maintenance: &Margins) -> Margins {
    maintenance.map(|margin| Ratio::from_bits(margin.to_bits() + margin.to_bits() / 4 + 1))
}

/// Section 5's health of the same legs in doubles.
fn cross(legs: &[(usize, Leg)], margins: &Margins) -> f64 {
    legs.iter()
        .map(|&(factor, leg)| {
            let margin = margins[factor].to_bits() as f64 / 2f64.powi(32);
            match leg {
                Leg::Deposit(value) => value as f64 * (1.0 - margin).max(0.0),
                Leg::Debt(value) => -(value as f64) * (1.0 + margin + margin * margin),
                Leg::Long(size) => -(size as f64) * margin,
                Leg::Short(size) => -(size as f64) * (margin + margin * margin),
            }
        })
        .sum()
}

proptest! {
    #![proptest_config(seeded(1024))]

    #[test]
    fn a_health_is_never_below_cross(
        legs in any_legs(), margins in any_margins(), models in prop::array::uniform3(any_model()), walked in 0u64..=1 << 32,
    ) {
        let exposures = account(&legs, &margins);
        let initial = initial_of(&margins);
        let check = Check { exposures: &exposures, maintenance: &margins, initial: &initial, models: &models, walked: Ratio::from_bits(walked) };
        let (cross_initial, cross_maintenance) = (SignedValue(cross(&legs, &initial) as i128), SignedValue(cross(&legs, &margins) as i128));
        let (initial, maintenance) = check.healths(cross_initial, cross_maintenance);
        prop_assert!(initial >= cross_initial && maintenance >= cross_maintenance);
        // and the portfolio alone, without grid and floor, is never above what cross requires but for the lift of the diagonal
        let bare = models.clone().map(|model| Model { rows: Vec::new(), ..model });
        let (_, alone) = Check { models: &bare, ..check }.healths(FAR_BELOW, FAR_BELOW);
        let required = double::gross(&exposures) * 2f64.powi(-11);
        prop_assert!(alone.0 as f64 >= cross(&legs, &margins) - required - rounding(&exposures) as f64);
    }

    #[test]
    fn a_requirement_is_never_below_the_floor(legs in any_legs(), margins in any_margins(), model in any_model()) {
        let exposures = account(&legs, &margins);
        let floor = Model { correlations: [0; 120], shrinkage: Ratio::ZERO, rows: Vec::new(), ..model.clone() };
        let found = requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
        let gross: f64 = exposures.gross().iter().zip(&margins).map(|(gross, margin)| {
            *gross as f64 * (margin.to_bits() as f64 / 2f64.powi(32)).min(1.0 - 2f64.powi(-11))
        }).sum();
        let least = gross * (floor.hedged_floor.to_bits() as f64 / 2f64.powi(32));
        prop_assert!(found.0 as f64 >= least * (1.0 - 1e-15));
    }

    /// All margins up by the same factor: every part of R rises, as long as no row takes more than all of a value (what a long loses stops there, what a short
    /// gains does not).
    #[test]
    fn a_requirement_rises_with_all_margins(
        legs in any_legs(), margins in any_margins(), model in any_model(), factor in 1.0f64..2.0,
    ) {
        let margins = margins.map(|margin| Ratio::from_bits(margin.to_bits() >> 4));
        let higher: Margins = margins.map(|margin| Ratio::from_bits((margin.to_bits() as f64 * factor) as u64 + 1));
        let exposures = account(&legs, &margins);
        let (lower, raised) = (requirement_up(&exposures, &margins, &model.borrowed()), requirement_up(&exposures, &higher, &model.borrowed()));
        prop_assert!(i128::from(raised.unwrap().0) + rounding(&exposures) >= i128::from(lower.unwrap().0));
    }

    /// A hedge between two factors counts less, the more the estimate is shrunk.
    #[test]
    fn shrinkage_only_adds(legs in any_legs(), margins in any_margins(), model in any_model(), more in 0u64..=1 << 32) {
        let exposures = account(&legs, &margins);
        let shrunk = Model { shrinkage: model.shrinkage.max(Ratio::from_bits(more)), ..model.clone() };
        let found = |model: &Model| requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
        prop_assert!(found(&shrunk) >= found(&model));
    }

    /// Maintenance health at any margins; initial health as long as a quarter more of no row takes more than all of a value, as the gap makes of it.
    #[test]
    fn depositing_never_lowers_a_health_and_withdrawing_never_raises_one(
        legs in any_legs(), margins in any_margins(), models in prop::array::uniform3(any_model()),
        factor in 0usize..16, size in 0u64..1 << 49, walked in 0u64..=1 << 32,
    ) {
        let smaller: Margins = margins.map(|margin| Ratio::from_bits(margin.to_bits() >> 4));
        let initial_margins = initial_of(&smaller);
        let healths = |legs: &[(usize, Leg)]| {
            let exposures = account(legs, &margins);
            let check = Check { exposures: &exposures, maintenance: &margins, initial: &margins, models: &models, walked: Ratio::from_bits(walked) };
            let (_, maintenance) = check.healths(FAR_BELOW, FAR_BELOW);
            let check = Check { maintenance: &smaller, initial: &initial_margins, ..check };
            let (initial, _) = check.healths(FAR_BELOW, FAR_BELOW);
            (initial.0, maintenance.0, rounding(&exposures))
        };
        let mut with = legs.clone();
        with.push((factor, Leg::Deposit(size)));
        let ((initial, maintenance, _), (initial_with, maintenance_with, rounding)) = (healths(&legs), healths(&with));
        prop_assert!(initial_with + rounding >= initial, "initial {initial} fell to {initial_with}");
        prop_assert!(maintenance_with + rounding >= maintenance, "maintenance {maintenance} fell to {maintenance_with}");
    }

    /// Repaying is depositing: a debt that falls raises both healths.
    #[test]
    fn repaying_never_lowers_a_health(
        legs in any_legs(), margins in any_margins(), model in any_model(), factor in 0usize..16, size in 0u64..1 << 49,
        repaid in 0.0f64..1.0,
    ) {
        let health = |debt: u64| {
            let mut legs = legs.clone();
            legs.push((factor, Leg::Debt(debt)));
            let exposures = account(&legs, &margins);
            let required = requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
            (exposures.counted.0 - i128::from(required.0), rounding(&exposures))
        };
        let ((before, rounding), (after, _)) = (health(size), health((size as f64 * repaid) as u64));
        prop_assert!(after + rounding >= before);
    }

    /// Half of the change at half of the walk, and never outside the two ends.
    #[test]
    fn the_requirement_walks_linearly(
        legs in any_legs(), margins in any_margins(), models in prop::array::uniform3(any_model()), walked in 0u64..=1 << 32,
    ) {
        let exposures = account(&legs, &margins);
        let required = |walked| {
            let check = Check { exposures: &exposures, maintenance: &margins, initial: &margins, models: &models, walked };
            maintenance_health(&check.inputs(), FAR_BELOW).unwrap().requirement.0
        };
        let (from, to, now) = (required(Ratio::ZERO), required(Ratio::ONE), required(Ratio::from_bits(walked)));
        prop_assert!((from.min(to)..=from.max(to)).contains(&now));
        let exact = from as f64 + (to as f64 - from as f64) * (walked as f64 / 2f64.powi(32));
        prop_assert!((now as f64 - exact).abs() <= 1.0 + exact * 2f64.powi(-45), "{now} for {exact}");
    }

    /// One leg or many of the same kind: the same requirement but for rounding.
    #[test]
    fn splitting_legs_changes_nothing(legs in any_legs(), margins in any_margins(), model in any_model(), parts in 2u64..5) {
        let mut split = Exposures::default();
        for &(factor, leg) in &legs {
            for part in 0..parts {
                let share = |size: u64| if part == 0 { size - size / parts * (parts - 1) } else { size / parts };
                let leg = match leg {
                    Leg::Deposit(value) => Leg::Deposit(share(value)),
                    Leg::Debt(value) => Leg::Debt(share(value)),
                    Leg::Long(size) => Leg::Long(share(size)),
                    Leg::Short(size) => Leg::Short(share(size)),
                };
                add(&mut split, factor, leg, margins[factor]);
            }
        }
        let whole = account(&legs, &margins);
        prop_assert_eq!(split, whole);
        prop_assert_eq!(
            requirement_up(&split, &margins, &model.borrowed()), requirement_up(&whole, &margins, &model.borrowed())
        );
    }

    /// A long and a short of one factor and kind: as if neither were there, but for the floor.
    #[test]
    fn opposite_legs_net(legs in any_legs(), margins in any_margins(), model in any_model(), size in 0u64..1 << 45) {
        let bare = Model { hedged_floor: Ratio::ZERO, ..model };
        let mut with = legs.clone();
        with.extend([(0, Leg::Long(size)), (0, Leg::Short(size))]);
        let found = |legs: &[(usize, Leg)]| {
            let exposures = account(legs, &margins);
            (i128::from(requirement_up(&exposures, &margins, &bare.borrowed()).unwrap().0), rounding(&exposures))
        };
        let ((without, _), (netted, rounding)) = (found(&legs), found(&with));
        prop_assert!((netted - without).abs() <= rounding);
    }

    /// A model that is borrowed twice, one whose grid was copied, and each on its own: the same healths.
    #[test]
    fn what_is_evaluated_once_is_what_each_requires(legs in any_legs(), margins in any_margins(), model in any_model(), other in any_model()) {
        let exposures = account(&legs, &margins);
        let copied = Model { rows: model.rows.clone(), ..other.clone() };
        let alone = |model: &Model| requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
        for second in [model.clone(), copied, other] {
            let models = [model.clone(), second.clone(), second.clone()];
            let check = Check { exposures: &exposures, maintenance: &margins, initial: &margins, models: &models, walked: ratio(0.5) };
            let mut inputs = check.inputs();
            let worst = alone(&model).max(alone(&second));
            prop_assert_eq!(maintenance_health(&inputs, FAR_BELOW).unwrap().worst, worst);
            inputs.announced = inputs.in_force;
            let found = maintenance_health(&inputs, FAR_BELOW).unwrap();
            prop_assert_eq!((found.worst, found.requirement), (alone(&model), alone(&model)));
        }
    }
}

#[test]
fn liquidation_ends_a_buffer_above() {
    let margins: Margins = std::array::from_fn(|_| ratio(0.125));
    let exposures = account(&[(0, Leg::Deposit(8_000_000_000))], &margins);
    let models = [Model::plain(), Model::plain(), Model::plain()];
    let check =
        Check { exposures: &exposures, maintenance: &margins, initial: &margins, models: &models, walked: Ratio::ZERO };
    let found = maintenance_health(&check.inputs(), FAR_BELOW).unwrap();
    let (required, counted) = (i128::from(found.requirement.0), 8_000_000_000);
    assert_eq!(found.health, SignedValue(counted - required));
    let end = found.liquidation_end(ratio(0.125), FAR_BELOW).unwrap();
    assert_eq!(
        end,
        SignedValue(counted - required - i128::from(ratio(0.125).of_up(Value(found.requirement.0)).unwrap().0))
    );
    assert_eq!(found.liquidation_end(ratio(0.125), SignedValue(7_999_999_999)), Ok(SignedValue(7_999_999_999)));
}
