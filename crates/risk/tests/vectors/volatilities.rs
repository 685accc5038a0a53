//! Section 3: samples and folds.

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::{Decay, LogReturn, Price, Ratio, Variance};
use plimsoll_risk::volatility::{Decays, Folded, LogRange, Observations, Volatility, VolatilityTerms, step_to_fold};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{GRID_SECONDS, STEPS_PER_DAY, Text, cases};

const VARIANCE_BITS: u32 = Variance::FRACTION_BITS;

#[derive(Deserialize, Debug)]
struct Sampling {
    step: u64,
    grid_seconds: u64,
    prev_publish_time: u64,
    publish_time: u64,
    now: u64,
    is_sample: bool,
    may_fold_when_all_sampled: bool,
    may_fold_when_some_missing: bool,
}

#[test]
fn volatility_sampling() {
    for case in cases::<Sampling>(include_str!("volatility_sampling.json")) {
        let price = Price::from_bits(1 << 40).ln().unwrap();
        let (after, was_sampled) = Observations::start(price, case.step - 1)
            .observe(price, case.publish_time, case.prev_publish_time, case.grid_seconds)
            .unwrap();
        // a publication that passes several boundaries is kept as the sample of the newest
        if case.publish_time / case.grid_seconds <= case.step {
            assert_eq!(after.has_sample(case.step), case.is_sample, "{case:?}");
        } else {
            assert!(was_sampled || !case.is_sample, "{case:?}");
        }
        // a fold is always of the newest step: an older one is open no more
        let newest = case.now / case.grid_seconds;
        if newest <= case.step {
            for (all_sampled, may_fold) in
                [(true, case.may_fold_when_all_sampled), (false, case.may_fold_when_some_missing)]
            {
                let decided = step_to_fold(case.step - 1, all_sampled, case.now, case.grid_seconds);
                assert_eq!(decided == Ok(case.step), may_fold, "{case:?}");
            }
        } else {
            assert_eq!(step_to_fold(case.step, true, case.now, case.grid_seconds), Ok(newest));
            let folded = step_to_fold(newest, true, case.now, case.grid_seconds);
            assert_eq!(folded, Err(RiskError::StepAlreadyFolded));
        }
    }
}

#[derive(Deserialize)]
struct Rule {
    winsor_sigmas: Text<u64>,
    variance_floor: Text<u128>,
    fast_half_life_seconds: u32,
    slow_half_life_seconds: u32,
    jump_half_life_seconds: u32,
}

impl Rule {
    fn terms(&self) -> VolatilityTerms {
        let winsor = Ratio::from_bits(self.winsor_sigmas.0);
        VolatilityTerms {
            floor: Variance::from_bits(self.variance_floor.0),
            winsor_squared: winsor.times_up(winsor).unwrap(),
            fast_half_life_seconds: self.fast_half_life_seconds,
            slow_half_life_seconds: self.slow_half_life_seconds,
            jump_half_life_seconds: self.jump_half_life_seconds,
            steps_per_day: STEPS_PER_DAY,
        }
    }
}

/// What a factor saw between two samples: the last price, the highest and the lowest.
fn seen(last: u64, high: u64, low: u64, step: u64) -> Observations {
    let [last, high, low] = [last, high, low].map(|bits| Price::from_bits(bits).ln().unwrap());
    Observations { sample: last, sample_step: step, closed: LogRange { high, low }, open: LogRange::of(last) }
}

#[derive(Deserialize)]
struct Fold {
    variance_fast: Text<u128>,
    variance_slow: Text<u128>,
    jump: Text<u64>,
    #[serde(flatten)]
    rule: Rule,
    first: Text<u64>,
    last: Text<u64>,
    high: Text<u64>,
    low: Text<u64>,
    seconds: u64,
    log_return_expected: Expected,
    winsorised_expected: Expected,
    excess_expected: Expected,
    range_variance_expected: Expected,
    observed_variance_expected: Expected,
    variance_fast_expected: Expected,
    variance_slow_expected: Expected,
    jump_expected: Expected,
}

impl Fold {
    fn before(&self) -> Volatility {
        Volatility {
            fast: Variance::from_bits(self.variance_fast.0),
            slow: Variance::from_bits(self.variance_slow.0),
            jump: Ratio::from_bits(self.jump.0),
            last_sample: Price::from_bits(self.first.0).ln().unwrap(),
            last_step: 0,
        }
    }

