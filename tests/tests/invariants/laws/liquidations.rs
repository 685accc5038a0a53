//! What a liquidation may do.

use plimsoll_client::health;

use super::{Change, Verdict, ensure};
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
    let old = health::liquidation(book, before, now).map_err(text)?.maintenance.0;
    let new = health::liquidation(book, after, now).map_err(text)?.maintenance.0;
    let initial = health::cross(book, taker, now).map_err(text)?.initial.0;
    ensure(old < 0, || format!("INV-IMPROVE: a healthy account ({old}) was liquidated"))?;
    ensure(new > old, || format!("INV-IMPROVE: health {old} became {new}"))?;
    ensure(initial >= 0, || format!("INV-IMPROVE: the liquidator's initial health is {initial}"))
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
