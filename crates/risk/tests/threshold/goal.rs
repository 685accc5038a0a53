//! Margin goals: the formula, published shortfalls, the tools against procyclicality.

use plimsoll_risk::quantities::Variance;
use plimsoll_risk::threshold::{ThresholdParameters, ThresholdTerms, current_variance, margin_goal};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{PARAMETERS, as_f64, ratio, square, terms};

/// Section 4 in doubles.
fn goal_in_doubles(sigma: f64, p: &ThresholdParameters) -> f64 {
    let part = |ppm: u32| f64::from(ppm) / 1e6;
    let raw = |apc: f64| {
        part(p.shortfall_multiple_ppm) * apc * (f64::from(p.horizon_seconds) / 86_400.0).sqrt()
            + part(p.spread_ppm) / 2.0
            + part(p.bonus_max_ppm)
            + part(p.insurance_cut_ppm)
    };
    let (floor, w) = (part(p.floor_volatility_ppm), part(p.stress_weight_ppm));
    let mitigated =
        |sigma: f64| ((1.0 - w) * sigma.powi(2) + w * part(p.stress_volatility_ppm).powi(2)).sqrt().max(floor);
    let apc = mitigated(sigma);
    let buffer = 1.25 * raw(mitigated(1.2 * floor));
    raw(apc).max((1.25 * raw(apc)).min(buffer)).clamp(part(p.margin_min_ppm), part(p.margin_max_ppm))
}

#[test]
fn goals_agree_with_doubles() {
    for stress in [20_000, 80_000, 200_000] {
        for sigma in [0.0, 0.001, 0.01, 0.02, 0.024, 0.03, 0.05, 0.1, 0.3, 1.0, 3.0] {
            let parameters = ThresholdParameters { stress_volatility_ppm: stress, ..PARAMETERS };
            let found = as_f64(margin_goal(square(sigma), &parameters.terms().unwrap()).unwrap());
            let expected = goal_in_doubles(sigma, &parameters);
            assert!((found - expected).abs() < 2e-8 && found >= expected - 1e-9, "{sigma}: {found} against {expected}");
        }
    }
}

#[test]
fn the_shortfall_of_a_t4_is_the_published_table() {
    // unit variance scaled to 1 %: ES at 95, 97.5, 99 and 99.5 % are 2.264771, 2.823871, 3.691510 and 4.472331 %
    for (ppm, expected) in
        [(2_264_771, 0.022_647_71), (2_823_871, 0.028_238_71), (3_691_510, 0.036_915_10), (4_472_331, 0.044_723_31)]
    {
        let parameters = ThresholdParameters {
            floor_volatility_ppm: 100,
            stress_volatility_ppm: 10_000,
            shortfall_multiple_ppm: ppm,
            horizon_seconds: 86_400,
            spread_ppm: 0,
            bonus_max_ppm: 0,
            insurance_cut_ppm: 0,
            ..PARAMETERS
        };
        let found = as_f64(parameters.terms().unwrap().raw_margin(square(0.01)).unwrap());
        assert!((found - expected).abs() < 1e-9, "{found}");
    }
}

#[test]
fn horizons_scale_by_the_root_of_time() {
    // 10 % a day is 0.58926 % in 5 minutes, 2.04124 % in an hour, 4.08248 % in four
    for (seconds, expected) in [(300, 0.005_892_6), (3_600, 0.020_412_4), (14_400, 0.040_824_8)] {
        let parameters = ThresholdParameters {
            stress_volatility_ppm: 100_000,
            shortfall_multiple_ppm: 1_000_000,
            horizon_seconds: seconds,
            spread_ppm: 0,
            bonus_max_ppm: 0,
            insurance_cut_ppm: 0,
            ..PARAMETERS
        };
        let found = as_f64(parameters.terms().unwrap().raw_margin(square(0.1)).unwrap());
        assert!((found - expected).abs() < 6e-8, "{found}");
    }
}

/// A factor as the mainnet files set it: the figures of decision 0006.
fn listed(floor_ppm: u32, stress_ppm: u32, spread_ppm: u32, bonus_max_ppm: u32) -> ThresholdTerms {
    let parameters = ThresholdParameters {
        floor_volatility_ppm: floor_ppm,
        stress_volatility_ppm: stress_ppm,
        horizon_seconds: 5_400,
        spread_ppm,
        bonus_max_ppm,
        ..PARAMETERS
    };
    parameters.terms().unwrap()
}

#[test]
fn a_calm_market_carries_the_buffer_and_a_stressed_one_has_used_it_up() {
    // (terms, σ_floor, σ_stress, goal at the floor, m_buf)
    let btc = (listed(15_000, 60_000, 500, 40_000), 0.015, 0.06, 0.0943, 0.0956);
    let sol = (listed(30_000, 115_000, 1_000, 50_000), 0.03, 0.115, 0.1422, 0.1448);
    for (terms, floor, stress, calm_goal, buffer_level) in [btc, sol] {
        let goal = |sigma: f64| as_f64(margin_goal(square(sigma), &terms).unwrap());
        let raw = |sigma: f64| as_f64(terms.raw_margin(square(sigma)).unwrap());
        assert!((as_f64(terms.buffer_level) - buffer_level).abs() < 5e-5);
        assert!((goal(floor) - calm_goal).abs() < 5e-5, "{}", goal(floor));
        for calm in [0.0, floor, 1.2 * floor] {
            assert!((goal(calm) / raw(calm) - 1.25).abs() < 1e-6, "{calm}");
        }
        assert!(goal(2.0 * floor) > raw(2.0 * floor) && goal(2.0 * floor) < 1.25 * raw(2.0 * floor));
        assert!((goal(stress) - raw(stress)).abs() < 1e-9);
    }
}

#[test]
fn the_three_tools_against_procyclicality_work() {
    // peers' example: a margin of 4 % with a calm level of 4 % is buffered to 5 %
    let buffered = ThresholdTerms { buffer_level: ratio(0.05), ..terms() };
    assert!((as_f64(buffered.exhaustible_buffer(ratio(0.04)).unwrap()) - 0.05).abs() < 1e-9);
    // … and the buffer is used up at 5 %
    assert_eq!(buffered.exhaustible_buffer(ratio(0.06)), Ok(ratio(0.05)));
    // stress weighs in however calm it is; the floor holds
    let harsher = ThresholdParameters { stress_volatility_ppm: 200_000, ..PARAMETERS }.terms().unwrap();
    assert!(margin_goal(Variance::ZERO, &harsher).unwrap() > margin_goal(Variance::ZERO, &terms()).unwrap());
    let calm = ThresholdParameters { stress_volatility_ppm: 20_000, ..PARAMETERS }.terms().unwrap();
    assert_eq!(margin_goal(Variance::ZERO, &calm), margin_goal(square(0.019), &calm));
}

proptest! {
    #![proptest_config(seeded(500))]

    #[test]
    fn goals_rise_with_volatility(a in any::<u64>(), b in any::<u64>(), shift in 0u32..40) {
        let [low, high] = [a.min(b), a.max(b)].map(|bits| Variance::from_bits(u128::from(bits) << 32 >> shift));
        prop_assert!(margin_goal(low, &terms()).unwrap() <= margin_goal(high, &terms()).unwrap());
        prop_assert_eq!(current_variance(low, high, Variance::ZERO), high);
        prop_assert_eq!(current_variance(low, low, high), high);
    }
}
