//! What keepers and owners do about perp positions, by chance: funding, settlement, transfers, liquidations, resolutions.

use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::perp_liquidation::quote_net;
use plimsoll_client::plimsoll::state::MarginAccount;
use plimsoll_client::{health, instructions, perps};
use plimsoll_risk::quantities::SignedAmount;
use rand::Rng;

use crate::action::{Action, Kind};
use crate::choose::Intention;
use crate::market::{MARKETS, Market, PEOPLE, RICH};
use crate::trading::fraction;

/// Funding of a market, or a settlement of somebody's profit or loss.
pub(crate) fn upkeep(market: &mut Market, kind: Kind) -> Action {
    let any = market.rng.random_range(0..MARKETS);
    let book = market.world.book;
    if kind == Kind::UpdateFunding {
        return Action { market: any, ..Action::new(kind, None, instructions::update_funding(book, any)) };
    }
    let start = market.rng.random_range(0..2 * PEOPLE);
    let owed = |index: &usize| market.state.accounts[*index].as_deref().and_then(realised_market);
    let found = (start..2 * PEOPLE).chain(0..start).find_map(|index| owed(&index).map(|perp| (index, perp)));
    let (account, perp) = found.filter(|_| market.rng.random_bool(0.9)).unwrap_or((start, any));
    let instruction = instructions::settle_pnl(book, market.accounts[account], perp);
    Action { market: perp, ..Action::new(kind, None, instruction) }
}

/// A market in which something is realised, the largest first.
fn realised_market(account: &MarginAccount) -> Option<u8> {
    let markets = (0..MARKETS).max_by_key(|perp| account.perps[usize::from(*perp)].realised_atoms.unsigned_abs())?;
    (account.perps[usize::from(markets)].realised_atoms != 0).then_some(markets)
}

/// What moves between two accounts of one person, or opens the second one for a single market.
pub(crate) fn between(market: &mut Market, kind: Kind) -> Action {
    let person = if market.rng.random_bool(0.7) {
        market.rng.random_range(PEOPLE - 2..PEOPLE)
    } else {
        market.rng.random_range(0..PEOPLE)
    };
    let (book, owner, group) = (market.world.book, market.key(person), market.world.group);
    let perp = market.rng.random_range(0..MARKETS);
    if kind == Kind::OpenIsolated {
        let instruction = instructions::open_isolated_account(group, book, owner, 1, perp);
        return Action { market: perp, ..Action::new(kind, Some(person), instruction) };
    }
    let (mut from, mut to) = (2 * person, 2 * person + 1);
    if market.rng.random_bool(0.3) {
        std::mem::swap(&mut from, &mut to);
    }
    let pair = (market.accounts[from], market.accounts[to]);
    if kind == Kind::TransferPosition {
        let held = market.state.accounts[from].as_deref().map_or(0, |one| one.active_perps.trailing_zeros());
        let held = u8::try_from(held).unwrap_or(perp).min(MARKETS);
        let instruction = instructions::transfer_position(book, pair, owner, held);
        return Action { market: held, ..Action::new(kind, Some(person), instruction) };
    }
    let reserve = u8::from(market.rng.random_bool(0.1));
    let totals = market.state.book.reserves[usize::from(reserve)].totals();
    let position = market.state.accounts[from].as_deref().and_then(|one| one.position(reserve.into()).ok());
    let claim = position.and_then(|one| one.claim_down(&totals).ok()).map_or(0, |amount| amount.0);
    let amount = fraction(market, claim, 0.6);
    let instruction = instructions::move_collateral(book, pair, owner, reserve, amount);
    Action { reserves: (reserve, reserve), ..Action::new(kind, Some(person), instruction) }
}

/// What a keeper does about an unhealthy account's perps: nothing where loans weigh more, a liquidation where something is open and left, else the waterfall.
pub(crate) fn relief(market: &mut Market, account: usize) -> Option<Intention> {
    let state = &market.state;
    let holder = state.accounts[account].as_deref()?;
    let health = health::liquidation(&state.book, holder, state.now_seconds).ok()?;
    let positions = perps::positions(&state.book, holder).ok()?;
    let is_empty = health.assets <= u128::from(state.book.params.dust_quote_atoms);
    let losing = positions.iter().filter(|view| view.profit().is_ok_and(SignedAmount::is_negative));
    let worst = losing.min_by_key(|view| view.profit().map_or(0, |profit| profit.0)).map(|view| view.market);
    let has_open = positions.iter().any(|view| !view.position.base.is_zero());
    // where the deposit still covers the losses, loans are what is bad
    let is_lost = quote_net(&state.book, holder, &health).is_ok_and(SignedAmount::is_negative);
    if is_empty
        && is_lost
        && let Some(perp) = worst
        && market.rng.random_bool(0.8)
    {
        market.queue.push(Intention::ResolvePerp { account, market: perp });
        return Some(Intention::RefreshAll);
    }
    if has_open && !is_empty && market.rng.random_bool(0.7) {
        market.queue.push(Intention::LiquidatePerp { account });
        return Some(Intention::RefreshAll);
    }
    None
}

/// A liquidation of an account's largest position by somebody, mostly by the rich, to an account or into the pool.
pub(crate) fn liquidation_of(market: &mut Market, account: usize) -> Action {
    let keeper =
        if market.rng.random_bool(0.9) { market.rng.random_range(0..RICH) } else { market.rng.random_range(0..PEOPLE) };
    let against_pool = market.rng.random_bool(0.5);
    let any = market.rng.random_range(0..MARKETS);
    let state = &market.state;
    let holder = state.accounts[account].as_deref();
    let positions = holder.and_then(|one| perps::positions(&state.book, one).ok()).unwrap_or_default();
    let worth = |perp: u8, base: i64| {
        let factor = state.book.perp_markets[usize::from(perp)].factor_index;
        u128::from(base.unsigned_abs()) * u128::from(state.book.factors[usize::from(factor)].price.mid)
    };
    let largest = positions.iter().max_by_key(|view| worth(view.market, view.position.base.0));
    let (perp, size) = largest.map_or((any, 1), |view| (view.market, view.position.base.magnitude().0));
    let max_base_atoms = if market.rng.random_bool(0.7) { u64::MAX } else { fraction(market, size, 1.0) };
    let request = PerpLiquidationRequest { market: perp, max_base_atoms, against_pool };
    let pair = (market.accounts[account], market.accounts[2 * keeper]);
    let instruction = instructions::liquidate_perp(market.world.book, pair.0, pair.1, market.key(keeper), request);
    let kind = if against_pool { Kind::ClosePerpIntoPool } else { Kind::TakePerpOver };
    Action { market: perp, ..Action::new(kind, Some(keeper), instruction) }
}

/// A resolution of one market's loss.
pub(crate) fn resolution(market: &Market, account: usize, perp: u8) -> Action {
    let instruction = instructions::resolve_perp_bankruptcy(market.world.book, market.accounts[account], perp);
    Action { market: perp, ..Action::new(Kind::ResolvePerpBankruptcy, None, instruction) }
}
