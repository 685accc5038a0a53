//! `cancel_order`: its owner before it binds, anybody once it can never be executed.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::OrderCancelled;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_LIMIT, ORDER_POOL_DEPOSIT, Order};
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::perps::{DEPOSIT_DELAY_SECONDS, pool_order};
use plimsoll_tests::{Keypair, Signer};

use crate::expect::{emits, refuses};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, WINDOW_SECONDS, is_same, now, sol_mantissa, sol_order};
use crate::stage::{account_elsewhere, elsewhere, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

fn cancel(stage: &PerpStage, order: &OrderKey, authority: Pubkey) -> Instruction {
    instructions::cancel_order(stage.world.book, order, authority)
}

/// Buys a SOL at 200 or less: its condition holds in a test world.
fn limit() -> OrderRequest {
    OrderRequest { kind: ORDER_LIMIT, trigger_price: sol_mantissa(200), ..sol_order(SOL) }
}

/// Alice may not, and neither may a stranger.
#[track_caller]
fn refuses_everybody(stage: &mut PerpStage, order: &OrderKey, nobody: &Keypair) {
    let (own, theirs) = (cancel(stage, order, stage.alice.key()), cancel(stage, order, nobody.pubkey()));
    refuses(&mut stage.world, &own, &[&stage.alice.keypair], PlimsollError::OrderBinding);
    refuses(&mut stage.world, &theirs, &[nobody], PlimsollError::NotOwnerOrDelegate);
}

/// A stranger cancels, and the event says so.
#[track_caller]
fn anybody_cancels(stage: &mut PerpStage, order: &OrderKey, nobody: &Keypair) {
    let by_nobody = cancel(stage, order, nobody.pubkey());
    let market = stage.world.order(order).market;
    let event =
        OrderCancelled { margin_account: order.margin_account, market, order_slot: order.slot, order_id: order.id };
    emits(&mut stage.world, &by_nobody, &[nobody], &event);
    assert_eq!(stage.world.order(order), Order::default());
}

#[test]
fn the_owner_cancels_before_the_order_is_due() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    let other = stage.world.place(&stage.alice, limit());
    let (book, before) = (stage.world.book_state(), stage.world.margin_state(&stage.alice.account));
    let cancel = cancel(&stage, &order, stage.alice.key());
    let event = OrderCancelled { margin_account: stage.alice.account, market: SOL_PERP, order_slot: 0, order_id: 1 };
    emits(&mut stage.world, &cancel, &[&stage.alice.keypair], &event);

    let mut expected = before;
    expected.orders[0] = Order::default();
    expected.active_orders = 0b10;
    assert!(is_same(&*stage.world.margin_state(&stage.alice.account), &*expected), "something else changed");
    assert!(is_same(&*stage.world.book_state(), &*book), "the Book changed");
    assert_eq!(stage.world.order(&other).id, 2);
}

#[test]
fn a_due_order_binds_until_it_lapses_and_then_anybody_clears_it() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    stage.world.advance(1);
    refuses_everybody(&mut stage, &order, &nobody);
    stage.world.advance(WINDOW_SECONDS);
    refuses_everybody(&mut stage, &order, &nobody);
    stage.world.advance(1);
    anybody_cancels(&mut stage, &order, &nobody);
}

#[test]
fn an_early_expiry_frees_nobody_from_a_due_order() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let expires_seconds = now(&stage.world) + 1;
    let order = stage.world.place(&stage.alice, OrderRequest { expires_seconds, ..sol_order(SOL) });
    stage.world.advance(2);
    refuses_everybody(&mut stage, &order, &nobody);
    stage.world.advance(WINDOW_SECONDS);
    anybody_cancels(&mut stage, &order, &nobody);
}

#[test]
fn an_order_that_waits_for_its_condition_is_its_owners_to_cancel() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let order = stage.world.place(&stage.alice, limit());
    stage.world.advance(86_400);
    let by_nobody = cancel(&stage, &order, nobody.pubkey());
    refuses(&mut stage.world, &by_nobody, &[&nobody], PlimsollError::NotOwnerOrDelegate);
    let own = cancel(&stage, &order, stage.alice.key());
    stage.world.must_signed_by(&own, &stage.alice);
}

