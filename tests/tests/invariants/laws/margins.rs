//! Healths and margins are ordered and monotone.

use plimsoll_client::health;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::plimsoll::state::{Book, Factor, MarginAccount};
use plimsoll_risk::quantities::Ratio;

use super::{Change, Verdict, ensure};
use crate::action::Kind;
use crate::snapshot::Snapshot;

const PPM: u128 = 1_000_000;
/// 2¹⁰: how far a price may rise before an admitted account can no longer be evaluated.
const EVALUABLE_RISE_BITS: u32 = 10;

/// INV-LAW: initial margin stands above maintenance margin at every announced point; initial health ≤ maintenance health ≤ equity.
pub(crate) fn ordered(state: &Snapshot) -> Verdict {
    for (index, factor) in state.factors() {
        let gap = u128::from(factor.params.initial_gap_ppm) + PPM;
        let highest = factor.threshold.path.iter().copied().max().unwrap_or(0);
        let initial = u128::from(factor.threshold.initial);
        ensure(initial * PPM >= u128::from(highest) * gap, || {
            format!("INV-LAW: factor {index}: initial margin {initial} below its gap over {highest}")
        })?;
    }
    for (who, account) in state.open_accounts() {
        // a pending price or an old accrual refuses the check: nothing is admitted then
        let Ok(health) = health::cross(&state.book, account, state.now_seconds) else {
            continue;
        };
        let (initial, maintenance, equity) = (health.initial.0, health.maintenance.0, health.equity().0);
        ensure(initial <= maintenance && maintenance <= equity, || {
            format!("INV-LAW: account {who}: {initial} ≤ {maintenance} ≤ {equity} does not hold")
        })?;
    }
    Ok(())
}

/// Fractional bits of shocks.
const SHOCK_BITS: u32 = 12;
/// Of an account's legs: what a margin that impact lifted is rounded up by, and what a netted requirement is.
const ROUNDED_BITS: u32 = 28;
/// The same of whole atoms.
const ROUNDED_ATOMS: u128 = 64;

/// INV-LAW: paying in lowers no health, taking out raises none, moving a deposit does both; all else equal, so both sides are measured with the Book afterwards.
/// Where a margin grows with the leg, or legs are netted, but for the rounding of what the account holds.
pub(crate) fn monotone(change: &Change) -> Verdict {
    let receiver = match change.action.kind {
        Kind::MoveCollateral => change.named(2),
        Kind::Deposit | Kind::Repay | Kind::Withdraw | Kind::Borrow => None,
        _ => return Ok(()),
    };
    for (who, (before, after)) in change.before.accounts.iter().zip(&change.after.accounts).enumerate() {
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        let now = change.after.now_seconds;
        let slack = rounding(change.after, after).max(rounding(change.after, before));
        let at = |account: &MarginAccount| health::of(&change.after.book, account, now);
        let (Ok(old), Ok(new)) = (at(before), at(after)) else {
            continue;
        };
        let rises = matches!(change.action.kind, Kind::Deposit | Kind::Repay) || receiver == Some(who);
        let (low, high) = if rises { (old, new) } else { (new, old) };
        let moved = moved_value(change.after, before, after);
        let is_netted = after.mode == MODE_PORTFOLIO;
        let ahead = if is_netted { gap_ahead_up(change.after, moved) } else { 0 };
        // a row may take all of a deposit, whose own size is charged besides
        let charged = if is_netted { i128::try_from((moved * 2).div_ceil(3)).unwrap_or(i128::MAX) } else { 0 };
        let holds = low.initial.0 <= high.initial.0 + slack + ahead
            && low.maintenance.0 <= high.maintenance.0 + slack + charged;
        ensure(holds, || format!("INV-LAW: account {who}: {old:?} became {new:?}"))?;
    }
    Ok(())
}

/// By how much equity at mid differs.
fn moved_value(state: &Snapshot, before: &MarginAccount, after: &MarginAccount) -> u128 {
    let equity = |account| health::cross(&state.book, account, state.now_seconds).map_or(0, |health| health.equity().0);
    equity(before).abs_diff(equity(after))
}

