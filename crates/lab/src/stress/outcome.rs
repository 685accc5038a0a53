//! What a path did to the venue: counts, values, and the timeline of one cascade.

use std::collections::VecDeque;

use plimsoll_risk::RiskError;
use plimsoll_risk::health::FactorTerms;

use super::books::Moved;
use super::cascade::Setting;
use super::holding::Holding;
use super::market::{Market, Snapshot};
use super::venue::QUOTE_ATOMS_PER_USD;
use crate::replay::real;

/// Why an account became liquidatable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Prices moved against it within the grace.
    Price,
    /// Its threshold rose, as announced a grace ahead or since it was opened.
    AnnouncedThreshold,
    /// Its threshold rose without a move of the price and without notice.
    UnannouncedThreshold,
}

impl Cause {
    /// Looks back over what was known within the grace (INV-GRACE of the model).
    ///
    /// # Errors
    /// The core's refusal of a valuation.
    pub fn of(
        holding: &Holding,
        snapshots: &VecDeque<Snapshot>,
        opened_at: u64,
        setting: &Setting,
    ) -> Result<Self, RiskError> {
        let (Some(now), venue) = (snapshots.back(), &setting.venue) else { return Ok(Self::Price) };
        let Some(then) = snapshots.iter().find(|snapshot| snapshot.now_seconds >= opened_at) else {
            return Ok(Self::Price);
        };
        let with = |prices: &Snapshot, margins: &Snapshot| {
            let terms: Vec<FactorTerms> = prices
                .terms
                .iter()
                .zip(&margins.terms)
                .map(|(price, margin)| FactorTerms { maintenance: margin.maintenance, ..*price })
                .collect();
            holding.health(&terms, venue).map(|health| health.maintenance.is_negative())
        };
        // at today's prices and the old thresholds it would be liquidated as well; or at the old prices it would not be yet
        if with(now, then)? || !with(then, now)? {
            return Ok(Self::Price);
        }
        let step = now.now_seconds / venue.grid_seconds;
        let announced = then
            .paths
            .as_ref()
            .is_some_and(|paths| paths.iter().zip(&now.terms).all(|(path, terms)| path.at(step) >= terms.maintenance));
        Ok(if announced { Self::AnnouncedThreshold } else { Self::UnannouncedThreshold })
    }
}

/// What happened in one arm of one path. Values in US dollars at mid, at the time of the event.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Outcome {
    /// What failed accounts owed beyond what they had, insurance's part included.
    pub bad_debt_usd: f64,
    /// The part of it that depositors bear.
    pub lenders_loss_usd: f64,
    /// What the insurance fund would have paid, had it reached, less what it earned: bad debt and top-ups less cuts.
    pub insurance_loss_usd: f64,
    /// Accounts that failed.
    pub failed_accounts: u64,
    /// Accounts that became liquidatable, each time counted anew.
    pub liquidated_accounts: u64,
    /// Those whose threshold rose as announced, without a move of the price.
    pub by_announced_threshold: u64,
    /// Those whose threshold rose without notice and without a move of the price: INV-GRACE forbids them.
    pub by_unannounced_threshold: u64,
    /// Value that liquidators took over.
    pub liquidated_usd: f64,
    /// What they kept of it.
    pub bonus_usd: f64,
    /// What owners sold themselves.
    pub reduced_usd: f64,
    /// Value of all positions opened.
    pub opened_usd: f64,
    /// Times that a liquidation had to wait for throughput, by account and tick.
    pub throttled: u64,
    /// Times that no liquidation landed, by account and tick.
    pub delayed: u64,
    /// Times that a liquidator declined because selling would have cost more than the bonus.
    pub declined: u64,
    /// The furthest that forced trades moved any price away from the path.
    pub largest_impact: f64,
    /// Mean maintenance margin of each factor over the path.
    pub mean_margins: Vec<f64>,
}

impl Outcome {
    /// Counts an account that became liquidatable.
    pub fn count(&mut self, cause: Cause) {
        self.liquidated_accounts += 1;
        match cause {
            Cause::Price => {}
            Cause::AnnouncedThreshold => self.by_announced_threshold += 1,
            Cause::UnannouncedThreshold => self.by_unannounced_threshold += 1,
        }
    }

    /// Books a step of a liquidation.
    #[allow(clippy::cast_precision_loss)] // reports
    pub fn liquidated(&mut self, moved: &Moved) {
        let usd = |atoms: u128| atoms as f64 / QUOTE_ATOMS_PER_USD;
        self.liquidated_usd += usd(moved.traded);
        self.bonus_usd += usd(moved.bonus);
        self.insurance_loss_usd += usd(moved.paid) - usd(moved.cut);
    }

    /// Books an account that failed, and what the fund had for it.
    pub fn failed(&mut self, owed_usd: f64, paid_usd: f64) {
        self.failed_accounts += 1;
        self.bad_debt_usd += owed_usd;
        self.lenders_loss_usd += owed_usd - paid_usd;
        self.insurance_loss_usd += owed_usd;
    }

    /// Sees a tick: margins in force and how far prices are from their path.
    pub fn observe(&mut self, market: &Market<'_>, path_usd: &[f64]) {
        let Some(now) = market.now() else { return };
        self.mean_margins.resize(now.terms.len(), 0.0);
        for ((mean, terms), (factor, path_usd)) in
            self.mean_margins.iter_mut().zip(&now.terms).zip(market.factors.iter().zip(path_usd))
        {
            *mean += real::ratio(terms.maintenance);
            let price_usd = factor.price_usd(terms.mid);
            self.largest_impact = self.largest_impact.max((price_usd / path_usd - 1.0).abs());
        }
    }

    /// The outcome with its sums over ticks made means.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // ticks are far below 2^52
    pub fn finished(&self, ticks: usize) -> Self {
        let mut outcome = self.clone();
        for mean in &mut outcome.mean_margins {
            *mean /= ticks.max(1) as f64;
        }
        outcome
    }
}

/// One moment of a cascade, for the timeline.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Moment {
    /// Unix time.
    pub at_seconds: u64,
    /// Prices in force, US dollars.
    pub prices_usd: Vec<f64>,
    /// Maintenance margins in force.
    pub margins: Vec<f64>,
    /// Initial margins in force.
    pub initial_margins: Vec<f64>,
    /// Value liquidated since the start.
    pub liquidated_usd: f64,
    /// Bad debt since the start.
    pub bad_debt_usd: f64,
}

/// Records moments at a spacing, or none.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    spacing_seconds: u64,
    /// What was recorded.
    pub moments: Vec<Moment>,
}

impl Recorder {
    /// One moment at every multiple of a spacing; zero records nothing.
    #[must_use]
    pub const fn every(spacing_seconds: u64) -> Self {
        Self { spacing_seconds, moments: Vec::new() }
    }

    /// Takes the moment, if it is one to record.
    pub fn record(&mut self, at_seconds: u64, market: &Market<'_>, outcome: &Outcome) {
        if self.spacing_seconds == 0 || !at_seconds.is_multiple_of(self.spacing_seconds) {
            return;
        }
        let Some(now) = market.now() else { return };
        self.moments.push(Moment {
            at_seconds,
            prices_usd: now
                .terms
                .iter()
                .zip(&market.factors)
                .map(|(terms, factor)| factor.price_usd(terms.mid))
                .collect(),
            margins: now.terms.iter().map(|terms| real::ratio(terms.maintenance)).collect(),
            initial_margins: now.terms.iter().map(|terms| real::ratio(terms.initial)).collect(),
            liquidated_usd: outcome.liquidated_usd,
            bad_debt_usd: outcome.bad_debt_usd,
        });
    }
}
