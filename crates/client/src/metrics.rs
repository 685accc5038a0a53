//! What an owner sees of his risk: the prices between which his account is healthy, and how far away they are.

use plimsoll::state::{Book, Factor, MarginAccount};
use plimsoll::{margin, perp_liquidation};
use plimsoll_risk::health::{LiquidationHealth, asset_weight_down, debt_weight_up};
use plimsoll_risk::metrics::{self, FactorExposure, HealthyRange, QuoteNet};
use plimsoll_risk::perp::margin::{position_margin_up, size_margin_up};
use plimsoll_risk::quantities::{Amount, Price, Ratio};

use crate::health::{Refusal, refuse};
use crate::perps;

/// The prices of a factor between which maintenance health is not negative, all else equal: the liquidation prices of loans and perps together.
/// None where no price makes the account healthy.
///
/// # Errors
/// The program's refusals, and the core's.
pub fn healthy_range(
    book: &Book,
    account: &MarginAccount,
    factor_index: u8,
    now_seconds: u64,
) -> Result<Option<HealthyRange>, Refusal> {
    let health = margin::liquidation_health(book, account, now_seconds)?;
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
    let maintenance = maintenance(book, book.factor(factor_index)?, now_seconds);
    let netted = (account.active_perps != 0).then_some(usize::from(book.pool.quote_reserve));
    for (index, reserve) in book.reserves.iter().enumerate() {
        if !reserve.is_listed() || reserve.factor_index != factor_index || netted == Some(index) {
            continue;
        }
        let (position, totals) = (account.position(index)?, reserve.totals());
        let weight = asset_weight_down(maintenance, refuse(reserve.weight_ramp().at_down(now_seconds))?);
        refuse(exposure.add_deposit(refuse(position.claim_down(&totals))?, weight))?;
        refuse(exposure.add_debt(refuse(position.owed_up(&totals))?, refuse(debt_weight_up(maintenance))?))?;
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
    let maintenance = maintenance(book, book.factor(factor_index)?, now_seconds);
    for view in perps::positions(book, account)? {
        let market = book.perp_market(view.market)?;
        if market.factor_index == factor_index {
            let base = view.position.base;
            let size = refuse(size_margin_up(base.magnitude(), market.size_margin_per_atom(now_seconds)?))?;
            let margin = refuse(position_margin_up(base.is_negative(), maintenance, size))?;
            refuse(exposure.add_perp(base, margin))?;
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
    let factor = book.factor(reserve.factor_index)?;
    let maintenance = maintenance(book, factor, now_seconds);
    let weight = refuse(reserve.weight_ramp().at_down(now_seconds))?;
    Ok(QuoteNet {
        atoms: perp_liquidation::quote_net(book, account, health)?.0.into(),
        price: Price::from_bits(factor.price.mid),
        asset_weight: asset_weight_down(maintenance, weight),
        debt_weight: refuse(debt_weight_up(maintenance))?,
    })
}

fn maintenance(book: &Book, factor: &Factor, now_seconds: u64) -> Ratio {
    factor.maintenance_margin(book.step_at(now_seconds))
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
