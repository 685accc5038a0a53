//! A node with the whole cast on it, and how one step of the scenario is played.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use tokio::time::{Instant, sleep};

use super::cast::Cast;
use super::cluster::{Cluster, Order};
use super::deployment::Deployment;
use super::desk::Desk;
use super::events::{self, Event};
use super::keepers::Keeper;
use super::localnode::{self, LocalNode};
use super::market::Market;
use super::opening::read_book;
use super::oracles::{CONFIRMATION_SECONDS, Oracles};
use crate::scenario::{ASSETS, Scenario};

const POLL: Duration = Duration::from_millis(12);
/// Every account is read each time, and the keepers need the processor more.
const KEEPERS_POLL: Duration = Duration::from_millis(50);
/// Prices and thresholds are in the Book by then, or the keepers are broken.
const REFRESH_LIMIT: Duration = Duration::from_secs(30);
/// How long after an order is placed the next publication comes: later than the order's delay of a second.
const FOLLOW_UP_SECONDS: u64 = 2;
/// Accounts that stay liquidatable for so long without a change are beyond the keepers.
const IDLE_LIMIT: Duration = Duration::from_secs(4);
/// Orders and calls that the program refuses for so long wait for another step.
const ORDERS_IDLE_LIMIT: Duration = Duration::from_millis(1_200);
/// The same where no more are left than the keepers had left alone already.
const LEFT_ALONE_LIMIT: Duration = Duration::from_millis(300);

/// Everything of one run that is alive.
pub struct Stage<'a> {
    /// What is played.
    pub scenario: &'a Scenario,
    /// The node.
    pub node: LocalNode,
    /// Its client.
    pub cluster: Cluster,
    /// The group.
    pub deployment: Deployment,
    /// The oracle accounts.
    pub oracles: Oracles,
    /// Everybody whose account is watched.
    pub cast: &'a Cast,
    /// What everybody has done so far.
    pub desk: Desk<'a>,
    /// The newest transaction of each account whose events were read.
    pub seen: Vec<Option<String>>,
    /// Liquidatable accounts, calls to be made and executable orders when the last step was left.
    pub left_alone: u64,
    /// The keepers at work.
    pub keepers: Vec<Keeper>,
    /// Whether thresholds stay as they were at first.
    pub frozen_thresholds: bool,
    /// What is added to the scenario's time to give the node's.
    pub shift_seconds: u64,
}

