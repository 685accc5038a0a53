//! Thresholds and weights that walk.

use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::ramp::Ramp;
use plimsoll_risk::threshold::{self, Path, ThresholdParameters, ThresholdTerms};

use super::volatilities::grid_seconds;
use crate::source::Source;
use crate::transcript::Transcript;

fn terms(source: &mut Source, transcript: &mut Transcript) -> Option<ThresholdTerms> {
    let floor_volatility_ppm = source.parameter(100, 100_000);
    let margin_min_ppm = source.parameter(1_000, 300_000);
    let grid_seconds = grid_seconds(source);
    let parameters = ThresholdParameters {
        floor_volatility_ppm,
        stress_volatility_ppm: source.parameter(floor_volatility_ppm.min(2_000_000), 2_000_000),
        stress_weight_ppm: source.parameter(250_000, 1_000_000),
        shortfall_multiple_ppm: source.parameter(1_000_000, 20_000_000),
        horizon_seconds: source.parameter(60, 864_000),
        spread_ppm: source.parameter(0, 200_000),
        bonus_max_ppm: source.parameter(0, 200_000),
        insurance_cut_ppm: source.parameter(0, 50_000),
        margin_min_ppm,
        margin_max_ppm: source.parameter(margin_min_ppm.min(1_000_000), 1_000_000),
        initial_gap_ppm: source.parameter(10_000, 1_000_000),
        walk_relative_ppm: source.parameter(0, 200_000),
        walk_absolute_ppm: source.parameter(100, 100_000),
        grid_seconds,
        grace_seconds: grid_seconds.saturating_mul(source.parameter(1, 12)),
    };
    let terms = transcript.refusal(parameters.terms())?;
    transcript.write([terms.floor_shortfall, terms.stress_shortfall]);
    transcript.write([terms.live_multiplier, terms.points as u64]);
    transcript.write([terms.closing_cost, terms.buffer_level, terms.margin_min, terms.margin_max]);
    transcript.write([terms.one_plus_gap, terms.step_relative, terms.step_absolute]);
    Some(terms)
}

#[inline(never)]
pub(super) fn margins(source: &mut Source, transcript: &mut Transcript) {
    let Some(terms) = terms(source, transcript) else {
        return;
    };
    let mut step = source.sized(32);
    let mut path = Path::start(Ratio::from_bits(source.sized(32)), step, &terms);
    for _ in 0..4 {
        let mut variance = || {
            let root = Ratio::from_bits(source.sized(33));
            Variance::from_root(root).unwrap_or(Variance::MAX)
        };
        let current = threshold::current_variance(variance(), variance(), variance());
        transcript.write([current.root_down(), current.root_up()]);
        let Some(goal) = transcript.keep(threshold::margin_goal(current, &terms)) else {
            continue;
        };
        step += source.below(16);
        if let Some(slid) = transcript.refusal(path.slide(step, goal, &terms)) {
            path = slid;
        }
        let jump = Ratio::from_bits(source.sized(32));
        transcript.write(threshold::initial_margin(&path, goal, jump, &terms));
        transcript.write(path.at(step + source.below(20)));
        transcript.write(path.highest());
    }
    transcript.write(path.points);
    transcript.write([path.first_step, path.length as u64]);
}

#[inline(never)]
pub(super) fn ramps(source: &mut Source, transcript: &mut Transcript) {
    let start_seconds = source.sized(40);
    let ramp = Ramp {
        from: Ratio::from_bits(source.between(0, 1 << 32)),
        to: Ratio::from_bits(source.between(0, 1 << 32)),
        start_seconds,
        end_seconds: start_seconds + source.sized(30),
    };
    let now_seconds = source.near(start_seconds);
    let midway = start_seconds + source.below(ramp.end_seconds - start_seconds);
    for at_seconds in [now_seconds, midway] {
        transcript.write([ramp.at_down(at_seconds), ramp.lowest_ahead_down(at_seconds)]);
    }
    let goal = Ratio::from_bits(source.between(0, 1 << 32));
    let announced = ramp.announced(goal, source.near(midway), source.any(), source.sized(30));
    if let Some(announced) = transcript.refusal(announced) {
        transcript.write([announced.from, announced.to]);
        transcript.write([announced.start_seconds, announced.end_seconds]);
    }
    let (ratio, other) = (Ratio::from_bits(source.any()), Ratio::from_bits(source.any()));
    transcript.write([ratio.times_down(other), ratio.times_up(other)]);
}
