//! Statistics against published numbers, and against SciPy and `arch`.
#![allow(clippy::unreadable_literal)] // as published
#![allow(clippy::cast_precision_loss)] // small counts

use plimsoll_lab::series::Bar;
use plimsoll_lab::statistics::descriptive::{mean_beyond, quantile};
use plimsoll_lab::statistics::{liquidity, qlike, range, student, tail};

fn close(found: f64, published: f64, tolerance: f64) {
    assert!((found - published).abs() <= tolerance, "{found} instead of {published}");
}

/// α, then VaR and ES of the normal, ES of t3, VaR and ES of t4 and of t5, ES of t6 and of t10, all of unit variance.
#[rustfmt::skip] // a table
const CLOSED_FORMS: [[f64; 10]; 5] = [
    [0.95,  1.644854, 2.062713, 2.236809, 1.507443, 2.264771, 1.560850, 2.238684, 2.213309, 2.154139],
    [0.975, 1.959964, 2.337803, 2.909605, 1.963243, 2.823871, 1.991164, 2.727802, 2.658636, 2.521388],
    [0.99,  2.326348, 2.665214, 4.043231, 2.649492, 3.691510, 2.606464, 3.448837, 3.292545, 3.008184],
    [0.995, 2.575829, 2.891949, 5.145619, 3.255587, 4.472331, 3.123285, 4.066656, 3.817643, 3.384115],
    [0.999, 3.090232, 3.367090, 8.896584, 5.072206, 6.849191, 4.565031, 5.820596, 5.238467, 4.304785],
];

#[test]
fn value_at_risk_and_expected_shortfall_have_their_closed_forms() {
    for [alpha, normal_var, normal_es, t3, t4_var, t4, t5_var, t5, t6, t10] in CLOSED_FORMS {
        close(student::normal_value_at_risk(alpha), normal_var, 6e-7);
        close(student::normal_expected_shortfall(alpha), normal_es, 6e-7);
        close(student::value_at_risk(alpha, 4.0), t4_var, 6e-7);
        close(student::value_at_risk(alpha, 5.0), t5_var, 6e-7);
        for (nu, shortfall) in [(3.0, t3), (4.0, t4), (5.0, t5), (6.0, t6), (10.0, t10)] {
            close(student::expected_shortfall(alpha, nu), shortfall, 6e-7);
        }
    }
}

#[test]
fn raw_quantiles_of_the_t_are_those_of_the_tables() {
    let alphas = [0.95, 0.975, 0.99, 0.995, 0.999];
    let published = [
        (4.0, [2.131_847, 2.776_445, 3.746_947, 4.604_095, 7.173_182]),
        (5.0, [2.015_048, 2.570_582, 3.364_930, 4.032_143, 5.893_430]),
    ];
    for (nu, quantiles) in published {
        for (alpha, quantile) in alphas.into_iter().zip(quantiles) {
            close(student::quantile_raw(alpha, nu), quantile, 6e-7);
            close(student::quantile_raw(1.0 - alpha, nu), -quantile, 6e-7);
        }
    }
}

/// McNeil, Frey and Embrechts, Quantitative Risk Management, table 2.2: a position of 10,000 with a volatility of 20 % a year of 250 days.
#[test]
fn table_2_2_of_quantitative_risk_management() {
    let sigma = 0.2 * 10_000.0 / 250.0_f64.sqrt();
    close(sigma, 126.4911, 5e-5);
    let rows: [(f64, [f64; 4]); 4] = [
        (0.95, [208.1, 190.7, 260.9, 286.5]),
        (0.975, [247.9, 248.3, 295.7, 357.2]),
        (0.99, [294.3, 335.1, 337.1, 466.9]),
        (0.995, [325.8, 411.8, 365.8, 565.7]),
    ];
    for (alpha, published) in rows {
        let found = [
            student::normal_value_at_risk(alpha),
            student::value_at_risk(alpha, 4.0),
            student::normal_expected_shortfall(alpha),
            student::expected_shortfall(alpha, 4.0),
        ];
        for (found, published) in found.into_iter().zip(published) {
            close(found * sigma, published, 0.0501);
        }
    }
    assert!(
        student::value_at_risk(0.95, 4.0) < student::normal_value_at_risk(0.95),
        "at 95 % the t's is the lower one"
    );
}

#[test]
fn what_no_distribution_has_is_no_number() {
    for (alpha, nu) in [(0.0, 4.0), (1.0, 4.0), (f64::NAN, 4.0), (0.99, 2.0), (0.99, -1.0), (0.99, f64::NAN)] {
        assert!(student::expected_shortfall(alpha, nu).is_nan(), "{alpha} {nu}");
    }
    assert!(student::normal_value_at_risk(1.0).is_nan());
}

#[test]
fn ranges_of_one_bar() {
    let bar = Bar {
        open_time_seconds: 300,
        open: 100.0,
        high: 105.0,
        low: 98.0,
        close: 103.0,
        volume_base: None,
        depth_quote: None,
        spread: None,
    };
    close(1.0 / (4.0 * std::f64::consts::LN_2), 0.360_673_760_2, 5e-11);
    close(range::parkinson(&bar), 0.001_716_813_0, 5e-11);
    close(range::garman_klass(&bar), 0.002_042_494_0, 5e-11);
    close(range::rogers_satchell(&bar), 0.001_943_618_5, 5e-11);
    close(range::close_to_close(&bar), 0.000_873_722_8, 5e-11);
    let percent = |variance: f64| variance.sqrt() * 100.0;
    close(percent(range::parkinson(&bar)), 4.143_44, 5e-6);
    close(percent(range::garman_klass(&bar)), 4.519_40, 5e-6);
    close(percent(range::rogers_satchell(&bar)), 4.408_65, 5e-6);
}

