//! What `place_order` refuses of a request.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{
    ORDER_LIMIT, ORDER_MARKET, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, POOL_MARKET,
};
use plimsoll_tests::World;
use plimsoll_tests::perps::{market_order, pool_order};

use crate::expect::refuses;
use crate::perp_stage::{BTC_PERP, PerpStage, SOL, SOL_PERP, now, sol_mantissa, sol_order};

/// The smallest trade of SOL-PERP in a test world.
const MIN_BASE_ATOMS: i64 = SOL / 1_000;

#[track_caller]
fn refuses_request(stage: &mut PerpStage, request: OrderRequest, error: PlimsollError) {
    let place = stage.place(request);
    refuses(&mut stage.world, &place, &[&stage.alice.keypair], error);
}

#[test]
fn size_zero_and_a_negative_request_to_the_pool() {
    let mut stage = PerpStage::new();
    refuses_request(&mut stage, sol_order(0), PlimsollError::AmountZero);
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        for base_atoms in [0, -1, i64::MIN] {
            let request = OrderRequest { base_atoms, ..pool_order(kind, 1) };
            refuses_request(&mut stage, request, PlimsollError::AmountZero);
        }
    }
}

#[test]
fn a_size_below_the_minimum() {
    let mut stage = PerpStage::new();
    for base_atoms in [MIN_BASE_ATOMS - 1, 1 - MIN_BASE_ATOMS, 1, -1] {
        refuses_request(&mut stage, sol_order(base_atoms), PlimsollError::BelowMinimumSize);
    }
    for base_atoms in [MIN_BASE_ATOMS, -MIN_BASE_ATOMS] {
        stage.world.place(&stage.alice, sol_order(base_atoms));
    }
}

#[test]
fn an_order_that_has_expired_before_it_is_placed() {
    let mut stage = PerpStage::new();
    let now = now(&stage.world);
    for expires_seconds in [0, now - 1, now] {
        let request = OrderRequest { expires_seconds, ..sol_order(SOL) };
        refuses_request(&mut stage, request, PlimsollError::OrderExpired);
    }
    stage.world.place(&stage.alice, OrderRequest { expires_seconds: now + 1, ..sol_order(SOL) });
}

#[test]
fn kinds_and_flags_that_are_not_known() {
    let mut stage = PerpStage::new();
    for kind in [ORDER_POOL_WITHDRAW + 1, 100, u8::MAX] {
        refuses_request(&mut stage, OrderRequest { kind, ..sol_order(SOL) }, PlimsollError::OrderKind);
    }
    for flags in [2, 3, 128, u8::MAX] {
        refuses_request(&mut stage, OrderRequest { flags, ..sol_order(SOL) }, PlimsollError::OrderFlags);
    }
    // nothing of the pool is reduced only
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        let request = OrderRequest { flags: 1, ..pool_order(kind, 1) };
        refuses_request(&mut stage, request, PlimsollError::OrderFlags);
    }
}

#[test]
fn prices_that_do_not_fit_the_kind() {
    let mut stage = PerpStage::new();
    let price = sol_mantissa(200);
    let order = |kind, worst_price, trigger_price| OrderRequest { kind, worst_price, trigger_price, ..sol_order(SOL) };
    let mut unfit = vec![order(ORDER_MARKET, 0, 0), order(ORDER_MARKET, price, price)];
    for kind in [ORDER_LIMIT, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT] {
        unfit.extend([order(kind, price, 0), order(kind, 0, price)]);
    }
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        let request = pool_order(kind, 1);
        unfit.push(OrderRequest { worst_price: 1, ..request });
        unfit.push(OrderRequest { trigger_price: 1, ..request });
    }
    for request in unfit {
        refuses_request(&mut stage, request, PlimsollError::OrderPrice);
    }
}

#[test]
fn markets_that_are_not_there() {
    let mut stage = PerpStage::new();
    for market in [3, 15, 16, 254, POOL_MARKET] {
        refuses_request(&mut stage, market_order(market, SOL), PlimsollError::MarketIndex);
    }
    for market in [SOL_PERP, 16, 254] {
        let request = OrderRequest { market, ..pool_order(ORDER_POOL_DEPOSIT, 1) };
        refuses_request(&mut stage, request, PlimsollError::MarketIndex);
    }
}

#[test]
fn a_book_without_a_pool() {
    let mut world = World::with_majors();
    let trader = world.trader();
    for request in [sol_order(SOL), pool_order(ORDER_POOL_DEPOSIT, 1)] {
        let place = instructions::place_order(world.book, trader.account, trader.key(), request);
        refuses(&mut world, &place, &[&trader.keypair], PlimsollError::PoolMissing);
    }
}

#[test]
fn an_isolated_account_trades_its_market_alone() {
    let mut stage = PerpStage::new();
    let isolated = stage.world.isolated_account(&stage.alice, 1, SOL_PERP);
    for request in [market_order(BTC_PERP, SOL), pool_order(ORDER_POOL_DEPOSIT, 1), pool_order(ORDER_POOL_WITHDRAW, 1)]
    {
        let place = instructions::place_order(stage.world.book, isolated.account, isolated.key(), request);
        refuses(&mut stage.world, &place, &[&isolated.keypair], PlimsollError::IsolatedMarket);
    }
    stage.world.place(&isolated, sol_order(SOL));
}
