//! Liquidates part of a perp position: it moves to the liquidator's account, or closes against the pool. No tokens move.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::liquidation::{PerpLiquidationPlan, plan_perp_liquidation};
use plimsoll_risk::perp::fill::plan_fill;
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::SignedAmount;

use crate::bridge::terms as bridge_terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::PerpLiquidated;
use crate::liquidation::{self, Throughput};
use crate::perp_liquidation::{self, Liquidatee};
use crate::state::margin_account::MODE_PORTFOLIO;
use crate::state::{Book, MarginAccount};
use crate::{funding, margin, perps, vault};

/// Accounts of `liquidate_perp`.
#[derive(Accounts)]
pub struct LiquidatePerp<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that is liquidated.
    #[account(mut)]
    pub liquidatee: AccountLoader<'info, MarginAccount>,
    /// The account that takes over, or only the bonus.
    #[account(mut)]
    pub liquidator: AccountLoader<'info, MarginAccount>,
    /// Owner or delegate of the liquidator's account.
    pub authority: Signer<'info>,
}

/// What a liquidator asks for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct PerpLiquidationRequest {
    /// The market.
    pub market: u8,
    /// The most base atoms to close.
    pub max_base_atoms: u64,
    /// Close against the pool, at its price, instead of taking the position over at mid.
    pub against_pool: bool,
}

/// What a step did besides the plan.
pub struct Closed {
    /// What the liquidatee received for the size, bonus and cut not deducted.
    pub quote: SignedAmount,
    /// Whether the pool's position grew.
    pub pool_grew: bool,
}

pub(crate) fn handler(ctx: Context<LiquidatePerp>, request: PerpLiquidationRequest) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    require_keys_neq!(accounts.liquidatee.key(), accounts.liquidator.key(), PlimsollError::SameAccount);
    require!(request.max_base_atoms > 0, PlimsollError::AmountZero);
    let (mut book, mut liquidatee) = vault::load_pair(&accounts.book, &accounts.liquidatee)?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    require_liquidator(&liquidator, &book, accounts.authority.key, request.market)?;
    let book = &mut *book;
    require_open_to_liquidation(book, request.market, now_seconds)?;
    funding::update_funding(book, request.market, now_seconds)?;

    let before = margin::liquidation_health(book, &liquidatee, now_seconds)?;
    let plan = plan(book, &liquidatee, before, &request, now_seconds)?;

    let closed = commit(book, &mut liquidatee, &mut liquidator, &request, &plan)?;
    let factor = book.perp_market(request.market)?.factor_index;
    let taken = Throughput { value: plan.throughput, is_urgent: plan.is_urgent };
    liquidation::take_throughput(book, &mut liquidatee, [factor, factor], &taken, now_seconds)?;

    let after = margin::liquidation_health(book, &liquidatee, now_seconds)?;
    liquidation::require_improved(&mut liquidatee, &before, &after, now_seconds)?;
    if !request.against_pool {
        liquidation::require_liquidator_health(book, &liquidator, now_seconds)?;
    } else if closed.pool_grew {
        perps::require_pool_limit(book)?;
    }
    emit_liquidated(accounts, &request, &plan, &closed, [&before, &after]);
    Ok(())
}

/// Refuses a signer, group or mode by which the liquidator's account may not hold this market.
fn require_liquidator(liquidator: &MarginAccount, book: &Book, authority: &Pubkey, market: u8) -> Result<()> {
    liquidator.require_version()?;
    liquidator.require_owner_or_delegate(authority)?;
    require_keys_eq!(liquidator.group, book.group, PlimsollError::WrongGroup);
    require!(liquidator.mode != MODE_PORTFOLIO, PlimsollError::AccountMode);
    liquidator.require_may_trade(market)
}

/// Refuses a market whose price is not fresh, or whose positions already have a settlement price: taken over at another one, they would cost
/// their owner or the liquidator the difference.
pub fn require_open_to_liquidation(book: &Book, market_index: u8, now_seconds: u64) -> Result<()> {
    let market = book.perp_market(market_index)?;
    market.require_not_settling(now_seconds)?;
    liquidation::require_exchangeable(book.factor(market.factor_index)?, now_seconds)
}

