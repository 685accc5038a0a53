//! Published numbers through the replay: an hour stands for the day of the books, so that variances per day are 24 times theirs.

use plimsoll_lab::backtest::Ewma;
use plimsoll_lab::replay::{FactorModel, Seeds, history, real};
use plimsoll_lab::series::Bar;

use crate::{flat, parameters};

/// Half-lives in hours that keep 0.90, 0.94 and 0.80 of a variance an hour.
const KEEPS: [(f64, u32); 3] = [(0.90, 23_684), (0.94, 40_328), (0.80, 11_183)];

fn hourly(fast_half_life_seconds: u32) -> FactorModel {
    let mut hourly = parameters();
    hourly.volatility.fast_half_life_seconds = fast_half_life_seconds;
    (hourly.volatility.grid_seconds, hourly.threshold.grid_seconds) = (3_600, 3_600);
    FactorModel::new(&hourly).expect("within their bounds")
}

/// Two bars on the hour, the second opening `log_return` away.
fn moved(log_return: f64) -> [Bar; 2] {
    [flat(6, 100.0), flat(18, 100.0 * log_return.exp())]
}

fn per_hour(volatility: f64) -> f64 {
    volatility / 24f64.sqrt()
}

#[test]
fn hulls_and_riskmetrics_numbers_come_out_of_the_core() {
    // Hull: λ = 0.90, σ = 1 %, r = 2 %: 1.140175 %. RiskMetrics: λ = 0.94, σ = 1.8 %, r = −2.3 %: 1.8338 %; λ = 0.80: 1.9105 %
    let cases = [
        (KEEPS[0], 0.01, 0.02, 0.011_401_75),
        (KEEPS[1], 0.018, -0.023, 0.018_338),
        (KEEPS[2], 0.018, -0.023, 0.019_105),
    ];
    for ((keep, half_life_seconds), volatility, log_return, expected) in cases {
        #[allow(clippy::cast_sign_loss)] // a volatility
        let seed_ppm = (volatility * 24f64.sqrt() * 1e6_f64).round() as u32;
        let seeds = Seeds::from_ppm(seed_ppm, seed_ppm).expect("fits");
        let steps = history(&hourly(half_life_seconds), &seeds, &moved(log_return)).expect("replays");
        let found = per_hour(real::volatility(steps[0].fast));
        assert!((found - expected).abs() < 1e-6, "{keep}: {found}");
        // and out of the unmitigated comparison
        let (_, unmitigated) =
            Ewma::through(&moved(log_return), volatility * 24f64.sqrt(), half_life_seconds).last().expect("bars");
        assert!((per_hour(unmitigated) - expected).abs() < 1e-6, "{keep}: {unmitigated}");
    }
}
