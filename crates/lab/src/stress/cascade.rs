//! The cascade: prices move thresholds, thresholds and prices liquidate, liquidations move prices.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidation::Bucket;
use plimsoll_risk::quantities::{Amount, Price, Value};

use super::books::Books;
use super::holding::{Holding, Limits};
use super::market::{Arm, Liquidity, Market, Start, usd};
use super::outcome::{Cause, Outcome, Recorder};
use super::population::{Draw, KeeperTerms, PopulationTerms, account_stream, luck, open, stream, to_atoms};
use super::venue::{QUOTE, QUOTE_ATOMS_PER_USD, Venue};

/// What every path of a run has in common.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The venue.
    pub venue: Venue,
    /// Depth of each factor's markets.
    pub liquidity: Vec<Liquidity>,
    /// Each factor's part of all accounts.
    pub shares: Vec<f64>,
    /// How accounts are drawn.
    pub population: PopulationTerms,
    /// How fast liquidators are.
    pub keepers: KeeperTerms,
    /// Accounts of a path.
    pub accounts: u64,
    /// What the insurance fund holds of each debt's token, in US dollars.
    pub insurance_usd: f64,
    /// The seed of everything.
    pub seed: u64,
}

/// The prices of one path.
#[derive(Clone, Debug)]
pub struct PricePath {
    /// Unix time of the first tick.
    pub start_seconds: u64,
    /// From tick to tick.
    pub tick_seconds: u64,
    /// US dollars, by tick and factor.
    pub prices_usd: Vec<Vec<f64>>,
    /// Each factor before the first tick.
    pub starts: Vec<Start>,
}

#[derive(Clone, Debug)]
struct Account {
    draw: Draw,
    generation: u64,
    holding: Option<Holding>,
    opened_at: u64,
    /// When the holding is closed, or a new one opened.
    changes_at: u64,
    unhealthy_since: Option<u64>,
    bucket: Bucket,
}

/// One arm of one path.
pub struct Cascade<'a> {
    setting: &'a Setting,
    market: Market<'a>,
    arm: &'a Arm,
    path: u64,
    accounts: Vec<Account>,
    books: Books,
    outcome: Outcome,
    now_seconds: u64,
    /// The probability that a liquidation lands in this tick.
    landing: f64,
    prices: Vec<Price>,
}

impl<'a> Cascade<'a> {
    /// Accounts without holdings; the first tick opens them.
    #[must_use]
    pub fn new(setting: &'a Setting, arm: &'a Arm, path_index: u64, path: &PricePath) -> Self {
        let now_seconds = path.start_seconds;
        let account = |index| {
            let draw = setting
                .population
                .draw(&setting.shares, &mut stream(setting.seed, account_stream(path_index, index, 0)));
            Account {
                draw,
                generation: 0,
                holding: None,
                opened_at: now_seconds,
                changes_at: now_seconds,
                unhealthy_since: None,
                bucket: Bucket::full(&setting.venue.account_bucket(draw.factor), now_seconds),
            }
        };
        Self {
            setting,
            market: Market::new(&setting.venue, &setting.liquidity, arm, &path.starts, now_seconds),
            arm,
            path: path_index,
            accounts: (0..setting.accounts).map(account).collect(),
            books: Books::new(setting.venue.factors.len()),
            outcome: Outcome::default(),
            now_seconds,
            landing: 1.0,
            prices: Vec::new(),
        }
    }

    /// Plays the path to its end.
    ///
    /// # Errors
    /// The core's refusal of a price or of a valuation.
    pub fn play(mut self, path: &PricePath, recorder: &mut Recorder) -> Result<(Outcome, Self), RiskError> {
        for (tick, prices_usd) in (0..).zip(&path.prices_usd) {
            self.now_seconds = path.start_seconds + tick * path.tick_seconds;
            self.market.advance(prices_usd, path.tick_seconds, self.now_seconds)?;
            self.landing =
                self.setting.keepers.landing_probability(self.market.largest_hour_return(), path.tick_seconds);
            self.prices =
                self.market.now().map(|now| now.terms.iter().map(|terms| terms.mid).collect()).unwrap_or_default();
            for index in 0..self.accounts.len() {
                self.visit(index, path.tick_seconds)?;
            }
            self.outcome.observe(&self.market, prices_usd);
            recorder.record(self.now_seconds, &self.market, &self.outcome);
        }
        self.count_what_is_left()?;
        let outcome = self.outcome.finished(path.prices_usd.len());
        Ok((outcome, self))
    }

