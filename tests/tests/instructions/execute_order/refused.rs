//! Orders and markets that `execute_order` refuses.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::OrderCancelled;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_LIMIT, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW};
use plimsoll_tests::Signer;
use plimsoll_tests::perps::{market_order, perp_params, pool_order};

use crate::expect::{emits, refuses};
use crate::perp_stage::{BTC_PERP, PerpStage, SOL, SOL_PERP, dollars, now, reduce_only, sol_mantissa, sol_order};
use crate::stage::{UNKNOWN_MODE, edit_account, stranger};

/// A day, the notice of a delisting, in a test world's clock.
const NOTICE_SECONDS: i64 = 86_400;

fn delist(stage: &mut PerpStage) {
    let (group, admin, book) = (stage.world.group, stage.world.admin.pubkey(), stage.world.book);
    stage.world.must(&[instructions::delist_perp_market(group, admin, book, SOL_PERP)], &[]);
}

#[test]
fn an_order_fills_once() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let execute = stage.execute(&order);
    stage.world.must(std::slice::from_ref(&execute), &[]);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderMissing);
    // nor does another order that took its slot
    let next = stage.due(sol_order(SOL));
    assert_eq!(next.slot, order.slot);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderMissing);
}

#[test]
fn orders_that_are_not_there_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    for (slot, id) in [(0, 0), (0, 2), (1, 0), (1, 1), (16, 1), (u8::MAX, 1)] {
        let execute = stage.execute(&OrderKey { slot, id, ..order });
        refuses(&mut stage.world, &execute, &[], PlimsollError::OrderMissing);
    }
}

#[test]
fn requests_to_the_pool_are_not_executed_here() {
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        let mut stage = PerpStage::new();
        let order = stage.due(pool_order(kind, 1_000_000));
        let execute = stage.execute(&order);
        refuses(&mut stage.world, &execute, &[], PlimsollError::OrderIsPool);
    }
}

#[test]
fn a_size_that_fits_no_trade_is_refused() {
    let mut stage = PerpStage::new();
    let btc = stage.world.assets[2];
    for base_atoms in [i64::MIN, i64::MIN + 1, i64::MAX] {
        // a base atom of SOL costs a fifth of a quote atom, one of BTC 1,200
        for (market, oracle, error) in [
            (SOL_PERP, stage.sol.oracle, PlimsollError::OpenInterestCap),
            (BTC_PERP, btc.oracle, PlimsollError::Overflow),
        ] {
            let order = stage.due(market_order(market, base_atoms));
            let execute = stage.execute_with(&order, oracle);
            refuses(&mut stage.world, &execute, &[], error);
        }
    }
}

#[test]
fn a_market_that_is_being_delisted_only_shrinks_until_it_settles() {
    let mut stage = PerpStage::with_position(2 * SOL);
    let opening = stage.world.place(&stage.alice, sol_order(SOL));
    let closing = stage.world.place(&stage.alice, reduce_only(-SOL));
    delist(&mut stage);
    stage.world.advance_refreshed(1);
    let execute = stage.execute(&opening);
    refuses(&mut stage.world, &execute, &[], PlimsollError::MarketNotActive);
    let execute = stage.execute(&closing);
    stage.world.must(&[execute], &[]);

    stage.world.advance_refreshed(NOTICE_SECONDS - 3);
    let last = stage.due(reduce_only(-SOL));
    stage.world.advance_refreshed(1);
    let execute = stage.execute(&last);
    refuses(&mut stage.world, &execute, &[], PlimsollError::MarketSettling);
}

#[test]
fn an_order_of_a_former_market_is_void() {
    let mut stage = PerpStage::new();
    let waiting = plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest {
        kind: ORDER_LIMIT,
        trigger_price: sol_mantissa(300),
        ..sol_order(SOL)
    };
    let [order, another] = [(); 2].map(|()| stage.world.place(&stage.alice, waiting));
    delist(&mut stage);
    stage.world.advance_refreshed(NOTICE_SECONDS);
    let settle =
        instructions::settle_delisted_market(stage.world.book, stage.keeper.account, SOL_PERP, stage.sol.oracle);
    stage.world.must(&[settle], &[]);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::MarketIndex);
    let nobody = stranger(&mut stage.world.svm);
    cancels(&mut stage, &another, &nobody);

    // the slot has another market
    let sol = stage.sol;
    assert_eq!(stage.world.list_perp(&sol, perp_params(sol.decimals)), SOL_PERP);
    stage.reprice_sol(1, dollars(200));
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderOfFormerMarket);
    cancels(&mut stage, &order, &nobody);
}

#[track_caller]
fn cancels(stage: &mut PerpStage, order: &OrderKey, nobody: &plimsoll_tests::Keypair) {
    let cancel = instructions::cancel_order(stage.world.book, order, nobody.pubkey());
    let event = OrderCancelled {
        margin_account: order.margin_account,
        market: SOL_PERP,
        order_slot: order.slot,
        order_id: order.id,
    };
    emits(&mut stage.world, &cancel, &[nobody], &event);
}

#[test]
fn a_kind_of_account_that_no_check_serves_is_refused() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    edit_account(&mut stage.world, stage.alice.account, |account| account.mode = UNKNOWN_MODE);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::AccountMode);
}

#[test]
fn a_position_elsewhere_that_was_not_funded_lately_is_refused() {
    let mut stage = PerpStage::new();
    stage.world.trade(&stage.alice, 1, 100_000_000).expect("a fill");
    stage.world.advance_refreshed(3_601);
    let order = stage.due(sol_order(SOL));
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::FundingStale);
    let update = instructions::update_funding(stage.world.book, 1);
    stage.world.must(&[update, execute], &[]);
    assert_eq!(stage.world.book_state().perp_markets[0].funding_updated_seconds, now(&stage.world));
}
