//! INV-SETTLE: settling moves what is realised and changes no health.

use plimsoll_client::health;
use plimsoll_client::plimsoll::margin;

use super::{Change, Verdict, ensure, margins, text};
use crate::action::Kind;

/// INV-SETTLE: both healths stay, but for an atom of rounding a share (netted: and 2⁻²⁸ of what is held), and a loss becomes a debt only where the account's balances alone carry it.
pub(crate) fn change_no_health(change: &Change) -> Verdict {
    if change.action.kind != Kind::SettlePnl {
        return Ok(());
    }
    let (before, after) = change.account(1)?;
    let (book, now) = (&change.after.book, change.after.now_seconds);
    let quote = usize::from(book.pool.quote_reserve);
    let reserve = &book.reserves[quote];
    // a share of either kind is worth less than its index rounded up; two shares, at debt weights below two
    let shares = (reserve.deposit_index.get() >> 96) + (reserve.debt_index.get() >> 96) + 2;
    let netted = margins::rounding(change.after, before);
    let slack = i128::try_from(4 * shares).map_err(text)? + netted;
    if let (Ok(old), Ok(new)) = (health::of(book, before, now), health::of(book, after, now)) {
        let moved = [(old.initial, new.initial), (old.maintenance, new.maintenance)];
        for (old, new) in moved {
            ensure(old.0.abs_diff(new.0) <= slack.unsigned_abs(), || {
                format!("INV-SETTLE: health {} became {}", old.0, new.0)
            })?;
        }
    }
    let borrows = after.balances[quote].debt_shares > before.balances[quote].debt_shares;
    if borrows {
        let balances = margin::balances_health(book, after, now).map_err(text)?.maintenance.0;
        ensure(balances >= 0, || format!("INV-SETTLE: the lenders bear a loss: balances count for {balances}"))?;
    }
    Ok(())
}
