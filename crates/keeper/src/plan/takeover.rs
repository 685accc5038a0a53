//! How much of a liquidation the keeper's own margin account can carry.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::health;
use plimsoll_risk::liquidation::LiquidationPlan;
use plimsoll_risk::position;
use plimsoll_risk::quantities::Amount;

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
    ///
    /// A search by halves, on copies: it tries at most [`SEARCH_STEPS`] amounts, with the program's own plan and margin check.
    pub(super) fn affordable_repay_atoms(
        &self,
        liquidatee: &MarginAccount,
        request: &LiquidationRequest,
    ) -> Option<u64> {
        let fits = |max_repay_atoms| {
            let request = LiquidationRequest { max_repay_atoms, ..*request };
            let plan = health::plan(self.book, liquidatee, &request, self.now_seconds).ok()?;
            self.keeps_initial_health(&request, &plan).then_some(plan.repaid.0)
        };
        if fits(u64::MAX).is_some() {
            return Some(u64::MAX);
        }
        let whole = health::plan(self.book, liquidatee, request, self.now_seconds).ok()?;
        let (mut affordable, mut too_much) = (0, whole.repaid.0);
        for _ in 0..SEARCH_STEPS {
            let middle = affordable + (too_much - affordable) / 2;
            if middle > affordable && fits(middle).is_some() {
                affordable = middle;
            } else {
                too_much = middle;
            }
        }
        (affordable > 0).then_some(affordable)
    }

    fn keeps_initial_health(&self, request: &LiquidationRequest, plan: &LiquidationPlan) -> bool {
        let (mut book, mut account) = (Box::new(*self.book), *self.account);
        take_over(&mut book, &mut account, request, plan)
            .and_then(|()| health::cross(&book, &account, self.now_seconds).ok())
            .is_some_and(|health| health.admit().is_ok())
    }
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
