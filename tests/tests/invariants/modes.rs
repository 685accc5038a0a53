//! Margin modes, margin calls and stress reports, by chance.

use plimsoll_client::plimsoll::state::MarginAccount;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_ISOLATED, MODE_PORTFOLIO};
use plimsoll_client::{health, instructions};
use rand::Rng;

use crate::action::{Action, Kind};
use crate::choose::Intention;
use crate::market::{Market, PEOPLE, RICH};

/// What portfolio margin and margin calls need, and what it is fed with. Healths need prices, interest and funding of today.
pub(crate) fn intend(market: &mut Market) -> Intention {
    if near_its_line(market).is_some() && market.rng.random_bool(0.7) {
        return Intention::Any(Kind::CallMargin);
    }
    let kind = match market.rng.random_range(0..100) {
        0..30 => Kind::SetMarginMode,
        30..64 => Kind::CallMargin,
        64..74 => Kind::StressAccount,
        74..82 => Kind::SetLiquidityProfile,
        82..90 => Kind::SetScenarios,
        90..93 => Kind::SetImpliedFeed,
        _ => Kind::RefreshImplied,
    };
    if matches!(kind, Kind::SetMarginMode | Kind::CallMargin) {
        // the last one comes first
        market.queue.push(Intention::Any(kind));
        market.queue.push(Intention::RefreshAll);
        return Intention::Any(Kind::Accrue);
    }
    Intention::Any(kind)
}

/// An instruction of one of these kinds.
pub(crate) fn of_kind(market: &mut Market, kind: Kind) -> Action {
    if kind == Kind::SetMarginMode {
        return mode(market);
    }
    let near = if kind == Kind::CallMargin { near_its_line(market) } else { None };
    let account = near.unwrap_or_else(|| anybody(market));
    let (book, address) = (market.world.book, market.accounts[account]);
    let instruction = match kind {
        Kind::CallMargin => instructions::call_margin(book, address),
        _ => instructions::stress_account(book, address),
    };
    Action::new(kind, None, instruction)
}

fn anybody(market: &mut Market) -> usize {
    market.rng.random_range(0..2 * PEOPLE)
}

/// Mostly to portfolio margin, sometimes back, now and then to a mode that there is not.
fn mode(market: &mut Market) -> Action {
    let start = anybody(market);
    let fits = |index: &usize| {
        let account = market.state.accounts[*index].as_deref();
        *index >= 2 * RICH && account.is_some_and(|one| one.mode != MODE_ISOLATED && owes(one))
    };
    let account = (start..2 * PEOPLE).chain(0..start).find(fits).unwrap_or(start);
    let mode = match market.rng.random_range(0..20) {
        0 => MODE_ISOLATED,
        1 => 3,
        2..5 => MODE_CROSS,
        _ => MODE_PORTFOLIO,
    };
    let person = account / 2;
    let owner = market.key(person);
    let instruction = instructions::set_margin_mode(market.world.book, market.accounts[account], owner, mode);
    Action::new(Kind::SetMarginMode, Some(person), instruction)
}

fn owes(account: &MarginAccount) -> bool {
    account.active_perps != 0 || account.balances.iter().any(|balance| balance.debt_shares != 0)
}

/// An account whose call is due, another one now, or to be cleared.
fn near_its_line(market: &mut Market) -> Option<usize> {
    let start = anybody(market);
    let state = &market.state;
    let is_near = |index: &usize| {
        let Some(account) = state.accounts[*index].as_deref() else {
            return false;
        };
        let ahead = health::projection(&state.book, account, state.now_seconds);
        ahead.is_ok_and(|ahead| {
            let deadline = ahead.call.map_or(0, |call| call.deadline_seconds);
            !ahead.maintenance.is_negative() && deadline != account.call.deadline_seconds
        })
    };
    (start..2 * PEOPLE).chain(0..start).find(is_near)
}
