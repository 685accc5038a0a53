//! INV-INFLUENCE: one publication moves a variance by a bounded factor, and an hour of them by the compounded one.

use plimsoll_risk::quantities::Ratio;
use plimsoll_risk::volatility::{Decays, Observations};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{as_f64, observed, start, terms};

proptest! {
    #![proptest_config(seeded(2_000))]

    /// INV-INFLUENCE: whatever is posted, no fold passes its bound, and the winsorised return stays within six sigmas.
    #[test]
    fn inv_influence(fast in 1e-9f64..1.0, slow in 1e-9f64..1.0, sample in -60.0f64..60.0, low in -60.0f64..0.0, high in 0.0f64..60.0, small in any::<bool>(), steps in 1u64..10_000) {
        let scale = if small { 1e-3 } else { 1.0 };
        let (state, terms) = (start(fast, slow), terms());
        let decays = Decays::over(steps, &terms).unwrap();
        let observations = observed(sample * scale, low * scale, high * scale, steps);
        let folded = state.fold(&observations, &decays, &terms).unwrap();
        prop_assert!(folded.volatility.fast <= state.influence_bound(state.fast, decays.fast, &terms).unwrap());
        prop_assert!(folded.volatility.slow <= state.influence_bound(state.slow, decays.slow, &terms).unwrap());

        let reference = as_f64(state.reference(&terms));
        let keep = decays.fast.to_bits() as f64 / 2f64.powi(63);
        let factor = keep + (1.0 - keep) * 36.0 * reference / fast;
        prop_assert!(as_f64(folded.volatility.fast) <= fast * factor * (1.0 + 1e-9));
        let bound = 6.0 * (reference * steps as f64 / 288.0).sqrt();
        let winsorised = folded.winsorised.to_bits() as f64 / 2f64.powi(48);
        prop_assert!(winsorised.abs() <= bound * (1.0 + 1e-8));
        prop_assert!(folded.volatility.jump <= Ratio::ONE);
    }

    /// An attacker who repeats the worst for an hour cannot outgrow the compounded bound.
    #[test]
    fn influence_compounds_no_faster(sizes in prop::collection::vec(-3.0f64..3.0, 12)) {
        let terms = terms();
        let decays = Decays::over(1, &terms).unwrap();
        let mut state = start(0.0004, 0.0004);
        let (mut bound_fast, mut bound_slow) = (0.0004, 0.0004);
        for size in sizes {
            let observations = Observations { sample_step: state.last_step + 1, ..observed(size, -3.0, 3.0, 1) };
            state = state.fold(&observations, &decays, &terms).unwrap().volatility;
            let (keep_fast, keep_slow) = (2f64.powf(-300.0 / 43_200.0), 2f64.powf(-300.0 / 1_296_000.0));
            bound_fast = keep_fast * bound_fast + (1.0 - keep_fast) * 36.0 * bound_slow;
            bound_slow = keep_slow * bound_slow + (1.0 - keep_slow) * 36.0 * bound_slow;
            prop_assert!(as_f64(state.fast) <= bound_fast * (1.0 + 1e-9) && as_f64(state.slow) <= bound_slow * (1.0 + 1e-9));
        }
    }
}
