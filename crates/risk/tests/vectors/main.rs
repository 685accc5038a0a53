//! Every case of every vector file of the reference model (`tests/reference`), against the core: the stated tolerance, and the rounding side.
// doubles judge tolerances here, never results
#![allow(clippy::cast_precision_loss)]

mod accounts;
mod correlations;
mod decimal;
mod liquidations;
mod liquidity;
mod perps;
mod portfolio;
mod prices;
mod reserves;
mod thresholds;
mod volatilities;

use serde::de::DeserializeOwned;

/// The grid that every file of section 3 is drawn on.
const GRID_SECONDS: u64 = 300;
const STEPS_PER_DAY: u32 = 288;

/// The cases of a file.
fn cases<T: DeserializeOwned>(text: &str) -> Vec<T> {
    #[derive(serde::Deserialize)]
    struct File<T> {
        cases: Vec<T>,
    }
    let file: File<T> = serde_json::from_str(text).unwrap();
    assert!(!file.cases.is_empty());
    file.cases
}

/// An integer that the files write as text.
#[derive(Clone, Copy, Debug)]
struct Text<N>(N);

impl<'de, N: std::str::FromStr<Err: std::fmt::Display>> serde::Deserialize<'de> for Text<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}
