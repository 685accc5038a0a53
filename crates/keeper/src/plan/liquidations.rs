//! Unhealthy accounts: which to liquidate, through which pair of reserves, and which are bankrupt.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Pubkey, health};
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::quantities::Value;

use super::takeover::Liquidator;
use super::{Action, refreshes};
use crate::snapshot::Snapshot;

/// An account below maintenance margin.
struct Unhealthy<'a> {
    address: Pubkey,
    account: &'a MarginAccount,
    health: LiquidationHealth,
}

/// What to do about every unhealthy account, largest shortfall first.
pub(super) fn all(snapshot: &Snapshot, own_account: &Pubkey) -> Vec<Action> {
    let accounts = snapshot.accounts.iter().filter(|(address, _)| *address != own_account);
    let mut unhealthy: Vec<Unhealthy> = accounts
        .filter_map(|(address, account)| {
            let health = health::liquidation(&snapshot.book, account, snapshot.now_seconds).ok()?;
            health.maintenance.is_negative().then_some(Unhealthy { address: *address, account, health })
        })
        .collect();
    unhealthy.sort_by_key(|one| one.health.maintenance);
    let own_account = snapshot.accounts.get(own_account);
    unhealthy.iter().flat_map(|one| resolve(snapshot, one, own_account.map(AsRef::as_ref))).collect()
}

fn resolve(snapshot: &Snapshot, unhealthy: &Unhealthy, own_account: Option<&MarginAccount>) -> Vec<Action> {
    let dust = u128::from(snapshot.book.params.dust_quote_atoms);
    if unhealthy.health.assets <= dust {
        return bankruptcies(unhealthy);
    }
    own_account.and_then(|own_account| liquidation(snapshot, unhealthy, own_account)).into_iter().collect()
}

fn bankruptcies(unhealthy: &Unhealthy) -> Vec<Action> {
    let balances = (0u8..).zip(&unhealthy.account.balances);
    balances
        .filter(|(_, balance)| balance.debt_shares != 0)
        .map(|(reserve_index, _)| Action::ResolveBankruptcy { margin_account: unhealthy.address, reserve_index })
        .collect()
}

fn liquidation(snapshot: &Snapshot, unhealthy: &Unhealthy, own_account: &MarginAccount) -> Option<Action> {
    let (book, now_seconds) = (&*snapshot.book, snapshot.now_seconds);
    let mut request = best_request(book, unhealthy.account, now_seconds)?;
    let liquidator = Liquidator { book, account: own_account, now_seconds };
    // where not even a part is affordable the whole is asked for: the simulation then says why it is refused
    if let Some(affordable) = liquidator.affordable_repay_atoms(unhealthy.account, &request) {
        request.max_repay_atoms = affordable;
    }
    let legs = [request.collateral_reserve, request.debt_reserve];
    let oracles = refreshes::news(snapshot, |publication| {
        let factors = legs.iter().filter_map(|leg| book.reserve(*leg).ok());
        factors.filter_map(|reserve| book.factor(reserve.factor_index).ok()).any(|factor| publication.is_of(factor))
    });
    Some(Action::Liquidate { liquidatee: unhealthy.address, request, oracles })
}

/// The pair of reserves whose liquidation repays most value, among those that the program would exchange now.
fn best_request(book: &Book, account: &MarginAccount, now_seconds: u64) -> Option<LiquidationRequest> {
    let indices = |holds: fn(&plimsoll::state::margin_account::Balance) -> bool| {
        let balances = (0u8..).zip(&account.balances);
        balances.filter_map(move |(index, balance)| holds(balance).then_some(index))
    };
    let pairs = indices(|balance| balance.deposit_shares != 0)
        .flat_map(|collateral| indices(|balance| balance.debt_shares != 0).map(move |debt| (collateral, debt)));
    let requests = pairs.filter_map(|(collateral_reserve, debt_reserve)| {
        let request = LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms: u64::MAX };
        let plan = health::plan(book, account, &request, now_seconds).ok()?;
        Some((plan.value, request))
    });
    requests.max_by_key(|(value, _): &(Value, _)| *value).map(|(_, request)| request)
}
