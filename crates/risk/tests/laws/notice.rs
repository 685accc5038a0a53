//! INV-GRACE and INV-LAW over whole histories: folds in any rhythm, any goals, any parameters set in between.

use std::collections::BTreeMap;

use plimsoll_risk::quantities::Ratio;
use plimsoll_risk::threshold::{Path, ThresholdParameters, ThresholdTerms, initial_margin, margin_goal};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{THRESHOLD, ratio, square};

/// What happens to a factor's threshold.
#[derive(Clone, Debug)]
enum Event {
    /// A fold, this many steps after the one before, with this σ and jump level.
    Fold { steps: u64, sigma: f64, jump: u64 },
    /// The admin sets parameters.
    Set(ThresholdParameters),
}

/// A factor's threshold as the program keeps it.
struct Threshold {
    parameters: ThresholdParameters,
    path: Path,
    sigma: f64,
    jump: Ratio,
}

impl Threshold {
    fn terms(&self) -> ThresholdTerms {
        self.parameters.terms().unwrap()
    }

    fn goal(&self) -> Ratio {
        margin_goal(square(self.sigma), &self.terms()).unwrap()
    }

    fn initial(&self) -> Ratio {
        initial_margin(&self.path, self.goal(), self.jump, &self.terms()).unwrap()
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Fold { steps, sigma, jump } => {
                (self.sigma, self.jump) = (*sigma, Ratio::from_bits(*jump));
                self.path = self.path.slide(self.path.first_step + steps, self.goal(), &self.terms()).unwrap();
            }
            Event::Set(parameters) => self.parameters = *parameters,
        }
    }
}

prop_compose! {
    /// Anything within the bounds of docs/accounts.md; grid and grace are fixed.
    fn any_parameters()(
        floor in 100u32..1_000_000, stress_above in 0u32..1_000_000, stress_weight in 250_000u32..=1_000_000,
        multiple in 1_000_000u32..=20_000_000, horizon in 60u32..=864_000, spread in 0u32..=200_000,
        bonus in 0u32..=200_000, cut in 0u32..=50_000, low in 1_000u32..=1_000_000, high in 1_000u32..=1_000_000,
        gap in 10_000u32..=1_000_000, walk_relative in 0u32..=200_000, walk_absolute in 100u32..=100_000,
    ) -> ThresholdParameters {
        ThresholdParameters {
            floor_volatility_ppm: floor,
            stress_volatility_ppm: floor + stress_above,
            stress_weight_ppm: stress_weight,
            shortfall_multiple_ppm: multiple,
            horizon_seconds: horizon,
            spread_ppm: spread,
            bonus_max_ppm: bonus,
            insurance_cut_ppm: cut,
            margin_min_ppm: low.min(high),
            margin_max_ppm: low.max(high),
            initial_gap_ppm: gap,
            walk_relative_ppm: walk_relative,
            walk_absolute_ppm: walk_absolute,
            ..THRESHOLD
        }
    }
}

/// Folds twice as often as changes; calm as often as wild; no jump level as often as any.
fn any_event() -> impl Strategy<Value = Event> {
    let sigma = prop_oneof![0.0f64..0.05, 0.0f64..2.0];
    let jump = prop_oneof![Just(0), 0u64..=1 << 32];
    let steps = prop_oneof![3 => Just(1u64), 1 => 1u64..30];
    let fold = (steps, sigma, jump).prop_map(|(steps, sigma, jump)| Event::Fold { steps, sigma, jump });
    prop_oneof![2 => fold, 1 => any_parameters().prop_map(Event::Set)]
}

proptest! {
    #![proptest_config(seeded(500))]

    /// INV-GRACE: a point once announced for a step is what holds in it, whatever goals and parameters come.
    /// INV-LAW: IM ≥ (1 + gap)·MM(t), with the gap in force, for every t of the hour ahead and beyond, after every event.
    #[test]
    fn what_was_announced_holds_and_initial_margin_covers_it(events in prop::collection::vec(any_event(), 1..80), steps in 1u32..=12) {
        let parameters = ThresholdParameters { grace_seconds: steps * 300, ..THRESHOLD };
        let path = Path::start(ratio(0.1), 1_000, &parameters.terms().unwrap());
        let mut threshold = Threshold { parameters, path, sigma: 0.02, jump: Ratio::ZERO };
        let mut announced: BTreeMap<u64, Ratio> = BTreeMap::new();
        for event in &events {
            // grid and grace are fixed once a Book has them
            let event = match event {
                Event::Set(set) => Event::Set(ThresholdParameters { grace_seconds: steps * 300, ..*set }),
                Event::Fold { .. } => event.clone(),
            };
            let before = threshold.path;
            threshold.apply(&event);
            let first = threshold.path.first_step;
            for step in first..=first + u64::from(steps) {
                let point = threshold.path.at(step);
                let promised = *announced.entry(step).or_insert(point);
                prop_assert_eq!(point, promised, "step {} after {:?}", step, event);
            }
            if let Event::Set(_) = event {
                prop_assert_eq!(threshold.path, before);
            }
            let (initial, gap) = (threshold.initial(), threshold.terms().one_plus_gap);
            for step in first..first + 40 {
                prop_assert!(initial >= threshold.path.at(step).times_up(gap).unwrap(), "step {step} after {event:?}");
            }
            prop_assert!(initial >= threshold.goal().times_up(gap).unwrap());
        }
    }

    /// INV-GRACE: goals of any size, zero and absurd ones too, leave every announced point alone and move the end by its walk.
    #[test]
    fn no_goal_reaches_an_announced_point(goals in prop::collection::vec((1u64..20, any::<u64>(), 0u32..32), 1..60)) {
        let terms = THRESHOLD.terms().unwrap();
        let mut path = Path::start(ratio(0.1), 0, &terms);
        for (steps, bits, shift) in goals {
            let announced = path;
            let now = announced.first_step + steps;
            path = announced.slide(now, Ratio::from_bits(bits >> 28 >> shift), &terms).unwrap();
            for step in now..=announced.first_step + 12 {
                prop_assert_eq!(path.at(step), announced.at(step));
            }
            let (up, down) = terms.walk(announced.at(u64::MAX)).unwrap();
            let (end, from) = (path.at(now + 12), announced.at(u64::MAX));
            prop_assert!(end <= from.plus(up).unwrap() && end.plus(down).unwrap() >= from);
        }
    }
}
