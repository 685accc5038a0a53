//! What the core proves of SOL's factor as it stands: how far a fold can move its variance, and a step its margin.

use plimsoll_client::plimsoll::state::{BookParams, Factor};
use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::{ThresholdParameters, ThresholdTerms};
use plimsoll_risk::volatility::{Decays, VolatilityParameters, VolatilityTerms};
use plimsoll_tests::World;

/// SOL's factor before an attack.
pub(super) struct Proven {
    factor: Factor,
    book: BookParams,
}

impl Proven {
    pub(super) fn of(world: &World) -> Self {
        let book = world.book_state();
        Self { factor: book.factors[1], book: book.params }
    }

    fn terms(&self) -> VolatilityTerms {
        let params = &self.factor.params;
        let parameters = VolatilityParameters {
            floor_volatility_ppm: params.sigma_floor_ppm,
            winsor_sigmas_ppm: params.winsor_sigmas_ppm,
            fast_half_life_seconds: params.half_life_fast_seconds,
            slow_half_life_seconds: params.half_life_slow_seconds,
            jump_half_life_seconds: params.half_life_jump_seconds,
            grid_seconds: self.book.grid_seconds,
        };
        parameters.terms().expect("a factor's parameters")
    }

    fn decays(&self, steps: u64) -> Decays {
        Decays::over(steps, &self.terms()).expect("a gap")
    }

    /// The highest fast variance after one fold over so many steps (INV-INFLUENCE).
    pub(super) fn influence(&self, steps: u64) -> f64 {
        let state = self.factor.volatility_state();
        let bound = state.influence_bound(state.fast, self.decays(steps).fast, &self.terms());
        as_f64(bound.expect("a bound"))
    }

    /// The highest after one fold of one step whose return is nothing, whatever the range: 1/(4·ln 2·1.28) of what counts at most.
    pub(super) fn influence_of_range(&self) -> f64 {
        let (state, terms) = (self.factor.volatility_state(), self.terms());
        let most = state.reference(&terms).times_up(terms.winsor_squared).expect("a bound");
        let weight = Ratio::from_ppm_up(281_777);
        as_f64(self.decays(1).fast.blend_up(state.fast, most.times_up(weight).expect("a bound")))
    }

    /// The lowest after a fold over so many steps: all of it decayed, nothing seen.
    pub(super) fn decayed(&self, steps: u64) -> f64 {
        as_f64(self.decays(steps).fast.blend_up(self.factor.volatility_state().fast, Variance::ZERO))
    }

    /// The highest after `folds` folds of one step each, all of the worst: fast and slow variance compound.
    pub(super) fn compounded(&self, folds: u64) -> f64 {
        let (mut state, terms, decays) = (self.factor.volatility_state(), self.terms(), self.decays(1));
        for _ in 0..folds {
            let fast = state.influence_bound(state.fast, decays.fast, &terms).expect("a bound");
            let slow = state.influence_bound(state.slow, decays.slow, &terms).expect("a bound");
            (state.fast, state.slow) = (fast, slow);
        }
        as_f64(state.fast)
    }

    /// How far one fold may move the end of the path, in bits: up and down.
    pub(super) fn walk(&self) -> (u64, u64) {
        let [.., end] = self.factor.threshold.path;
        let (up, down) = self.threshold_terms().walk(Ratio::from_bits(end)).expect("a walk");
        (up.to_bits(), down.to_bits())
    }

    fn threshold_terms(&self) -> ThresholdTerms {
        let (params, book) = (&self.factor.params, &self.book);
        let parameters = ThresholdParameters {
            floor_volatility_ppm: params.sigma_floor_ppm,
            stress_volatility_ppm: params.sigma_stress_ppm,
            stress_weight_ppm: params.stress_weight_ppm,
            shortfall_multiple_ppm: params.tail_multiplier_ppm,
            horizon_seconds: params.horizon_seconds,
            spread_ppm: params.spread_ppm,
            bonus_max_ppm: params.bonus_max_ppm,
            insurance_cut_ppm: params.insurance_cut_ppm,
            margin_min_ppm: params.margin_min_ppm,
            margin_max_ppm: params.margin_max_ppm,
            initial_gap_ppm: params.initial_gap_ppm,
            walk_relative_ppm: book.walk_relative_ppm_per_hour,
            walk_absolute_ppm: book.walk_absolute_ppm_per_hour,
            grid_seconds: book.grid_seconds,
            grace_seconds: book.grace_seconds,
        };
        parameters.terms().expect("a factor's parameters")
    }
}

/// SOL's fast variance per day.
pub(super) fn fast(world: &World) -> f64 {
    as_f64(Variance::from_bits(world.book_state().factors[1].volatility.variance_fast.get()))
}

fn as_f64(variance: Variance) -> f64 {
    #[allow(clippy::cast_precision_loss)] // what a double holds is enough
    let bits = variance.to_bits() as f64;
    bits / 2f64.powi(96)
}

/// Asserts that an attack stays within its bound and reaches `part` of it: the bound is no idle number.
#[track_caller]
pub(super) fn assert_within(attack: &str, measured: f64, bound: f64, part: f64) {
    println!("{attack}: measured {measured:.6e}, proven {bound:.6e}, {:.2} % of it", 100.0 * measured / bound);
    assert!(measured <= bound, "{attack}: measured {measured:.6e}, proven {bound:.6e}");
    assert!(measured >= part * bound, "{attack}: measured {measured:.6e} is far from the proven {bound:.6e}");
}
