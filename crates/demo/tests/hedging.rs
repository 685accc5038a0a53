//! What hedgers and called owners decide.

use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::constants::PATH_POINTS;
use plimsoll_client::plimsoll::state::margin_account::{MODE_PORTFOLIO, MarginCall, ORDER_MARKET, PerpPosition};
use plimsoll_client::plimsoll::state::{Book, MarginAccount, PerpMarket, Wide};
use plimsoll_client::{health, params};
use plimsoll_demo::play::answers::{answers, top_up};
use plimsoll_demo::play::decisions::Outlook;
use plimsoll_demo::play::hedgers::{Hedger, Strategy, hedgers};
use plimsoll_demo::play::hedging::{Hedging, Progress, hedge};
use plimsoll_params::ParameterFile;

/// The middle of a grid step of 900 s.
const NOW: u64 = 900 * 2_000_000 + 450;
const STEP: u64 = 2_000_000;
const ONE_RATIO: u64 = 1 << 32;
/// One quote atom a base atom, 40 fractional bits.
const MID: u64 = 1 << 40;
const ONE_SIZE: u64 = 1 << 62;
const ONE_INDEX: u128 = 1 << 96;
const USDC: usize = 0;
const SOL: usize = 1;
/// Place of the correlation of factors 2 and 3: after the 15 and 14 of factors 0 and 1.
const BTC_ETH: usize = 15 + 14;
/// 0.9 with 15 fractional bits.
const NINE_TENTHS: i16 = 29_491;
const DOLLARS: u64 = 1_000_000;

/// Four factors at a maintenance margin of 10 % (the quote's: 1 %), a reserve of each, markets on the last three; two tides have begun.
fn book() -> Box<Book> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/params/localnet.toml");
    let file = ParameterFile::read(&file).expect("localnet.toml is read");
    let mut book: Box<Book> = bytemuck::zeroed_box();
    book.params = params::book(&file.book);
    book.tides = 2;
    book.folded_step = STEP;
    (book.pool.status, book.pool.params) = (1, params::pool(&file.pool.params));
    for index in 0..4 {
        let factor = &mut book.factors[index];
        (factor.status, factor.price.mid, factor.price.publish_time_seconds) = (1, MID, NOW);
        (factor.price.asset_initial, factor.price.debt_initial) = (MID, MID);
        factor.params = params::factor(&file.factors[index].params);
        let margin = if index == USDC { ONE_RATIO / 100 } else { ONE_RATIO / 10 };
        (factor.threshold.path, factor.threshold.path_step) = ([margin; PATH_POINTS], STEP);
        factor.threshold.initial = margin + margin / 4;
        let reserve = &mut book.reserves[index];
        (reserve.status, reserve.factor_index, reserve.accrued_seconds) = (1, u8::try_from(index).expect("small"), NOW);
        (reserve.deposit_index, reserve.debt_index) = (Wide::new(ONE_INDEX), Wide::new(ONE_INDEX));
        (reserve.weight_from, reserve.weight_to, reserve.weight_initial) = (ONE_RATIO, ONE_RATIO, ONE_RATIO);
        reserve.params = params::reserve(&file.reserves[index].params);
    }
    for (market, perp) in book.perp_markets.iter_mut().take(3).enumerate() {
        *perp = PerpMarket {
            status: 1,
            factor_index: u8::try_from(market + 1).expect("small"),
            size_factor: [ONE_SIZE; 2],
            ..PerpMarket::default()
        };
        perp.params = params::perp_market(&file.perp_markets[market].params);
        (perp.params.min_base_atoms, perp.params.max_open_interest_base_atoms) = (1_000, 10_000_000 * DOLLARS);
        perp.funding_updated_seconds = NOW;
    }
    book
}

fn account_with(index: usize, deposit_atoms: u64) -> MarginAccount {
    let mut account: MarginAccount = bytemuck::Zeroable::zeroed();
    account.balances[index].deposit_shares = deposit_atoms;
    account.active_balances = 1 << index;
    account
}

fn follower(strategy: Strategy) -> Hedger {
    let mut cast = hedgers(&Pubkey::default());
    let at = cast.iter().position(|one| one.strategy == strategy).expect("a hedger of this kind");
    cast.swap_remove(at)
}

fn decide(hedger: &Hedger, progress: &mut Progress, book: &Book, account: &MarginAccount, gave_up: bool) -> Hedging {
    hedge(hedger, progress, &Outlook { book, account, step: 20, now_seconds: NOW }, gave_up).expect("decides")
}

/// The account after its orders were filled at mid.
fn filled(mut account: MarginAccount, hedging: &Hedging) -> MarginAccount {
    if hedging.enters_portfolio {
        account.mode = MODE_PORTFOLIO;
    }
    for order in &hedging.placed {
        let position = &mut account.perps[usize::from(order.market)];
        let base_atoms = position.base_atoms + order.base_atoms;
        *position = PerpPosition {
            base_atoms,
            quote_entry_atoms: -base_atoms,
            size_factor: ONE_SIZE,
            ..PerpPosition::default()
        };
        account.active_perps |= 1 << order.market;
    }
    account
}

