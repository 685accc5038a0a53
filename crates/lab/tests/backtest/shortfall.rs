//! Acerbi and Székely's statistics against simulated truth.

use plimsoll_lab::statistics::shortfall::{Forecast, StudentTail, acerbi_szekely, p_value, z2_if_true};
use plimsoll_lab::statistics::student;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StudentT};

const TAIL: f64 = 0.01;

fn forecast(loss: f64) -> Forecast {
    Forecast { loss, value_at_risk: 2.0, shortfall: 3.0 }
}

#[test]
fn the_statistics_are_their_formulas() {
    // two of four windows beyond VaR, losing 3 and 4.5: mean of loss/ES is 1.25
    let found = acerbi_szekely(&[3.0, 4.5, 1.0, -7.0].map(forecast), 0.5);
    assert_eq!(found.beyond, 2);
    assert!((found.z1.expect("failures") + 0.25).abs() < 1e-12);
    assert!((found.z2 - (1.0 - 2.5 / 2.0)).abs() < 1e-12);
    let none = acerbi_szekely(&[1.0, 2.0].map(forecast), TAIL);
    assert_eq!((none.z1, none.z2, none.beyond), (None, 1.0, 0));
}

/// Losses of a t4 whose σ changes from window to window, forecast `scale` times as large as they are.
fn world(scale: f64, windows: usize, random: &mut ChaCha8Rng) -> Vec<Forecast> {
    let tail = StudentT::new(4.0).expect("degrees of freedom");
    let (value_at_risk, shortfall) = (student::value_at_risk(0.99, 4.0), student::expected_shortfall(0.99, 4.0));
    let window = |index: usize| {
        let sigma = 0.01 + 0.002 * (index % 7) as f64;
        let loss = tail.sample(random) * (0.5f64).sqrt() * sigma;
        Forecast { loss, value_at_risk: scale * sigma * value_at_risk, shortfall: scale * sigma * shortfall }
    };
    (0..windows).map(window).collect()
}

#[test]
fn true_forecasts_score_zero_and_are_rarely_rejected() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let tail = StudentTail::new(4.0, TAIL).expect("a tail");
    let if_true = z2_if_true(&tail, 2_000, 4_000, &mut random);
    let worlds: Vec<_> = (0..300).map(|_| acerbi_szekely(&world(1.0, 2_000, &mut random), TAIL)).collect();
    let mean = |of: &dyn Fn(usize) -> f64| (0..worlds.len()).map(of).sum::<f64>() / worlds.len() as f64;
    // Z2's standard deviation in one world is about a quarter: in the mean of 300 it is 0.015
    assert!(mean(&|world| worlds[world].z2).abs() < 0.045);
    assert!(mean(&|world| worlds[world].z1.unwrap_or(0.0)).abs() < 0.045);
    let rejected = worlds.iter().filter(|found| p_value(found.z2, &if_true) < 0.05).count();
    assert!((5..=28).contains(&rejected), "{rejected} of 300, 15 expected");
}

#[test]
fn understated_shortfall_is_rejected() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let tail = StudentTail::new(4.0, TAIL).expect("a tail");
    let if_true = z2_if_true(&tail, 2_000, 4_000, &mut random);
    let p_values = (0..100).map(|_| p_value(acerbi_szekely(&world(0.75, 2_000, &mut random), TAIL).z2, &if_true));
    let rejected = p_values.filter(|&probability| probability < 0.05).count();
    assert!(rejected >= 95, "{rejected} of 100");
}

#[test]
fn the_published_critical_value_is_reproduced() {
    // Acerbi and Székely (2014): Z2 at 5 % for 250 days and α = 2.5 % is −0.70 where tails are thin
    let tail = StudentTail::new(100.0, 0.025).expect("a tail");
    let if_true = z2_if_true(&tail, 250, 20_000, &mut ChaCha8Rng::seed_from_u64(3));
    let critical = if_true[if_true.len() / 20];
    assert!((critical + 0.70).abs() < 0.03, "{critical}");
}

#[test]
fn a_seed_repeats_its_worlds() {
    let tail = StudentTail::new(3.0, TAIL).expect("a tail");
    let drawn = |seed| z2_if_true(&tail, 500, 50, &mut ChaCha8Rng::seed_from_u64(seed));
    assert_eq!(drawn(5), drawn(5));
    assert_ne!(drawn(5), drawn(6));
}

#[test]
fn tails_without_a_variance_are_none() {
    for (degrees_of_freedom, probability) in [(2.0, 0.01), (f64::NAN, 0.01), (4.0, 0.0), (4.0, 1.0)] {
        assert_eq!(StudentTail::new(degrees_of_freedom, probability), None);
    }
}
