//! What an owner sees of his risk: the prices between which his account is healthy, and how far away they are.

use plimsoll::state::{Book, MarginAccount};
use plimsoll::{margin, perp_liquidation};
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth, asset_weight_down, debt_weight_up};
use plimsoll_risk::liquidity::LegSide;
use plimsoll_risk::metrics::{self, FactorExposure, HealthyRange, QuoteNet};
use plimsoll_risk::quantities::{Amount, Price, Ratio};

use crate::health::{Refusal, refuse};
use crate::perps;

/// The prices of a factor between which maintenance health is not negative, all else equal: the liquidation prices of loans and perps together.
/// None where no price makes the account healthy. Every leg carries the impact of its present size.
///
/// Of a portfolio account its cross health is asked: where that is not negative, neither is its own, so it is healthy between these prices at least.
///
/// # Errors
/// The program's refusals, and the core's.
pub fn healthy_range(
    book: &Book,
    account: &MarginAccount,
    factor_index: u8,
    now_seconds: u64,
) -> Result<Option<HealthyRange>, Refusal> {
    let standing = margin::liquidation_standing(book, account, now_seconds)?;
    let health = LiquidationHealth { maintenance: standing.cross_maintenance, ..standing.health };
    let mid = Price::from_bits(book.factor(factor_index)?.price.mid);
    let mut exposure = FactorExposure::default();
    add_loans(&mut exposure, book, account, factor_index, now_seconds)?;
    if account.active_perps == 0 {
        return refuse(exposure.healthy_range(health.maintenance, mid, &NOTHING));
    }
    add_perps(&mut exposure, book, account, factor_index, now_seconds)?;
    let net = quote_net(book, account, &health, now_seconds)?;
    if book.reserve(book.pool.quote_reserve)?.factor_index != factor_index {
        return refuse(exposure.healthy_range(health.maintenance, mid, &net));
    }
    let atoms = Amount(u64::try_from(net.atoms.unsigned_abs()).unwrap_or(u64::MAX));
    if net.atoms < 0 {
        refuse(exposure.add_debt(atoms, net.debt_weight))?;
    } else {
        refuse(exposure.add_deposit(atoms, net.asset_weight))?;
    }
    refuse(exposure.healthy_range(health.maintenance, mid, &NOTHING))
}

/// The quote balance of an account whose profit does not depend on the price.
const NOTHING: QuoteNet =
    QuoteNet { atoms: 0, price: Price::ZERO, asset_weight: Ratio::ZERO, debt_weight: Ratio::ZERO };

/// Deposits and debts priced by a factor; where the account has perps, but for the quote reserve's, which is netted with their profit.
fn add_loans(
    exposure: &mut FactorExposure,
    book: &Book,
    account: &MarginAccount,
    factor_index: u8,
    now_seconds: u64,
) -> Result<(), Refusal> {
    let (terms, mid) = factor_terms(book, factor_index, now_seconds)?;
    let netted = (account.active_perps != 0).then_some(usize::from(book.pool.quote_reserve));
    for (index, reserve) in book.reserves.iter().enumerate() {
        if !reserve.is_listed() || reserve.factor_index != factor_index || netted == Some(index) {
            continue;
        }
        let (position, totals) = (account.position(index)?, reserve.totals());
        let (claim, owed) = (refuse(position.claim_down(&totals))?, refuse(position.owed_up(&totals))?);
        let margin =
            refuse(mid.value_down(claim).and_then(|value| terms.margins_up(value, LegSide::Long)))?.maintenance;
        let weight = asset_weight_down(margin, refuse(reserve.weight_ramp().at_down(now_seconds))?);
        refuse(exposure.add_deposit(claim, weight))?;
        let margin = refuse(mid.value_up(owed).and_then(|value| terms.margins_up(value, LegSide::Short)))?.maintenance;
        refuse(exposure.add_debt(owed, refuse(debt_weight_up(margin))?))?;
    }
    Ok(())
}

fn add_perps(
    exposure: &mut FactorExposure,
    book: &Book,
    account: &MarginAccount,
    factor_index: u8,
    now_seconds: u64,
) -> Result<(), Refusal> {
    let (terms, mid) = factor_terms(book, factor_index, now_seconds)?;
    for view in perps::positions(book, account)? {
        let market = book.perp_market(view.market)?;
        if market.factor_index == factor_index {
            let base = view.position.base;
            let perp_terms = market.liquidation_margin_terms(&terms, &book.moment(now_seconds))?;
            let value = refuse(mid.value_up(base.magnitude()))?;
            refuse(exposure.add_perp(base, refuse(perp_terms.margins_up(base, value))?.maintenance))?;
        }
    }
    Ok(())
}

fn quote_net(
    book: &Book,
    account: &MarginAccount,
    health: &LiquidationHealth,
    now_seconds: u64,
) -> Result<QuoteNet, Refusal> {
    let reserve = book.reserve(book.pool.quote_reserve)?;
    let (terms, price) = factor_terms(book, reserve.factor_index, now_seconds)?;
    let atoms = perp_liquidation::quote_net(book, account, health)?;
    let value = refuse(price.value_up(atoms.magnitude()))?;
    let margin = |side| refuse(terms.margins_up(value, side)).map(|margins| margins.maintenance);
    let weight = refuse(reserve.weight_ramp().at_down(now_seconds))?;
    Ok(QuoteNet {
        atoms: atoms.0.into(),
        price,
        asset_weight: asset_weight_down(margin(LegSide::Long)?, weight),
        debt_weight: refuse(debt_weight_up(margin(LegSide::Short)?))?,
    })
}

/// A factor's margins now, and its mid price.
fn factor_terms(book: &Book, index: u8, now_seconds: u64) -> Result<(LiquidationFactorTerms, Price), Refusal> {
    let factor = book.factor(index)?;
    let terms = factor.liquidation_margin_terms(&book.moment(now_seconds), Ratio::ONE)?;
    Ok((terms, Price::from_bits(factor.price.mid)))
}

/// Distance of a factor's price to a liquidation price, in σ of one day, and the probability of touching it within a horizon.
///
/// # Errors
/// The core's refusals.
pub fn distance(
    book: &Book,
    factor_index: u8,
    liquidation_price: Price,
    horizon_seconds: u64,
) -> Result<(Ratio, Ratio), Refusal> {
    let factor = book.factor(factor_index)?;
    let state = factor.volatility_state();
    let variance = state.fast.max(state.slow);
    let distance = refuse(metrics::distance_down(Price::from_bits(factor.price.mid), liquidation_price, variance))?;
    Ok((distance, refuse(metrics::touch_probability(distance, horizon_seconds))?))
}
