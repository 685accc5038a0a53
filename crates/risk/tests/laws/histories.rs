//! INV-PSD over whole histories: sixteen factors, adversarial returns, gaps, feeds that fall silent and come back, other half-lives.

use plimsoll_risk::correlation::{CELLS, CovarianceWeights, FACTORS, covariance, fold, rho};
use plimsoll_risk::quantities::{Decay, LogPrice, LogReturn, Ratio};
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility};
use proptest::prelude::*;

use crate::elimination::is_positive_definite;
use crate::seeded::seeded;
use crate::{GRID_SECONDS, STEPS_PER_DAY, square, volatility_terms};

/// One fold of `refresh_risk`: what it brings of every factor.
#[derive(Clone, Debug)]
struct Fold {
    /// Steps since the fold before.
    steps: u64,
    /// A bit for each factor that has a sample.
    sampled: u16,
    /// Log returns since each factor's last sample.
    moves: [f64; FACTORS],
    /// Half-life of the covariance in force.
    half_life_seconds: u32,
}

/// The factors of a Book.
struct Factors {
    states: [Volatility; FACTORS],
    cells: [i64; CELLS],
    step: u64,
}

impl Factors {
    fn listed() -> Self {
        let zero = LogPrice::from_bits(0);
        let start = square(0.03);
        let state = Volatility { fast: start, slow: start, jump: Ratio::ZERO, last_sample: zero, last_step: 100 };
        Self { states: [state; FACTORS], cells: [0; CELLS], step: 100 }
    }

    /// As the program folds: a return that spans more than this fold has no partner.
    fn fold(&mut self, plan: &Fold) {
        self.step += plan.steps;
        let mut returns = [LogReturn::ZERO; FACTORS];
        for (index, (state, entry)) in self.states.iter_mut().zip(&mut returns).enumerate() {
            if plan.sampled >> index & 1 == 0 {
                continue;
            }
            let moved = (plan.moves[index] * 2f64.powi(48)) as i64;
            let sample = LogPrice::from_bits((state.last_sample.to_bits() + moved).clamp(-(40 << 48), 40 << 48));
            let closed = LogRange::of(state.last_sample).with(sample);
            let seen = Observations { sample, sample_step: self.step, closed, open: LogRange::of(sample) };
            let spanned = self.step - state.last_step;
            let terms = volatility_terms();
            let folded = state.fold(&seen, &Decays::over(spanned, &terms).unwrap(), &terms).unwrap();
            *state = folded.volatility;
            if spanned == plan.steps {
                *entry = folded.winsorised;
            }
        }
        let elapsed = u64::from(GRID_SECONDS) * plan.steps;
        let decay = Decay::over(elapsed, plan.half_life_seconds).unwrap();
        let weights = CovarianceWeights::new(decay, plan.steps, STEPS_PER_DAY).unwrap();
        fold(&mut self.cells, &returns, &weights).unwrap();
    }

    fn cell(&self, i: usize, j: usize) -> i64 {
        covariance(&self.cells, i, j).to_bits()
    }

    /// Exactly, in integers: no variance is negative, and no pair is correlated beyond one.
    fn pairs_are_semidefinite(&self) -> bool {
        (0..FACTORS).all(|i| {
            (0..=i).all(|j| {
                let [own, other, both] = [self.cell(i, i), self.cell(j, j), self.cell(i, j)].map(i128::from);
                own >= 0 && other >= 0 && both * both <= own * other && rho(&self.cells, i, j).is_ok()
            })
        })
    }

    fn is_positive_definite(&self) -> bool {
        is_positive_definite(|i, j| self.cell(i, j))
    }
}

/// Calm, wild, absurd; alike or apart; the sign is drawn on its own.
fn any_moves() -> impl Strategy<Value = [f64; FACTORS]> {
    let size = prop_oneof![-0.002f64..0.002, -0.2f64..0.2, Just(0.0), -30f64..30.0];
    let apart = prop::array::uniform16(size.clone());
    let alike = (size, any::<u16>())
        .prop_map(|(size, signs)| std::array::from_fn(|index| if signs >> index & 1 == 1 { -size } else { size }));
    prop_oneof![apart, alike]
}

fn any_fold() -> impl Strategy<Value = Fold> {
    let steps = prop_oneof![4 => Just(1u64), 1 => 2u64..300];
    let sampled = prop_oneof![3 => Just(u16::MAX), 1 => any::<u16>(), 1 => Just(0x00FF), 1 => Just(0)];
    let half_life_seconds = prop_oneof![4 => Just(432_000u32), 1 => Just(3_600), 1 => Just(31_536_000)];
    (steps, sampled, any_moves(), half_life_seconds).prop_map(|(steps, sampled, moves, half_life_seconds)| Fold {
        steps,
        sampled,
        moves,
        half_life_seconds,
    })
}

proptest! {
    #![proptest_config(seeded(400))]

    /// INV-PSD: after every fold, of every pair exactly in integers and of the whole matrix by a proof.
    #[test]
    fn the_covariance_stays_positive_definite(folds in prop::collection::vec(any_fold(), 1..200)) {
        let mut factors = Factors::listed();
        for (count, plan) in folds.iter().enumerate() {
            factors.fold(plan);
            prop_assert!(factors.pairs_are_semidefinite(), "fold {count}: {plan:?}");
            prop_assert!(factors.is_positive_definite(), "fold {count}: {plan:?}");
        }
    }
}

/// The proof itself refuses what is not positive definite: one unit beyond a correlation of one.
#[test]
fn the_proof_refuses_a_matrix_that_is_not() {
    let mut factors = Factors::listed();
    factors.fold(&Fold { steps: 1, sampled: u16::MAX, moves: [0.01; FACTORS], half_life_seconds: 432_000 });
    assert!(factors.is_positive_definite() && factors.pairs_are_semidefinite());
    let beyond = factors.cells[0] + 1;
    factors.cells[1] = beyond;
    assert!(!factors.pairs_are_semidefinite() && !factors.is_positive_definite());
}