    /// The books and what accounts hold, for the proof that values add up.
    #[must_use]
    pub fn imbalance(&self) -> (Vec<i128>, Vec<i128>) {
        self.books.imbalance(self.accounts.iter().filter_map(|account| account.holding.as_ref()))
    }

    fn visit(&mut self, index: usize, tick_seconds: u64) -> Result<(), RiskError> {
        let Some(holding) = self.accounts[index].holding else {
            return if self.accounts[index].changes_at <= self.now_seconds { self.open(index) } else { Ok(()) };
        };
        let Some(now) = self.market.now() else { return Ok(()) };
        let health = holding.health(&now.terms, &self.setting.venue)?;
        if health.maintenance.is_negative() {
            return self.liquidate(index);
        }
        self.accounts[index].unhealthy_since = None;
        if self.accounts[index].changes_at <= self.now_seconds {
            self.books.pass(&holding, false);
            self.accounts[index].holding = None;
            return self.open(index);
        }
        let draw = &self.accounts[index].draw;
        let looks = draw.is_attentive && (self.now_seconds + draw.looks_at_second) % 3_600 < tick_seconds;
        if looks { self.look(index) } else { Ok(()) }
    }

    fn open(&mut self, index: usize) -> Result<(), RiskError> {
        let Some(now) = self.market.now() else { return Ok(()) };
        let account = &mut self.accounts[index];
        let generator = &mut stream(self.setting.seed, account_stream(self.path, index as u64, account.generation));
        account.draw = self.setting.population.draw(&self.setting.shares, generator);
        account.generation += 1;
        let holding = open(&account.draw, &now.terms, &self.setting.venue)?;
        account.bucket = Bucket::full(&self.setting.venue.account_bucket(holding.factor), self.now_seconds);
        account.opened_at = self.now_seconds;
        account.changes_at = self.now_seconds + account.draw.life_seconds;
        account.unhealthy_since = None;
        account.holding = Some(holding);
        self.books.pass(&holding, true);
        self.outcome.opened_usd += usd(holding.size(now.terms[holding.factor].mid)?);
        Ok(())
    }

    /// An attentive owner: reduces a called account, or one that is close to its line, to what it might open with.
    fn look(&mut self, index: usize) -> Result<(), RiskError> {
        let (Some(holding), Some(now)) = (self.accounts[index].holding, self.market.now()) else { return Ok(()) };
        let ahead = holding.health(&self.market.terms_ahead(), &self.setting.venue)?;
        let size = holding.size(now.terms[holding.factor].mid)?;
        let warned_at = usd(size) * self.setting.population.warn_fraction * QUOTE_ATOMS_PER_USD;
        #[allow(clippy::cast_precision_loss)] // a threshold of attention
        if ahead.maintenance.0 as f64 >= warned_at {
            return Ok(());
        }
        let Some(reduced) = super::owner::reduced(&holding, &now.terms, &self.setting.venue)? else { return Ok(()) };
        let traded = Value(size.0.saturating_sub(reduced.size(now.terms[holding.factor].mid)?.0));
        self.books.pass(&holding, false);
        self.books.pass(&reduced, true);
        self.market.trade(holding.factor, traded, !holding.kind.is_long());
        self.outcome.reduced_usd += usd(traded);
        self.accounts[index].holding = Some(reduced);
        Ok(())
    }

    fn liquidate(&mut self, index: usize) -> Result<(), RiskError> {
        let Some(mut holding) = self.accounts[index].holding else { return Ok(()) };
        if self.accounts[index].unhealthy_since.is_none() {
            let cause = Cause::of(&holding, &self.market.snapshots, self.accounts[index].opened_at, self.setting)?;
            self.outcome.count(cause);
            self.accounts[index].unhealthy_since = Some(self.now_seconds);
        }
        let stream = account_stream(self.path, index as u64, self.accounts[index].generation);
        if luck(self.setting.seed, stream, self.now_seconds) >= self.landing {
            self.outcome.delayed += 1;
            return Ok(());
        }
        let (Some(now), limits) = (self.market.now(), self.limits(index, &holding)) else { return Ok(()) };
        match holding.plan(&now.terms, &self.setting.venue, &limits) {
            Ok(plan) => {
                let is_purchase = !holding.kind.is_long();
                let bonus = plan.bonus();
                // a liquidator whose own sale would cost more than he earns waits: the bonus grows
                if self.market.cost_of(holding.factor, plan.value(), is_purchase) > bonus {
                    self.outcome.declined += 1;
                } else {
                    let moved = self.books.execute(&mut holding, &plan, &self.prices)?;
                    self.drain(index, &holding, plan.value(), plan.is_urgent())?;
                    self.market.trade(holding.factor, plan.value(), is_purchase);
                    self.outcome.liquidated(&moved);
                    self.accounts[index].holding = Some(holding);
                }
            }
            Err(refusal) => self.outcome.throttled += u64::from(refusal == RiskError::ThroughputExhausted),
        }
        self.resolve(index)
    }

