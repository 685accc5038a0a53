//! Orders that wait: armed once somebody shows that the condition holds, again after they lapsed, never after they expired.

use plimsoll_client::Pubkey;
use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{OrderArmed, OrderFilled};
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_LIMIT, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, PerpPosition};

use crate::expect::{emits, emitted, refuses};
use crate::perp_stage::{
    PerpStage, SOL, SOL_PERP, WINDOW_SECONDS, dollars, is_same, now, reduce_only, sol_mantissa, sol_order,
};
use crate::stage::{edit_book, leave_pending};

/// Waits for SOL to meet this many dollars.
fn conditional(kind: u8, base_atoms: i64, trigger: u64) -> OrderRequest {
    OrderRequest { kind, trigger_price: sol_mantissa(trigger), ..sol_order(base_atoms) }
}

/// Somebody shows that the condition holds: this event, this field, and nothing else.
#[track_caller]
fn arms(stage: &mut PerpStage, order: &OrderKey) {
    arms_from(stage, order, now(&stage.world));
}

/// The same, the order counting as armed from this moment on.
#[track_caller]
fn arms_from(stage: &mut PerpStage, order: &OrderKey, armed_seconds: u64) {
    let (book, mut expected) = (stage.world.book_state(), stage.world.margin_state(&stage.alice.account));
    let event = OrderArmed {
        margin_account: order.margin_account,
        market: SOL_PERP,
        order_slot: order.slot,
        order_id: order.id,
        armed_seconds,
    };
    // the oracle's account is not read
    let arm = stage.execute_with(order, Pubkey::new_unique());
    emits(&mut stage.world, &arm, &[], &event);
    expected.orders[usize::from(order.slot)].armed_seconds = armed_seconds;
    assert!(is_same(&*stage.world.margin_state(&stage.alice.account), &*expected), "something else changed");
    assert!(is_same(&*stage.world.book_state(), &*book), "the Book changed");
    assert_eq!(stage.position(&stage.keeper), PerpPosition::default(), "arming pays nothing");
}

#[test]
fn each_kind_waits_for_its_own_side_of_the_trigger() {
    for (kind, base_atoms, met, unmet) in [
        (ORDER_LIMIT, SOL, 201, 199),
        (ORDER_LIMIT, -SOL, 199, 201),
        (ORDER_TAKE_PROFIT, SOL, 201, 199),
        (ORDER_TAKE_PROFIT, -SOL, 199, 201),
        (ORDER_STOP_LOSS, SOL, 199, 201),
        (ORDER_STOP_LOSS, -SOL, 201, 199),
    ] {
        let mut stage = PerpStage::new();
        let waiting = stage.world.place(&stage.alice, conditional(kind, base_atoms, unmet));
        let execute = stage.execute(&waiting);
        refuses(&mut stage.world, &execute, &[], PlimsollError::ConditionUnmet);
        let order = stage.world.place(&stage.alice, conditional(kind, base_atoms, met));
        arms(&mut stage, &order);
    }
}

#[test]
fn a_price_at_the_trigger_meets_it() {
    for (kind, base_atoms) in [(ORDER_LIMIT, SOL), (ORDER_LIMIT, -SOL), (ORDER_STOP_LOSS, SOL), (ORDER_STOP_LOSS, -SOL)]
    {
        let mut stage = PerpStage::new();
        let trigger_price = stage.world.book_state().factors[1].price.mid;
        let request = OrderRequest { trigger_price, ..conditional(kind, base_atoms, 1) };
        let order = stage.world.place(&stage.alice, request);
        arms(&mut stage, &order);
    }
}

#[test]
fn an_armed_order_fills_a_delay_after_it_was_armed() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, conditional(ORDER_STOP_LOSS, -SOL, 195));
    stage.reprice_sol(100, dollars(194));
    arms(&mut stage, &order);
    // what showed the condition does not fill it: nobody knows yet what will
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderTooEarly);
    stage.reprice_sol(1, dollars(196));
    let filled: OrderFilled = emitted(&stage.world.send(&[execute], &[]));
    assert!(filled.price.abs_diff(sol_mantissa(196)) <= 1, "it fills though the condition no longer holds");
}