#[test]
fn horizons_scale_with_their_root() {
    let percents = [300.0, 3_600.0, 14_400.0].map(|seconds| liquidity::scaled_to_horizon(10.0, seconds / 86_400.0));
    for (found, published) in percents.into_iter().zip([0.589_26, 2.041_24, 4.082_48]) {
        close(found, published, 5e-6);
    }
    close(liquidity::over_liquidity_horizons([100.0, 60.0, 40.0, 25.0, 10.0]), 136.565, 5e-4);
}

#[test]
fn liquidity_costs_what_bangia_and_the_square_root_law_say() {
    close(1.65 * 0.02 * 100.0 + liquidity::spread_cost(100.0, 0.01, 0.0, 0.0), 3.80, 1e-12);
    close(liquidity::spread_cost(1e6, 0.001, 0.003, 1.96), 3_440.0, 1e-9);
    for (share, basis_points) in [(0.001, 12.65), (0.01, 40.0), (0.05, 89.44), (0.10, 126.49)] {
        close(liquidity::square_root_impact(1.0, 0.04, share, 1.0) * 1e4, basis_points, 5e-3);
    }
}

/// 2,000 draws of 0.1 + 1.7·t4 by inversion from the linear congruential generator x ← (1,103,515,245·x + 12,345) mod 2³¹, x₀ = 12,345, at (x + ½)/2³¹.
fn draws() -> Vec<f64> {
    let mut state: u64 = 12_345;
    let mut uniform = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        (state as f64 + 0.5) / 2_147_483_648.0
    };
    (0..2_000).map(|_| 0.1 + 1.7 * student::quantile_raw(uniform(), 4.0)).collect()
}

/// SciPy 1.17.1 (`minimize` of `−t.logpdf(z, ν, loc, scale).sum()`, Nelder-Mead to 1e-10) gives ν 4.2524086, location 0.1095818, scale 1.7005669 and ln L
/// −4393.1025807; `arch` 8.0.0 (`arch_model(z, mean="Constant", vol="Constant", dist="t")`) ν 4.2524047, μ 0.1095818, σ² 5.4597832 and the same ln L.
#[test]
fn the_fit_by_maximum_likelihood_is_scipys_and_archs() {
    let values = draws();
    for (found, scipy) in values.iter().zip([0.830_128_54, -0.840_330_57, 0.932_253_66]) {
        close(*found, scipy, 5e-9);
    }
    let fit = student::fit(&values).expect("fits");
    close(fit.degrees_of_freedom, 4.252_408, 2e-4);
    close(fit.location, 0.109_581_8, 1e-5);
    close(fit.scale, 1.700_567, 2e-5);
    close(fit.standard_deviation().powi(2), 5.459_783, 1e-3);
    close(fit.ln_likelihood, -4_393.102_580_7, 1e-6);
    let (low, high) = fit.degrees_interval();
    assert!(low < 4.0 && 4.0 < high && low > 3.3 && high < 5.5, "the truth, 4, lies in {low} to {high}");
}

#[test]
fn hill_is_the_reciprocal_of_the_mean_log_excess() {
    let values = draws();
    let estimate = tail::hill(&values, 0.05).expect("a hundred exceedances");
    assert_eq!(estimate.exceedances, 100);
    close(estimate.index, 3.201_629_667_254_1, 1e-7); // NumPy, over the same draws
    close(estimate.half_width, 1.96 * estimate.index / 10.0, 1e-12);
    // x_i = (n/i)^(1/2) is the sample whose index is 2
    let pareto: Vec<f64> = (1..=10_000).map(|i| (10_000.0 / f64::from(i)).sqrt()).collect();
    close(tail::hill(&pareto, 0.1).expect("known").index, 2.0, 0.02);
    assert_eq!(tail::hill(&pareto[..50], 0.1), None);
    assert_eq!(tail::hill(&[0.0; 1_000], 0.1), None);
}

#[test]
fn a_sample_that_says_nothing_is_not_fitted() {
    assert_eq!(student::fit(&[1.0; 500]), None);
    assert_eq!(student::fit(&draws()[..99]), None);
    let with_nan: Vec<f64> = draws().into_iter().chain([f64::NAN]).collect();
    assert_eq!(student::fit(&with_nan), None);
}

#[test]
fn qlike_is_least_at_the_truth() {
    let at = |forecast: f64| qlike::loss(0.0016, forecast);
    assert!(at(0.0016) < at(0.0015) && at(0.0016) < at(0.0017) && qlike::loss(0.0016, 0.0).is_nan());
    let realised = [vec![0.0016, 0.0012], vec![0.0012, 0.0025]];
    let truth = qlike::matrix_loss(&realised, &realised);
    // ln of the determinant, and the trace of the identity
    close(truth, (0.0016_f64 * 0.0025 - 0.0012 * 0.0012).ln() + 2.0, 1e-12);
    for other in [[0.0016, 0.0011, 0.0025], [0.0018, 0.0012, 0.0025], [0.0016, 0.0, 0.0025]] {
        let forecast = [vec![other[0], other[1]], vec![other[1], other[2]]];
        assert!(qlike::matrix_loss(&realised, &forecast) > truth);
    }
    let singular = [vec![1.0, 1.0], vec![1.0, 1.0]];
    assert!(qlike::matrix_loss(&realised, &singular).is_nan());
}

#[test]
fn quantiles_lie_between_neighbours() {
    let values = [3.0, 1.0, 2.0, 4.0];
    for (probability, expected) in [(0.0, 1.0), (0.5, 2.5), (1.0, 4.0), (0.9, 3.7)] {
        close(quantile(&values, probability), expected, 1e-12);
    }
    assert!(quantile(&[], 0.5).is_nan());
    close(mean_beyond(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0], 0.8), 9.5, 1e-12);
}
