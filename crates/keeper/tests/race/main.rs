//! Two keepers on a real node: a price crashes, both rush to the same loans, nobody is harmed.
#![allow(missing_docs)]

mod group;
mod node;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use plimsoll_client::Pubkey;
use plimsoll_keeper::act::Actor;
use plimsoll_keeper::facts::Fact;
use plimsoll_keeper::plan::{Action, plan};
use plimsoll_keeper::settings::Settings;
use plimsoll_keeper::state::State;
use plimsoll_keeper::transaction::Sender;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signer::Signer;

use crate::group::{Group, SOL, USDC};
use crate::node::{KeeperProcess, Node};

const USDC_ATOMS: u64 = 1_000_000;
const SOL_ATOMS: u64 = 1_000_000_000;
const BORROWERS: u16 = 6;
const DEADLINE: Duration = Duration::from_secs(120);
/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(5);

/// A keeper's key in a file of its own, and its margin account.
struct Competitor {
    key: Keypair,
    keypair_file: PathBuf,
    margin_account: Pubkey,
}

impl Competitor {
    async fn enter(node: &mut Node, group: &Group<'_>, key: Keypair) -> Self {
        let file_name = format!("keeper-{}.json", key.pubkey());
        let keypair_file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file_name);
        let bytes = serde_json::to_string(&key.to_bytes().to_vec()).expect("bytes are JSON");
        std::fs::write(&keypair_file, bytes).expect("the build folder is writable");
        let margin_account = group.open(node, &key, 0, (USDC, 100_000 * USDC_ATOMS)).await;
        Self {
            key,
            keypair_file,
            margin_account,
        }
    }

    fn arguments(&self, node: &Node, group: &Group) -> Vec<String> {
        let pairs = [
            ("--url", node.url.clone()),
            ("--ws-url", node.ws_url.clone()),
            ("--keypair", self.keypair_file.display().to_string()),
            ("--book", group.book.to_string()),
            ("--margin-account", self.margin_account.to_string()),
            ("--oracle", group.oracles[0].to_string()),
            ("--oracle", group.oracles[1].to_string()),
        ];
        pairs
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value])
            .collect()
    }

    fn actor<'a>(&'a self, rpc: &'a RpcClient, group: &Group) -> Actor<'a> {
        Actor {
            sender: Sender::new(rpc, &self.key),
            book: group.book,
            margin_account: self.margin_account,
            authority: self.key.pubkey(),
        }
    }

    /// The liquidations that it would send now.
    async fn liquidations(&self, rpc: &RpcClient, node: &Node, group: &Group<'_>) -> Vec<Action> {
        let arguments = ["plimsoll-keeper".to_owned()]
            .into_iter()
            .chain(self.arguments(node, group));
        let settings = Settings::parse_from(arguments);
        let state = State::load(rpc, group.book, self.margin_account, group.oracles.to_vec()).await;
        let state = state.expect("the node can be reached");
        let mut actions = plan(state.snapshot(), &settings);
        actions.retain(|action| matches!(action, Action::Liquidate { .. }));
        actions
    }
}

impl Drop for Competitor {
    fn drop(&mut self) {
        // a test key; the folder goes with `cargo clean`
        let _ = std::fs::remove_file(&self.keypair_file);
    }
}

