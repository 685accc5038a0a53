//! Unhealthy accounts: what to do about each, through which loan or which position.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::state::margin_account::{Balance, MODE_PORTFOLIO};
use plimsoll::state::{Book, Factor, MarginAccount};
use plimsoll_client::{Pubkey, health, perps};
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::liquidation::LiquidationPlan;

use super::takeover::{Liquidator, Ranked};
use super::{Action, bankruptcies, refreshes, settlements};
use crate::settings::{PerpCounterparty, Settings};
use crate::snapshot::Snapshot;

/// An account below maintenance margin.
struct Unhealthy<'a> {
    address: Pubkey,
    account: &'a MarginAccount,
    health: LiquidationHealth,
}

/// One liquidation that the program would carry out.
enum Candidate {
    Loan(LiquidationRequest),
    Perp(PerpLiquidationRequest),
}

/// What to do about every unhealthy account, largest shortfall first.
pub(super) fn all(snapshot: &Snapshot, settings: &Settings) -> Vec<Action> {
    let own_account = &settings.margin_account;
    let accounts = snapshot.accounts.iter().filter(|(address, _)| *address != own_account);
    let mut unhealthy: Vec<Unhealthy> = accounts
        .filter_map(|(address, account)| {
            let health = health::liquidation(&snapshot.book, account, snapshot.now_seconds).ok()?;
            health.maintenance.is_negative().then_some(Unhealthy { address: *address, account, health })
        })
        .collect();
    unhealthy.sort_by_key(|one| one.health.maintenance);
    let own_account = snapshot.accounts.get(own_account).map(|account| Liquidator {
        book: &snapshot.book,
        account,
        now_seconds: snapshot.now_seconds,
    });
    unhealthy.iter().flat_map(|one| resolve(snapshot, one, own_account.as_ref(), settings.perp_counterparty)).collect()
}

/// Without assets: the perps' losses, then what settling brings home, then the debts. With assets: the best liquidations first, each for the
/// case that the program refuses those before it; where there is none, the settlement that opens the way for one.
fn resolve(
    snapshot: &Snapshot,
    unhealthy: &Unhealthy,
    liquidator: Option<&Liquidator>,
    counterparty: PerpCounterparty,
) -> Vec<Action> {
    let Unhealthy { address, account, .. } = *unhealthy;
    let has_assets = unhealthy.health.assets > u128::from(snapshot.book.params.dust_quote_atoms);
    let perp_losses = if has_assets { Vec::new() } else { bankruptcies::of_perps(snapshot, address, account) };
    if !perp_losses.is_empty() {
        return perp_losses;
    }
    let liquidator = liquidator.filter(|_| has_assets || account.active_perps != 0);
    let candidates = liquidator.map(|liquidator| candidates(liquidator, account, counterparty)).unwrap_or_default();
    if !candidates.is_empty() {
        return candidates.into_iter().map(|candidate| action(snapshot, address, candidate)).collect();
    }
    if let Some(settlement) = settlements::of_unhealthy(snapshot, address, account) {
        return vec![settlement];
    }
    if has_assets { Vec::new() } else { bankruptcies::of_loans(address, account) }
}

/// The loans and the position of each market that the program would liquidate now, best first. Where it would carry out none of them in any size, the
/// whole of the largest loan.
fn candidates(liquidator: &Liquidator, account: &MarginAccount, counterparty: PerpCounterparty) -> Vec<Candidate> {
    let loans = loans(liquidator, account).into_iter().map(|(rank, request)| (rank, Candidate::Loan(request)));
    let perps = perps::held_markets(account).filter_map(|market| {
        let (rank, request) = liquidator.perp_request(account, market, counterparty)?;
        Some((rank, Candidate::Perp(request)))
    });
    let mut candidates: Vec<Ranked<Candidate>> = loans.chain(perps).collect();
    if candidates.is_empty() {
        // the simulation then says why it is refused
        candidates.extend(planned_loans(liquidator, account).first().map(|(_, whole)| (0, Candidate::Loan(*whole))));
    }
    candidates.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    candidates.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The pair of reserves whose liquidation repays most value; of a portfolio account every pair, since a step may take a hedge away.
fn loans(liquidator: &Liquidator, account: &MarginAccount) -> Vec<Ranked<LiquidationRequest>> {
    let planned = planned_loans(liquidator, account);
    let considered = if account.mode == MODE_PORTFOLIO { planned.len() } else { 1 };
    let requests = planned.iter().take(considered);
    requests.filter_map(|(plan, request)| liquidator.loan_request(account, request, plan.repaid)).collect()
}

/// What the program would plan for each pair of reserves, most value first.
fn planned_loans(liquidator: &Liquidator, account: &MarginAccount) -> Vec<(LiquidationPlan, LiquidationRequest)> {
    let indices = |holds: fn(&Balance) -> bool| {
        let balances = (0u8..).zip(&account.balances);
        balances.filter_map(move |(index, balance)| holds(balance).then_some(index))
    };
    let pairs = indices(|balance| balance.deposit_shares != 0)
        .flat_map(|collateral| indices(|balance| balance.debt_shares != 0).map(move |debt| (collateral, debt)));
    let planned = pairs.filter_map(|(collateral_reserve, debt_reserve)| {
        let request = LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms: u64::MAX };
        let plan = health::plan(liquidator.book, account, &request, liquidator.now_seconds).ok()?;
        Some((plan, request))
    });
    let mut planned: Vec<(LiquidationPlan, LiquidationRequest)> = planned.collect();
    planned.sort_by_key(|(plan, _)| std::cmp::Reverse(plan.value));
    planned
}

fn action(snapshot: &Snapshot, liquidatee: Pubkey, candidate: Candidate) -> Action {
    let book = &*snapshot.book;
    match candidate {
        Candidate::Loan(request) => {
            let legs = [request.collateral_reserve, request.debt_reserve].map(|leg| factor_of_reserve(book, leg));
            Action::Liquidate { liquidatee, request, oracles: news_of(snapshot, legs) }
        }
        Candidate::Perp(request) => {
            let market = book.perp_market(request.market).ok();
            let base = market.and_then(|market| book.factor(market.factor_index).ok());
            let legs = [base, factor_of_reserve(book, book.pool.quote_reserve)];
            Action::LiquidatePerp { liquidatee, request, oracles: news_of(snapshot, legs) }
        }
    }
}

fn factor_of_reserve(book: &Book, reserve_index: u8) -> Option<&Factor> {
    book.factor(book.reserve(reserve_index).ok()?.factor_index).ok()
}

fn news_of(snapshot: &Snapshot, factors: [Option<&Factor>; 2]) -> Vec<Pubkey> {
    refreshes::news(snapshot, |publication| factors.iter().flatten().any(|factor| publication.is_of(factor)))
}