impl Stage<'_> {
    /// Plays a step: the clock travels, the oracles publish, the keepers work until nothing is left to do; then people place their orders, the
    /// oracles publish once more, and the keepers fill what was armed.
    ///
    /// # Errors
    /// Where the node or a keeper is gone, or the keepers do not bring the prices into the Book.
    pub async fn play(&mut self, step: usize) -> Result<Market> {
        let publications = self.scenario.publications(step).context("the scenario has ended")?;
        let now = self.scenario.step_time(step) + self.shift_seconds;
        if step == 0 {
            // the accounts were opened at these prices
            let market = self.wait_for_keepers(now).await?;
            return self.trade(step, market, [false; ASSETS.len()]).await;
        }
        // the clock first: a publication of the future would be refused
        self.node.command(&[localnode::travel(now), self.oracles.publish(&publications)]).await?;
        let confirmed = self.wait_for_book(step, now).await?;
        let settled = if confirmed.contains(&true) { now + CONFIRMATION_SECONDS } else { now };
        let market = self.wait_for_keepers(settled).await?;
        self.trade(step, market, confirmed).await
    }

    /// Lets people place their orders, and brings the publication on which those fill that are armed.
    async fn trade(&mut self, step: usize, market: Market, confirmed: [bool; ASSETS.len()]) -> Result<Market> {
        let orders: Vec<Order<'_>> = self.desk.orders(step, &market)?;
        let refused = self.cluster.attempt(&orders).await?;
        self.desk.refused += refused;
        let awaited = market.awaited_seconds();
        if orders.is_empty() && awaited.is_none() {
            return Ok(market);
        }
        let publications = self.scenario.publications(step).context("the scenario has ended")?;
        // due by then is whatever was placed or armed until this second
        let placed = self.node.clock_seconds().await? + FOLLOW_UP_SECONDS;
        let clock = awaited.map_or(placed, |due| placed.max(due + 1));
        let follow_up = self.oracles.follow_up(&publications, confirmed, clock);
        self.node.command(&[localnode::travel(clock), follow_up]).await?;
        self.wait_for_prices(clock).await?;
        self.wait_for_keepers(clock).await
    }

    /// Waits until the Book carries a publication of this moment of every factor.
    async fn wait_for_prices(&mut self, publish_time: u64) -> Result<()> {
        let deadline = Instant::now() + REFRESH_LIMIT;
        loop {
            let book = read_book(&self.cluster, &self.deployment.book).await?;
            if is_priced(&book, publish_time) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the keepers did not bring the prices into the Book within {} seconds", REFRESH_LIMIT.as_secs());
            }
            self.require_keepers()?;
            sleep(POLL).await;
        }
    }

    /// Waits until the Book carries the step's prices and thresholds. Returns the factors whose jump had to be confirmed.
    async fn wait_for_book(&mut self, step: usize, now: u64) -> Result<[bool; ASSETS.len()]> {
        let deadline = Instant::now() + REFRESH_LIMIT;
        let mut confirmed = [false; ASSETS.len()];
        loop {
            let book = read_book(&self.cluster, &self.deployment.book).await?;
            let waits = waiting(&book, now);
            if !confirmed.contains(&true) && waits.contains(&true) {
                confirmed = waits;
                self.confirm(step, now, waits).await?;
            }
            let folded = self.frozen_thresholds || book.folded_step >= book.step_at(now);
            if folded && is_priced(&book, now) {
                return Ok(confirmed);
            }
            if Instant::now() > deadline {
                bail!("the keepers did not bring step {step} into the Book within {} seconds", REFRESH_LIMIT.as_secs());
            }
            self.require_keepers()?;
            sleep(POLL).await;
        }
    }

    async fn confirm(&mut self, step: usize, now: u64, waits: [bool; ASSETS.len()]) -> Result<()> {
        let publications = |step| self.scenario.publications(step).context("the scenario has no such step");
        let (before, jumped) = (publications(step.saturating_sub(1))?, publications(step)?);
        let commands = [localnode::travel(now + CONFIRMATION_SECONDS), self.oracles.confirm(&before, &jumped, waits)];
        self.node.command(&commands).await?;
        Ok(())
    }

    /// Waits until nobody is liquidatable, nobody to be called and no order executable, or the keepers have stopped finding anything to do.
    async fn wait_for_keepers(&mut self, now: u64) -> Result<Market> {
        let mut addresses = vec![self.deployment.book];
        addresses.extend(self.cast.margin_accounts());
        let mut idle_since = Instant::now();
        let mut before: Option<Market> = None;
        loop {
            let market = Market::read(&self.cluster, &addresses, now).await?;
            let liquidatable = market.liquidatable()?;
            let left = liquidatable + market.executable_orders() + market.calls_due();
            if left == 0 {
                self.left_alone = 0;
                return Ok(market);
            }
            if before.as_ref().is_some_and(|before| !changed(before, &market).is_empty()) {
                idle_since = Instant::now();
            }
            let limit = match (left > self.left_alone, liquidatable) {
                (false, _) => LEFT_ALONE_LIMIT,
                (true, 0) => ORDERS_IDLE_LIMIT,
                (true, _) => IDLE_LIMIT,
            };
            if idle_since.elapsed() > limit {
                self.left_alone = left;
                return Ok(market);
            }
            self.require_keepers()?;
            before = Some(market);
            sleep(KEEPERS_POLL).await;
        }
    }

    fn require_keepers(&mut self) -> Result<()> {
        self.keepers.iter_mut().try_for_each(Keeper::require_running)
    }

    /// What happened, since they were last asked about, to the accounts that changed: with their places in the cast.
    ///
    /// # Errors
    /// The node's error.
    pub async fn events(&mut self, changed: &[usize]) -> Result<Vec<(usize, Event)>> {
        let mut found = Vec::new();
        let accounts: Vec<Pubkey> = self.cast.margin_accounts();
        for place in changed.iter().copied() {
            let account = &accounts[place];
            let signatures = self.cluster.signatures(account, self.seen[place].as_deref()).await?;
            for signature in signatures.iter().rev() {
                let events = events::read(&self.cluster.logs(signature).await?);
                let own = events.into_iter().filter(|event| event.account() == *account);
                found.extend(own.map(|event| (place, event)));
            }
            if let Some(newest) = signatures.into_iter().next() {
                self.seen[place] = Some(newest);
            }
        }
        Ok(found)
    }
}

/// The factors whose newest publication waits for its confirmation.
fn waiting(book: &Book, now: u64) -> [bool; ASSETS.len()] {
    std::array::from_fn(|asset| {
        let jump = &book.factors[asset].jump;
        jump.pending_mid != 0 && jump.pending_publish_time_seconds >= now
    })
}

/// Whether every factor carries a publication of this moment or a later one.
fn is_priced(book: &Book, publish_time: u64) -> bool {
    book.factors.iter().take(ASSETS.len()).all(|factor| factor.price.publish_time_seconds >= publish_time)
}

/// Places of the accounts that differ.
#[must_use]
pub fn changed(before: &Market, after: &Market) -> Vec<usize> {
    let pairs = before.accounts.iter().zip(&after.accounts).enumerate();
    let differ = |(before, after): (&MarginAccount, &MarginAccount)| {
        before.balances != after.balances
            || before.perps != after.perps
            || before.orders != after.orders
            || before.pool_shares != after.pool_shares
            || before.call != after.call
    };
    pairs.filter(|(_, pair)| differ(*pair)).map(|(place, _)| place).collect()
}