#[test]
fn an_armed_order_binds_and_a_lapsed_one_waits_for_its_condition_again() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let order = stage.world.place(&stage.alice, limit());
    stage.world.advance_refreshed(100);
    stage.world.execute(&order).expect("an armed order");
    stage.world.advance(1);
    refuses_everybody(&mut stage, &order, &nobody);
    stage.world.advance(WINDOW_SECONDS + 1);
    // it could be armed again, so it is no stranger's to cancel
    let by_nobody = cancel(&stage, &order, nobody.pubkey());
    refuses(&mut stage.world, &by_nobody, &[&nobody], PlimsollError::NotOwnerOrDelegate);
    let own = cancel(&stage, &order, stage.alice.key());
    stage.world.must_signed_by(&own, &stage.alice);
}

#[test]
fn anybody_clears_an_expired_order() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let expires_seconds = now(&stage.world) + 10;
    let order = stage.world.place(&stage.alice, OrderRequest { expires_seconds, ..limit() });
    stage.world.advance(10);
    let early = cancel(&stage, &order, nobody.pubkey());
    refuses(&mut stage.world, &early, &[&nobody], PlimsollError::NotOwnerOrDelegate);
    stage.world.advance(1);
    anybody_cancels(&mut stage, &order, &nobody);
}

#[test]
fn a_request_to_the_pool_binds_from_its_own_due_time() {
    let mut stage = PerpStage::new();
    let nobody = stranger(&mut stage.world.svm);
    let request = pool_order(ORDER_POOL_DEPOSIT, 1_000_000);
    let [early, bound] = [(); 2].map(|()| stage.world.place(&stage.alice, request));
    stage.world.advance(i64::from(DEPOSIT_DELAY_SECONDS) - 1);
    let own = cancel(&stage, &early, stage.alice.key());
    stage.world.must_signed_by(&own, &stage.alice);

    stage.world.advance(1 + WINDOW_SECONDS);
    let own = cancel(&stage, &bound, stage.alice.key());
    refuses(&mut stage.world, &own, &[&stage.alice.keypair], PlimsollError::OrderBinding);
    stage.world.advance(1);
    anybody_cancels(&mut stage, &bound, &nobody);
}

#[test]
fn a_delegate_cancels_trades_and_no_request_to_the_pool() {
    let mut stage = PerpStage::new();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.alice.account, stage.alice.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.alice.keypair]);
    let trade = stage.world.place(&stage.alice, sol_order(SOL));
    let request = stage.world.place(&stage.alice, pool_order(ORDER_POOL_DEPOSIT, 1_000_000));
    let [trade, request] = [trade, request].map(|order| cancel(&stage, &order, delegate.pubkey()));
    stage.world.must(&[trade], &[&delegate]);
    refuses(&mut stage.world, &request, &[&delegate], PlimsollError::NotOwner);
}

#[test]
fn an_account_with_an_order_is_not_closed() {
    let mut stage = PerpStage::new();
    let owner = stage.world.trader();
    let order = stage.world.place(&owner, sol_order(SOL));
    let close = instructions::close_margin_account(owner.account, owner.key());
    refuses(&mut stage.world, &close, &[&owner.keypair], PlimsollError::AccountNotEmpty);
    let cancel = cancel(&stage, &order, owner.key());
    stage.world.must(&[cancel, close], &[&owner.keypair]);
}

#[test]
fn orders_that_are_not_there_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    for (slot, id) in [(0, 0), (0, 2), (0, u64::MAX), (1, 0), (1, 1), (16, 1), (u8::MAX, 1)] {
        let missing = cancel(&stage, &OrderKey { slot, id, ..order }, stage.alice.key());
        refuses(&mut stage.world, &missing, &[&stage.alice.keypair], PlimsollError::OrderMissing);
    }
    let cancel = cancel(&stage, &order, stage.alice.key());
    stage.world.must_signed_by(&cancel, &stage.alice);
    refuses(&mut stage.world, &cancel, &[&stage.alice.keypair], PlimsollError::OrderMissing);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    let cancel = cancel(&stage, &order, stage.alice.key());
    let (world, alice) = (&mut stage.world, &stage.alice.keypair);
    let book = world.book;
    for account in [book, stage.alice.account] {
        refuses_impostors(world, &cancel, &[alice], account);
    }
    refuses_other_versions(world, &cancel, &[alice], &[book, stage.alice.account]);
    refuses_unsigned(world, &cancel, alice.pubkey());
    let other = elsewhere(world);
    let theirs = account_elsewhere(world, alice, other.group);
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup),
        (stage.alice.account, theirs, PlimsollError::WrongGroup),
        (stage.alice.account, stage.keeper.account, PlimsollError::OrderMissing),
    ] {
        refuses(world, &swapped(&cancel, right, wrong), &[alice], error);
    }
}
