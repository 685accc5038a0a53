//! Scenario files: waypoints that are public facts, and the volatility of the path between them.
//!
//! ```toml
//! name = "example"
//! description = "One sentence."
//! step_seconds = 900
//! seed = 1
//! notes = ["What is constructed, assumed or simplified."]
//!
//! [[asset]]                       # one for each of USDC, SOL, BTC, ETH
//! symbol = "SOL"
//! market_correlation = 0.8        # of its returns with the movement that all assets share
//! confidence_ppm = 500            # the oracle's confidence interval
//! waypoints = [                   # volatility: percent per √day on the way to the next waypoint
//!   { at = 2025-10-08T12:00:00Z, usd = 221.0, volatility_percent = 3.4 },
//!   { at = 2025-10-09T12:00:00Z, usd = 223.0 },
//! ]
//! ```
//!
//! The first and last waypoints of every asset are at the scenario's start and end.

use plimsoll_report::calendar::{Day, unix_seconds};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha12Rng;
use rand_distr::StandardNormal;
use serde::Deserialize;
use toml::value::Datetime;

use super::bridge::{self, Knot};
use super::{ASSETS, GRID_SECONDS, MAX_STEPS, PriceTrack, Scenario, ScenarioError, price_units};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: String,
    description: String,
    step_seconds: u64,
    seed: u64,
    #[serde(default)]
    notes: Vec<String>,
    asset: Vec<AssetDefinition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssetDefinition {
    symbol: String,
    market_correlation: f64,
    confidence_ppm: u32,
    waypoints: Vec<Waypoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waypoint {
    at: Datetime,
    usd: f64,
    #[serde(default)]
    volatility_percent: f64,
}

/// The longest step accepted, seconds.
const MAX_STEP_SECONDS: u64 = 86_400;

/// Reads a scenario definition and draws its path.
///
/// `file` names the text in errors; `seed` replaces the file's own seed.
///
/// # Errors
/// [`ScenarioError::File`] for text that is not TOML, keys that are missing or unknown, an asset that is missing,
/// doubled or unknown, and waypoints that are out of order, off the step or outside sane bounds.
pub fn parse(file: &str, text: &str, seed: Option<u64>) -> Result<Scenario, ScenarioError> {
    let definition: Definition = toml::from_str(text)
        .map_err(|error| ScenarioError::file(file, error.to_string().trim_end(), "correct the key that is named"))?;
    let reader = WaypointReader { file, step_seconds: check_step(file, definition.step_seconds)? };
    let assets = order_assets(file, &definition.asset)?;
    let (start_seconds, end_seconds) = reader.span(assets[0])?;
    let steps = usize::try_from((end_seconds - start_seconds) / definition.step_seconds).unwrap_or(usize::MAX);
    if steps >= MAX_STEPS {
        let problem = format!("{steps} steps are more than {MAX_STEPS}");
        return Err(ScenarioError::file(file, problem, "shorten the scenario or lengthen step_seconds"));
    }
    let seed = seed.unwrap_or(definition.seed);
    let market = normals(seed, 0, steps + 1);
    let draw = |index: usize| {
        let knots = reader.knots(assets[index], start_seconds, end_seconds)?;
        let own = normals(seed, index as u64 + 1, steps + 1);
        let returns = correlate(&market, &own, assets[index].market_correlation);
        track(file, assets[index], &bridge::sample(&knots, definition.step_seconds, &returns))
    };
    Ok(Scenario {
        tracks: [draw(0)?, draw(1)?, draw(2)?, draw(3)?],
        name: definition.name,
        description: definition.description,
        notes: definition.notes,
        seed,
        start_seconds,
        step_seconds: definition.step_seconds,
    })
}

fn check_step(file: &str, step_seconds: u64) -> Result<u64, ScenarioError> {
    if (1..=MAX_STEP_SECONDS).contains(&step_seconds) && step_seconds.is_multiple_of(GRID_SECONDS) {
        return Ok(step_seconds);
    }
    let problem = format!("step_seconds is {step_seconds}");
    Err(ScenarioError::file(file, problem, "use a multiple of 300, at most 86400"))
}

/// Mixes the shared movement and an asset's own into one of unit variance.
fn correlate(market: &[f64], own: &[f64], loading: f64) -> Vec<f64> {
    let rest = (1.0 - loading * loading).sqrt();
    market.iter().zip(own).map(|(market, own)| loading * market + rest * own).collect()
}

/// One stream of standard normals; streams of one seed are independent of each other.
fn normals(seed: u64, stream: u64, count: usize) -> Vec<f64> {
    let mut generator = ChaCha12Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    StandardNormal.sample_iter(generator).take(count).collect()
}

fn track(file: &str, asset: &AssetDefinition, log_prices: &[f64]) -> Result<PriceTrack, ScenarioError> {
    let prices: Option<Vec<i64>> = log_prices.iter().map(|log_price| price_units(log_price.exp())).collect();
    let prices = prices.ok_or_else(|| {
        let problem = format!("{}: the path leaves the range of prices", asset.symbol);
        ScenarioError::file(file, problem, "lower its volatility_percent")
    })?;
    Ok(PriceTrack { prices, confidence_ppm: asset.confidence_ppm })
}

fn order_assets<'a>(file: &str, assets: &'a [AssetDefinition]) -> Result<[&'a AssetDefinition; 4], ScenarioError> {
    if let Some(unknown) = assets.iter().find(|asset| !ASSETS.contains(&asset.symbol.as_str())) {
        let problem = format!("asset \"{}\" is not one of {}", unknown.symbol, ASSETS.join(", "));
        return Err(ScenarioError::file(file, problem, "remove or rename it"));
    }
    let find = |symbol: &str| {
        let mut found = assets.iter().filter(|asset| asset.symbol == symbol);
        match (found.next(), found.next()) {
            (Some(asset), None) => check_asset(file, asset).map(|()| asset),
            (None, _) => Err(ScenarioError::file(file, format!("{symbol} is missing"), "add an [[asset]] for it")),
            (Some(_), Some(_)) => Err(ScenarioError::file(file, format!("{symbol} is given twice"), "remove one")),
        }
    };
    Ok([find(ASSETS[0])?, find(ASSETS[1])?, find(ASSETS[2])?, find(ASSETS[3])?])
}

