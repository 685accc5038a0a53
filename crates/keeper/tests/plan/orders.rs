//! Orders: armed, filled, carried out, and every reason to wait.

use plimsoll::state::margin_account::{
    MODE_ISOLATED, ORDER_LIMIT, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY, ORDER_STOP_LOSS, Order,
    POOL_MARKET,
};
use plimsoll_client::Pubkey;
use plimsoll_client::instructions::OrderKey;
use plimsoll_client::orders::{self, OrderState};
use plimsoll_keeper::plan::{Action, plan};

use crate::market::{KEEPER, Market, NOW_SECONDS, SOL, USDC, mantissa, oracle, settings, subjects};
use crate::perps::market_order;

const DELAY_SECONDS: u64 = 1;
const WINDOW_SECONDS: u64 = 30;
const NOTHING: [String; 0] = [];

/// A market order that is due at `due_seconds`, of a trader who can pay.
fn due_at(due_seconds: u64) -> (Market, OrderKey) {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 0);
    let key = market.order(&trader, market_order(due_seconds - DELAY_SECONDS));
    (market, key)
}

fn filling(key: &OrderKey) -> String {
    format!("execute_order {} {}", key.margin_account, key.id)
}

fn arming(key: &OrderKey) -> String {
    format!("{} (arm)", filling(key))
}

/// A limit order to buy at 190 or less, never armed.
fn limit_at_190() -> Order {
    Order { kind: ORDER_LIMIT, trigger_price: mantissa(SOL, 190), armed_seconds: 0, ..market_order(NOW_SECONDS - 100) }
}