    fn folded(&self, last: u64, decays: &Decays) -> Folded {
        let observations = seen(last, self.high.0, self.low.0, self.seconds / GRID_SECONDS);
        self.before().fold(&observations, decays, &self.rule.terms()).unwrap()
    }
}

/// Relative 1e-8 and 1e-11 a day.
fn variance_tolerance(expected: &Expected, relative: f64) -> f64 {
    relative * expected.units(VARIANCE_BITS) + 1e-11 * 2f64.powi(96)
}

#[test]
fn volatility_fold() {
    // nothing is kept of the old: the new variance is the one observed
    const FORGETFUL: Decays = Decays { fast: Decay::ZERO, slow: Decay::ZERO, jump: Decay::ZERO };
    for case in cases::<Fold>(include_str!("volatility_fold.json")) {
        let decays = Decays::over(case.seconds / GRID_SECONDS, &case.rule.terms()).unwrap();
        let folded = case.folded(case.last.0, &decays);
        let observed = case.folded(case.last.0, &FORGETFUL);
        // without a return all that is observed is the range
        let range = case.folded(case.first.0, &FORGETFUL).volatility.fast;

        let [log_return, winsorised] =
            [observed.volatility.last_sample.since(case.before().last_sample).unwrap(), folded.winsorised]
                .map(LogReturn::to_bits);
        let in_logs = 1e-9 * 2f64.powi(48);
        case.log_return_expected.assert_near(log_return, 48, Side::Both, in_logs);
        case.winsorised_expected.assert_near(winsorised, 48, Side::Both, in_logs);
        let in_ratios = 1e-9 * 2f64.powi(32) + 1.0;
        if case.excess_expected.units(32) < 2f64.powi(32) {
            case.excess_expected.assert_near(observed.volatility.jump.to_bits(), 32, Side::Both, in_ratios);
        } else {
            assert_eq!(observed.volatility.jump, Ratio::ONE);
        }
        case.jump_expected.assert_near(folded.volatility.jump.to_bits(), 32, Side::Both, in_ratios);
        for (found, expected) in [
            (range, &case.range_variance_expected),
            (observed.volatility.fast, &case.observed_variance_expected),
            (folded.volatility.fast, &case.variance_fast_expected),
            (folded.volatility.slow, &case.variance_slow_expected),
        ] {
            let tolerance = variance_tolerance(expected, 1e-8);
            expected.assert_near(found.to_bits(), VARIANCE_BITS, Side::Both, tolerance);
        }
    }
}

#[derive(Deserialize)]
struct Row {
    variance: Text<u128>,
    start_price: Text<u64>,
    #[serde(flatten)]
    rule: Rule,
    samples: Vec<(Text<u64>, u64)>,
    variance_fast_expected: Expected,
    variance_slow_expected: Expected,
    jump_expected: Expected,
}

#[test]
fn volatility_row() {
    for case in cases::<Row>(include_str!("volatility_row.json")) {
        let terms = case.rule.terms();
        let mut price = case.start_price.0;
        let mut volatility = Volatility {
            fast: Variance::from_bits(case.variance.0),
            slow: Variance::from_bits(case.variance.0),
            jump: Ratio::ZERO,
            last_sample: Price::from_bits(price).ln().unwrap(),
            last_step: 0,
        };
        for (next, steps) in case.samples {
            let observations = seen(next.0, price.max(next.0), price.min(next.0), volatility.last_step + steps);
            let decays = Decays::over(steps, &terms).unwrap();
            volatility = volatility.fold(&observations, &decays, &terms).unwrap().volatility;
            price = next.0;
        }
        for (found, expected) in
            [(volatility.fast, &case.variance_fast_expected), (volatility.slow, &case.variance_slow_expected)]
        {
            let tolerance = variance_tolerance(expected, 1e-7);
            expected.assert_near(found.to_bits(), VARIANCE_BITS, Side::Both, tolerance);
        }
        case.jump_expected.assert_near(volatility.jump.to_bits(), 32, Side::Both, 1e-7 * 2f64.powi(32));
    }
}
