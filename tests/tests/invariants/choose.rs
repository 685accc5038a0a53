//! Chances: what time and prices do, who does what next.

use plimsoll_client::{health, instructions};
use rand::Rng;

use crate::action::{Action, Kind};
use crate::market::{Market, PEOPLE, RICH};
use crate::{governance, keeping, liquidity, modes, orders, trading};

/// The longest a market sleeps at once.
const SLEEP_SECONDS: i64 = 9_000;
/// How often some price leaps; each leap keeps initial margin high for a while.
const LEAP_CHANCE: f64 = 0.03;
/// How often it is perps that somebody turns to.
const PERPS_CHANCE: f64 = 0.6;
/// How often it is the portfolio model, liquidity, margin modes or margin calls.
const MODEL_CHANCE: f64 = 0.12;
/// How often an order that can be filled is what comes next.
const DUE_CHANCE: f64 = 0.6;
/// A price stays within these parts of where it began.
const PRICE_BOUNDS: (f64, f64) = (0.05, 20.0);

/// What is to happen next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Intention {
    /// An instruction of this kind, by chance.
    Any(Kind),
    /// Half of somebody's wallet becomes a deposit.
    Endow { person: usize, asset: usize },
    /// Every feed's newest publication.
    RefreshAll,
    /// A write-off of this account's debt in this reserve.
    WriteOff { account: usize, reserve: u8 },
    /// A liquidation of this account.
    Liquidate { account: usize },
    /// The pool's first deposit, of half of what this person deposited.
    FoundPool { person: usize },
    /// Whatever the order in this slot waits for.
    Work { account: usize, slot: usize },
    /// A liquidation of one of this account's perp positions.
    LiquidatePerp { account: usize },
    /// A resolution of this account's loss in this market.
    ResolvePerp { account: usize, market: u8 },
}

/// How every market begins: the rich deposit half of everything.
pub(crate) fn opening() -> Vec<Intention> {
    let deposits = (0..RICH).flat_map(|person| (0..4).map(move |asset| Intention::Endow { person, asset }));
    // the last one comes first
    std::iter::once(Intention::FoundPool { person: 0 }).chain(deposits).collect()
}

/// Lets some seconds pass, and some feeds publish.
pub(crate) fn pass_time(market: &mut Market) {
    if !market.queue.is_empty() {
        return;
    }
    let seconds = match market.rng.random_range(0..1_000) {
        0..450 => 0,
        450..880 => market.rng.random_range(1..30),
        880..993 => market.rng.random_range(30..400),
        _ => market.rng.random_range(400..SLEEP_SECONDS),
    };
    if seconds > 0 {
        market.world.advance(seconds);
        publish(market);
    }
}

/// Each feed publishes, now and then far away: a crash or a leap, confirmed by the next publications.
fn publish(market: &mut Market) {
    let now = market.world.now();
    let leaping = market.rng.random_bool(LEAP_CHANCE).then(|| market.rng.random_range(1..4));
    for index in 0..market.feeds.len() {
        let newest = market.feeds[index].newest();
        let base = market.feeds[index].base_e8;
        let noise = if index == 0 { 0.0005 } else { 0.012 };
        let mut change = market.rng.random_range(-noise..noise);
        if leaping == Some(index) {
            change += [-0.7, -0.35, -0.2, 0.25, 0.6][market.rng.random_range(0..5)];
        }
        #[allow(clippy::cast_precision_loss)] // prices are far below 2⁵³
        let (price, base) = (newest.price_e8 as f64, base as f64);
        let drawn_back = price * (1.0 + change) * (base / price).powf(0.01);
        #[allow(clippy::cast_possible_truncation)] // bounded just before
        let price_e8 = drawn_back.clamp(base * PRICE_BOUNDS.0, base * PRICE_BOUNDS.1) as i64;
        market.feeds[index].publish(price_e8, now);
    }
}