#[test]
fn no_order_is_armed_before_the_newest_price_that_the_book_knows() {
    let mut stage = PerpStage::new();
    let waiting = stage.world.place(&stage.alice, conditional(ORDER_LIMIT, SOL, 200));
    // the oracle's clock is ten seconds ahead of the chain's
    let (sol, ahead) = (stage.sol, stage.world.now() + 10);
    stage.world.publish_at(&sol, dollars(200), ahead, ahead - 1);
    let refresh = instructions::refresh_prices(stage.world.book, &[sol.oracle]);
    stage.world.must(&[refresh], &[]);
    arms_from(&mut stage, &waiting, ahead.unsigned_abs());
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    assert_eq!(stage.world.order(&order).armed_seconds, ahead.unsigned_abs());
    stage.world.advance(5);
    for order in [waiting, order] {
        // due by the chain's clock, but the price was known
        let execute = stage.execute(&order);
        refuses(&mut stage.world, &execute, &[], PlimsollError::OrderTooEarly);
    }
    stage.reprice_sol(6, dollars(200));
    for order in [waiting, order] {
        let execute = stage.execute(&order);
        stage.world.must(&[execute], &[]);
    }
}

#[test]
fn a_lapsed_order_is_armed_again_where_its_condition_holds() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, conditional(ORDER_LIMIT, SOL, 200));
    arms(&mut stage, &order);
    // the last second of its window: it fills, it is not armed anew
    stage.world.advance_refreshed(1 + WINDOW_SECONDS);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::PublicationNotFirst);
    stage.reprice_sol(1, dollars(202));
    refuses(&mut stage.world, &execute, &[], PlimsollError::ConditionUnmet);
    stage.reprice_sol(1, dollars(199));
    arms(&mut stage, &order);
    stage.reprice_sol(1, dollars(199));
    stage.world.must(&[execute], &[]);
}

#[test]
fn an_expired_order_is_not_armed() {
    let mut stage = PerpStage::new();
    let expires_seconds = now(&stage.world) + 10;
    let request = OrderRequest { expires_seconds, ..conditional(ORDER_LIMIT, SOL, 200) };
    let [order, late] = [(); 2].map(|()| stage.world.place(&stage.alice, request));
    stage.world.advance_refreshed(10);
    arms(&mut stage, &order);
    stage.world.advance_refreshed(1);
    let arm = stage.execute(&late);
    refuses(&mut stage.world, &arm, &[], PlimsollError::OrderExpired);
    // what was armed in time keeps its window, so that nobody fills or drops it once he can price it
    let fill = stage.execute(&order);
    stage.world.must(&[fill], &[]);
}

#[test]
fn an_expired_order_that_lapsed_is_over() {
    let mut stage = PerpStage::new();
    let expires_seconds = now(&stage.world) + 1;
    let order = stage.world.place(&stage.alice, OrderRequest { expires_seconds, ..sol_order(SOL) });
    stage.world.advance_refreshed(2 + WINDOW_SECONDS);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderExpired);
}

#[test]
fn no_condition_is_shown_by_a_stale_unconfirmed_or_missing_price() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, conditional(ORDER_LIMIT, SOL, 201));
    let arm = stage.execute(&order);
    stage.world.advance_refreshed(1);
    stage.world.advance(6);
    refuses(&mut stage.world, &arm, &[], PlimsollError::StalePriceLeg);
    leave_pending(&mut stage.world, &stage.sol.clone());
    stage.world.advance_refreshed(1);
    stage.reprice_sol(1, dollars(200));
    leave_pending(&mut stage.world, &stage.sol.clone());
    refuses(&mut stage.world, &arm, &[], PlimsollError::PricePending);
    edit_book(&mut stage.world, |book| book.factors[1].price.mid = 0);
    refuses(&mut stage.world, &arm, &[], PlimsollError::FactorNotPriced);
}

#[test]
fn a_reduce_only_order_is_armed_where_there_is_something_to_reduce() {
    let stop = |base_atoms, trigger| OrderRequest {
        kind: ORDER_STOP_LOSS,
        trigger_price: sol_mantissa(trigger),
        ..reduce_only(base_atoms)
    };
    let mut stage = PerpStage::with_position(2 * SOL);
    for (base_atoms, trigger) in [(-3 * SOL, 201), (SOL, 199)] {
        let order = stage.world.place(&stage.alice, stop(base_atoms, trigger));
        let arm = stage.execute(&order);
        refuses(&mut stage.world, &arm, &[], PlimsollError::ReduceOnly);
    }
    let order = stage.world.place(&stage.alice, stop(-2 * SOL, 201));
    arms(&mut stage, &order);
}
