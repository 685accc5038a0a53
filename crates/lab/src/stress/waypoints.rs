//! Prices along waypoints: the demo's scenario files, with a seeded Brownian bridge between the waypoints.

use std::path::Path;

use plimsoll_report::calendar::{Day, unix_seconds};
use rand_distr::{Distribution, StandardNormal};
use serde::Deserialize;
use toml::value::{Datetime, Offset};

use super::definition::Source;
use super::error::StressError;
use super::population::stream;

/// The demo's scenarios that a replay may name.
const SHIPPED: [(&str, &str); 2] = [
    ("october-2025", include_str!("../../../demo/scenarios/october-2025.toml")),
    ("march-2020", include_str!("../../../demo/scenarios/march-2020.toml")),
];
const DAY_SECONDS: f64 = 86_400.0;

#[derive(Deserialize)]
struct File {
    seed: u64,
    asset: Vec<Asset>,
}

#[derive(Deserialize)]
struct Asset {
    symbol: String,
    market_correlation: f64,
    waypoints: Vec<Waypoint>,
}

#[derive(Deserialize)]
struct Waypoint {
    at: Datetime,
    usd: f64,
    #[serde(default)]
    volatility_percent: f64,
}

/// Prices of some factors at even times.
#[derive(Clone, Debug)]
pub struct Track {
    /// Unix time of the first.
    pub start_seconds: u64,
    /// US dollars, by tick and factor.
    pub prices_usd: Vec<Vec<f64>>,
}

/// Unix seconds of a UTC time; none where it has another offset or is incomplete.
#[must_use]
pub fn utc_seconds(at: &Datetime) -> Option<u64> {
    let (Some(date), Some(time), Some(Offset::Z)) = (at.date, at.time, at.offset) else { return None };
    let day = Day { year: date.year.into(), month: date.month.into(), day: date.day.into() };
    let second = u64::from(time.second);
    unix_seconds(day, u64::from(time.hour) * 3_600 + u64::from(time.minute) * 60 + second)
}

/// Draws the prices of these factors along the waypoints of a scenario, by its name or as the path of a file beside the source.
///
/// # Errors
/// [`StressError::Definition`] or [`StressError::File`] naming the file of the waypoints.
pub fn track(source: &Source, waypoints: &str, symbols: &[String], tick_seconds: u64) -> Result<Track, StressError> {
    let text = if let Some((_, text)) = SHIPPED.iter().find(|(name, _)| *name == waypoints) {
        (*text).to_owned()
    } else {
        let path = source.directory.join(Path::new(waypoints));
        std::fs::read_to_string(&path).map_err(StressError::of_file(path))?
    };
    let source = Source { file: waypoints.into(), text, directory: source.directory.clone() };
    let file: File = toml::from_str(&source.text).map_err(|error| source.refuse("asset", error.message()))?;
    let mut columns = Vec::with_capacity(symbols.len());
    let mut span = None;
    for (index, symbol) in symbols.iter().enumerate() {
        let asset = file.asset.iter().find(|asset| asset.symbol == *symbol);
        let asset =
            asset.ok_or_else(|| source.refuse("symbol", format!("{symbol} is missing; add an [[asset]] for it")))?;
        let knots = knots(&source, asset)?;
        let times = (knots[0].0, knots[knots.len() - 1].0);
        if *span.get_or_insert(times) != times {
            return Err(source
                .refuse("waypoints", format!("those of {symbol} begin or end at other times than the first asset's")));
        }
        let streams = [stream(file.seed, 0), stream(file.seed, index as u64 + 1)];
        columns.push(bridge(&knots, tick_seconds, asset.market_correlation, streams));
    }
    let (start_seconds, _) = span.ok_or_else(|| source.refuse("asset", "no factor to draw"))?;
    let ticks = columns.iter().map(Vec::len).min().unwrap_or(0);
    let prices_usd = (0..ticks).map(|tick| columns.iter().map(|column| column[tick]).collect()).collect();
    Ok(Track { start_seconds, prices_usd })
}

/// Time, log price and σ per √day on the way to the next.
type Knot = (u64, f64, f64);

fn knots(source: &Source, asset: &Asset) -> Result<Vec<Knot>, StressError> {
    let refuse = |problem: &str| source.refuse("waypoints", format!("{}: {problem}", asset.symbol));
    let mut knots: Vec<Knot> = Vec::with_capacity(asset.waypoints.len());
    for waypoint in &asset.waypoints {
        let at = utc_seconds(&waypoint.at).ok_or_else(|| refuse(&format!("{} is no UTC time", waypoint.at)))?;
        if knots.last().is_some_and(|before| before.0 >= at) {
            return Err(refuse(&format!("{} is not after the one before it", waypoint.at)));
        }
        if !(waypoint.usd > 0.0 && waypoint.usd.is_finite() && (0.0..=1_000.0).contains(&waypoint.volatility_percent)) {
            return Err(refuse(&format!("price or volatility at {} is out of range", waypoint.at)));
        }
        knots.push((at, waypoint.usd.ln(), waypoint.volatility_percent / 100.0));
    }
    if knots.len() < 2 || !(0.0..=1.0).contains(&asset.market_correlation) {
        return Err(refuse("give two waypoints or more, and a market_correlation from 0 to 1"));
    }
    Ok(knots)
}

/// A Brownian bridge from knot to knot, sampled forward: the next value is normal with mean x + (b − x)/n and variance σ²·Δ·(n − 1)/n, n ticks from the
/// knot b. Returns prices at every tick, the knots' own included. The first stream is the movement that all assets share.
#[allow(clippy::cast_precision_loss)] // ticks are far below 2^52
fn bridge(knots: &[Knot], tick_seconds: u64, shared: f64, mut streams: [rand_chacha::ChaCha12Rng; 2]) -> Vec<f64> {
    let tick_days = tick_seconds as f64 / DAY_SECONDS;
    let own = (1.0 - shared * shared).sqrt();
    let mut prices = vec![knots[0].1.exp()];
    for pair in knots.windows(2) {
        let ((from, mut value, sigma), (to, target, _)) = (pair[0], pair[1]);
        let ticks = (to - from) / tick_seconds;
        for left in (1..=ticks).rev() {
            let [market, alone] = streams.each_mut().map(|stream| -> f64 { StandardNormal.sample(stream) });
            let left = left as f64;
            let deviation = sigma * (tick_days * (left - 1.0) / left).sqrt();
            value += (target - value) / left + deviation * (shared * market + own * alone);
            prices.push(value.exp());
        }
    }
    prices
}