async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < DEADLINE, "{what} did not come true in {DEADLINE:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn crash(node: &mut Node, group: &mut Group<'_>) {
    group.publish(node, USDC, 1, 0);
    group.publish(node, SOL, 160, 0);
    until("the unconfirmed crash is pending", async || {
        group.book().await.factors[usize::from(SOL)].jump.pending_mid != 0
    })
    .await;
    // the same price two seconds later confirms it
    group.publish(node, SOL, 160, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keepers_share_a_crash_and_leave_no_bad_debt() {
    let [admin, first, second] = [0, 1, 2].map(|_| Keypair::new());
    let mut node = Node::start(&[admin.pubkey(), first.pubkey(), second.pubkey()]);
    let node = &mut node;
    let rpc = RpcClient::new(node.url.clone());
    let mut group = Group::create(node, &rpc, &admin).await;
    group.publish(node, USDC, 1, 0);
    group.publish(node, SOL, 200, 0);
    group.refresh_prices().await;
    group.lend(node, 1_000_000 * USDC_ATOMS).await;
    let mut borrowers = Vec::new();
    for number in 0..BORROWERS {
        let usdc_atoms = (1_400 + u64::from(number)) * USDC_ATOMS;
        borrowers.push(group.borrow(node, number, 10 * SOL_ATOMS, usdc_atoms).await);
    }
    let first = Competitor::enter(node, &group, first).await;
    let second = Competitor::enter(node, &group, second).await;

    let keepers = [&first, &second].map(|one| KeeperProcess::start(&one.arguments(node, &group)));
    until("both keepers are ready", async || {
        keepers.iter().all(|keeper| !keeper.facts("ready").is_empty())
    })
    .await;
    crash(node, &mut group).await;
    let crashed = Instant::now();
    until("a first liquidation", async || {
        keepers.iter().any(|keeper| !keeper.facts("liquidated").is_empty())
    })
    .await;
    println!(
        "first liquidation reported {:?} after the confirming publication",
        crashed.elapsed()
    );
    for borrower in &borrowers {
        until("every borrower is healthy", async || {
            group.account(borrower).await.throughput_updated_seconds != 0 && group.is_healthy(node, borrower).await
        })
        .await;
    }
    println!("all {BORROWERS} borrowers healthy after {:?}", crashed.elapsed());

    // whoever was second in the race for an account was refused or saw it coming; nobody was refused for another reason
    let liquidated = || keepers.iter().flat_map(|keeper| keeper.facts("liquidated"));
    until("every liquidation is reported", async || {
        liquidated().count() >= usize::from(BORROWERS)
    })
    .await;
    for keeper in &keepers {
        println!(
            "liquidated {}, lost {}",
            keeper.facts("liquidated").len(),
            keeper.facts("lost_race").len()
        );
        assert_eq!(keeper.facts("refused"), Vec::<serde_json::Value>::new());
    }
    for borrower in &borrowers {
        let of_borrower = liquidated().filter(|fact| fact["liquidatee"] == borrower.to_string());
        assert_eq!(of_borrower.count(), 1, "{borrower}");
    }
    for keeper in keepers {
        assert!(keeper.terminate().success());
    }
    group.assert_no_bad_debt().await;
    assert_a_stale_plan_loses(&rpc, node, &mut group, [&first, &second]).await;
    group.assert_no_bad_debt().await;
}

/// Both plan the same liquidation of the same moment; the first executes it, and the second loses nothing but the race.
async fn assert_a_stale_plan_loses(
    rpc: &RpcClient,
    node: &mut Node,
    group: &mut Group<'_>,
    [first, second]: [&Competitor; 2],
) {
    group.publish(node, USDC, 1, 3);
    group.publish(node, SOL, 153, 3);
    group.refresh_prices().await;
    let of_first = first.liquidations(rpc, node, group).await;
    let of_second = second.liquidations(rpc, node, group).await;
    assert_eq!(of_first.len(), usize::from(BORROWERS));
    let (winning, losing) = (&of_first[0], &of_second[0]);
    assert_eq!(winning.subject(), losing.subject());

    let won = first
        .actor(rpc, group)
        .act(winning)
        .await
        .expect("the node can be reached");
    let lost = second
        .actor(rpc, group)
        .act(losing)
        .await
        .expect("the node can be reached");

    assert!(matches!(won, Fact::Liquidated { .. }), "{won:?}");
    let what = losing.subject();
    assert_eq!(
        lost,
        Fact::LostRace {
            what,
            error: "NotLiquidatable".to_owned(),
            signature: None
        }
    );
}
