//! What a liquidation may do.

use plimsoll_client::health;
use plimsoll_client::plimsoll::funding;
use plimsoll_client::plimsoll::margin::{self, Standing};
use plimsoll_client::plimsoll::state::Book;
use plimsoll_risk::health::LiquidationHealth;

use super::{Change, Verdict, ensure, perp_books, text};
use crate::action::Kind;

/// INV-IMPROVE: it took an unhealthy account, left it healthier, and left the liquidator above initial margin.
pub(crate) fn improved(change: &Change) -> Verdict {
    let (Kind::Liquidate, Some((liquidatee, liquidator))) = (change.action.kind, change.action.liquidation) else {
        return Ok(());
    };
    let (book, now) = (&change.after.book, change.after.now_seconds);
    let missing = || "INV-IMPROVE: liquidation of a closed account".to_owned();
    let before = change.before.accounts[liquidatee].as_deref().ok_or_else(missing)?;
    let after = change.after.accounts[liquidatee].as_deref().ok_or_else(missing)?;
    let taker = change.after.accounts[liquidator].as_deref().ok_or_else(missing)?;
    // the Book afterwards has the interest that the instruction booked first
    let text = |error| format!("INV-IMPROVE: {error:?}");
    let old = margin::liquidation_standing(book, before, now).map_err(text)?;
    let new = margin::liquidation_standing(book, after, now).map_err(text)?;
    let initial = health::of(book, taker, now).map_err(text)?.initial.0;
    raised(book, &old, &new)?;
    ensure(initial >= 0, || format!("INV-IMPROVE: the liquidator's initial health is {initial}"))
}

/// The account was unhealthy in its mode; the step raised its cross health and, unless it was urgent, that of its mode.
fn raised(book: &Book, old: &Standing, new: &Standing) -> Verdict {
    let (was, is) = (old.health.maintenance.0, new.health.maintenance.0);
    ensure(was < 0, || format!("INV-IMPROVE: a healthy account ({was}) was liquidated"))?;
    let (cross_was, cross_is) = (old.cross_maintenance.0, new.cross_maintenance.0);
    ensure(cross_is > cross_was, || format!("INV-IMPROVE: cross health {cross_was} became {cross_is}"))?;
    // both roundings in favour of the liquidation: a millionth
    let is_urgent = shortfall_ppm(&old.health) >= u128::from(book.params.urgent_fraction_ppm);
    ensure(is > was || is_urgent, || format!("INV-IMPROVE: health {was} became {is}"))
}

/// What is missing, in millionths of what maintenance requires.
fn shortfall_ppm(health: &LiquidationHealth) -> u128 {
    let required = (health.equity().0 - health.maintenance.0).max(1).unsigned_abs();
    (health.maintenance.0.unsigned_abs() * 1_000_000).div_ceil(required)
}

/// INV-PRICE: a liquidation exchanges at prices of at most `liquidation_max_age_seconds`.
pub(crate) fn fresh_legs(change: &Change) -> Verdict {
    if change.action.kind != Kind::Liquidate {
        return Ok(());
    }
    let (collateral, debt) = change.action.reserves;
    for reserve in [collateral, debt] {
        let factor_index = change.after.book.reserves[usize::from(reserve)].factor_index;
        let factor = &change.after.book.factors[usize::from(factor_index)];
        let age = change.after.now_seconds.saturating_sub(factor.price.publish_time_seconds);
        ensure(age <= u64::from(factor.params.liquidation_max_age_seconds), || {
            format!("INV-PRICE: reserve {reserve} was exchanged at a price {age} seconds old")
        })?;
    }
    Ok(())
}

/// INV-IMPROVE: the same of a perp position, at a fresh price; who only had it closed against the pool keeps his own health.
pub(crate) fn improved_perp(change: &Change) -> Verdict {
    let kind = change.action.kind;
    if !matches!(kind, Kind::TakePerpOver | Kind::ClosePerpIntoPool) {
        return Ok(());
    }
    let (index, now) = (change.action.market, change.after.now_seconds);
    let ((before, after), (_, taker)) = (change.account(1)?, change.account(2)?);
    let mut funded = change.before.book.clone();
    funding::update_funding(&mut funded, index, now).map_err(text)?;
    let old = margin::liquidation_standing(&funded, before, now).map_err(text)?;
    let new = margin::liquidation_standing(&change.after.book, after, now).map_err(text)?;
    raised(&funded, &old, &new)?;
    let (was, is) = (
        perp_books::touched(&funded, before, index)?.base.0,
        perp_books::touched(&change.after.book, after, index)?.base.0,
    );
    ensure(is.unsigned_abs() < was.unsigned_abs() && (is == 0 || is.signum() == was.signum()), || {
        format!("INV-IMPROVE: a liquidation made {is} of {was}")
    })?;
    if kind == Kind::TakePerpOver {
        let initial = health::of(&change.after.book, taker, now).map_err(text)?.initial.0;
        ensure(initial >= 0, || format!("INV-IMPROVE: the liquidator's initial health is {initial}"))?;
    }
    let factor_index = change.after.book.perp_markets[usize::from(index)].factor_index;
    let factor = &change.after.book.factors[usize::from(factor_index)];
    let age = now.saturating_sub(factor.price.publish_time_seconds);
    ensure(age <= u64::from(factor.params.liquidation_max_age_seconds), || {
        format!("INV-PRICE: market {index} was exchanged at a price {age} seconds old")
    })
}
