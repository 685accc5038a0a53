//! Orders that people place and somebody executes, by chance.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::orders::{self, OrderState};
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{
    MODE_ISOLATED, ORDER_LIMIT, ORDER_MARKET, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY,
    ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, Order,
};
use plimsoll_client::{health, perps};
use plimsoll_risk::quantities::{Price, Ratio};
use plimsoll_tests::perps::{market_order, pool_order};
use rand::Rng;

use crate::action::{Action, Kind};
use crate::choose::Intention;
use crate::market::{MARKETS, Market, PEOPLE, RICH};
use crate::trading::fraction;

/// The pool begins with this part of what its founder deposited.
const FOUNDING_PART: u64 = 2;

/// An order for a market by somebody with money.
pub(crate) fn placement(market: &mut Market, kind: Kind) -> Action {
    let account = somebody_with_money(market);
    let perp = market_of(market, account);
    let held = base_of(market, account, perp);
    let reduces = held != 0 && market.rng.random_bool(0.35);
    let size = if reduces { closable(market, held) } else { openable(market, account, perp) };
    // mostly to the smaller side: so that there are winners who can pay
    let books = &market.state.book.perp_markets[usize::from(perp)];
    let is_crowded_long = books.long_base_atoms > books.short_base_atoms;
    let buys = if reduces { held < 0 } else { market.rng.random_bool(if is_crowded_long { 0.25 } else { 0.75 }) };
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let base_atoms = if buys { size } else { -size };
    let flags = if reduces && market.rng.random_bool(0.7) { ORDER_REDUCE_ONLY } else { 0 };
    let order_kind = match kind {
        Kind::PlaceMarket => ORDER_MARKET,
        Kind::PlaceLimit => ORDER_LIMIT,
        Kind::PlaceStopLoss => ORDER_STOP_LOSS,
        _ => ORDER_TAKE_PROFIT,
    };
    let mid = market.state.book.factors[factor_of(market, perp)].price.mid;
    // thousandths: near enough to be met soon
    let trigger = mid / 1_000 * market.rng.random_range(985..1_016);
    let worst = if market.rng.random_bool(0.9) { market_order(perp, base_atoms).worst_price } else { mid };
    let expires_seconds = market.state.now_seconds + market.rng.random_range(0..4_000);
    let request = OrderRequest {
        kind: order_kind,
        flags,
        worst_price: worst,
        trigger_price: if order_kind == ORDER_MARKET { 0 } else { trigger },
        expires_seconds,
        ..market_order(perp, base_atoms)
    };
    place(market, account, kind, request)
}

/// A provider's request.
pub(crate) fn request(market: &mut Market) -> Action {
    let account = if market.rng.random_bool(0.7) { 0 } else { 2 * market.rng.random_range(0..PEOPLE) };
    let shares = market.state.accounts[account].as_deref().map_or(0, |one| one.pool_shares);
    if shares > 0 && market.rng.random_bool(0.5) {
        let amount = fraction(market, shares, 0.3);
        return place(market, account, Kind::PlacePoolOrder, pool_order(ORDER_POOL_WITHDRAW, amount));
    }
    let claim = quote_claim(market, account);
    let amount = fraction(market, claim, 0.2);
    place(market, account, Kind::PlacePoolOrder, pool_order(ORDER_POOL_DEPOSIT, amount))
}

/// The pool's first deposit.
pub(crate) fn founding(market: &mut Market, person: usize) -> Action {
    let amount = quote_claim(market, 2 * person) / FOUNDING_PART;
    place(market, 2 * person, Kind::PlacePoolOrder, pool_order(ORDER_POOL_DEPOSIT, amount))
}

/// Some open order; prices first, so that what it waits for can happen.
pub(crate) fn some_order(market: &mut Market) -> Option<Intention> {
    let open = open_orders(market, |_| true);
    one_of(market, &open)
}

