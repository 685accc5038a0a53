//! Steps of a liquidation, found off-chain: the program's own plans, bookings and refusals, run on copies.

use plimsoll::instructions::keeper::liquidate::{self, LiquidationRequest};
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::margin::Standing;
use plimsoll::state::{Book, MarginAccount};
use plimsoll::{funding, liquidation, margin, perp_liquidation, perps};
use plimsoll_risk::liquidation::plan_liquidation;
use plimsoll_risk::quantities::{SignedValue, Value};

use crate::health::{Refusal, refuse};

/// The two accounts of a liquidation.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// Who is liquidated.
    pub liquidatee: &'a MarginAccount,
    /// Who takes over.
    pub liquidator: &'a MarginAccount,
}

/// What a step that the program carries out would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The value that it moves.
    pub value: Value,
    /// By how much the liquidatee's maintenance health rises, in the mode of the account.
    pub rise: SignedValue,
}

impl Step {
    const fn new(value: Value, [before, after]: [&Standing; 2]) -> Self {
        let rise = SignedValue(after.health.maintenance.0.saturating_sub(before.health.maintenance.0));
        Self { value, rise }
    }
}

/// What `liquidate` would do now.
///
/// # Errors
/// The program's refusals, those of the step's outcome among them: a health that it does not raise, a liquidator who could not carry it.
pub fn loan(book: &Book, sides: &Sides, request: &LiquidationRequest, now_seconds: u64) -> Result<Step, Refusal> {
    let (mut book, mut liquidatee, mut liquidator) = (Box::new(*book), *sides.liquidatee, *sides.liquidator);
    let before = margin::liquidation_standing(&book, &liquidatee, now_seconds)?;
    let inputs = liquidation::inputs(&book, &liquidatee, before.health, request, now_seconds)?;
    let plan = refuse(plan_liquidation(&inputs, &liquidation::terms(&book, request)?))?;
    liquidate::commit(&mut book, &mut liquidatee, &mut liquidator, request, &plan)?;
    let after = margin::liquidation_standing(&book, &liquidatee, now_seconds)?;
    liquidation::require_improved(&mut liquidatee, [&before, &after], plan.is_urgent, now_seconds)?;
    liquidation::require_liquidator_health(&book, &liquidator, now_seconds)?;
    Ok(Step::new(plan.value, [&before, &after]))
}

/// What `liquidate_perp` would do now, the market's funding booked first.
///
/// # Errors
/// As [`loan`]; against the pool also where that could not take the position in.
pub fn perp(book: &Book, sides: &Sides, request: &PerpLiquidationRequest, now_seconds: u64) -> Result<Step, Refusal> {
    let (mut book, mut liquidatee, mut liquidator) = (Box::new(*book), *sides.liquidatee, *sides.liquidator);
    perp_liquidation::require_open(&book, request.market, now_seconds)?;
    funding::update_funding(&mut book, request.market, now_seconds)?;
    let before = margin::liquidation_standing(&book, &liquidatee, now_seconds)?;
    let plan = perp_liquidation::plan(&book, &liquidatee, before.health, request, now_seconds)?;
    let closed = perp_liquidation::commit(&mut book, &mut liquidatee, &mut liquidator, request, &plan)?;
    let after = margin::liquidation_standing(&book, &liquidatee, now_seconds)?;
    liquidation::require_improved(&mut liquidatee, [&before, &after], plan.is_urgent, now_seconds)?;
    if !request.against_pool {
        liquidation::require_liquidator_health(&book, &liquidator, now_seconds)?;
    } else if closed.pool_grew {
        perps::require_pool_limit(&book)?;
    }
    Ok(Step::new(plan.throughput, [&before, &after]))
}
