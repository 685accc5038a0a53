//! Prices and thresholds of one arm: what the path brings, what liquidations add to it, and what the core makes of both.

use std::collections::VecDeque;

use plimsoll_risk::RiskError;
use plimsoll_risk::health::FactorTerms;
use plimsoll_risk::liquidation::Bucket;
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::quantities::{Price, Ratio, Value, Variance};
use plimsoll_risk::threshold::{Path, current_variance, initial_margin, margin_goal};
use serde::{Deserialize, Serialize};

use super::venue::{QUOTE_ATOMS_PER_USD, Venue, VenueFactor};
use crate::replay::{FactorState, real};
use crate::statistics::liquidity::square_root_impact;

/// Margins without impact.
pub const NO_IMPACT: Impact = Impact { unit: 0, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };
const HOUR_SECONDS: u64 = 3_600;
const HOURS_PER_DAY: f64 = 24.0;

/// How deep the markets of a factor are, and the law by which selling moves them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liquidity {
    /// Value traded a day on a calm day.
    pub daily_volume_usd: f64,
    /// Y of the square-root law: a forced sale of Q moves the price by Y·σ·√(Q/daily volume).
    pub impact: f64,
    /// The half-life of a sale's part in that Q: how fast the market forgets it.
    pub impact_half_life_seconds: f64,
}

impl Liquidity {
    /// The displacement of the log price by a signed volume that is not yet forgotten, at a volatility per √day.
    #[must_use]
    pub fn displacement(&self, volume_usd: f64, volatility: f64) -> f64 {
        let size = square_root_impact(self.impact, volatility, volume_usd.abs(), self.daily_volume_usd);
        size.copysign(volume_usd).clamp(-1.0, 1.0)
    }

    /// What is left of a volume after some seconds.
    #[must_use]
    pub fn remembered(&self, seconds: f64) -> f64 {
        (-std::f64::consts::LN_2 * seconds / self.impact_half_life_seconds).exp()
    }
}

/// Where the thresholds of an arm come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thresholds {
    /// The core's: the announced path, initial margin at once.
    Dynamic,
    /// These maintenance margins of each factor (mantissas of 32 fractional bits), for ever; initial margin stands the same gap above as in the parameter file.
    Fixed(Vec<u64>),
    /// The core's goal without notice: what a protocol does whose parameters jump.
    Unannounced,
}

/// One way of running the venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// Its name in figures.
    pub name: String,
    /// Where its thresholds come from.
    pub thresholds: Thresholds,
    /// Whether the throughput buckets limit liquidations.
    pub is_throttled: bool,
}

/// A factor as a path finds it.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The replayed state.
    pub state: FactorState,
    /// The goal of its maintenance margin.
    pub goal: Ratio,
    /// Its initial margin.
    pub initial: Ratio,
}

impl Start {
    /// A factor that was just listed.
    ///
    /// # Errors
    /// The core's refusal of the price.
    pub fn listed(factor: &VenueFactor, price_usd: f64, at_seconds: u64) -> Result<Self, RiskError> {
        let state = FactorState::list(&factor.model, &factor.seeds, price_usd, at_seconds)?;
        let variance = current_variance(state.volatility.fast, state.volatility.slow, Variance::ZERO);
        let goal = margin_goal(variance, &factor.model.threshold)?;
        let initial = initial_margin(&state.path, goal, state.volatility.jump, &factor.model.threshold)?;
        Ok(Self { state, goal, initial })
    }

    /// Publishes a price and cranks what is due.
    ///
    /// # Errors
    /// The core's refusal of either.
    pub fn advance(&mut self, factor: &VenueFactor, price_usd: f64, now_seconds: u64) -> Result<(), RiskError> {
        self.state.publish(&factor.model, price_usd, now_seconds)?;
        let cranked_at = now_seconds + factor.model.price.confirm_seconds;
        if let Some(step) = self.state.crank(&factor.model, cranked_at)? {
            (self.goal, self.initial) = (step.goal, step.initial);
        }
        Ok(())
    }

    /// Maintenance margin in force.
    #[must_use]
    pub fn maintenance(&self, factor: &VenueFactor, now_seconds: u64) -> Ratio {
        self.state.path.at(now_seconds / factor.model.grid_seconds)
    }
}