/// Initial health of a portfolio account stands a gap above the worst requirement of the hour ahead. A row may take all of a deposit, and paths may walk by
/// S times their range: so a deposit of v, which is charged for its own size with up to ⅔ of it besides, may lower it by what all that requires beyond v, (1 + gap)·(1 + ⅔ + S·range) − 1 at
/// most, never below cross.
fn gap_ahead_up(state: &Snapshot, moved: u128) -> i128 {
    let book = &state.book;
    let ends = |path: &[u64]| (path.iter().copied().min().unwrap_or(0), path.iter().copied().max().unwrap_or(0));
    let range = |factor: &Factor| {
        let (lowest, highest) = ends(&factor.threshold.path);
        highest - lowest
    };
    let range = state.factors().map(|(_, factor)| range(factor)).max().unwrap_or(0);
    let gap = state.factors().map(|(_, factor)| u128::from(factor.params.initial_gap_ppm)).max().unwrap_or(0);
    let shock = book.model_in_force.grid_shock.max(book.model_announced.grid_shock);
    let charged = moved + (moved * 2).div_ceil(3);
    let walked = charged + ((((moved * u128::from(shock)) >> SHOCK_BITS) * u128::from(range)) >> Ratio::FRACTION_BITS);
    i128::try_from((walked + walked * gap / PPM).saturating_sub(moved) + 1).unwrap_or(i128::MAX)
}

/// What a health may lose to rounding where impact or netting counts; else nothing.
pub(super) fn rounding(state: &Snapshot, account: &MarginAccount) -> i128 {
    let has_impact = state.factors().any(|(_, factor)| factor.liquidity.profile.profile().is_set());
    if !has_impact && account.mode != MODE_PORTFOLIO {
        return 0;
    }
    let held = health::liquidation(&state.book, account, state.now_seconds);
    let legs = held.map_or(0, |held| held.assets + held.debts + held.perp_sizes);
    i128::try_from((legs >> ROUNDED_BITS) + ROUNDED_ATOMS).unwrap_or(i128::MAX)
}

/// INV-EVALUABLE: who was admitted can be evaluated at prices 2¹⁰ times higher.
pub(crate) fn evaluable(change: &Change) -> Verdict {
    let admitted = match change.action.kind {
        Kind::Withdraw | Kind::Borrow => change.action.signer.map(|person| vec![2 * person, 2 * person + 1]),
        Kind::Liquidate => change.action.liquidation.map(|(_, liquidator)| vec![liquidator]),
        Kind::TakePerpOver | Kind::TransferPosition => change.named(2).map(|one| vec![one]),
        Kind::FillOrder | Kind::PoolDeposit | Kind::MoveCollateral => change.named(1).map(|one| vec![one]),
        _ => None,
    };
    let dear = at_higher_prices(&change.after.book);
    for who in admitted.unwrap_or_default() {
        let (before, after) = (&change.before.accounts[who], &change.after.accounts[who]);
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        if before.balances == after.balances && before.perps == after.perps {
            continue;
        }
        // what only reduces a position is let through below initial margin
        let only_reduces = matches!(change.action.kind, Kind::FillOrder)
            && health::of(&change.after.book, after, change.after.now_seconds).is_ok_and(|one| one.admit().is_err());
        if only_reduces {
            continue;
        }
        for book in &dear {
            let evaluated = health::liquidation(book, after, change.after.now_seconds);
            ensure(evaluated.is_ok(), || format!("INV-EVALUABLE: account {who}: {:?}", evaluated.err()))?;
        }
    }
    Ok(())
}

/// The Book with the quote token dearer, and with everything else dearer: perps are quoted in it, so that both at once would be twice the rise.
fn at_higher_prices(book: &Book) -> [Box<Book>; 2] {
    let quote_factor = usize::from(book.reserves[usize::from(book.pool.quote_reserve)].factor_index);
    let risen = |is_risen: &dyn Fn(usize) -> bool| {
        let mut dear = Box::new(*book);
        let factors = dear.factors.iter_mut().enumerate();
        for (_, factor) in factors.filter(|(index, factor)| factor.is_listed() && is_risen(*index)) {
            factor.price.mid <<= EVALUABLE_RISE_BITS;
        }
        dear
    };
    [risen(&|index| index == quote_factor), risen(&|index| index != quote_factor)]
}
