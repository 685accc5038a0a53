//! Volatility of one factor, covariances of all.

use plimsoll_risk::correlation::{self, CELLS, CovarianceWeights, FACTORS};
use plimsoll_risk::quantities::{Decay, LogPrice, LogReturn, Price, Ratio, Variance};
use plimsoll_risk::volatility::{
    self, Decays, Folded, Observations, Volatility, VolatilityParameters, VolatilityTerms, step_to_fold,
};

use crate::source::Source;
use crate::transcript::Transcript;

const FIRST_STEP: u64 = 5_866_668;

/// A grid step of whole minutes that divides a day, mostly.
#[inline(never)]
pub(super) fn grid_seconds(source: &mut Source) -> u32 {
    if source.one_in(50) {
        return source.parameter(0, 3_600);
    }
    source.one_of([60, 300, 600, 900, 1_800, 3_600])
}

fn terms(source: &mut Source, transcript: &mut Transcript) -> Option<(VolatilityTerms, u32)> {
    let grid_seconds = grid_seconds(source);
    let fast_half_life_seconds = source.parameter(3_600, 1_000_000);
    let parameters = VolatilityParameters {
        floor_volatility_ppm: source.parameter(100, 1_000_000),
        winsor_sigmas_ppm: source.parameter(3_000_000, 20_000_000),
        fast_half_life_seconds,
        slow_half_life_seconds: source.parameter(fast_half_life_seconds.min(31_536_000), 31_536_000),
        jump_half_life_seconds: source.parameter(3_600, 31_536_000),
        grid_seconds,
    };
    let terms = transcript.refusal(parameters.terms())?;
    transcript.write(terms.floor);
    transcript.write(terms.winsor_squared);
    transcript.write(terms.steps_per_day);
    Some((terms, grid_seconds))
}

fn log_price(source: &mut Source, around: u64) -> LogPrice {
    Price::from_bits(source.near(around)).ln().unwrap_or(LogPrice::ZERO)
}

fn variance(source: &mut Source) -> Variance {
    Variance::from_root(Ratio::from_bits(source.sized(32))).unwrap_or(Variance::MAX)
}

#[inline(never)]
pub(super) fn fold(source: &mut Source, transcript: &mut Transcript) {
    let Some((terms, grid_seconds)) = terms(source, transcript) else {
        return;
    };
    let grid_seconds = u64::from(grid_seconds);
    let around = source.between(1 << 22, 1 << 52) >> source.below(31);
    let first = log_price(source, around.max(1 << 20));
    let mut state = Volatility {
        fast: variance(source),
        slow: variance(source),
        jump: Ratio::from_bits(source.sized(32)),
        last_sample: first,
        last_step: FIRST_STEP,
    };
    let mut observations = Observations::start(first, FIRST_STEP);
    for _ in 0..3 {
        let at = observations.sample_step * grid_seconds + source.below(3 * grid_seconds);
        let price = log_price(source, around.max(1 << 20));
        let observed = observations.observe(price, at, at - source.below(grid_seconds), grid_seconds);
        let Some((after, is_sample)) = transcript.refusal(observed) else {
            return;
        };
        transcript.write(is_sample);
        observations = after;
        let steps = observations.sample_step.saturating_sub(state.last_step).max(1);
        let Some(decays) = transcript.refusal(Decays::over(steps, &terms)) else {
            return;
        };
        transcript.write([decays.fast, decays.slow, decays.jump]);
        if let Some(folded) = transcript.refusal(state.fold(&observations, &decays, &terms)) {
            write_folded(transcript, &folded);
            (state, observations) = (folded.volatility, folded.observations);
        }
        transcript.write(state.influence_bound(state.slow, decays.slow, &terms));
        transcript.write(step_to_fold(state.last_step, is_sample, at, grid_seconds));
    }
}

fn write_folded(transcript: &mut Transcript, folded: &Folded) {
    let (state, observations) = (&folded.volatility, &folded.observations);
    transcript.write([state.fast, state.slow]);
    transcript.write(state.jump);
    transcript.write([state.last_step, observations.sample_step, folded.steps]);
    transcript.write([state.last_sample, observations.sample]);
    transcript.write(folded.winsorised);
    for range in [observations.closed, observations.open] {
        transcript.write([range.high, range.low]);
    }
}

#[inline(never)]
pub(super) fn covariances(source: &mut Source, transcript: &mut Transcript) {
    let mut cells = [0; CELLS];
    let half_life_seconds = source.parameter(3_600, 2_592_000);
    for _ in 0..3 {
        let grid_seconds = grid_seconds(source);
        let steps = source.between(0, 12);
        let Some(steps_per_day) = transcript.keep(volatility::steps_per_day(grid_seconds)) else {
            return;
        };
        let elapsed = steps * u64::from(grid_seconds);
        let Some(decay) = transcript.keep(Decay::over(elapsed, half_life_seconds)) else {
            return;
        };
        let weights = CovarianceWeights::new(decay, steps, steps_per_day.into());
        let Some(weights) = transcript.refusal(weights) else {
            continue;
        };
        transcript.write([weights.keep32, weights.scale, weights.limit]);
        let size = source.sized(52);
        let returns = core::array::from_fn::<_, FACTORS, _>(|_| {
            let bits = source.near(size).cast_signed();
            LogReturn::from_bits(if source.one_in(2) { -bits } else { bits })
        });
        transcript.write(correlation::fold(&mut cells, &returns, &weights).map(|()| true));
    }
    transcript.write(cells);
    for j in 0..=FACTORS {
        let i = source.index_below(FACTORS);
        transcript.write(correlation::rho(&cells, i, j));
        transcript.write(correlation::covariance(&cells, i, j));
        transcript.write(correlation::variance(&cells, j));
    }
}