/// One factor's market.
#[derive(Clone, Debug)]
pub struct FactorMarket {
    /// quote decimals − base decimals.
    atom_power: i32,
    /// Its state in the core.
    pub start: Start,
    /// Forced volume that the market has not forgotten, US dollars, negative where it was sold.
    pub volume_usd: f64,
    /// Forced volume of this tick.
    pub flow_usd: f64,
    /// Throughput left.
    pub bucket: Bucket,
    /// The path's prices within the last hour, oldest first.
    usd_by_tick: VecDeque<f64>,
}

/// What was known at one moment: for the question whether a liquidation was announced.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When.
    pub now_seconds: u64,
    /// Prices and margins then in force.
    pub terms: Vec<FactorTerms>,
    /// The paths then announced; none in arms without notice.
    pub paths: Option<Vec<Path>>,
}

/// All factors of one arm.
#[derive(Clone, Debug)]
pub struct Market<'a> {
    venue: &'a Venue,
    liquidity: &'a [Liquidity],
    arm: &'a Arm,
    /// The factors.
    pub factors: Vec<FactorMarket>,
    /// What was known within the last grace, oldest first; the last is now.
    pub snapshots: VecDeque<Snapshot>,
}

impl<'a> Market<'a> {
    /// The markets at the start of a path.
    #[must_use]
    pub fn new(venue: &'a Venue, liquidity: &'a [Liquidity], arm: &'a Arm, starts: &[Start], now_seconds: u64) -> Self {
        let market = |(start, factor): (&Start, &VenueFactor)| FactorMarket {
            atom_power: factor.model.price.atom_power,
            start: *start,
            volume_usd: 0.0,
            flow_usd: 0.0,
            bucket: Bucket::full(&factor.bucket, now_seconds),
            usd_by_tick: VecDeque::new(),
        };
        let factors = starts.iter().zip(&venue.factors).map(market).collect();
        Self { venue, liquidity, arm, factors, snapshots: VecDeque::new() }
    }

    /// The next tick: the path's prices, displaced by what was sold; the core's estimate and thresholds follow.
    ///
    /// # Errors
    /// The core's refusal of a price.
    #[allow(clippy::cast_precision_loss)] // seconds
    pub fn advance(&mut self, prices_usd: &[f64], tick_seconds: u64, now_seconds: u64) -> Result<(), RiskError> {
        let priced = self.factors.iter_mut().zip(&self.venue.factors).zip(self.liquidity).zip(prices_usd);
        for (((market, factor), liquidity), &path_usd) in priced {
            market.volume_usd =
                market.volume_usd * liquidity.remembered(tick_seconds as f64) + std::mem::take(&mut market.flow_usd);
            let displaced = liquidity.displacement(market.volume_usd, market.volatility());
            market.start.advance(factor, path_usd * displaced.exp(), now_seconds)?;
            market.bucket = market.bucket.refilled(&factor.bucket, now_seconds);
            market.usd_by_tick.push_back(path_usd);
            while market.usd_by_tick.len() as u64 * tick_seconds > HOUR_SECONDS + tick_seconds {
                market.usd_by_tick.pop_front();
            }
        }
        let oldest = now_seconds.saturating_sub(self.venue.grace_seconds);
        while self.snapshots.get(1).is_some_and(|snapshot| snapshot.now_seconds <= oldest) {
            self.snapshots.pop_front();
        }
        let snapshot = self.snapshot(now_seconds)?;
        self.snapshots.push_back(snapshot);
        Ok(())
    }

    fn snapshot(&self, now_seconds: u64) -> Result<Snapshot, RiskError> {
        let terms = (0..self.factors.len()).map(|index| self.terms(index, now_seconds)).collect::<Result<_, _>>()?;
        let announces = self.arm.thresholds == Thresholds::Dynamic;
        let paths = announces.then(|| self.factors.iter().map(|market| market.start.state.path).collect());
        Ok(Snapshot { now_seconds, terms, paths })
    }