/// The next instruction.
pub(crate) fn action(market: &mut Market) -> Action {
    let intention = market.queue.pop().unwrap_or_else(|| intend(market));
    let mut action = match intention {
        Intention::Any(kind) => of_kind(market, kind),
        Intention::Endow { person, asset } => trading::endowment(market, person, asset),
        Intention::RefreshAll => refresh_all(market),
        Intention::WriteOff { account, reserve } => trading::write_off(market, account, reserve),
        Intention::Liquidate { account } => trading::liquidation_of(market, account),
        Intention::FoundPool { person } => orders::founding(market, person),
        Intention::Work { account, slot } => orders::work(market, account, slot),
        Intention::LiquidatePerp { account } => keeping::liquidation_of(market, account),
        Intention::ResolvePerp { account, market: perp } => keeping::resolution(market, account, perp),
    };
    if market.rng.random_bool(0.03) {
        swap_an_account(market, &mut action);
    }
    action
}

fn intend(market: &mut Market) -> Intention {
    if let Some(account) = unhealthy(market)
        && market.rng.random_bool(0.5)
    {
        return trading::relieve(market, account);
    }
    if market.rng.random_bool(DUE_CHANCE)
        && let Some(intention) = orders::due_order(market)
    {
        return intention;
    }
    if market.rng.random_bool(MODEL_CHANCE) {
        return modes::intend(market);
    }
    if market.rng.random_bool(PERPS_CHANCE) {
        return intend_perps(market);
    }
    let kind = match market.rng.random_range(0..100) {
        0..15 => Kind::RefreshPrices,
        15..28 => Kind::RefreshRisk,
        28..31 => Kind::Accrue,
        31..44 => Kind::Deposit,
        44..52 => Kind::Withdraw,
        52..75 => Kind::Borrow,
        75..84 => Kind::Repay,
        84..88 => Kind::Liquidate,
        88..90 => Kind::ResolveBankruptcy,
        90..92 => Kind::FundInsurance,
        92..94 => Kind::SetFactorParams,
        94 => Kind::SetReserveParams,
        95 => Kind::SetBookParams,
        96..98 => Kind::Open,
        98 => Kind::Close,
        _ => Kind::SetDelegate,
    };
    prepared(market, kind)
}

/// What comes before an instruction of this kind, so that it may be accepted.
fn prepared(market: &mut Market, kind: Kind) -> Intention {
    if kind == Kind::ResolveBankruptcy {
        let (account, reserve) = (market.rng.random_range(0..2 * PEOPLE), market.rng.random_range(0..4));
        return trading::write_off_later(market, account, reserve);
    }
    let wants_fresh_prices = matches!(kind, Kind::Borrow | Kind::Withdraw | Kind::Liquidate);
    if wants_fresh_prices && market.rng.random_bool(0.7) {
        market.queue.push(Intention::Any(kind));
        return Intention::RefreshAll;
    }
    Intention::Any(kind)
}

/// What somebody does with perps.
fn intend_perps(market: &mut Market) -> Intention {
    let kind = match market.rng.random_range(0..100) {
        0..22 => Kind::PlaceMarket,
        22..26 => Kind::PlaceLimit,
        26..30 => Kind::PlaceStopLoss,
        30..34 => Kind::PlaceTakeProfit,
        34..37 => Kind::PlacePoolOrder,
        37..74 => return orders::some_order(market).unwrap_or(Intention::Any(Kind::PlaceMarket)),
        74..82 => Kind::SettlePnl,
        82..87 => Kind::UpdateFunding,
        87..92 => Kind::MoveCollateral,
        92..95 => Kind::TransferPosition,
        95..97 => Kind::OpenIsolated,
        97..99 => Kind::TakePerpOver,
        _ => Kind::SetPerpParams,
    };
    if matches!(kind, Kind::MoveCollateral | Kind::TransferPosition) {
        market.queue.push(Intention::Any(kind));
        return Intention::RefreshAll;
    }
    Intention::Any(kind)
}

/// An account whose maintenance health is negative, if there is one.
fn unhealthy(market: &mut Market) -> Option<usize> {
    let (state, start) = (&market.state, market.rng.random_range(0..2 * PEOPLE));
    let is_unhealthy = |index: &usize| {
        let account = state.accounts[*index].as_deref();
        account
            .and_then(|account| health::liquidation(&state.book, account, state.now_seconds).ok())
            .is_some_and(|health| health.maintenance.is_negative())
    };
    (start..2 * PEOPLE).chain(0..start).find(is_unhealthy)
}

