//! A node with the whole cast on it, and how one step of the scenario is played.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::state::Book;
use tokio::time::{Instant, sleep};

use super::cast::Borrower;
use super::cluster::Cluster;
use super::deployment::Deployment;
use super::events::{self, Event};
use super::keepers::Keeper;
use super::localnode::{self, LocalNode};
use super::market::Market;
use super::opening::read_book;
use super::oracles::{CONFIRMATION_SECONDS, Oracles};
use crate::scenario::{ASSETS, Scenario};

const POLL: Duration = Duration::from_millis(12);
/// Prices and thresholds are in the Book by then, or the keepers are broken.
const REFRESH_LIMIT: Duration = Duration::from_secs(30);
/// Accounts that stay liquidatable for so long without a change are beyond the keepers.
const IDLE_LIMIT: Duration = Duration::from_secs(4);
/// The same where no more are liquidatable than the keepers had left alone already.
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
    /// The borrowers.
    pub borrowers: &'a [Borrower],
    /// The newest transaction of each borrower whose events were read.
    pub seen: Vec<Option<String>>,
    /// Accounts that were liquidatable when the last step was left.
    pub left_alone: u64,
    /// The keepers at work.
    pub keepers: Vec<Keeper>,
    /// Whether thresholds stay as they were at first.
    pub frozen_thresholds: bool,
    /// What is added to the scenario's time to give the node's.
    pub shift_seconds: u64,
}

impl Stage<'_> {
    /// Plays a step: the clock travels, the oracles publish, and the keepers work until nothing is left to do.
    ///
    /// # Errors
    /// Where the node or a keeper is gone, or the keepers do not bring the prices into the Book.
    pub async fn play(&mut self, step: usize) -> Result<Market> {
        let publications = self.scenario.publications(step).context("the scenario has ended")?;
        let now = self.scenario.step_time(step) + self.shift_seconds;
        if step == 0 {
            // the accounts were opened at these prices
            return self.wait_for_keepers(now).await;
        }
        // the clock first: a publication of the future would be refused
        self.node.command(&[localnode::travel(now), self.oracles.publish(&publications)]).await?;
        let confirmed = self.wait_for_book(step, now).await?;
        self.wait_for_keepers(if confirmed { now + CONFIRMATION_SECONDS } else { now }).await
    }

    /// Waits until the Book carries the step's prices and thresholds. Returns whether a jump had to be confirmed.
    async fn wait_for_book(&mut self, step: usize, now: u64) -> Result<bool> {
        let deadline = Instant::now() + REFRESH_LIMIT;
        let mut confirmed = false;
        loop {
            let book = read_book(&self.cluster, &self.deployment.book).await?;
            let waits = waiting(&book, now);
            if !confirmed && waits.contains(&true) {
                confirmed = true;
                self.confirm(step, now, waits).await?;
            }
            let folded = self.frozen_thresholds || book.folded_step >= book.step_at(now);
            if folded && (0..ASSETS.len()).all(|asset| book.factors[asset].price.publish_time_seconds >= now) {
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

    /// Waits until nobody is liquidatable, or the keepers have stopped finding anything to do.
    async fn wait_for_keepers(&mut self, now: u64) -> Result<Market> {
        let mut addresses = vec![self.deployment.book];
        addresses.extend(self.borrowers.iter().map(|borrower| borrower.party.margin_account));
        let mut idle_since = Instant::now();
        let mut before: Option<Market> = None;
        loop {
            let market = Market::read(&self.cluster, &addresses, now).await?;
            let liquidatable = market.liquidatable()?;
            if liquidatable == 0 {
                self.left_alone = 0;
                return Ok(market);
            }
            if before.as_ref().is_some_and(|before| !changed(before, &market).is_empty()) {
                idle_since = Instant::now();
            }
            let limit = if liquidatable > self.left_alone { IDLE_LIMIT } else { LEFT_ALONE_LIMIT };
            if idle_since.elapsed() > limit {
                self.left_alone = liquidatable;
                return Ok(market);
            }
            self.require_keepers()?;
            before = Some(market);
            sleep(POLL).await;
        }
    }

    fn require_keepers(&mut self) -> Result<()> {
        self.keepers.iter_mut().try_for_each(Keeper::require_running)
    }

    /// What happened, since they were last asked about, to the borrowers whose balances changed: with their places in the cast.
    ///
    /// # Errors
    /// The node's error.
    pub async fn events(&mut self, changed: &[usize]) -> Result<Vec<(usize, Event)>> {
        let mut found = Vec::new();
        for place in changed.iter().copied() {
            let account: &Pubkey = &self.borrowers[place].party.margin_account;
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

/// Places of the borrowers whose balances differ.
#[must_use]
pub fn changed(before: &Market, after: &Market) -> Vec<usize> {
    let pairs = before.accounts.iter().zip(&after.accounts).enumerate();
    pairs.filter(|(_, (before, after))| before.balances != after.balances).map(|(place, _)| place).collect()
}
