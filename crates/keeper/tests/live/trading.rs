//! Perps on a real node: a keeper fills orders, liquidates positions, and resolves what is lost.

use plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll::state::margin_account::{ORDER_REDUCE_ONLY, ORDER_STOP_LOSS};
use plimsoll_client::{Pubkey, perps};
use plimsoll_keeper::facts::Fact;
use plimsoll_risk::quantities::{Amount, Shares};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;

use crate::competitor::Competitor;
use crate::group::{Group, SOL, USDC, USDC_ATOMS};
use crate::node::{KeeperProcess, Node};
use crate::perps::{PERP, SOL_ATOMS, market_order};
use crate::{crash, start, until};

const POOL_USDC: u64 = 500_000;
const TRADER: u16 = 10;
/// Further ahead of the clock than the delay of an order, also when the clock moves on meanwhile.
const DUE_AHEAD_SECONDS: i64 = 5;

/// A node, a group with a funded pool, a keeper at work.
struct Stage<'a> {
    group: Group<'a>,
    keeper: Competitor,
    process: KeeperProcess,
}

impl<'a> Stage<'a> {
    async fn set(node: &mut Node, rpc: &'a RpcClient, admin: &'a Keypair, key: Keypair) -> Self {
        let mut group = Group::create(node, rpc, admin).await;
        group.populate(node, []).await;
        let request = group.list_perps(node, POOL_USDC).await;
        let keeper = Competitor::enter(node, &group, key).await;
        group.publish(node, USDC, 1, 0);
        group.publish(node, SOL, 200, 0);
        let process = keeper.start(node, &group, &[]);
        until("the provider's deposit", async || !process.facts("pool_order_executed").is_empty()).await;
        let executed = &process.facts("pool_order_executed")[0];
        assert_eq!(executed["margin_account"], request.margin_account.to_string());
        assert_eq!(executed["pool_atoms"], POOL_USDC * USDC_ATOMS);
        let (book, provider) = (group.book().await, group.account(&request.margin_account).await);
        let worth = perps::shares_value_down(&book, Shares(provider.pool_shares)).expect("a pool without positions");
        assert_eq!(worth, Amount(POOL_USDC * USDC_ATOMS));
        Self { group, keeper, process }
    }

    /// Publishes both prices, late enough to fill what was just placed or armed.
    fn publish(&mut self, node: &mut Node, sol_price: i64) {
        self.group.publish(node, USDC, 1, DUE_AHEAD_SECONDS);
        self.group.publish(node, SOL, sol_price, DUE_AHEAD_SECONDS);
    }

    /// Opens an account and has the keeper fill its first order at 200; returns the account.
    async fn trader(&mut self, node: &mut Node, admin: &Keypair, number: u16, (usdc, sol): (u64, i64)) -> Pubkey {
        let account = self.group.open(node, admin, TRADER + number, (USDC, usdc * USDC_ATOMS)).await;
        move_past_publications(node);
        self.trade(node, &account, market_order(sol * SOL_ATOMS), 200).await;
        assert_eq!(self.group.base_atoms(&account).await, sol * SOL_ATOMS);
        account
    }

    /// Places an order without a condition and waits until the keeper has filled it at a price; returns the fact.
    async fn trade(&mut self, node: &mut Node, account: &Pubkey, request: OrderRequest, sol_price: i64) -> Value {
        let key = self.group.place(account, request).await;
        self.publish(node, sol_price);
        self.filled(account, key.id).await
    }

    async fn filled(&self, account: &Pubkey, id: u64) -> Value {
        let of_order = || {
            let mut filled = self.process.facts("order_filled").into_iter();
            filled.find(|fact| fact["margin_account"] == account.to_string() && fact["order_id"] == id)
        };
        until("the order is filled", async || of_order().is_some()).await;
        of_order().expect("the order is filled")
    }

    /// Ends the keeper, which was refused nothing.
    fn end(self) {
        assert_eq!(self.process.facts("refused"), Vec::<Value>::new());
        assert!(self.process.terminate().success());
    }
}

