//! What traders and providers decide: orders to open, to guard and to clear up, and requests to the pool.

use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::state::margin_account::{
    ORDER_LIMIT, ORDER_MARKET, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, Order,
    POOL_MARKET, PerpPosition,
};
use plimsoll_client::plimsoll::state::{Book, MarginAccount, PerpMarket, Wide};
use plimsoll_demo::play::decisions::{Outlook, Progress, provide, trade};
use plimsoll_demo::play::traders::{Provider, Size, Trader, providers, traders};

const NOW: u64 = 1_760_000_000;
/// One quote atom a base atom, 40 fractional bits.
const MID: u64 = 1 << 40;
const ONE_SIZE: u64 = 1 << 62;
const ONE_INDEX: u128 = 1 << 96;
const BASE_ATOMS: i64 = 5_000_000;

/// A Book with SOL (factor and reserve 1) and a perp on it (market 0).
fn book() -> Box<Book> {
    let mut book: Box<Book> = bytemuck::zeroed_box();
    book.factors[1].status = 1;
    book.factors[1].price.mid = MID;
    let reserve = &mut book.reserves[1];
    (reserve.status, reserve.factor_index) = (1, 1);
    (reserve.deposit_index, reserve.debt_index) = (Wide::new(ONE_INDEX), Wide::new(ONE_INDEX));
    book.perp_markets[0] =
        PerpMarket { status: 1, factor_index: 1, size_factor: [ONE_SIZE; 2], ..PerpMarket::default() };
    book.perp_markets[0].params.min_base_atoms = 1_000;
    book.pool.params.order_delay_seconds = 1;
    book.pool.params.order_window_seconds = 30;
    book.pool.params.withdraw_delay_seconds = 3_580;
    book
}

fn account() -> MarginAccount {
    bytemuck::Zeroable::zeroed()
}

/// A holder of SOL who shorts the perp against it, with both guards.
fn hedger() -> Trader {
    let mut cast = traders(&Pubkey::default());
    let at = cast.iter().position(|one| one.size == Size::Hedge && one.market == 0).expect("a hedger in SOL");
    Trader { stop_loss_ppm: 50_000, take_profit_ppm: 100_000, ..cast.swap_remove(at) }
}

fn with_position(base_atoms: i64) -> MarginAccount {
    let mut account = account();
    account.perps[0] =
        PerpPosition { base_atoms, quote_entry_atoms: -base_atoms, size_factor: ONE_SIZE, ..PerpPosition::default() };
    account.active_perps = 1;
    account
}

fn order(id: u64, kind: u8, base_atoms: i64, armed_seconds: u64) -> Order {
    Order { id, kind, base_atoms, armed_seconds, trigger_price: MID, expires_seconds: u64::MAX, ..Order::default() }
}

fn outlook<'a>(book: &'a Book, account: &'a MarginAccount, step: u64) -> Outlook<'a> {
    Outlook { book, account, step, now_seconds: NOW }
}

#[test]
fn a_hedge_is_as_large_as_what_is_held_and_waits_for_its_step() {
    let (book, trader, mut account) = (book(), hedger(), account());
    account.balances[1].deposit_shares = 7_000_000;
    let mut progress = Progress::default();
    let early = trade(&trader, &mut progress, &outlook(&book, &account, trader.entry_step - 1)).expect("decides");
    assert!(early.placed.is_empty() && progress.tries == 0);
    let placed = trade(&trader, &mut progress, &outlook(&book, &account, trader.entry_step)).expect("decides").placed;
    assert_eq!(placed.len(), 1);
    assert_eq!((placed[0].kind, placed[0].base_atoms, placed[0].market), (ORDER_MARKET, -7_000_000, 0));
    assert!(placed[0].worst_price < MID, "a sale names a lowest price");
    assert_eq!(progress.tries, 1);
}

#[test]
fn who_is_patient_waits_for_a_better_price() {
    let (book, mut account) = (book(), account());
    account.balances[1].deposit_shares = 7_000_000;
    let trader = Trader { patience_ppm: 100_000, ..hedger() };
    let decision = trade(&trader, &mut Progress::default(), &outlook(&book, &account, 50)).expect("decides");
    assert_eq!(decision.placed[0].kind, ORDER_LIMIT);
    assert_eq!(decision.placed[0].trigger_price, MID / 10 * 11 + MID % 10 * 11 / 10, "a sale waits for a higher price");
}