    /// Prices and margins of a factor in this arm.
    fn terms(&self, index: usize, now_seconds: u64) -> Result<FactorTerms, RiskError> {
        let (factor, Start { state, goal, initial }) = (&self.venue.factors[index], self.factors[index].start);
        let (maintenance, initial) = match &self.arm.thresholds {
            Thresholds::Dynamic => (self.factors[index].start.maintenance(factor, now_seconds), initial),
            Thresholds::Unannounced => (goal, goal.plus(state.volatility.jump)?.times_up(factor.one_plus_gap)?),
            Thresholds::Fixed(margins) => {
                let maintenance = Ratio::from_bits(margins[index]);
                (maintenance, maintenance.times_up(factor.one_plus_gap)?)
            }
        };
        Ok(FactorTerms {
            mid: state.quote.mid,
            asset_initial: state.quote.mid.min(state.stable.price),
            debt_initial: state.quote.mid.max(state.stable.price),
            maintenance,
            initial,
            // positions are small beside the depth: no profile, no impact
            impact: NO_IMPACT,
            impact_initial: NO_IMPACT,
        })
    }

    /// What is known now. Before the first tick nothing is.
    #[must_use]
    pub fn now(&self) -> Option<&Snapshot> {
        self.snapshots.back()
    }

    /// The present terms with each margin at its highest of the hour ahead: an account that is unhealthy with them is called.
    #[must_use]
    pub fn terms_ahead(&self) -> Vec<FactorTerms> {
        let Some(Snapshot { terms, paths, .. }) = self.now() else { return Vec::new() };
        let Some(paths) = paths else { return terms.clone() };
        let ahead = |(terms, path): (&FactorTerms, &Path)| FactorTerms { maintenance: path.highest(), ..*terms };
        terms.iter().zip(paths).map(ahead).collect()
    }

    /// The largest move of any factor's path over the last hour.
    #[must_use]
    pub fn largest_hour_return(&self) -> f64 {
        self.factors.iter().map(FactorMarket::hour_return).fold(0.0, f64::max)
    }

    /// A forced trade of a value in quote atoms: what it will do to the price, and what that costs who trades.
    pub fn trade(&mut self, index: usize, value: Value, is_purchase: bool) {
        let volume_usd = usd(value);
        self.factors[index].flow_usd += if is_purchase { volume_usd } else { -volume_usd };
    }

    /// What selling or buying a value costs a liquidator, as a part of it: half the spread and two thirds of the displacement that he adds (the mean
    /// of a square root over his volume).
    #[must_use]
    pub fn cost_of(&self, index: usize, value: Value, is_purchase: bool) -> f64 {
        let (market, liquidity) = (&self.factors[index], &self.liquidity[index]);
        let signed = if is_purchase { usd(value) } else { -usd(value) };
        let before = market.volume_usd + market.flow_usd;
        let volatility = market.volatility();
        let added = liquidity.displacement(before + signed, volatility) - liquidity.displacement(before, volatility);
        self.venue.factors[index].half_spread + added.abs() * 2.0 / 3.0
    }
}

impl FactorMarket {
    /// A core price in US dollars of a whole token.
    #[must_use]
    pub fn price_usd(&self, price: Price) -> f64 {
        real::price(price, self.atom_power)
    }

    /// The size of the path's log return over the last hour: what the market does by itself, without what is sold here.
    #[must_use]
    pub fn hour_return(&self) -> f64 {
        let ends = self.usd_by_tick.front().zip(self.usd_by_tick.back());
        ends.map_or(0.0, |(first, last)| (last / first).ln().abs())
    }

    /// σ per √day in which a sale meets the market: σ_now of the core, or the last hour's move where that is more. Depth goes when prices move, not when
    /// an average of half a day notices.
    #[must_use]
    pub fn volatility(&self) -> f64 {
        let estimated = real::volatility(self.start.state.volatility.fast.max(self.start.state.volatility.slow));
        estimated.max(self.hour_return() * HOURS_PER_DAY.sqrt())
    }
}

/// Quote atoms in US dollars.
#[must_use]
#[allow(clippy::cast_precision_loss)] // reports
pub fn usd(value: Value) -> f64 {
    value.0 as f64 / QUOTE_ATOMS_PER_USD
}
