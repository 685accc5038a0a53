//! Keepers on a real node: they race for the same loans, fold steps, write off what is lost, and harm nobody.
#![allow(missing_docs)]

mod calls;
mod competitor;
mod group;
mod node;
mod perps;
mod trading;

use std::time::{Duration, Instant};

use competitor::Competitor;
use group::{Group, SOL, USDC};
use node::Node;
use plimsoll_keeper::facts::Fact;
use serde_json::Value;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signer::Signer;

const DEADLINE: Duration = Duration::from_mins(2);
/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(5);
/// Further ahead of the clock than the unconfirmed publication can be, by more than confirm_seconds.
const CONFIRMED_AFTER_SECONDS: i64 = 5;
const GRID_SECONDS: i64 = 900;

async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// A node that has credited admin and two keepers.
fn start() -> (Node, RpcClient, [Keypair; 3]) {
    let keys = [0, 1, 2].map(|_| Keypair::new());
    let node = Node::start(&keys.each_ref().map(Signer::pubkey));
    let rpc = RpcClient::new(node.url.clone());
    (node, rpc, keys)
}

/// Publishes a price too far from the last to be believed at once, and its confirmation when a keeper has brought the first one.
async fn crash(node: &mut Node, group: &mut Group<'_>, sol_price: i64) {
    group.publish(node, USDC, 1, 0);
    group.publish(node, SOL, sol_price, 0);
    until("the unconfirmed crash is pending", async || {
        group.book().await.factors[usize::from(SOL)].jump.pending_mid != 0
    })
    .await;
    group.publish(node, SOL, sol_price, CONFIRMED_AFTER_SECONDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keepers_share_a_crash_and_leave_no_bad_debt() {
    let (mut node, rpc, [admin, first, second]) = start();
    let node = &mut node;
    let mut group = Group::create(node, &rpc, &admin).await;
    let borrowers = group.populate(node, 1_400..1_406).await;
    let first = Competitor::enter(node, &group, first).await;
    let second = Competitor::enter(node, &group, second).await;
    let keepers = [&first, &second].map(|one| one.start(node, &group, &[]));
    until("both keepers are ready", async || keepers.iter().all(|keeper| !keeper.facts("ready").is_empty())).await;

    crash(node, &mut group, 160).await;
    let crashed = Instant::now();
    let liquidated = || keepers.iter().flat_map(|keeper| keeper.facts("liquidated"));
    until("a first liquidation", async || liquidated().count() > 0).await;
    println!("first liquidation reported {:?} after the confirming publication", crashed.elapsed());
    until("every liquidation is reported", async || liquidated().count() >= borrowers.len()).await;
    println!("all {} loans liquidated after {:?}", borrowers.len(), crashed.elapsed());

    // whoever came second was refused as such, or saw it coming; nothing else was refused
    for borrower in &borrowers {
        assert!(group.is_healthy(node, borrower).await, "{borrower}");
        let of_borrower = liquidated().filter(|fact| fact["liquidatee"] == borrower.to_string());
        assert_eq!(of_borrower.count(), 1, "{borrower}");
    }
    for keeper in keepers {
        println!("liquidated {}, lost {}", keeper.facts("liquidated").len(), keeper.facts("lost_race").len());
        assert_eq!(keeper.facts("refused"), Vec::<Value>::new());
        assert!(keeper.terminate().success());
    }
    assert_eq!(group.bad_debt_atoms().await, 0);
}

/// Both plan the same liquidation at the same moment; the first executes it, and the second loses nothing but the race.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_plan_loses_the_race_and_changes_nothing() {
    let (mut node, rpc, [admin, first, second]) = start();
    let node = &mut node;
    let mut group = Group::create(node, &rpc, &admin).await;
    let borrowers = group.populate(node, [1_400]).await;
    let first = Competitor::enter(node, &group, first).await;
    let second = Competitor::enter(node, &group, second).await;
    for ahead_seconds in [0, CONFIRMED_AFTER_SECONDS] {
        group.publish(node, SOL, 160, ahead_seconds);
        group.refresh_prices().await;
    }
    let of_first = first.liquidations(&rpc, node, &group).await;
    let of_second = second.liquidations(&rpc, node, &group).await;
    let ([winning], [losing]) = (of_first.as_slice(), of_second.as_slice()) else {
        panic!("expected one liquidation each, got {of_first:?} and {of_second:?}");
    };

    let won = first.actor(&rpc, &group).act(winning).await.expect("the node can be reached");
    let after_first = group.account(&borrowers[0]).await;
    let lost = second.actor(&rpc, &group).act(losing).await.expect("the node can be reached");

    assert!(matches!(won, Fact::Liquidated { .. }), "{won:?}");
    let what = losing.subject();
    assert_eq!(lost, Fact::LostRace { what, error: "NotLiquidatable".to_owned(), signature: None });
    assert_eq!(group.account(&borrowers[0]).await.balances, after_first.balances);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_under_water_is_liquidated_and_the_rest_written_off() {
    let (mut node, rpc, [admin, key, _]) = start();
    let node = &mut node;
    let mut group = Group::create(node, &rpc, &admin).await;
    let borrowers = group.populate(node, [1_400]).await;
    let keeper = Competitor::enter(node, &group, key).await;
    let process = keeper.start(node, &group, &[]);
    until("the keeper is ready", async || !process.facts("ready").is_empty()).await;

    crash(node, &mut group, 60).await;
    until("the debt is written off", async || !process.facts("bankruptcy_resolved").is_empty()).await;

    let resolved = process.facts("bankruptcy_resolved");
    assert_eq!(resolved.len(), 1);
    assert_eq!(resolved[0]["margin_account"], borrowers[0].to_string());
    assert_eq!(resolved[0]["socialised_atoms"], group.bad_debt_atoms().await);
    assert_eq!(group.account(&borrowers[0]).await.balances[usize::from(USDC)].debt_shares, 0);
    assert_eq!(process.facts("refused"), Vec::<Value>::new());
    assert!(process.terminate().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_new_step_is_folded_by_whoever_may() {
    let (mut node, rpc, [admin, folding, frozen]) = start();
    let node = &mut node;
    let mut group = Group::create(node, &rpc, &admin).await;
    group.populate(node, [1_000]).await;
    let folding = Competitor::enter(node, &group, folding).await;
    let frozen = Competitor::enter(node, &group, frozen).await;
    let folding = folding.start(node, &group, &[]);
    let frozen = frozen.start(node, &group, &["--frozen-thresholds"]);
    until("both keepers are ready", async || !folding.facts("ready").is_empty() && !frozen.facts("ready").is_empty())
        .await;

    for price in [201, 199] {
        let step = node.unix_seconds() / GRID_SECONDS + 1;
        node.travel_to(step * GRID_SECONDS + 5);
        group.publish(node, USDC, 1, 0);
        group.publish(node, SOL, price, 0);
        until("the step is folded", async || folding.facts("risk_refreshed").iter().any(|fact| fact["step"] == step))
            .await;
        let facts = folding.facts("risk_refreshed");
        assert_eq!(facts.last().expect("a fold")["sampled"], 0b11, "both factors had a sample");
        assert_eq!(group.book().await.folded_step, step.unsigned_abs());
    }

    assert_eq!(frozen.facts("risk_refreshed"), Vec::<Value>::new());
    for keeper in [folding, frozen] {
        assert_eq!(keeper.facts("refused"), Vec::<Value>::new());
        assert!(keeper.terminate().success());
    }
}