fn of_kind(market: &mut Market, kind: Kind) -> Action {
    match kind {
        Kind::RefreshPrices | Kind::RefreshRisk | Kind::Accrue => crank(market, kind),
        Kind::SetFactorParams | Kind::SetReserveParams | Kind::SetBookParams => governance::change(market, kind),
        Kind::Liquidate => {
            let account = market.rng.random_range(0..2 * PEOPLE);
            trading::liquidation_of(market, account)
        }
        Kind::SetPerpParams => governance::change_market(market),
        Kind::PlaceMarket | Kind::PlaceLimit | Kind::PlaceStopLoss | Kind::PlaceTakeProfit => {
            orders::placement(market, kind)
        }
        Kind::PlacePoolOrder => orders::request(market),
        Kind::SettlePnl | Kind::UpdateFunding => keeping::upkeep(market, kind),
        Kind::MoveCollateral | Kind::TransferPosition | Kind::OpenIsolated => keeping::between(market, kind),
        Kind::SetMarginMode | Kind::CallMargin | Kind::StressAccount => modes::of_kind(market, kind),
        Kind::SetLiquidityProfile | Kind::SetScenarios | Kind::SetImpliedFeed | Kind::RefreshImplied => {
            liquidity::of_kind(market, kind)
        }
        Kind::TakePerpOver => {
            let account = market.rng.random_range(0..2 * PEOPLE);
            keeping::liquidation_of(market, account)
        }
        _ => trading::of_kind(market, kind),
    }
}

/// Refreshes some feeds, mostly with their newest publication, sometimes with an older one, in any order.
fn crank(market: &mut Market, kind: Kind) -> Action {
    let mut oracles = Vec::new();
    let brings = kind == Kind::RefreshPrices || (kind == Kind::RefreshRisk && market.rng.random_bool(0.3));
    if brings {
        let all = market.rng.random_bool(0.8);
        for index in 0..market.feeds.len() {
            if !all && market.rng.random_bool(0.5) {
                continue;
            }
            let back = if market.rng.random_bool(0.9) { 0 } else { market.rng.random_range(1..4) };
            let publication = market.feeds[index].earlier(back);
            market.feeds[index].offer(&mut market.world, &publication);
            oracles.push(market.feeds[index].asset.oracle);
        }
        if market.rng.random_bool(0.5) {
            oracles.reverse();
        }
    }
    let book = market.world.book;
    let instruction = match kind {
        Kind::RefreshPrices => instructions::refresh_prices(book, &oracles),
        Kind::RefreshRisk => instructions::refresh_risk(book, &oracles),
        _ => instructions::accrue(book),
    };
    cranked(kind, instruction)
}

/// Refreshes every feed with its newest publication.
fn refresh_all(market: &mut Market) -> Action {
    for feed in &market.feeds {
        feed.offer(&mut market.world, &feed.newest());
    }
    let oracles: Vec<_> = market.feeds.iter().map(|feed| feed.asset.oracle).collect();
    cranked(Kind::RefreshPrices, instructions::refresh_prices(market.world.book, &oracles))
}

const fn cranked(kind: Kind, instruction: plimsoll_client::Instruction) -> Action {
    Action::new(kind, None, instruction)
}

/// Puts another account of the market in one place of the instruction.
fn swap_an_account(market: &mut Market, action: &mut Action) {
    let place = market.rng.random_range(0..action.instruction.accounts.len());
    if action.instruction.accounts[place].is_signer {
        return;
    }
    let (person, asset) = (market.rng.random_range(0..PEOPLE), market.rng.random_range(0..4));
    let candidates = [
        market.world.book,
        market.world.group,
        market.accounts[market.rng.random_range(0..2 * PEOPLE)],
        market.wallets[person][asset],
        plimsoll_client::addresses::vault(&market.world.book, &market.feeds[asset].asset.mint),
        market.feeds[asset].asset.oracle,
        market.feeds[asset].asset.mint,
    ];
    action.instruction.accounts[place].pubkey = candidates[market.rng.random_range(0..candidates.len())];
    // a swapped liquidation may name others than it says
    if let Some((liquidatee, liquidator)) = &mut action.liquidation {
        let index = |place: usize| {
            let key = action.instruction.accounts[place].pubkey;
            market.accounts.iter().position(|account| *account == key)
        };
        (*liquidatee, *liquidator) = (index(1).unwrap_or(*liquidatee), index(2).unwrap_or(*liquidator));
    }
}