#[test]
fn nobody_tries_for_ever() {
    let (book, trader, mut account) = (book(), hedger(), account());
    account.balances[1].deposit_shares = 7_000_000;
    let mut progress = Progress::default();
    let orders = (0..20).filter(|step| {
        let decision = trade(&trader, &mut progress, &outlook(&book, &account, 50 + step)).expect("decides");
        !decision.placed.is_empty()
    });
    assert_eq!(orders.count(), 4);
}

#[test]
fn an_open_position_is_guarded_on_both_sides_and_then_left_alone() {
    let (book, trader, mut account) = (book(), hedger(), with_position(-BASE_ATOMS));
    let mut progress = Progress::default();
    let placed = trade(&trader, &mut progress, &outlook(&book, &account, 50)).expect("decides").placed;
    let kinds: Vec<u8> = placed.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ORDER_STOP_LOSS, ORDER_TAKE_PROFIT]);
    assert!(placed.iter().all(|one| one.base_atoms == BASE_ATOMS && one.flags == ORDER_REDUCE_ONLY));
    assert!(placed[0].trigger_price > MID && placed[1].trigger_price < MID, "a short fears a rise");
    account.orders[0] = order(1, ORDER_STOP_LOSS, BASE_ATOMS, 0);
    account.orders[1] = order(2, ORDER_TAKE_PROFIT, BASE_ATOMS, 0);
    let idle = trade(&trader, &mut progress, &outlook(&book, &account, 51)).expect("decides");
    assert!(idle.placed.is_empty() && idle.cancelled.is_empty());
}

#[test]
fn guards_that_no_longer_fit_are_cancelled_and_those_that_bind_are_not() {
    let (book, trader, mut account) = (book(), hedger(), with_position(-BASE_ATOMS / 2));
    account.orders[0] = order(1, ORDER_STOP_LOSS, BASE_ATOMS, 0);
    account.orders[1] = order(2, ORDER_TAKE_PROFIT, BASE_ATOMS, NOW - 2);
    let decision = trade(&trader, &mut Progress::default(), &outlook(&book, &account, 51)).expect("decides");
    let ids: Vec<u64> = decision.cancelled.iter().map(|key| key.id).collect();
    assert_eq!(ids, [1], "the second is armed and due");
    assert!(decision.placed.is_empty(), "while an order binds");
}

#[test]
fn who_was_closed_out_clears_up_and_does_not_come_back() {
    let (book, trader, mut account) = (book(), hedger(), account());
    account.balances[1].deposit_shares = 7_000_000;
    account.orders[3] = order(9, ORDER_TAKE_PROFIT, BASE_ATOMS, 0);
    let mut progress = Progress { tries: 1, entered: true };
    let decision = trade(&trader, &mut progress, &outlook(&book, &account, 60)).expect("decides");
    assert_eq!(decision.cancelled.len(), 1);
    assert!(decision.placed.is_empty());
}

#[test]
fn a_provider_asks_for_everything_and_asks_again_where_the_request_lapsed() {
    let book = book();
    let [_, provider, _] = providers(&Pubkey::default());
    let ask = |account: &MarginAccount, step| provide(&provider, 100, &outlook(&book, account, step)).expect("decides");
    let mut account = account();
    account.pool_shares = 4_000;
    assert!(ask(&account, 99).placed.is_empty(), "not before the step");
    let first = ask(&account, 100);
    assert_eq!((first.placed[0].market, first.placed[0].base_atoms), (POOL_MARKET, 4_000));

    account.orders[0] = Order { market: POOL_MARKET, ..order(1, ORDER_POOL_WITHDRAW, 4_000, NOW - 3_600) };
    assert!(ask(&account, 104).placed.is_empty(), "it can still be carried out");
    account.orders[0].armed_seconds = NOW - 3_611;
    account.orders[0].client_id = 100;
    assert!(ask(&account, 105).placed.is_empty(), "it lapsed, and he waits a while");
    let again = ask(&account, 124);
    assert_eq!((again.cancelled.len(), again.placed.len()), (1, 1));

    let never = Provider { leaves_at_ppm: 0, ..provider };
    assert!(provide(&never, 0, &outlook(&book, &account, 500)).expect("decides").placed.is_empty());
}
