//! How much of a liquidation the keeper's own margin account can carry, and when the pool is asked instead.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{failures, health};
use plimsoll_risk::liquidation::LiquidationPlan;
use plimsoll_risk::position;
use plimsoll_risk::quantities::{Amount, Value};

use crate::settings::PerpCounterparty;

/// Halvings of the search: the answer is exact to a millionth of what the program would take.
const SEARCH_STEPS: u32 = 20;

/// The keeper's side of a liquidation.
pub(super) struct Liquidator<'a> {
    pub(super) book: &'a Book,
    pub(super) account: &'a MarginAccount,
    pub(super) now_seconds: u64,
}

impl Liquidator<'_> {
    /// The largest `max_repay_atoms` after which the account keeps its initial health; `u64::MAX` where the whole liquidation fits. None where nothing does.
    pub(super) fn affordable_repay_atoms(
        &self,
        liquidatee: &MarginAccount,
        request: &LiquidationRequest,
    ) -> Option<u64> {
        let whole = health::plan(self.book, liquidatee, request, self.now_seconds).ok()?;
        largest(whole.repaid.0, |max_repay_atoms| {
            let request = LiquidationRequest { max_repay_atoms, ..*request };
            let plan = health::plan(self.book, liquidatee, &request, self.now_seconds);
            plan.is_ok_and(|plan| self.keeps_initial_health(&request, &plan))
        })
    }

    /// What to ask for in one market, and the value that it closes: all of it taken over, where the settings let the account and it can carry that; else
    /// what closes more, the part that the account can carry or the pool. None where the program would do neither.
    pub(super) fn perp_request(
        &self,
        liquidatee: &MarginAccount,
        market: u8,
        counterparty: PerpCounterparty,
    ) -> Option<(Value, PerpLiquidationRequest)> {
        let own = || self.perp_takeover(liquidatee, market);
        let pool = || {
            let request = PerpLiquidationRequest { market, max_base_atoms: u64::MAX, against_pool: true };
            Some((self.perp_value(liquidatee, &request)?, request))
        };
        match counterparty {
            PerpCounterparty::Own => own(),
            PerpCounterparty::Pool => pool(),
            PerpCounterparty::Either => match own() {
                Some(whole) if whole.1.max_base_atoms == u64::MAX => Some(whole),
                part => part.into_iter().chain(pool()).max_by_key(|(value, _)| *value),
            },
        }
    }

    fn perp_takeover(&self, liquidatee: &MarginAccount, market: u8) -> Option<(Value, PerpLiquidationRequest)> {
        let request = |max_base_atoms| PerpLiquidationRequest { market, max_base_atoms, against_pool: false };
        let whole = failures::perp_plan(self.book, liquidatee, &request(u64::MAX), self.now_seconds).ok()?;
        let affordable = largest(whole.delta.magnitude().0, |max_base_atoms| {
            self.perp_value(liquidatee, &request(max_base_atoms)).is_some()
        })?;
        Some((self.perp_value(liquidatee, &request(affordable))?, request(affordable)))
    }

    /// The value that a liquidation of this account closes. None where the program would refuse it.
    fn perp_value(&self, liquidatee: &MarginAccount, request: &PerpLiquidationRequest) -> Option<Value> {
        let plan = failures::perp_plan_of(self.book, liquidatee, self.account, request, self.now_seconds);
        plan.ok().map(|plan| plan.throughput)
    }

    fn keeps_initial_health(&self, request: &LiquidationRequest, plan: &LiquidationPlan) -> bool {
        let (mut book, mut account) = (Box::new(*self.book), *self.account);
        take_over(&mut book, &mut account, request, plan)
            .and_then(|()| health::cross(&book, &account, self.now_seconds).ok())
            .is_some_and(|health| health.admit().is_ok())
    }
}

/// The largest limit below `whole` that fits; `u64::MAX` where that does. None where nothing does.
///
/// A search by halves: it tries at most [`SEARCH_STEPS`] limits, with the program's own plan and margin check.
fn largest(whole: u64, fits: impl Fn(u64) -> bool) -> Option<u64> {
    if fits(u64::MAX) {
        return Some(u64::MAX);
    }
    let (mut affordable, mut too_much) = (0, whole);
    for _ in 0..SEARCH_STEPS {
        let middle = affordable + (too_much - affordable) / 2;
        if middle > affordable && fits(middle) {
            affordable = middle;
        } else {
            too_much = middle;
        }
    }
    (affordable > 0).then_some(affordable)
}

/// Books what `liquidate` would book on the liquidator's side.
fn take_over(
    book: &mut Book,
    account: &mut MarginAccount,
    request: &LiquidationRequest,
    plan: &LiquidationPlan,
) -> Option<()> {
    let taken_over = plan.repaid.minus(plan.insurance_top_up).ok()?;
    book_amount(book, account, request.debt_reserve, taken_over, position::debit)?;
    book_amount(book, account, request.collateral_reserve, plan.seized, position::credit)
}

/// [`position::credit`] or [`position::debit`].
type Booking =
    fn(&mut position::ReservePosition, &mut position::ReserveTotals, Amount) -> plimsoll_risk::Result<position::Split>;

fn book_amount(
    book: &mut Book,
    account: &mut MarginAccount,
    reserve_index: u8,
    amount: Amount,
    booking: Booking,
) -> Option<()> {
    let reserve = book.reserve_mut(reserve_index).ok()?;
    let mut position = account.position(reserve_index.into()).ok()?;
    let mut totals = reserve.totals();
    booking(&mut position, &mut totals, amount).ok()?;
    reserve.set_totals(&totals);
    account.set_position(reserve_index.into(), position).ok()
}