/// Plans the step, from funded books and the account's health.
#[inline(never)]
pub fn plan(
    book: &Book,
    account: &MarginAccount,
    health: LiquidationHealth,
    request: &PerpLiquidationRequest,
    now_seconds: u64,
) -> Result<PerpLiquidationPlan> {
    let (books, position) = perps::load(book, account, request.market)?;
    require!(!position.base.is_zero(), PlimsollError::NoPosition);
    let liquidatee = Liquidatee { account, health, position, books };
    let inputs = perp_liquidation::inputs(book, &liquidatee, request, now_seconds)?;
    plan_perp_liquidation(&inputs, &perp_liquidation::terms(book, request.market)?).or_refuse()
}

/// Closes the liquidatee's part and pays bonus and cut: what the accounts, the pool and the insurance book sums to zero.
#[inline(never)]
pub fn commit(
    book: &mut Book,
    liquidatee: &mut MarginAccount,
    liquidator: &mut MarginAccount,
    request: &PerpLiquidationRequest,
    plan: &PerpLiquidationPlan,
) -> Result<Closed> {
    let market = request.market;
    let (mut books, mut failing) = perps::load(book, liquidatee, market)?;
    let mut taking = liquidator.perp(market)?;
    books.touch(&mut taking).or_refuse()?;
    let skew = books.skew().or_refuse()?.magnitude();

    let quote = if request.against_pool {
        close_against_pool(book, &mut books, &mut failing, request, plan)?
    } else {
        let value = plan.value;
        let quote = if plan.delta.is_negative() { SignedAmount::received(value) } else { SignedAmount::paid(value) };
        let (delta, quote) = (plan.delta, quote.or_refuse()?);
        books.trade(&mut failing, delta, quote).or_refuse()?;
        books.trade(&mut taking, delta.negated().or_refuse()?, quote.negated().or_refuse()?).or_refuse()?;
        quote
    };
    let bonus = SignedAmount::received(plan.bonus).or_refuse()?;
    failing.realised = failing.realised.minus(bonus).or_refuse()?;
    taking.realised = taking.realised.plus(bonus).or_refuse()?;
    books.charge(&mut failing, plan.insurance_cut, plan.insurance_cut).or_refuse()?;

    // the liquidator first: the market is never without a position in between
    perps::store(book, liquidator, market, &books, &taking)?;
    perps::store(book, liquidatee, market, &books, &failing)?;
    Ok(Closed { quote, pool_grew: books.skew().or_refuse()?.magnitude() > skew })
}

/// Fills the liquidatee's closing trade from the pool, without a fee: the cut stands in its place. Caps of open interest do not bind here.
fn close_against_pool(
    book: &Book,
    books: &mut PerpBooks,
    position: &mut PerpPosition,
    request: &PerpLiquidationRequest,
    plan: &PerpLiquidationPlan,
) -> Result<SignedAmount> {
    let market = book.perp_market(request.market)?;
    let price = book.factor(market.factor_index)?.quote();
    let terms = bridge_terms::fill_terms(&market.params);
    let skew = books.skew().or_refuse()?;
    let fill = plan_fill(skew, plan.delta, price.mid, price.confidence, &terms).or_refuse()?;
    books.trade_with_pool(position, plan.delta, fill.quote).or_refuse()?;
    Ok(fill.quote)
}

#[inline(never)]
fn emit_liquidated(
    accounts: &LiquidatePerp,
    request: &PerpLiquidationRequest,
    plan: &PerpLiquidationPlan,
    closed: &Closed,
    [before, after]: [&LiquidationHealth; 2],
) {
    emit!(PerpLiquidated {
        liquidatee: accounts.liquidatee.key(),
        liquidator: accounts.liquidator.key(),
        market: request.market,
        against_pool: request.against_pool,
        base_atoms: plan.delta.0,
        quote_atoms: closed.quote.0,
        bonus_atoms: plan.bonus.0,
        insurance_cut_atoms: plan.insurance_cut.0,
        health_before_quote_atoms: before.maintenance.0,
        health_after_quote_atoms: after.maintenance.0,
    });
}