    fn limits(&self, index: usize, holding: &Holding) -> Limits {
        let account = &self.accounts[index];
        let throughput_left = if self.arm.is_throttled {
            let own = account.bucket.refilled(&self.setting.venue.account_bucket(holding.factor), self.now_seconds);
            let factors = [self.market.factors[holding.factor].bucket, self.market.factors[QUOTE].bucket];
            factors.iter().map(|bucket| bucket.available).fold(own.available, Value::min)
        } else {
            Value(u64::MAX)
        };
        Limits {
            throughput_left,
            insurance: Amount(self.fund_left(holding.debt_factor())),
            seconds_unhealthy: self.now_seconds - account.unhealthy_since.unwrap_or(self.now_seconds),
        }
    }

    /// Takes a value out of the account's and both factors' buckets.
    fn drain(&mut self, index: usize, holding: &Holding, value: Value, is_urgent: bool) -> Result<(), RiskError> {
        if !self.arm.is_throttled {
            return Ok(());
        }
        let take = |bucket: Bucket| if is_urgent { Ok(bucket.drain(value)) } else { bucket.take(value) };
        let account = &mut self.accounts[index];
        account.bucket =
            take(account.bucket.refilled(&self.setting.venue.account_bucket(holding.factor), self.now_seconds))?;
        for factor in [holding.factor, QUOTE] {
            self.market.factors[factor].bucket = take(self.market.factors[factor].bucket)?;
        }
        Ok(())
    }

    /// What the fund still has of a token, at the price of the moment.
    fn fund_left(&self, factor: usize) -> u64 {
        let held = to_atoms(self.setting.insurance_usd * QUOTE_ATOMS_PER_USD);
        let atoms = (u128::from(held) << Price::FRACTION_BITS).checked_div(self.prices[factor].to_bits().into());
        let start = atoms.and_then(|atoms| i128::try_from(atoms).ok()).unwrap_or(0);
        u64::try_from((start + self.books.insurance[factor]).max(0)).unwrap_or(u64::MAX)
    }

    /// Writes off an account that has nothing left, and closes one that owes nothing any more.
    fn resolve(&mut self, index: usize) -> Result<(), RiskError> {
        let Some(mut holding) = self.accounts[index].holding else { return Ok(()) };
        let dust = self.setting.venue.factors[holding.factor].liquidation.dust;
        let held = self.prices[holding.deposit_factor()].value_down(holding.deposit)?;
        let open = if holding.kind.is_perp() { holding.perp.base.magnitude() } else { holding.debt };
        let is_bankrupt = !holding.kind.is_perp() && held <= dust && !holding.debt.is_zero();
        if !open.is_zero() && !is_bankrupt {
            return Ok(());
        }
        let fund = self.fund_left(holding.debt_factor());
        let (factor, owed, paid) = self.books.write_off(&mut holding, fund);
        let value = |amount| self.prices[factor].value_up(amount).map(usd);
        if !owed.is_zero() {
            self.outcome.failed(value(owed)?, value(paid)?);
        }
        self.books.pass(&holding, false);
        let account = &mut self.accounts[index];
        (account.holding, account.unhealthy_since) = (None, None);
        account.changes_at = self.now_seconds + account.draw.away_seconds;
        Ok(())
    }

    /// At the end of a path an account that owes more than it has is bad debt too.
    fn count_what_is_left(&mut self) -> Result<(), RiskError> {
        let Some(now) = self.market.now() else { return Ok(()) };
        for holding in self.accounts.iter().filter_map(|account| account.holding.as_ref()) {
            let equity = holding.health(&now.terms, &self.setting.venue)?.equity();
            if equity.is_negative() {
                self.outcome.failed(usd(equity.shortfall()?), 0.0);
            }
        }
        Ok(())
    }
}