#[test]
fn an_order_fills_on_the_first_publication_since_it_was_due() {
    let (mut market, key) = due_at(NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    let actions = plan(&market.snapshot, &settings(&[]));
    match actions.as_slice() {
        [Action::FillOrder { order, oracle: from, oracles }] => {
            assert_eq!((*order, *from), (key, oracle(SOL)));
            assert!(oracles.is_empty(), "the Book knows this publication");
        }
        other => panic!("expected a fill, got {other:?}"),
    }
}

#[test]
fn a_fill_brings_its_publication_into_the_book() {
    let (mut market, key) = due_at(NOW_SECONDS + 1);
    market.snapshot.now_seconds = NOW_SECONDS + 1;
    market.publish(SOL, NOW_SECONDS + 1);
    let actions = plan(&market.snapshot, &settings(&[]));
    assert_eq!(actions.iter().map(Action::subject).next(), Some(filling(&key)));
    match &actions[0] {
        Action::FillOrder { oracles, .. } => assert_eq!(*oracles, [oracle(SOL)]),
        other => panic!("expected a fill, got {other:?}"),
    }
}

#[test]
fn an_order_waits_for_a_publication_at_its_due_time() {
    let (mut market, _) = due_at(NOW_SECONDS + 1);
    market.publish(SOL, NOW_SECONDS);
    market.publish(USDC, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn an_order_does_not_fill_on_a_later_publication_than_the_first() {
    let (mut market, _) = due_at(NOW_SECONDS - 2);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

/// Somebody keeps two publications of the feed: the order takes its own.
#[test]
fn the_right_one_of_several_accounts_of_a_feed_is_passed() {
    let (mut market, key) = due_at(NOW_SECONDS - 2);
    market.publish(SOL, NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS - 2);
    let kept = Pubkey::new_from_array([77; 32]);
    market.snapshot.publications[1].oracle = kept;
    match plan(&market.snapshot, &settings(&[])).as_slice() {
        [Action::FillOrder { order, oracle, .. }] => assert_eq!((*order, *oracle), (key, kept)),
        other => panic!("expected a fill, got {other:?}"),
    }
}

#[test]
fn an_order_lapses_after_its_window() {
    for (late_seconds, fills) in [(WINDOW_SECONDS, true), (WINDOW_SECONDS + 1, false)] {
        let (mut market, key) = due_at(NOW_SECONDS - late_seconds);
        market.publish(SOL, NOW_SECONDS - late_seconds);
        let expected = if fills { vec![filling(&key)] } else { Vec::new() };
        assert_eq!(subjects(&market, &[]), expected, "{late_seconds} s late");
    }
}

#[test]
fn an_order_waits_while_the_price_is_unconfirmed() {
    let (mut market, _) = due_at(NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    market.pending(SOL, 130, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn an_expired_order_is_not_armed_and_an_armed_one_is_filled() {
    let (mut market, key) = due_at(NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    let slot = usize::from(key.slot);
    market.account_mut(&key.margin_account).orders[slot].expires_seconds = NOW_SECONDS - 1;
    let expires_seconds = NOW_SECONDS - 1;
    market.order(&key.margin_account, Order { trigger_price: mantissa(SOL, 210), expires_seconds, ..limit_at_190() });
    assert_eq!(subjects(&market, &[]), [filling(&key)]);
}

#[test]
fn what_is_due_longest_comes_first_and_arming_last() {
    let (mut market, younger) = due_at(NOW_SECONDS);
    let trader = younger.margin_account;
    let waiting = market.order(&trader, Order { trigger_price: mantissa(SOL, 210), ..limit_at_190() });
    // between two publications several orders become due: one publication fills them all
    let older = market.order(&trader, market_order(NOW_SECONDS - DELAY_SECONDS - 1));
    market.publish(SOL, NOW_SECONDS);
    market.snapshot.publications[0].prev_publish_time_seconds = NOW_SECONDS - 5;
    assert_eq!(subjects(&market, &[]), [filling(&older), filling(&younger), arming(&waiting)]);
}

#[test]
fn a_keeper_without_a_cross_account_takes_no_fees() {
    let (mut market, _) = due_at(NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    market.account_mut(&KEEPER).mode = MODE_ISOLATED;
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_limit_order_is_armed_once_the_book_shows_its_price() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 0);
    let key = market.order(&trader, limit_at_190());
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.price(SOL, 190);
    assert_eq!(subjects(&market, &[]), [arming(&key)]);
}

#[test]
fn a_stop_loss_is_armed_on_the_other_side() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 10_000, 10);
    let stop = Order {
        kind: ORDER_STOP_LOSS,
        base_atoms: -market_order(0).base_atoms,
        flags: ORDER_REDUCE_ONLY,
        ..limit_at_190()
    };
    let key = market.order(&trader, stop);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.price(SOL, 189);
    assert_eq!(subjects(&market, &[]), [arming(&key)]);
}

#[test]
fn nothing_is_armed_at_a_price_that_is_old_or_unconfirmed() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 0);
    market.order(&trader, limit_at_190());
    market.publish(SOL, NOW_SECONDS - 600);
    market.price(SOL, 190);
    market.pending(SOL, 250, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);

    market.pending(SOL, 0, 0);
    let max_age_seconds = u64::from(market.factor(SOL).params.liquidation_max_age_seconds);
    market.factor(SOL).price.publish_time_seconds = NOW_SECONDS - max_age_seconds - 1;
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_reduce_only_order_without_a_position_is_not_armed() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 0);
    market.order(&trader, Order { flags: ORDER_REDUCE_ONLY, ..limit_at_190() });
    market.publish(SOL, NOW_SECONDS);
    market.price(SOL, 190);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_lapsed_order_with_a_condition_is_armed_again() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 0);
    let armed_seconds = NOW_SECONDS - DELAY_SECONDS - WINDOW_SECONDS - 1;
    let key = market.order(&trader, Order { armed_seconds, ..limit_at_190() });
    market.publish(SOL, NOW_SECONDS);
    market.price(SOL, 190);
    assert_eq!(subjects(&market, &[]), [arming(&key)]);
}

#[test]
fn an_order_of_a_market_that_left_its_slot_is_void() {
    let (mut market, key) = due_at(NOW_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    market.perp().listed_seconds = NOW_SECONDS;
    let order = market.account_mut(&key.margin_account).orders[usize::from(key.slot)];
    assert_eq!(orders::state(&market.snapshot.book, &order, NOW_SECONDS), OrderState::Void);
    assert_eq!(subjects(&market, &[]), NOTHING);
}

/// A provider's request for `amount`, due `late_seconds` ago.
fn request(market: &mut Market, kind: u8, late_seconds: u64) -> OrderKey {
    let provider = market.trader(2, 1_000, 0);
    let params = market.snapshot.book.pool.params;
    let delay_seconds =
        if kind == ORDER_POOL_DEPOSIT { params.deposit_delay_seconds } else { params.withdraw_delay_seconds };
    let placed_seconds = NOW_SECONDS - u64::from(delay_seconds) - late_seconds;
    market.order(&provider, Order { kind, market: POOL_MARKET, worst_price: 0, ..market_order(placed_seconds) })
}

fn carrying_out(key: &OrderKey) -> String {
    format!("execute_pool_order {} {}", key.margin_account, key.id)
}

#[test]
fn a_request_to_the_pool_is_carried_out_once_it_is_due() {
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        let mut market = Market::with_perps();
        let key = request(&mut market, kind, 0);
        assert_eq!(subjects(&market, &[]), [carrying_out(&key)]);
        market.snapshot.now_seconds -= 1;
        assert_eq!(subjects(&market, &[]), NOTHING);
    }
}

#[test]
fn a_request_waits_for_prices_since_it_was_due() {
    let mut market = Market::with_perps();
    market.trader(1, 1_000, 1);
    let key = request(&mut market, ORDER_POOL_DEPOSIT, 2);
    market.factor(SOL).price.publish_time_seconds = NOW_SECONDS - 3;
    assert_eq!(subjects(&market, &[]), NOTHING);

    market.publish(SOL, NOW_SECONDS);
    let refresh = format!("refresh_prices {}", oracle(SOL));
    assert_eq!(subjects(&market, &[]), [carrying_out(&key), refresh]);
    match &plan(&market.snapshot, &settings(&[]))[0] {
        Action::ExecutePoolOrder { oracles, .. } => assert_eq!(*oracles, [oracle(SOL)]),
        other => panic!("expected a request, got {other:?}"),
    }
}

#[test]
fn a_request_waits_while_a_price_is_unconfirmed() {
    let mut market = Market::with_perps();
    market.trader(1, 10_000, 1);
    request(&mut market, ORDER_POOL_DEPOSIT, 0);
    market.pending(SOL, 130, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);
}
