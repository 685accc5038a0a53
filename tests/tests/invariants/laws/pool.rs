//! The pool's providers: shares add up, and nobody's share is worth less because another one came or went.

use plimsoll_client::plimsoll::perps;
use plimsoll_risk::perp::pool::VIRTUAL;

use super::{Change, Verdict, ensure, text};
use crate::action::Kind;
use crate::snapshot::Snapshot;

/// Rounding of two shares of the quote reserve, in atoms: below an index of two.
const SLACK_ATOMS: i128 = 4;

/// INV-SOLVENT: the shares of all providers are the pool's.
pub(crate) fn shares_add_up(state: &Snapshot) -> Verdict {
    let held: u128 = state.open_accounts().map(|(_, account)| u128::from(account.pool_shares)).sum();
    ensure(held == u128::from(state.book.pool.total_shares), || "the pool's shares do not add up".to_owned())
}

/// A deposit or a withdrawal leaves a share of everybody else worth no less, and a withdrawal leaves what the positions require.
pub(crate) fn nobody_diluted(change: &Change) -> Verdict {
    if !matches!(change.action.kind, Kind::PoolDeposit | Kind::PoolWithdraw) {
        return Ok(());
    }
    let after = &change.after.book;
    // the Book afterwards has the interest and the funding that were booked first
    let mut without = after.clone();
    without.pool.deposit_shares = change.before.book.pool.deposit_shares;
    without.pool.total_shares = change.before.book.pool.total_shares;
    let worth = |book| perps::pool_equity(book).map(|equity| equity.mid.0.max(0)).map_err(text);
    let (old, new) = (worth(&without)?, worth(after)?);
    let with_virtual = |amount: i128| amount + i128::from(VIRTUAL);
    let (old_shares, new_shares) = (without.pool.total_shares, after.pool.total_shares);
    if old == 0 {
        // a pool without equity has nothing that could be diluted: who deposits fills its hole
        return Ok(());
    }
    let diluted = with_virtual(new + SLACK_ATOMS) * with_virtual(old_shares.into())
        < with_virtual(old) * with_virtual(new_shares.into());
    ensure(!diluted, || {
        format!("shares of the pool were diluted: {old} over {old_shares} became {new} over {new_shares}")
    })?;
    if change.action.kind == Kind::PoolWithdraw {
        perps::require_pool_limit(after)
            .map_err(|error| format!("a withdrawal took what positions need: {error:?}"))?;
    }
    Ok(())
}
