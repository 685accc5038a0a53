//! Made-up price history with known properties: for trying the lab where no real one is at hand, and for tests that know the truth.
//!
//! The log variance moves back to its mean (one fast and one slow part, as in two-factor models of stochastic volatility); returns are Student t; within a bar
//! the price goes along a Brownian bridge; volume answers to the move by the square-root law with noise. The same seed gives the same history.

use std::fmt::Write;

use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha12Rng;
use rand_distr::{ChiSquared, StandardNormal};

use super::{Bar, Series};

/// Prices within a bar.
const STEPS: u32 = 24;
const DAY_SECONDS: f64 = 86_400.0;

/// What a made-up history is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Synthetic {
    /// Seed of the random numbers.
    pub seed: u64,
    /// Its length.
    pub days: u32,
    /// Length of a bar.
    pub bar_seconds: u32,
    /// The first price.
    pub price: f64,
    /// σ per √day of an ordinary day.
    pub daily_sigma: f64,
    /// ν of the returns; above 2.
    pub degrees_of_freedom: f64,
    /// Standard deviation of the log variance's fast part, which is half gone after eight hours.
    pub fast_unrest: f64,
    /// Standard deviation of the log variance's slow part, which is half gone after twenty days.
    pub slow_unrest: f64,
    /// Y of the square-root law.
    pub impact_multiple: f64,
    /// Volume of an average day, base units.
    pub daily_volume_base: f64,
}

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            seed: 1,
            days: 180,
            bar_seconds: 300,
            price: 150.0,
            daily_sigma: 0.04,
            degrees_of_freedom: 4.0,
            fast_unrest: 0.5,
            slow_unrest: 0.5,
            impact_multiple: 1.0,
            daily_volume_base: 4e6,
        }
    }
}

/// When every made-up history begins: 1 January 2025.
const START_SECONDS: u64 = 1_735_689_600;

impl Synthetic {
    /// The history; `None` for one of fewer than two bars, or of a ν of 2 or less.
    #[must_use]
    pub fn series(&self, name: &str) -> Option<Series> {
        let chi_squared = ChiSquared::new(self.degrees_of_freedom).ok().filter(|_| self.degrees_of_freedom > 2.0)?;
        let bars_per_day = 86_400 / u64::from(self.bar_seconds.max(1));
        let mut market =
            Market { generator: ChaCha12Rng::seed_from_u64(self.seed), price: self.price, fast: 0.0, slow: 0.0 };
        let bars = (0..u64::from(self.days) * bars_per_day)
            .map(|place| market.bar(self, &chi_squared, START_SECONDS + place * u64::from(self.bar_seconds)))
            .collect();
        Series::of_bars(name, bars)
    }

    /// σ of one bar in an ordinary hour.
    fn bar_sigma(&self) -> f64 {
        self.daily_sigma * (f64::from(self.bar_seconds) / DAY_SECONDS).sqrt()
    }
}

struct Market {
    generator: ChaCha12Rng,
    price: f64,
    fast: f64,
    slow: f64,
}

impl Market {
    fn bar(&mut self, of: &Synthetic, chi_squared: &ChiSquared<f64>, open_time_seconds: u64) -> Bar {
        let step = |level: f64, half_life_seconds: f64, deviation: f64, normal: f64| {
            let keep = 2.0_f64.powf(-f64::from(of.bar_seconds) / half_life_seconds);
            keep * level + deviation * (1.0 - keep * keep).sqrt() * normal
        };
        self.fast = step(self.fast, 28_800.0, of.fast_unrest, self.normal());
        self.slow = step(self.slow, 20.0 * DAY_SECONDS, of.slow_unrest, self.normal());
        // so that the mean variance is that of an ordinary day
        let excess = f64::midpoint(of.fast_unrest.powi(2), of.slow_unrest.powi(2));
        let sigma = of.bar_sigma() * ((self.fast + self.slow - excess) / 2.0).exp();
        let mixing = ((of.degrees_of_freedom - 2.0) / chi_squared.sample(&mut self.generator)).sqrt();
        let (moved, open) = (sigma * mixing * self.normal(), self.price);
        let (low, high) = self.bridge(moved, sigma * mixing);
        self.price = open * moved.exp();
        let noise = (0.3 * self.normal()).exp();
        let share_of_day = (moved / (of.impact_multiple * of.daily_sigma)).powi(2) * noise + 1e-7;
        Bar {
            open_time_seconds,
            open,
            high: (open * high.exp()).max(self.price),
            low: (open * low.exp()).min(self.price),
            close: self.price,
            volume_base: Some(share_of_day * of.daily_volume_base),
            depth_quote: None,
            spread: None,
        }
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.generator)
    }

    /// The lowest and the highest point of a Brownian bridge from 0 to `end`.
    fn bridge(&mut self, end: f64, sigma: f64) -> (f64, f64) {
        let (mut place, mut low, mut high) = (0.0_f64, 0.0_f64, 0.0_f64);
        for step in 0..STEPS - 1 {
            let left = f64::from(STEPS - step);
            place += (end - place) / left + sigma * ((left - 1.0) / left / f64::from(STEPS)).sqrt() * self.normal();
            (low, high) = (low.min(place), high.max(place));
        }
        (low, high)
    }
}

impl Series {
    /// The series as CSV, as [`Self::parse`] reads it; depth and spread stand in it where any bar knows them.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let known = self.bars.iter().any(|bar| bar.depth_quote.is_some() || bar.spread.is_some());
        let mut text = "open_time_seconds,open,high,low,close,volume_base".to_owned();
        text += if known { ",depth_quote,spread\n" } else { "\n" };
        let shown = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        for bar in &self.bars {
            let Bar { open_time_seconds, open, high, low, close, .. } = bar;
            // writing to a string cannot fail
            let _ = write!(text, "{open_time_seconds},{open},{high},{low},{close},{}", shown(bar.volume_base));
            if known {
                let _ = write!(text, ",{},{}", shown(bar.depth_quote), shown(bar.spread));
            }
            text.push('\n');
        }
        text
    }
}
