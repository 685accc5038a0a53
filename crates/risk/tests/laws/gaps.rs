//! INV-INFLUENCE for gaps of any length: who keeps steps from being folded moves a variance no further than who folds the worst at each.

use plimsoll_risk::quantities::{LogPrice, Ratio, Variance};
use plimsoll_risk::threshold::{MAX_POINTS, Path};
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{THRESHOLD, as_f64, ratio, square, volatility_terms};

fn start(fast: f64, slow: f64) -> Volatility {
    let last_sample = LogPrice::from_bits(0);
    Volatility { fast: square(fast), slow: square(slow), jump: Ratio::ZERO, last_sample, last_step: 100 }
}

/// A sample `steps` after the last one, as far from it as prices reach, and a range of everything in between.
fn extreme(state: &Volatility, steps: u64) -> Observations {
    let far = 40 << 48;
    let sample = LogPrice::from_bits(if state.last_sample.to_bits() > 0 { -far } else { far });
    let closed = LogRange { high: LogPrice::from_bits(far), low: LogPrice::from_bits(-far) };
    Observations { sample, sample_step: state.last_step + steps, closed, open: LogRange::of(sample) }
}

/// The state after a gap of `steps` that ends in the worst publication.
fn after_gap(state: Volatility, steps: u64) -> Volatility {
    let terms = volatility_terms();
    state.fold(&extreme(&state, steps), &Decays::over(steps, &terms).unwrap(), &terms).unwrap().volatility
}

/// Gaps of a step to a million years: as many short ones as long ones.
fn any_gap() -> impl Strategy<Value = u64> {
    (0u32..36, 0u64..1 << 36).prop_map(|(length, within)| (1 << length) + within % (1 << length))
}

proptest! {
    #![proptest_config(seeded(2_000))]

    /// INV-INFLUENCE: λ·v + (1 − λ)·winsor²·max(v_slow, σ_floor²) with the λ of the whole gap; never above winsor² of what was.
    #[test]
    fn a_gap_of_any_length_keeps_to_its_bound(fast in 1e-4f64..1.0, slow in 1e-4f64..1.0, steps in any_gap()) {
        let (state, terms) = (start(fast, slow), volatility_terms());
        let decays = Decays::over(steps, &terms).unwrap();
        let after = after_gap(state, steps);
        prop_assert!(after.fast <= state.influence_bound(state.fast, decays.fast, &terms).unwrap());
        prop_assert!(after.slow <= state.influence_bound(state.slow, decays.slow, &terms).unwrap());
        let most = state.reference(&terms).times_up(terms.winsor_squared).unwrap();
        // each variance rounds up once
        let limit = |was: Variance| was.max(most).plus(Variance::from_bits(2)).unwrap();
        prop_assert!(after.fast <= limit(state.fast) && after.slow <= limit(state.slow));
        prop_assert!(after.jump <= Ratio::ONE);
    }

    /// The bound is reached, as far as prices reach it (e⁴⁰ over half a century): the law says something.
    #[test]
    fn the_bound_of_a_gap_is_met(slow in 0.02f64..0.05, gap in any_gap()) {
        let steps = gap % 5_000_000 + 1;
        let (state, terms) = (start(slow, slow), volatility_terms());
        let decays = Decays::over(steps, &terms).unwrap();
        let bound = as_f64(state.influence_bound(state.fast, decays.fast, &terms).unwrap());
        prop_assert!(as_f64(after_gap(state, steps).fast) >= bound * (1.0 - 1e-9));
    }

    /// One fold over a gap moves both variances no further than a fold of the worst at every step of it would.
    #[test]
    fn skipping_moves_less_than_folding_the_worst(fast in 0.02f64..0.2, slow in 0.02f64..0.2, steps in 1u64..400) {
        let skipped = after_gap(start(fast, slow), steps);
        let folded = (0..steps).fold(start(fast, slow), |state, _| after_gap(state, 1));
        prop_assert!(as_f64(skipped.fast) <= as_f64(folded.fast) * (1.0 + 1e-9));
        prop_assert!(as_f64(skipped.slow) <= as_f64(folded.slow) * (1.0 + 1e-9));
    }

    /// A path that was left alone walks one step when it is next folded, however long that took.
    #[test]
    fn a_gap_of_any_length_walks_one_step(level in 0.02f64..0.6, goal in 0.0f64..1.0, steps in any_gap()) {
        let terms = THRESHOLD.terms().unwrap();
        let path = Path::start(ratio(level), 100, &terms);
        let (up, down) = terms.walk(ratio(level)).unwrap();
        let slid = path.slide(100 + steps, ratio(goal), &terms).unwrap();
        for step in 0..=2 * MAX_POINTS as u64 {
            let point = slid.at(100 + steps + step);
            prop_assert!(point <= ratio(level).plus(up).unwrap() && point.plus(down).unwrap() >= ratio(level));
            prop_assert!(step >= 12 || point == ratio(level));
        }
    }
}