/// An order that can be filled, and was not refused before.
pub(crate) fn due_order(market: &mut Market) -> Option<Intention> {
    let mut due = open_orders(market, |state| matches!(state, OrderState::Binding { .. }));
    due.retain(|&(account, slot)| {
        let order = market.state.accounts[account].as_deref().map(|one| one.orders[slot]).unwrap_or_default();
        let is_published = order.is_for_pool() || {
            let feed = &market.feeds[factor_of(market, order.market)];
            feed.first_after(orders::due_seconds(&market.state.book, &order)).is_some()
        };
        is_published && !market.refused.contains(&(account, order.id))
    });
    one_of(market, &due)
}

fn one_of(market: &mut Market, among: &[(usize, usize)]) -> Option<Intention> {
    if among.is_empty() {
        return None;
    }
    let (account, slot) = among[market.rng.random_range(0..among.len())];
    market.queue.push(Intention::Work { account, slot });
    Some(Intention::RefreshAll)
}

/// What an order waits for: to be armed, filled, cancelled; now and then something that it refuses.
pub(crate) fn work(market: &mut Market, account: usize, slot: usize) -> Action {
    let state = &market.state;
    let order = state.accounts[account].as_deref().map(|one| one.orders[slot]).unwrap_or_default();
    let waits_for = orders::state(&state.book, &order, state.now_seconds);
    let is_cancelled = match waits_for {
        OrderState::Void => true,
        OrderState::Binding { .. } => market.rng.random_bool(0.03),
        _ => market.rng.random_bool(0.1),
    };
    if is_cancelled {
        return cancellation(market, account, slot, &order);
    }
    if order.is_for_pool() {
        return pool_execution(market, account, slot, &order);
    }
    let kind = if matches!(waits_for, OrderState::Waiting) { Kind::ArmOrder } else { Kind::FillOrder };
    execution(market, account, slot, &order, kind)
}

/// Accounts and slots of the orders in these states.
fn open_orders(market: &Market, fits: impl Fn(OrderState) -> bool) -> Vec<(usize, usize)> {
    let state = &market.state;
    let mut open = Vec::new();
    for (who, account) in state.open_accounts() {
        for (key, order) in orders::of_account(market.accounts[who], account) {
            if fits(orders::state(&state.book, order, state.now_seconds)) {
                open.push((who, usize::from(key.slot)));
            }
        }
    }
    open
}

fn key_of(market: &Market, account: usize, slot: usize, order: &Order) -> OrderKey {
    OrderKey { margin_account: market.accounts[account], slot: u8::try_from(slot).unwrap_or(0), id: order.id }
}

fn cancellation(market: &mut Market, account: usize, slot: usize, order: &Order) -> Action {
    let person = if market.rng.random_bool(0.7) { account / 2 } else { market.rng.random_range(0..PEOPLE) };
    let key = key_of(market, account, slot, order);
    let instruction = instructions::cancel_order(market.world.book, &key, market.key(person));
    Action { market: order.market, ..Action::new(Kind::CancelOrder, Some(person), instruction) }
}

fn executor(market: &mut Market, account: usize) -> plimsoll_client::Pubkey {
    let own = market.rng.random_bool(0.3);
    market.accounts[if own { account } else { 2 * market.rng.random_range(0..PEOPLE) }]
}

fn pool_execution(market: &mut Market, account: usize, slot: usize, order: &Order) -> Action {
    let executor = executor(market, account);
    let key = key_of(market, account, slot, order);
    let instruction = instructions::execute_pool_order(market.world.book, &key, executor);
    let kind = if order.kind == ORDER_POOL_DEPOSIT { Kind::PoolDeposit } else { Kind::PoolWithdraw };
    Action { order: Some((key.slot, key.id)), ..Action::new(kind, None, instruction) }
}

