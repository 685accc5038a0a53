//! The loop: look, decide, act, look again; then wait for the next change.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signer::Signer;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::act::Actor;
use crate::facts::{Fact, Observer};
use crate::plan::{Action, plan};
use crate::settings::Settings;
use crate::state::{State, Update};
use crate::subscriptions;
use crate::transaction::Sender;

/// Notifications that may wait; the websocket is read no further while they do.
const WAITING_UPDATES: usize = 4_096;
/// How often every margin account is read again, in case a notification was lost.
const RECONCILE_INTERVAL: Duration = Duration::from_secs(30);

/// How long a setback is remembered: a refusal that lasts is reported again after this.
const REMEMBERED_SECONDS: u64 = 3_600;

/// What did not work lately.
#[derive(Default)]
struct Setbacks(HashMap<String, Setback>);

struct Setback {
    /// The node's clock at the last attempt.
    at_seconds: u64,
    /// The refusal that was reported.
    reported: Option<String>,
}

impl Setbacks {
    /// Whether to try again: once in a second of the node's clock.
    fn admits(&self, action: &Action, now_seconds: u64) -> bool {
        self.0.get(&action.subject()).is_none_or(|setback| now_seconds > setback.at_seconds)
    }

    /// Notes how an action ended. Whether to report it: the same refusal is reported once.
    fn note(&mut self, action: &Action, fact: &Fact, now_seconds: u64) -> bool {
        let (is_new, reported) = match fact {
            Fact::Refused { error, .. } => {
                let before = self.0.get(&action.subject()).and_then(|setback| setback.reported.as_ref());
                (before != Some(error), Some(error.clone()))
            }
            Fact::LostRace { .. } => (true, None),
            _ => {
                self.0.remove(&action.subject());
                return true;
            }
        };
        let setback = Setback { at_seconds: now_seconds, reported };
        self.0.retain(|_, old| now_seconds.saturating_sub(old.at_seconds) <= REMEMBERED_SECONDS);
        self.0.insert(action.subject(), setback);
        is_new
    }
}

/// A keeper at work.
pub struct Keeper<'a> {
    settings: &'a Settings,
    state: State<'a>,
    actor: Actor<'a>,
    observer: &'a mut dyn Observer,
    updates: mpsc::Receiver<Update>,
    stop: watch::Receiver<bool>,
    setbacks: Setbacks,
    /// Whether margin accounts are to be read again: after the websocket was opened, and now and then.
    may_have_missed_some: bool,
}

/// Keeps the Book until `shutdown` resolves; the transaction under way is finished first.
///
/// # Errors
/// Where the chain cannot be read at the start. Later failures are logged, and the work goes on.
pub async fn run(
    settings: &Settings,
    payer: &Keypair,
    observer: &mut dyn Observer,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    let rpc = RpcClient::new_with_commitment(settings.url.clone(), CommitmentConfig::confirmed());
    let state = State::load(&rpc, settings.book, settings.margin_account, settings.oracles.clone()).await?;
    let (sender, updates) = mpsc::channel(WAITING_UPDATES);
    let forwarding = tokio::spawn(subscriptions::forward(settings.clone(), state.watched().clone(), sender));
    let (stop, stopped) = watch::channel(false);
    let mut keeper = Keeper {
        settings,
        state,
        actor: Actor {
            sender: Sender::new(&rpc, payer),
            book: settings.book,
            margin_account: settings.margin_account,
            authority: payer.pubkey(),
        },
        observer,
        updates,
        stop: stopped,
        setbacks: Setbacks::default(),
        may_have_missed_some: false,
    };
    keeper.observer.observe(&Fact::Ready);
    let signalled = async {
        shutdown.await;
        // nobody receives it where the work has ended already
        stop.send_replace(true);
    };
    tokio::join!(keeper.work(), signalled);
    forwarding.abort();
    Ok(())
}

impl Keeper<'_> {
    async fn work(&mut self) {
        let mut poll = interval(self.settings.poll_interval());
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reconcile = interval(RECONCILE_INTERVAL);
        reconcile.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*self.stop.borrow() {
            tokio::select! {
                _ = self.stop.changed() => break,
                Some(update) = self.updates.recv() => self.take_in(&update),
                _ = reconcile.tick() => self.may_have_missed_some = true,
                _ = poll.tick() => {}
            }
            if let Err(error) = self.work_off().await {
                tracing::warn!(error = self.settings.redacted(&error), "cannot finish this round");
            }
        }
    }

    fn take_in(&mut self, update: &Update) {
        self.state.apply(update);
        self.may_have_missed_some |= matches!(update, Update::Interrupted);
    }

    /// Acts until nothing is left to do, looking at the chain again before each action.
    async fn work_off(&mut self) -> Result<()> {
        while !*self.stop.borrow() {
            while let Ok(update) = self.updates.try_recv() {
                self.take_in(&update);
            }
            if self.may_have_missed_some {
                self.state.reconcile().await?;
                self.may_have_missed_some = false;
            }
            self.state.refresh().await?;
            let now_seconds = self.state.snapshot().now_seconds;
            let actions = plan(self.state.snapshot(), self.settings);
            let due = |action: &Action| self.setbacks.admits(action, now_seconds);
            let Some(action) = actions.into_iter().find(due) else {
                return Ok(());
            };
            if let Fact::Refused { .. } = self.carry_out(&action, now_seconds).await? {
                for part in action.parts() {
                    if self.setbacks.admits(&part, now_seconds) {
                        self.carry_out(&part, now_seconds).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn carry_out(&mut self, action: &Action, now_seconds: u64) -> Result<Fact> {
        let started = Instant::now();
        let fact = self.actor.act(action).await?;
        tracing::info!(milliseconds = started.elapsed().as_millis(), "{fact}");
        if self.setbacks.note(action, &fact, now_seconds) {
            self.observer.observe(&fact);
        }
        if let Some(touched) = action.touched() {
            self.state.refresh_accounts(&[touched]).await?;
        }
        Ok(fact)
    }
}
