//! What becomes of a perp account that fails, found off-chain: the program's own plans, run on copies.

use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::instructions::keeper::resolve_perp_bankruptcy;
use plimsoll::state::{Book, MarginAccount};
use plimsoll::{funding, margin, perp_liquidation, perps};
use plimsoll_risk::liquidation::PerpLiquidationPlan;
use plimsoll_risk::perp::waterfall::PerpBankruptcy;
use plimsoll_risk::quantities::SignedAmount;

use crate::health::Refusal;

/// What `liquidate_perp` would do now, the market's funding booked first.
///
/// # Errors
/// The program's refusals.
pub fn perp_plan(
    book: &Book,
    account: &MarginAccount,
    request: &PerpLiquidationRequest,
    now_seconds: u64,
) -> Result<PerpLiquidationPlan, Refusal> {
    let book = &mut Box::new(*book);
    perp_liquidation::require_open(book, request.market, now_seconds)?;
    funding::update_funding(book, request.market, now_seconds)?;
    let health = margin::liquidation_health(book, account, now_seconds)?;
    perp_liquidation::plan(book, account, health, request, now_seconds)
}

/// What `resolve_perp_bankruptcy` of one market would do now.
///
/// # Errors
/// The program's refusals.
pub fn perp_bankruptcy(
    book: &Book,
    account: &MarginAccount,
    market: u8,
    now_seconds: u64,
) -> Result<PerpBankruptcy, Refusal> {
    let (_, resolved) = resolve_perp_bankruptcy::plan(&mut Box::new(*book), account, market, now_seconds)?;
    Ok(resolved)
}

/// What `settle_pnl` of one market would move now: to the account where positive.
///
/// # Errors
/// The program's refusals.
pub fn settlement(book: &Book, account: &MarginAccount, market: u8, now_seconds: u64) -> Result<SignedAmount, Refusal> {
    perps::settle(&mut Box::new(*book), &mut Box::new(*account), market, now_seconds)
}
