//! Margin calls on a real node: an account is called before the announced walk reaches it, and left alone until then.

use plimsoll_client::{Pubkey, metrics};
use serde_json::Value;

use crate::competitor::Competitor;
use crate::group::{Group, SOL, USDC};
use crate::node::{KeeperProcess, Node};
use crate::{GRID_SECONDS, start, until};

/// SOL at first, cents.
const FIRST_PRICE: i64 = 20_000;
/// Each step of the slide: what makes margins follow.
const FALL_PERCENT: i64 = 2;
/// How near to the liquidation price the slide comes, ten-thousandths: more than the path walks in one step.
const NEAR: i64 = 40;
const MOST_STEPS: usize = 60;

/// A group under one keeper, with one borrower.
struct Slide<'a> {
    group: Group<'a>,
    process: KeeperProcess,
    borrower: Pubkey,
    /// SOL now, cents.
    price: i64,
}

impl Slide<'_> {
    /// Begins a grid step at a price and waits until the keeper has folded it and has nothing to say about the borrower any more.
    async fn step(&mut self, node: &mut Node, price: i64) {
        self.price = price;
        let step = node.unix_seconds() / GRID_SECONDS + 1;
        node.travel_to(step * GRID_SECONDS + 5);
        self.group.publish(node, USDC, 1, 0);
        self.group.publish_cents(node, SOL, price, 0);
        let process = &self.process;
        until("the step is folded", async || process.facts("risk_refreshed").iter().any(|fact| fact["step"] == step))
            .await;
        let (group, borrower) = (&self.group, &self.borrower);
        let now_seconds = node.unix_seconds().unsigned_abs();
        until("the borrower is called or healthy", async || {
            let (book, account) = (group.book().await, group.account(borrower).await);
            let projection = plimsoll_client::health::projection(&book, &account, now_seconds);
            let projection = projection.expect("the account can be evaluated");
            !projection.maintenance.is_negative() && projection.call.is_some() == account.is_called()
        })
        .await;
    }

    /// The lowest price at which the borrower is healthy, in cents.
    async fn lowest_healthy_price(&self, node: &mut Node) -> i64 {
        let (book, account) = (self.group.book().await, self.group.account(&self.borrower).await);
        let now_seconds = node.unix_seconds().unsigned_abs();
        let range = metrics::healthy_range(&book, &account, SOL, now_seconds).expect("the account can be measured");
        let lowest = range.expect("some price makes it healthy").lowest.expect("it holds SOL").to_bits();
        let now = book.factors[usize::from(SOL)].price.mid;
        i64::try_from(i128::from(lowest) * i128::from(self.price) / i128::from(now)).expect("a price")
    }

    fn deadline_seconds(&self) -> Option<i64> {
        self.process.facts("margin_called").first().map(|fact| fact["deadline_seconds"].as_i64().expect("a moment"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_called_an_hour_ahead_and_liquidated_after_its_deadline() {
    let (mut node, rpc, [admin, key, _]) = start();
    let node = &mut node;
    let mut group = Group::create(node, &rpc, &admin).await;
    let borrower = group.populate(node, [1_400]).await[0];
    let keeper = Competitor::enter(node, &group, key).await;
    let process = keeper.start(node, &group, &[]);
    until("the keeper is ready", async || !process.facts("ready").is_empty()).await;
    let mut slide = Slide { group, process, borrower, price: FIRST_PRICE };

    let mut steps = 0..MOST_STEPS;
    while slide.deadline_seconds().is_none() {
        steps.next().expect("a slide of so many steps meets the announced path");
        let nearest = slide.lowest_healthy_price(node).await * (10_000 + NEAR) / 10_000;
        let fallen = slide.price * (100 - FALL_PERCENT) / 100;
        let price = fallen.max(nearest).min(slide.price);
        slide.step(node, price).await;
    }
    let deadline = slide.deadline_seconds().expect("it was called");
    let called_at = node.unix_seconds();
    assert!(deadline > called_at, "called at {called_at} for {deadline}");
    assert_eq!(slide.process.facts("liquidated"), Vec::<Value>::new(), "called before anything else");
    let stored = slide.group.account(&borrower).await.call;
    assert_eq!((stored.deadline_seconds, stored.reason), (deadline.unsigned_abs(), plimsoll::margin::CALLED_BY_WALK));

    // no price moves any more: until the deadline nothing happens to the account
    let (grid, price) = (GRID_SECONDS, slide.price);
    while node.unix_seconds() / grid + 1 < deadline / grid {
        slide.step(node, price).await;
        assert_eq!(slide.process.facts("liquidated"), Vec::<Value>::new(), "before its deadline");
    }
    assert!(slide.group.is_healthy(node, &borrower).await);
    slide.step(node, price).await;
    assert!(node.unix_seconds() >= deadline);
    until("the walk has made it liquidatable", async || !slide.process.facts("liquidated").is_empty()).await;
    let liquidated = slide.process.facts("liquidated");
    assert_eq!(liquidated[0]["liquidatee"], borrower.to_string());
    assert_eq!(slide.process.facts("margin_called").len(), 1, "called once");
    assert_eq!(slide.process.facts("refused"), Vec::<Value>::new());
    assert!(slide.process.terminate().success());
}
