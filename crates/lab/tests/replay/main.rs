//! The replay of a factor: the core's own steps, gaps, jumps, notice, and what it refuses.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // small numbers

mod published;

use plimsoll_lab::replay::{FactorModel, FactorParameters, ReplayError, Seeds, Step, history, real};
use plimsoll_lab::series::Bar;
use plimsoll_risk::RiskError;
use plimsoll_risk::price::{PriceParameters, Publication};
use plimsoll_risk::quantities::{LogPrice, Ratio, Variance};
use plimsoll_risk::threshold::{Path, ThresholdParameters, current_variance, initial_margin, margin_goal};
use plimsoll_risk::volatility::{Decays, Observations, Volatility, VolatilityParameters};
use proptest::prelude::*;

const START: u64 = 1_600_000_200; // a multiple of 300
const GRID: u64 = 300;

fn parameters() -> FactorParameters {
    FactorParameters {
        price: PriceParameters {
            max_age_seconds: 60,
            liquidation_max_age_seconds: 5,
            max_confidence_ppm: 20_000,
            confidence_multiple_ppm: 2_000_000,
            age_sigmas_ppm: 3_000_000,
            halt_sigmas_ppm: 8_000_000,
            halt_min_ppm: 50_000,
            confirm_seconds: 2,
            base_decimals: 9,
            quote_decimals: 6,
        },
        volatility: VolatilityParameters {
            floor_volatility_ppm: 20_000,
            winsor_sigmas_ppm: 6_000_000,
            fast_half_life_seconds: 43_200,
            slow_half_life_seconds: 1_296_000,
            jump_half_life_seconds: 21_600,
            grid_seconds: 300,
        },
        threshold: ThresholdParameters {
            floor_volatility_ppm: 20_000,
            stress_volatility_ppm: 110_000,
            stress_weight_ppm: 250_000,
            shortfall_multiple_ppm: 3_691_510,
            horizon_seconds: 3_600,
            spread_ppm: 1_000,
            bonus_max_ppm: 10_000,
            insurance_cut_ppm: 5_000,
            margin_min_ppm: 10_000,
            margin_max_ppm: 900_000,
            initial_gap_ppm: 250_000,
            walk_relative_ppm: 20_000,
            walk_absolute_ppm: 2_500,
            grid_seconds: 300,
            grace_seconds: 3_600,
        },
    }
}

fn model() -> FactorModel {
    FactorModel::new(&parameters()).expect("parameters within their bounds")
}

fn seeds() -> Seeds {
    Seeds::from_ppm(40_000, 40_000).expect("fits")
}

fn flat(step: u64, price: f64) -> Bar {
    Bar {
        open_time_seconds: START + step * GRID,
        open: price,
        high: price,
        low: price,
        close: price,
        volume_base: None,
        depth_quote: None,
        spread: None,
    }
}

/// A bar from each log return and half width.
fn walk(moves: &[(f64, f64)]) -> Vec<Bar> {
    let mut price = 150.0f64;
    let bars = moves.iter().zip(0u64..).map(|(&(log_return, width), step)| {
        let open = price;
        price *= log_return.exp();
        let (low, high) = (open.min(price) * (-width).exp(), open.max(price) * width.exp());
        Bar {
            open_time_seconds: START + step * GRID,
            open,
            high,
            low,
            close: price,
            volume_base: Some(1.0),
            depth_quote: None,
            spread: None,
        }
    });
    bars.collect()
}

/// ln of a price as the core takes it in.
fn core_log(price: f64) -> LogPrice {
    let digits = 15 - price.log10().floor() as i32;
    let publication = Publication {
        price: (price * 10f64.powi(digits)).round() as i64,
        confidence: 0,
        exponent: -digits,
        publish_time_seconds: 1,
        prev_publish_time_seconds: 0,
    };
    publication.screen(0, 1, &model().price).expect("a price").mid.ln().expect("positive")
}