/// Mostly with the publication that the order is due on, sometimes with one that suits better.
fn execution(market: &mut Market, account: usize, slot: usize, order: &Order, kind: Kind) -> Action {
    let feed = factor_of(market, order.market);
    let due = orders::due_seconds(&market.state.book, order);
    let first = market.feeds[feed].first_after(due);
    let publication = match first {
        Some(first) if market.rng.random_bool(0.8) => first,
        _ => {
            let back = market.rng.random_range(0..4);
            market.feeds[feed].earlier(back)
        }
    };
    market.feeds[feed].offer(&mut market.world, &publication);
    let executor = executor(market, account);
    let (key, oracle) = (key_of(market, account, slot, order), market.feeds[feed].asset.oracle);
    let instruction = instructions::execute_order(market.world.book, &key, executor, oracle);
    Action {
        market: order.market,
        order: Some((key.slot, key.id)),
        publication: Some(publication),
        ..Action::new(kind, None, instruction)
    }
}

fn place(market: &Market, account: usize, kind: Kind, request: OrderRequest) -> Action {
    let person = account / 2;
    let instruction =
        instructions::place_order(market.world.book, market.accounts[account], market.key(person), request);
    Action { market: request.market, ..Action::new(kind, Some(person), instruction) }
}

/// Mostly somebody with initial health left who is not rich.
fn somebody_with_money(market: &mut Market) -> usize {
    let any = market.rng.random_range(0..2 * PEOPLE);
    let fits = |index: &usize| *index >= 2 * RICH && initial_health(market, *index) > 0;
    let found = (any..2 * PEOPLE).chain(0..any).find(fits).unwrap_or(any);
    if market.rng.random_bool(0.1) { any } else { found }
}

fn initial_health(market: &Market, account: usize) -> u128 {
    let state = &market.state;
    let health =
        state.accounts[account].as_deref().and_then(|one| health::of(&state.book, one, state.now_seconds).ok());
    health.map_or(0, |health| health.initial.0.max(0).unsigned_abs())
}

fn market_of(market: &mut Market, account: usize) -> u8 {
    let any = market.rng.random_range(0..MARKETS);
    let own = market.state.accounts[account]
        .as_deref()
        .filter(|one| one.mode == MODE_ISOLATED)
        .map(|one| one.isolated_market);
    own.filter(|_| market.rng.random_bool(0.95)).unwrap_or(any)
}

fn base_of(market: &Market, account: usize, perp: u8) -> i64 {
    let state = &market.state;
    let holder = state.accounts[account].as_deref();
    holder.and_then(|one| perps::position(&state.book, one, perp).ok()).map_or(0, |view| view.position.base.0)
}

fn closable(market: &mut Market, held: i64) -> u64 {
    let all = held.unsigned_abs();
    if market.rng.random_bool(0.5) { all } else { fraction(market, all, 1.1) }
}

/// A size that uses up to a little more than the initial health that is left.
fn openable(market: &mut Market, account: usize, perp: u8) -> u64 {
    let left = initial_health(market, account);
    let state = &market.state;
    let factor = &state.book.factors[factor_of(market, perp)];
    let margin = u128::from(factor.threshold.initial) + u128::from(Ratio::from_ppm_up(5_000).to_bits());
    let required = (u128::from(factor.price.debt_initial.max(1)) * margin) >> Ratio::FRACTION_BITS;
    let most = u64::try_from((left << Price::FRACTION_BITS) / required.max(1)).unwrap_or(u64::MAX / 4);
    let cap = state.book.perp_markets[usize::from(perp)].params.max_open_interest_base_atoms;
    let most = most.min(cap);
    // premium, fee and confidence cost some of it
    if market.rng.random_bool(0.5) {
        return most - most / 8;
    }
    fraction(market, most, 1.0)
}

fn quote_claim(market: &Market, account: usize) -> u64 {
    let totals = market.state.book.reserves[0].totals();
    let position = market.state.accounts[account].as_deref().and_then(|one| one.position(0).ok());
    position.and_then(|position| position.claim_down(&totals).ok()).map_or(0, |amount| amount.0)
}

/// The factor of a market; its feed has the same index.
fn factor_of(market: &Market, perp: u8) -> usize {
    market.state.book.perp_markets.get(usize::from(perp)).map_or(0, |one| one.factor_index.into())
}
