//! A perp liquidation: what its plan needs to know, gathered from the Book and the account, and its bookings; and what an account's quote balance
//! and PnL come to.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::liquidation::{
    LiquidationTerms, PerpLiquidationInputs, PerpLiquidationPlan, QuoteCost, plan_perp_liquidation,
};
use plimsoll_risk::perp::fill::plan_fill;
use plimsoll_risk::perp::slip::largest_slip_up;
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount};

use crate::bridge::terms as bridge_terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use crate::state::{Book, Factor, MarginAccount};
use crate::{liquidation, margin, perps};

/// The account under liquidation, with its position touched.
pub struct Liquidatee<'a> {
    /// The account.
    pub account: &'a MarginAccount,
    /// Its healths and values.
    pub health: LiquidationHealth,
    /// Its position in the market.
    pub position: PerpPosition,
    /// The market's books.
    pub books: PerpBooks,
}

/// The terms of a liquidation in a market: those of its factor.
pub fn terms(book: &Book, market_index: u8) -> Result<LiquidationTerms> {
    let params = &factor_of(book, market_index)?.params;
    Ok(bridge_terms::liquidation_terms(&book.params, params, params))
}

/// The inputs of the plan. The market's price must be fresh and confirmed.
pub fn inputs(
    book: &Book,
    liquidatee: &Liquidatee,
    request: &PerpLiquidationRequest,
    now_seconds: u64,
) -> Result<PerpLiquidationInputs> {
    let factor = factor_of(book, request.market)?;
    let quote_factor = book.factor(book.reserve(book.pool.quote_reserve)?.factor_index)?;
    let (moment, buffer) = (book.moment(now_seconds), margin::liquidation_buffer(book)?);
    let factor_terms = factor.liquidation_margin_terms(&moment, buffer)?;
    let terms = book.perp_market(request.market)?.liquidation_margin_terms(&factor_terms, &moment)?;
    let base = liquidatee.position.base;
    let price = if base.is_negative() { terms.short_price } else { terms.long_price };
    let size = price.value_up(base.magnitude()).or_refuse()?;
    let margins = terms.margins_up(base, size).or_refuse()?;
    let net = quote_net(book, liquidatee.account, &liquidatee.health)?;
    let requirement = margins.maintenance.of_up(size).or_refuse()?;
    Ok(PerpLiquidationInputs {
        health: liquidatee.health,
        base,
        price: Price::from_bits(factor.price.mid),
        margins,
        quote: QuoteCost::new(&quote_factor.liquidation_margin_terms(&moment, buffer)?, net, requirement)
            .or_refuse()?,
        slip: slip_up(book, liquidatee, request)?,
        throughput_left: liquidation::throughput_left(book, liquidatee.account, [factor, factor], now_seconds)?,
        base_limit: Amount(request.max_base_atoms),
        seconds_unhealthy: liquidation::seconds_unhealthy(liquidatee.account, now_seconds),
    })
}

/// What closing costs besides bonus and cut: nothing between accounts, against the pool what a fill of the largest size can cost.
fn slip_up(book: &Book, liquidatee: &Liquidatee, request: &PerpLiquidationRequest) -> Result<Ratio> {
    if !request.against_pool {
        return Ok(Ratio::ZERO);
    }
    let (market, base) = (book.perp_market(request.market)?, liquidatee.position.base);
    let price = &book.factor(market.factor_index)?.price;
    let size = base.magnitude().min(Amount(request.max_base_atoms));
    let delta = if base.is_negative() { SignedAmount::received(size) } else { SignedAmount::paid(size) }.or_refuse()?;
    let (mid, confidence) = (Price::from_bits(price.mid), Price::from_bits(price.confidence));
    let scale = Amount(market.params.skew_scale_base_atoms);
    largest_slip_up(liquidatee.books.skew().or_refuse()?, delta, mid, confidence, scale).or_refuse()
}

/// The factor that prices a market.
pub fn factor_of(book: &Book, market_index: u8) -> Result<&Factor> {
    book.factor(book.perp_market(market_index)?.factor_index)
}

/// An account's balance in the quote reserve (a debt negative) and the PnL of all its positions, at the prices of its health.
pub fn quote_net(book: &Book, account: &MarginAccount, health: &LiquidationHealth) -> Result<SignedAmount> {
    let quote_index = book.pool.quote_reserve;
    let totals = book.reserve(quote_index)?.totals();
    let balance = account.position(quote_index.into())?;
    let claim = SignedAmount::received(balance.claim_down(&totals).or_refuse()?).or_refuse()?;
    let owed = SignedAmount::received(balance.owed_up(&totals).or_refuse()?).or_refuse()?;
    let profit = i64::try_from(health.profit).map_err(|_| PlimsollError::Overflow)?;
    claim.minus(owed).and_then(|balance| balance.plus(SignedAmount(profit))).or_refuse()
}

/// The markets in which an account holds or is owed something, lowest first.
pub fn held_markets(account: &MarginAccount) -> impl Iterator<Item = u8> + use<> {
    let active = account.active_perps;
    (0u8..16).filter(move |index| (active >> index) & 1 == 1)
}

/// What a step did besides the plan.
pub struct Closed {
    /// What the liquidatee received for the size, bonus and cut not deducted.
    pub quote: SignedAmount,
    /// Whether the pool's position grew.
    pub pool_grew: bool,
}

/// Refuses a market whose price is not fresh, or whose positions already have a settlement price: taken over at another one, they would cost
/// their owner or the liquidator the difference.
pub fn require_open(book: &Book, market_index: u8, now_seconds: u64) -> Result<()> {
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
    let inputs = inputs(book, &liquidatee, request, now_seconds)?;
    plan_perp_liquidation(&inputs, &terms(book, request.market)?).or_refuse()
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