/// The same bars, folded by hand with the core alone.
fn by_hand(model: &FactorModel, bars: &[Bar]) -> Vec<(Volatility, Ratio, Path)> {
    let (grid, seed) = (model.grid_seconds, seeds());
    let first = START / grid;
    let mut observations = Observations::start(core_log(bars[0].open), first);
    let last_sample = core_log(bars[0].open);
    let mut state = Volatility { fast: seed.fast, slow: seed.slow, jump: Ratio::ZERO, last_sample, last_step: first };
    let goal = |state: &Volatility| {
        margin_goal(current_variance(state.fast, state.slow, Variance::ZERO), &model.threshold).expect("fits")
    };
    let mut path = Path::start(goal(&state), first, &model.threshold);
    let mut found = Vec::new();
    for (bar, index) in bars.iter().zip(0u64..) {
        if index > 0 {
            let (at, before) = (bar.open_time_seconds, bar.open_time_seconds - 1);
            (observations, _) = observations.observe(core_log(bar.open), at, before, grid).expect("in order");
            let step = at / grid;
            let decays = Decays::over(step - state.last_step, &model.volatility).expect("half-lives");
            let folded = state.fold(&observations, &decays, &model.volatility).expect("due");
            (state, observations) = (folded.volatility, folded.observations);
            path = path.slide(step, goal(&state), &model.threshold).expect("newer");
            found.push((state, goal(&state), path));
        }
        for (price, second) in [(bar.low, 1), (bar.high, 2), (bar.close, 3)] {
            let at = bar.open_time_seconds + second;
            (observations, _) = observations.observe(core_log(price), at, at - 1, grid).expect("in order");
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_replay_is_the_core_step_by_step(moves in prop::collection::vec((-0.008f64..0.008, 0.0f64..0.004), 2..80)) {
        let (model, bars) = (model(), walk(&moves));
        let steps = history(&model, &seeds(), &bars).expect("replays");
        let expected = by_hand(&model, &bars);
        prop_assert_eq!(steps.len(), expected.len());
        for (step, (state, goal, path)) in steps.iter().zip(&expected) {
            prop_assert_eq!((step.fast, step.slow, step.jump, step.goal), (state.fast, state.slow, state.jump, *goal));
            prop_assert_eq!(step.maintenance, path.at(path.first_step));
            prop_assert_eq!(step.path_end, path.at(path.first_step + 12));
            let initial = initial_margin(path, *goal, state.jump, &model.threshold).expect("fits");
            prop_assert_eq!(step.initial, initial);
        }
    }

    #[test]
    fn what_was_announced_comes_into_force(moves in prop::collection::vec((-0.03f64..0.03, 0.0f64..0.01), 15..80)) {
        let steps = history(&model(), &seeds(), &walk(&moves)).expect("replays");
        for (announced, later) in steps.iter().zip(steps.iter().skip(12)) {
            prop_assert_eq!(announced.path_end, later.maintenance);
            // (1 + gap)·MM at every moment of the hour ahead
            prop_assert!(real::ratio(announced.initial) >= 1.25 * real::ratio(later.maintenance));
        }
    }
}

fn times(steps: &[Step]) -> Vec<u64> {
    steps.iter().map(|step| (step.time_seconds - START) / GRID).collect()
}

#[test]
fn a_gap_keeps_the_variances_and_its_return_spans_it() {
    let bars = [flat(0, 100.0), flat(1, 100.1), flat(5, 101.0)];
    let steps = history(&model(), &seeds(), &bars).expect("replays");
    assert_eq!(times(&steps), [1, 2, 3, 4, 5]);
    assert_eq!(steps.iter().map(|step| step.sampled).collect::<Vec<_>>(), [true, false, false, false, true]);
    assert_eq!((steps[3].fast, steps[3].slow), (steps[0].fast, steps[0].slow));

    let keep = 2f64.powf(-4.0 * 300.0 / 43_200.0);
    let squared = (101.0f64 / 100.1).ln().powi(2) * 288.0 / 4.0;
    let expected = keep * real::volatility(steps[0].fast).powi(2) + (1.0 - keep) * squared;
    assert!((real::volatility(steps[4].fast).powi(2) - expected).abs() < 1e-12);
}

#[test]
fn the_path_walks_through_a_gap_at_its_own_pace() {
    let calm = Seeds::from_ppm(20_000, 20_000).expect("fits");
    // 3 % in five minutes, then silence for two hours
    let bars = [flat(0, 100.0), flat(1, 103.0), flat(26, 103.0)];
    let steps = history(&model(), &calm, &bars).expect("replays");
    let most = real::ratio(model().threshold.step_absolute).max(0.02 / 12.0 * real::ratio(steps[0].goal));
    for pair in steps.windows(2) {
        assert!(real::ratio(pair[1].path_end) - real::ratio(pair[0].path_end) <= most + 1e-9);
    }
    assert!(steps[24].path_end > steps[0].path_end);
    assert_eq!(steps[0].maintenance, steps[11].maintenance, "announced before the move");
}

#[test]
fn a_jump_at_the_boundary_is_confirmed_and_its_sample_brought() {
    let bars = [flat(0, 100.0), flat(1, 100.0), flat(2, 80.0), flat(3, 80.0)];
    let steps = history(&model(), &seeds(), &bars).expect("replays");
    assert_eq!(times(&steps), [1, 2, 3]);
    assert!(steps.iter().all(|step| step.sampled));
    assert!((real::price(steps[1].mid, model().price.atom_power) - 80.0).abs() < 1e-6);
    assert!(steps[1].jump > Ratio::ZERO && steps[1].initial > steps[0].initial);
    assert_eq!(steps[1].maintenance, steps[0].maintenance);
}

#[test]
fn a_bars_extremes_reach_the_variance_of_the_next_step_only() {
    let quiet = [flat(0, 100.0), flat(1, 100.0), flat(2, 100.0), flat(3, 100.0)];
    let mut wild = quiet;
    wild[1] = Bar { high: 101.5, low: 98.5, ..wild[1] };
    let (quiet, wild) =
        (history(&model(), &seeds(), &quiet).expect("ok"), history(&model(), &seeds(), &wild).expect("ok"));
    assert_eq!(quiet[0], wild[0]);
    assert!(wild[1].fast > quiet[1].fast);
}

#[test]
fn bars_finer_than_the_grid_fold_once_a_step() {
    let bars: Vec<Bar> = (0..21)
        .map(|minute| Bar { open_time_seconds: START + minute * 60, ..flat(0, 100.0 + minute as f64 / 10.0) })
        .collect();
    let steps = history(&model(), &seeds(), &bars).expect("replays");
    assert_eq!(times(&steps), [1, 2, 3, 4]);
    assert!((real::price(steps[0].mid, -3) - 100.5).abs() < 1e-6, "the open of the bar at the boundary");
}

#[test]
fn histories_that_cannot_be_replayed_are_refused() {
    let replayed = |bars: &[Bar]| history(&model(), &seeds(), bars).expect_err("refused");
    assert_eq!(replayed(&[]), ReplayError::TooShort { bars: 0 });
    assert_eq!(replayed(&[flat(0, 1.0)]), ReplayError::TooShort { bars: 1 });
    let twice = START + GRID;
    assert_eq!(replayed(&[flat(0, 1.0), flat(1, 1.0), flat(1, 1.0)]), ReplayError::NotInOrder { at_seconds: twice });
    let coarse = ReplayError::BarsCoarserThanGrid { bar_seconds: 3_600, grid_seconds: 300 };
    assert_eq!(replayed(&[flat(0, 1.0), flat(12, 1.0)]), coarse);
    let second = |second: u64| Bar { open_time_seconds: START + second, ..flat(0, 1.0) };
    let cramped = ReplayError::NoRoomToConfirm { bar_seconds: 5, confirm_seconds: 2 };
    assert_eq!(replayed(&[second(0), second(5)]), cramped);
    for price in [0.0, -1.0, f64::NAN] {
        let error = replayed(&[flat(0, 100.0), flat(1, price)]);
        assert!(matches!(error, ReplayError::Step { source: RiskError::PriceNotPositive, .. }), "{error}");
    }
    let error = replayed(&[flat(0, 100.0), flat(1, 1e-6)]);
    assert_eq!(error.to_string().split(": ").next(), Some("at Unix time 1600000500, price 0.000001"));
}

#[test]
fn parameters_that_contradict_or_leave_their_bounds_are_refused() {
    let mut differ = parameters();
    differ.threshold.grid_seconds = 900;
    let expected = ReplayError::Contradiction { field: "grid_seconds", volatility: 300, threshold: 900 };
    assert_eq!(FactorModel::new(&differ), Err(expected));
    let mut floor = parameters();
    floor.threshold.floor_volatility_ppm = 20_001;
    let error = FactorModel::new(&floor).expect_err("refused").to_string();
    assert!(error.starts_with("floor_volatility_ppm differs"), "{error}");
    let mut half_life = parameters();
    half_life.volatility.fast_half_life_seconds = 60;
    let expected = ReplayError::Parameters { group: "volatility", source: RiskError::ParameterOutOfBounds };
    assert_eq!(FactorModel::new(&half_life), Err(expected));
    let mut weight = parameters();
    weight.threshold.stress_weight_ppm = 100_000;
    let expected = ReplayError::Parameters { group: "threshold", source: RiskError::ParameterOutOfBounds };
    assert_eq!(FactorModel::new(&weight), Err(expected));
}