/// Moves the clock until every publication lies behind it: none of them is the first since what is placed or armed from now on is due.
fn move_past_publications(node: &mut Node) {
    let later_seconds = node.unix_seconds() + 2 * DUE_AHEAD_SECONDS;
    node.travel_to(later_seconds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_fills_orders_and_arms_stops_for_their_fees() {
    let (mut node, rpc, [admin, key, _]) = start();
    let node = &mut node;
    let mut stage = Stage::set(node, &rpc, &admin, key).await;
    let trader = stage.trader(node, &admin, 0, (1_000, 10)).await;
    let fee_atoms = stage.group.book().await.pool.params.executor_fee_atoms;
    let earned = async |stage: &Stage| {
        stage.group.account(&stage.keeper.margin_account).await.perps[usize::from(PERP)].realised_atoms
    };
    assert_eq!(earned(&stage).await, fee_atoms.cast_signed());

    let trigger_price = stage.group.book().await.factors[usize::from(SOL)].price.mid / 200 * 198;
    let stop = OrderRequest {
        kind: ORDER_STOP_LOSS,
        flags: ORDER_REDUCE_ONLY,
        trigger_price,
        ..market_order(-10 * SOL_ATOMS)
    };
    let stop = stage.group.place(&trader, stop).await;
    move_past_publications(node);
    stage.group.publish(node, USDC, 1, 0);
    stage.group.publish(node, SOL, 197, 0);
    until("the stop is armed", async || !stage.process.facts("order_armed").is_empty()).await;
    assert_eq!(stage.group.base_atoms(&trader).await, 10 * SOL_ATOMS);

    stage.publish(node, 196);
    let filled = stage.filled(&trader, stop.id).await;
    assert_eq!(filled["base_atoms"], -10 * SOL_ATOMS);
    assert_eq!(filled["executor_fee_atoms"], fee_atoms);
    assert_eq!(stage.group.base_atoms(&trader).await, 0);
    assert_eq!(earned(&stage).await, 2 * fee_atoms.cast_signed());
    assert_eq!(stage.group.ledger_atoms(&[trader, stage.keeper.margin_account]).await, 0);
    stage.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_liquidated_before_it_costs_anybody() {
    let (mut node, rpc, [admin, key, _]) = start();
    let node = &mut node;
    let mut stage = Stage::set(node, &rpc, &admin, key).await;
    let trader = stage.trader(node, &admin, 0, (700, 10)).await;
    move_past_publications(node);

    crash(node, &mut stage.group, 140).await;
    until("the position is liquidated", async || !stage.process.facts("perp_liquidated").is_empty()).await;
    let liquidated = stage.process.facts("perp_liquidated");
    assert!(liquidated.iter().all(|fact| fact["liquidatee"] == trader.to_string()), "{liquidated:?}");
    until("the account is healthy", async || stage.group.is_healthy(node, &trader).await).await;

    let taken_over = stage.group.base_atoms(&stage.keeper.margin_account).await;
    assert!(taken_over > 0, "the keeper can carry it");
    assert_eq!(stage.group.base_atoms(&trader).await + taken_over, 10 * SOL_ATOMS);
    assert_eq!(stage.group.ledger_atoms(&[trader, stage.keeper.margin_account]).await, 0);
    assert_eq!(stage.process.facts("perp_bankruptcy_resolved"), Vec::<Value>::new());
    assert_eq!(stage.group.bad_debt_atoms().await, 0);
    stage.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_under_water_is_resolved_without_a_loss_to_lenders() {
    let (mut node, rpc, [admin, key, _]) = start();
    let node = &mut node;
    let mut stage = Stage::set(node, &rpc, &admin, key).await;
    let loser = stage.trader(node, &admin, 0, (700, 10)).await;
    let winner = stage.trader(node, &admin, 1, (1_000, -10)).await;
    move_past_publications(node);

    crash(node, &mut stage.group, 60).await;
    until("the loss is resolved", async || !stage.process.facts("perp_bankruptcy_resolved").is_empty()).await;
    let resolved = &stage.process.facts("perp_bankruptcy_resolved")[0];
    let atoms = |name: &str| resolved[name].as_u64().expect("a number");
    assert_eq!(resolved["margin_account"], loser.to_string());
    assert!(atoms("deficit_atoms") > 0);
    let borne = atoms("insurance_atoms") + atoms("pool_atoms") + atoms("winners_atoms");
    assert_eq!(borne, atoms("deficit_atoms"));
    assert_eq!(stage.group.base_atoms(&loser).await, 0);
    assert_eq!(stage.group.ledger_atoms(&[loser, winner, stage.keeper.margin_account]).await, 0);
    assert_eq!(stage.group.bad_debt_atoms().await, 0);
    stage.end();
}

/// Both plan the same fill; the first executes it, and the second loses nothing but the race.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_filled_once() {
    let (mut node, rpc, [admin, first, second]) = start();
    let node = &mut node;
    let Stage { mut group, keeper: first, process } = Stage::set(node, &rpc, &admin, first).await;
    assert!(process.terminate().success());
    let second = Competitor::enter(node, &group, second).await;
    let trader = group.open(node, &admin, TRADER, (USDC, 1_000 * USDC_ATOMS)).await;
    move_past_publications(node);
    group.place(&trader, market_order(SOL_ATOMS)).await;
    group.publish(node, USDC, 1, DUE_AHEAD_SECONDS);
    group.publish(node, SOL, 200, DUE_AHEAD_SECONDS);
    let of_first = first.fills(&rpc, node, &group).await;
    let of_second = second.fills(&rpc, node, &group).await;
    let ([winning], [losing]) = (of_first.as_slice(), of_second.as_slice()) else {
        panic!("expected one fill each, got {of_first:?} and {of_second:?}");
    };

    let won = first.actor(&rpc, &group).act(winning).await.expect("the node can be reached");
    let lost = second.actor(&rpc, &group).act(losing).await.expect("the node can be reached");

    assert!(matches!(won, Fact::OrderFilled { base_atoms: SOL_ATOMS, .. }), "{won:?}");
    let what = losing.subject();
    assert_eq!(lost, Fact::LostRace { what, error: "OrderMissing".to_owned(), signature: None });
    assert_eq!(group.base_atoms(&trader).await, SOL_ATOMS);
}
