//! How much of a liquidation the keeper's own margin account can carry and the liquidatee's health bear, and when the pool is asked instead.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::failures;
use plimsoll_client::steps::{self, Sides, Step};
use plimsoll_risk::quantities::Amount;

use crate::settings::PerpCounterparty;

/// Halvings of the search: the answer is exact to a millionth of what the program would take.
const SEARCH_STEPS: u32 = 20;

/// The keeper's side of a liquidation.
pub(super) struct Liquidator<'a> {
    pub(super) book: &'a Book,
    pub(super) account: &'a MarginAccount,
    pub(super) now_seconds: u64,
}

/// A request that the program would carry out, with what it is ranked by: the value that it moves; of a portfolio account, where a step may take a
/// hedge away, how much its maintenance health rises.
pub(super) type Ranked<R> = (i128, R);

impl Liquidator<'_> {
    /// A loan's liquidation with the largest `max_repay_atoms` that the program would carry out; `u64::MAX` where that is all. None where it would
    /// carry out nothing: the keeper's account bears none of it, or the liquidatee is no better for any.
    pub(super) fn loan_request(
        &self,
        liquidatee: &MarginAccount,
        request: &LiquidationRequest,
        whole: Amount,
    ) -> Option<Ranked<LiquidationRequest>> {
        let sides = self.sides(liquidatee);
        let of = |max_repay_atoms| LiquidationRequest { max_repay_atoms, ..*request };
        let step = |max_repay_atoms| steps::loan(self.book, &sides, &of(max_repay_atoms), self.now_seconds).ok();
        let most = largest(whole.0, |max_repay_atoms| step(max_repay_atoms).is_some())?;
        Some((rank(liquidatee, &step(most)?), of(most)))
    }

    /// What to ask for in one market: all of it taken over, where the settings let the account and it can carry that; else what ranks higher, the
    /// part that the account can carry or the pool. None where the program would do neither.
    pub(super) fn perp_request(
        &self,
        liquidatee: &MarginAccount,
        market: u8,
        counterparty: PerpCounterparty,
    ) -> Option<Ranked<PerpLiquidationRequest>> {
        let own = || self.perp_part(liquidatee, market, false);
        let pool = || self.perp_part(liquidatee, market, true);
        match counterparty {
            PerpCounterparty::Own => own(),
            PerpCounterparty::Pool => pool(),
            PerpCounterparty::Either => match own() {
                Some(whole) if whole.1.max_base_atoms == u64::MAX => Some(whole),
                part => part.into_iter().chain(pool()).max_by_key(|(rank, _)| *rank),
            },
        }
    }

    fn perp_part(
        &self,
        liquidatee: &MarginAccount,
        market: u8,
        against_pool: bool,
    ) -> Option<Ranked<PerpLiquidationRequest>> {
        let sides = self.sides(liquidatee);
        let of = |max_base_atoms| PerpLiquidationRequest { market, max_base_atoms, against_pool };
        let step = |max_base_atoms| steps::perp(self.book, &sides, &of(max_base_atoms), self.now_seconds).ok();
        let whole = failures::perp_plan(self.book, liquidatee, &of(u64::MAX), self.now_seconds).ok()?;
        let most = largest(whole.delta.magnitude().0, |max_base_atoms| step(max_base_atoms).is_some())?;
        Some((rank(liquidatee, &step(most)?), of(most)))
    }

    const fn sides<'s>(&'s self, liquidatee: &'s MarginAccount) -> Sides<'s> {
        Sides { liquidatee, liquidator: self.account }
    }
}

fn rank(liquidatee: &MarginAccount, step: &Step) -> i128 {
    if liquidatee.mode == MODE_PORTFOLIO { step.rise.0 } else { step.value.0.into() }
}

/// The largest limit below `whole` that fits; `u64::MAX` where that does. None where nothing does.
///
/// A search by halves: it tries at most [`SEARCH_STEPS`] limits, with the program's own steps. What a liquidator can carry ends at some size; so does
/// what makes a portfolio better, since its requirement is convex in the size of a leg.
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
