//! A simulated market: Student returns around a volatility that wanders, seeded.

use plimsoll_lab::series::{Bar, Series};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StudentT};

/// A Monday, 00:00 UTC.
pub(crate) const START: u64 = 1_704_067_200;

/// A bar that only has an open and a close.
pub(crate) fn bar(open_time_seconds: u64, open: f64, close: f64) -> Bar {
    let (high, low) = (open.max(close), open.min(close));
    Bar { open_time_seconds, open, high, low, close, volume_base: None, depth_quote: None, spread: None }
}

/// Bars of `bar_seconds` whose daily volatility wanders around 3 %, each with two moves inside.
pub(crate) fn market(bars: usize, bar_seconds: u64, seed: u64) -> Series {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let tail = StudentT::new(4.0).expect("degrees of freedom");
    let (mut price, mut log_volatility) = (100.0f64, 0.0f64);
    let step = (bar_seconds as f64 / 86_400.0 / 2.0).sqrt();
    let mut made = Vec::with_capacity(bars);
    for index in 0..bars as u64 {
        let shock: f64 = StandardNormal.sample(&mut random);
        log_volatility = log_volatility * 0.999 + 0.02 * shock;
        let mut moved = || {
            let standard: f64 = tail.sample(&mut random) / 2f64.sqrt();
            (0.03 * log_volatility.exp() * step * standard).exp()
        };
        let middle = price * moved();
        let close = middle * moved();
        let mut one = bar(START + index * bar_seconds, price, close);
        (one.high, one.low) = (one.high.max(middle), one.low.min(middle));
        made.push(one);
        price = close;
    }
    Series::of_bars("made/sim_usd.csv", made).expect("evenly spaced")
}