fn check_asset(file: &str, asset: &AssetDefinition) -> Result<(), ScenarioError> {
    let refuse = |problem: String, remedy: &str| Err(ScenarioError::file(file, problem, remedy));
    if !(0.0..=1.0).contains(&asset.market_correlation) {
        let problem = format!("{}: market_correlation is {}", asset.symbol, asset.market_correlation);
        return refuse(problem, "use 0 to 1");
    }
    if asset.confidence_ppm > 1_000_000 {
        return refuse(format!("{}: confidence_ppm is {}", asset.symbol, asset.confidence_ppm), "use at most 1000000");
    }
    if asset.waypoints.len() < 2 {
        return refuse(format!("{}: fewer than two waypoints", asset.symbol), "give a start and an end");
    }
    Ok(())
}

struct WaypointReader<'a> {
    file: &'a str,
    step_seconds: u64,
}

impl WaypointReader<'_> {
    fn refuse<T>(&self, asset: &AssetDefinition, at: &Datetime, problem: &str) -> Result<T, ScenarioError> {
        let problem = format!("{}, waypoint {at}: {problem}", asset.symbol);
        Err(ScenarioError::file(self.file, problem, "correct the waypoint"))
    }

    fn time(&self, asset: &AssetDefinition, at: &Datetime) -> Result<u64, ScenarioError> {
        let seconds = match (at.date, at.time, at.offset) {
            (Some(date), Some(time), Some(toml::value::Offset::Z)) if time.nanosecond == 0 => {
                let day = Day { year: date.year.into(), month: date.month.into(), day: date.day.into() };
                let second = u64::from(time.second);
                unix_seconds(day, u64::from(time.hour) * 3_600 + u64::from(time.minute) * 60 + second)
            }
            _ => None,
        };
        match seconds {
            Some(seconds) if seconds % self.step_seconds == 0 => Ok(seconds),
            Some(_) => self.refuse(asset, at, "the time is not a multiple of step_seconds"),
            None => self.refuse(asset, at, "not a UTC date and time such as 2025-10-08T12:00:00Z"),
        }
    }

    fn span(&self, asset: &AssetDefinition) -> Result<(u64, u64), ScenarioError> {
        let (first, last) = (&asset.waypoints[0].at, &asset.waypoints[asset.waypoints.len() - 1].at);
        let (start, end) = (self.time(asset, first)?, self.time(asset, last)?);
        if end <= start {
            return self.refuse(asset, last, "the end is not after the start");
        }
        Ok((start, end))
    }

    /// The waypoint's time, once its price and volatility are sane.
    fn check_waypoint(&self, asset: &AssetDefinition, waypoint: &Waypoint) -> Result<u64, ScenarioError> {
        if price_units(waypoint.usd).is_none() {
            return self.refuse(asset, &waypoint.at, "usd is not a price between 0.00000001 and 90 million");
        }
        if !(0.0..=1_000.0).contains(&waypoint.volatility_percent) {
            return self.refuse(asset, &waypoint.at, "volatility_percent is not between 0 and 1000");
        }
        self.time(asset, &waypoint.at)
    }

    fn knots(&self, asset: &AssetDefinition, start: u64, end: u64) -> Result<Vec<Knot>, ScenarioError> {
        let mut knots: Vec<Knot> = Vec::with_capacity(asset.waypoints.len());
        for waypoint in &asset.waypoints {
            let (at, time) = (&waypoint.at, self.check_waypoint(asset, waypoint)?);
            if time < start || time > end {
                return self.refuse(asset, at, "outside the scenario, whose span is that of the first asset, USDC");
            }
            let step = usize::try_from((time - start) / self.step_seconds).unwrap_or(usize::MAX);
            if knots.last().is_some_and(|before| before.step >= step) {
                return self.refuse(asset, at, "not after the one before it");
            }
            let sigma_per_sqrt_day = waypoint.volatility_percent / 100.0;
            knots.push(Knot { step, log_price: waypoint.usd.ln(), sigma_per_sqrt_day });
        }
        let (first, last) = self.span(asset)?;
        if first != start || last != end {
            let at =
                if first == start { &asset.waypoints[asset.waypoints.len() - 1].at } else { &asset.waypoints[0].at };
            return self.refuse(
                asset,
                at,
                "first and last waypoints must be at the times of the first asset's, USDC's",
            );
        }
        Ok(knots)
    }
}
