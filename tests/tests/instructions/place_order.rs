//! `place_order`: a request waits in a slot of the account; nothing else changes, and no margin is asked for.

mod refused;
mod wrong;

use anchor_lang::AnchorDeserialize;
use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::OrderPlaced;
use plimsoll_client::plimsoll::instructions::trader::place_order::{OrderRequest, PlacedOrder};
use plimsoll_client::plimsoll::state::margin_account::{
    ORDER_LIMIT, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, Order,
};
use plimsoll_tests::Signer;
use plimsoll_tests::perps::{EXECUTOR_FEE_ATOMS, pool_order};

use crate::expect::{assert_emitted, refuses};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, is_same, now, reduce_only, sol_mantissa, sol_order};
use crate::stage::stranger;

/// A limit order of Alice's.
fn limit(base_atoms: i64) -> OrderRequest {
    OrderRequest {
        kind: ORDER_LIMIT,
        trigger_price: sol_mantissa(190),
        worst_price: sol_mantissa(195),
        expires_seconds: 2_000_000_000,
        client_id: 77,
        ..sol_order(base_atoms)
    }
}

/// What the account keeps of its first order.
fn stored(request: &OrderRequest, placed_seconds: u64) -> Order {
    Order {
        base_atoms: request.base_atoms,
        worst_price: request.worst_price,
        trigger_price: request.trigger_price,
        placed_seconds,
        armed_seconds: 0,
        expires_seconds: request.expires_seconds,
        executor_fee_atoms: EXECUTOR_FEE_ATOMS,
        client_id: request.client_id,
        id: 1,
        market: request.market,
        kind: request.kind,
        flags: request.flags,
        padding: [0; 5],
    }
}

#[test]
fn an_order_is_stored_as_asked_for_and_nothing_else_changes() {
    let mut stage = PerpStage::new();
    let (book, before) = (stage.world.book_state(), stage.world.margin_state(&stage.alice.account));
    let request = limit(3 * SOL);
    let place = stage.place(request);
    let outcome = stage.world.send(&[place], &[&stage.alice.keypair]);
    let event = OrderPlaced {
        margin_account: stage.alice.account,
        market: SOL_PERP,
        order_slot: 0,
        order_id: 1,
        client_id: 77,
        base_atoms: 3 * SOL,
        kind: ORDER_LIMIT,
        flags: 0,
        worst_price: request.worst_price,
        trigger_price: request.trigger_price,
    };
    assert_emitted(&outcome, &event);
    let returned = outcome.expect("an order").return_data.data;
    let placed = PlacedOrder::try_from_slice(&returned).expect("where it lies");
    assert_eq!(placed, PlacedOrder { order_slot: 0, order_id: 1 });

    let after = stage.world.margin_state(&stage.alice.account);
    assert_eq!(after.orders[0], stored(&request, now(&stage.world)));
    assert_eq!((after.active_orders, after.sequence), (1, 1));
    assert_eq!((after.balances, after.perps), (before.balances, before.perps));
    assert!(is_same(&*stage.world.book_state(), &*book), "placing an order changed the Book");
}

#[test]
fn what_has_no_condition_is_armed_at_once() {
    let mut stage = PerpStage::new();
    let conditional = [ORDER_LIMIT, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT];
    for kind in conditional {
        let order = stage.world.place(&stage.alice, OrderRequest { kind, ..limit(SOL) });
        assert_eq!(stage.world.order(&order).armed_seconds, 0);
    }
    let requests = [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW].map(|kind| pool_order(kind, 5));
    for request in [sol_order(SOL), requests[0], requests[1]] {
        let order = stage.world.place(&stage.alice, request);
        assert_eq!(stage.world.order(&order).armed_seconds, now(&stage.world));
    }
}

#[test]
fn slots_are_used_again_and_numbers_never() {
    let mut stage = PerpStage::new();
    let first = stage.world.place(&stage.alice, limit(SOL));
    let second = stage.world.place(&stage.alice, limit(SOL));
    assert_eq!([(first.slot, first.id), (second.slot, second.id)], [(0, 1), (1, 2)]);
    let cancel = instructions::cancel_order(stage.world.book, &first, stage.alice.key());
    stage.world.must_signed_by(&cancel, &stage.alice);
    let third = stage.world.place(&stage.alice, limit(SOL));
    assert_eq!((third.slot, third.id), (0, 3));
    assert_eq!(stage.world.margin_state(&stage.alice.account).active_orders, 0b11);
}

#[test]
fn a_seventeenth_order_finds_no_slot() {
    let mut stage = PerpStage::new();
    for slot in 0..16 {
        assert_eq!(stage.world.place(&stage.alice, limit(SOL)).slot, slot);
    }
    let place = stage.place(limit(SOL));
    refuses(&mut stage.world, &place, &[&stage.alice.keypair], PlimsollError::NoFreeOrderSlot);
}

#[test]
fn no_margin_is_asked_for() {
    let mut stage = PerpStage::new();
    let pauper = stage.world.trader();
    for base_atoms in [i64::MAX, -i64::MAX, i64::MIN] {
        stage.world.place(&pauper, sol_order(base_atoms));
    }
}

#[test]
fn the_executors_fee_is_that_of_the_moment() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, limit(SOL));
    stage.world.change_pool(|params| params.executor_fee_atoms = 5_000_000);
    assert_eq!(stage.world.order(&order).executor_fee_atoms, EXECUTOR_FEE_ATOMS);
}

#[test]
fn a_delegate_trades_and_asks_nothing_of_the_pool() {
    let mut stage = PerpStage::new();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.alice.account, stage.alice.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.alice.keypair]);
    let place = |request| instructions::place_order(stage.world.book, stage.alice.account, delegate.pubkey(), request);
    let (trade, requests) = (
        place(sol_order(SOL)),
        [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW].map(|kind| place(pool_order(kind, 1_000_000))),
    );
    stage.world.must(&[trade], &[&delegate]);
    for request in requests {
        refuses(&mut stage.world, &request, &[&delegate], PlimsollError::NotOwner);
    }
}

#[test]
fn a_market_that_is_being_delisted_takes_reduce_only_orders() {
    let mut stage = PerpStage::new();
    let delist =
        instructions::delist_perp_market(stage.world.group, stage.world.admin.pubkey(), stage.world.book, SOL_PERP);
    stage.world.must(&[delist], &[]);
    let open = stage.place(sol_order(SOL));
    refuses(&mut stage.world, &open, &[&stage.alice.keypair], PlimsollError::MarketNotActive);
    stage.world.place(&stage.alice, reduce_only(-SOL));
}

#[test]
fn a_reduce_only_order_may_be_small_so_that_it_closes_a_small_rest() {
    let mut stage = PerpStage::new();
    stage.world.place(&stage.alice, reduce_only(-1));
}