#[test]
fn a_hedger_waits_until_portfolio_margin_is_open_and_enters_it_first() {
    let (mut book, carry) = (book(), follower(Strategy::Carry(0)));
    let account = account_with(SOL, 1_000 * DOLLARS);
    book.tides = 1;
    let waiting = decide(&carry, &mut Progress::default(), &book, &account, false);
    assert!(!waiting.enters_portfolio && waiting.placed.is_empty());
    let gave_up = decide(&carry, &mut Progress::default(), &book, &account, true);
    assert!(!gave_up.enters_portfolio && gave_up.placed.len() == 1, "in cross margin then");
    book.tides = 2;
    let entered = decide(&carry, &mut Progress::default(), &book, &account, false);
    assert!(entered.enters_portfolio && entered.placed.len() == 1);
}

#[test]
fn a_carry_sells_what_it_holds_and_then_borrows_more_than_cross_margin_would_lend() {
    let (book, carry) = (book(), follower(Strategy::Carry(0)));
    let mut progress = Progress::default();
    let account = account_with(SOL, 1_000 * DOLLARS);
    let sale = decide(&carry, &mut progress, &book, &account, false);
    assert_eq!((sale.placed[0].kind, sale.placed[0].base_atoms), (ORDER_MARKET, -(1_000 * DOLLARS).cast_signed()));
    assert_eq!(sale.borrowed_atoms, 0, "not before it is filled");

    let account = filled(account, &sale);
    let loan = decide(&carry, &mut progress, &book, &account, false).borrowed_atoms;
    let cross = MarginAccount { mode: 0, ..account };
    let loan_in_cross =
        decide(&carry, &mut Progress { has_borrowed: false, ..progress }, &book, &cross, true).borrowed_atoms;
    assert!(loan > loan_in_cross + 50 * DOLLARS, "{loan} against {loan_in_cross}");
    let mut owing = account;
    owing.balances[USDC].debt_shares = loan;
    owing.active_balances |= 1 << USDC;
    assert!(health::of(&book, &owing, NOW).is_ok_and(|health| health.admit().is_ok()));
    assert_eq!(decide(&carry, &mut progress, &book, &account, false).borrowed_atoms, 0, "once");
}

#[test]
fn a_pair_grows_in_slices_that_one_leg_alone_can_carry() {
    let (mut book, pair) = (book(), follower(Strategy::Pair([1, 2])));
    let Book { model_in_force, model_announced, model_newest, .. } = book.as_mut();
    for model in [model_in_force, model_announced, model_newest] {
        model.correlations[BTC_ETH] = NINE_TENTHS;
    }
    let (mut account, mut progress) = (account_with(USDC, 1_000 * DOLLARS), Progress::default());
    let mut slices = 0;
    loop {
        let slice = decide(&pair, &mut progress, &book, &account, false);
        if slice.placed.is_empty() {
            break;
        }
        slices += 1;
        let [long, short] = slice.placed.as_slice() else { panic!("two legs, got {:?}", slice.placed) };
        assert_eq!((long.market, short.market, long.base_atoms), (1, 2, -short.base_atoms));
        for order in &slice.placed {
            let alone = filled(account, &Hedging { placed: vec![*order], ..slice.clone() });
            assert!(health::of(&book, &alone, NOW).is_ok_and(|health| health.admit().is_ok()), "one leg alone");
        }
        account = filled(account, &slice);
    }
    assert!(slices > 1, "{slices}");
    let [long, short] = [1, 2].map(|market: usize| account.perps[market].base_atoms);
    assert_eq!(long, -short);
    assert!(long > 0 && health::of(&book, &account, NOW).is_ok_and(|health| health.admit().is_ok()));
}

/// A borrower whom the path meets: 1,000 of SOL against a debt, a margin of 12 % announced.
fn called(debt_atoms: u64) -> (Box<Book>, MarginAccount) {
    let mut book = book();
    book.factors[SOL].threshold.path[2..].fill(ONE_RATIO * 12 / 100);
    let mut account = account_with(SOL, 1_000 * DOLLARS);
    account.balances[USDC].debt_shares = debt_atoms;
    book.reserves[USDC].total_debt_shares = debt_atoms;
    account.active_balances |= 1 << USDC;
    let call = health::projection(&book, &account, NOW).expect("it can be evaluated").call.expect("the path meets it");
    account.call = MarginCall {
        deadline_seconds: call.deadline_seconds,
        called_seconds: NOW,
        shortfall_quote_atoms: call.shortfall.0,
        ..MarginCall::default()
    };
    (book, account)
}

#[test]
fn a_called_owner_repays_what_brings_the_account_out_of_reach() {
    let (book, mut account) = called(880 * DOLLARS);
    let paid = top_up(&book, &account, 100 * DOLLARS, NOW).expect("savings are enough");
    assert!(paid.is_repayment && paid.amount_atoms < 50 * DOLLARS, "{paid:?}");
    account.balances[USDC].debt_shares -= paid.amount_atoms;
    assert_eq!(health::projection(&book, &account, NOW).expect("it can be evaluated").call, None);
}

#[test]
fn an_owner_does_not_pay_what_would_not_help() {
    let (book, account) = called(880 * DOLLARS);
    assert_eq!(top_up(&book, &account, DOLLARS, NOW), None, "savings are too small");
    let healthy = MarginAccount { call: MarginCall::default(), ..account };
    assert_eq!(top_up(&book, &healthy, 100 * DOLLARS, NOW), None, "nobody called");
    assert!(answers(0) && !answers(1), "every second one answers");
}
