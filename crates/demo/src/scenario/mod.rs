//! A scenario: the prices of four assets, step by step, as an oracle would publish them.
//!
//! Two sources give the same type: a definition in TOML ([`definition`]: waypoints with a seeded Brownian bridge
//! between them) and anyone's OHLCV history in CSV ([`history`]). [`load`] reads the value of `SCENARIO=`.

mod bridge;
pub mod definition;
mod error;
pub mod history;
mod ohlcv;
mod source;

pub use error::ScenarioError;
pub use source::{BUILT_IN, load};

/// The assets of every scenario, in the order in which prices are given.
pub const ASSETS: [&str; 4] = ["USDC", "SOL", "BTC", "ETH"];

/// Every price is an integer times 10^−8 US dollars, as Pyth publishes crypto prices.
pub const PRICE_EXPONENT: i32 = -8;

/// Integer price units in one US dollar.
pub const PRICE_UNITS_PER_USD: f64 = 1e8;

/// The most steps a scenario may have: 31 days at 15 minutes.
pub const MAX_STEPS: usize = 31 * 96;

/// The volatility grid of the program, seconds; a step is a whole multiple of it.
pub const GRID_SECONDS: u64 = 300;

/// One publication of an oracle, in the units of Pyth's price message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Price, in 10^[`PRICE_EXPONENT`] US dollars; above zero.
    pub price: i64,
    /// Half-width of the confidence interval, in the price's unit.
    pub confidence: u64,
    /// Unix time of this publication, seconds.
    pub publish_time: i64,
    /// Unix time of the publication before it, seconds. Pyth publishes about once a second, hence one second earlier;
    /// so this publication is the first one at or after its step's boundary.
    pub prev_publish_time: i64,
}

/// One asset's prices over the whole scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTrack {
    /// Price at each step, in 10^[`PRICE_EXPONENT`] US dollars.
    pub prices: Vec<i64>,
    /// Confidence interval, in parts per million of the price.
    pub confidence_ppm: u32,
}

/// A scenario ready to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Short name, as given to `SCENARIO=`.
    pub name: String,
    /// One sentence: what happens.
    pub description: String,
    /// What is constructed, assumed or repaired in it; printed with the results.
    pub notes: Vec<String>,
    /// Seed of the random path between waypoints; 0 where nothing is random.
    pub seed: u64,
    /// Unix time of step 0, seconds; a multiple of `step_seconds`.
    pub start_seconds: u64,
    /// Time between two steps, seconds; a multiple of [`GRID_SECONDS`].
    pub step_seconds: u64,
    /// One track for each of [`ASSETS`], all of one length.
    pub tracks: [PriceTrack; 4],
}

impl Scenario {
    /// The number of price vectors, the first included.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.tracks[0].prices.len()
    }

    /// Unix time of a step, seconds.
    #[must_use]
    pub fn step_time(&self, step: usize) -> u64 {
        self.start_seconds + step as u64 * self.step_seconds
    }

    /// Unix time of the last step, seconds.
    #[must_use]
    pub fn end_seconds(&self) -> u64 {
        self.step_time(self.steps().saturating_sub(1))
    }

    /// What the oracles publish at a step, in the order of [`ASSETS`]; `None` past the end.
    #[must_use]
    pub fn publications(&self, step: usize) -> Option<[Publication; 4]> {
        if step >= self.steps() {
            return None;
        }
        let time = i64::try_from(self.step_time(step)).ok()?;
        Some(self.tracks.each_ref().map(|track| {
            let price = track.prices[step];
            let confidence = u128::from(price.unsigned_abs()) * u128::from(track.confidence_ppm) / 1_000_000;
            Publication {
                price,
                confidence: u64::try_from(confidence).unwrap_or(u64::MAX),
                publish_time: time,
                prev_publish_time: time - 1,
            }
        }))
    }

    /// Whether an asset's price is the same, to the last unit, at every step of the `seconds` that end at `step`,
    /// both ends included. False while less than `seconds` of the scenario have passed, and for an unknown asset.
    #[must_use]
    pub fn is_flat_before(&self, asset: usize, step: usize, seconds: u64) -> bool {
        let steps_back = usize::try_from(seconds.div_ceil(self.step_seconds)).unwrap_or(usize::MAX);
        let window = step
            .checked_sub(steps_back)
            .and_then(|first| self.tracks.get(asset).and_then(|track| track.prices.get(first..=step)));
        window.is_some_and(|prices| prices.windows(2).all(|pair| pair[0] == pair[1]))
    }
}

/// A price in dollars as an integer in 10^[`PRICE_EXPONENT`] dollars; `None` if it does not fit or rounds to zero.
#[allow(clippy::cast_possible_truncation)] // the range is checked first
fn price_units(usd: f64) -> Option<i64> {
    let units = (usd * PRICE_UNITS_PER_USD).round();
    // 2^53: beyond it an f64 no longer tells two prices apart.
    (units.is_finite() && (1.0..=9_007_199_254_740_992.0).contains(&units)).then_some(units as i64)
}
