//! Who pays a deficit.

use super::{Change, Verdict, ensure};
use crate::action::Kind;

/// INV-WATERFALL: insurance first, then depositors, to the atom, and no other reserve. The reserve was accrued in the same second, so
/// nothing but the write-off separates the two states.
pub(crate) fn paid_to_the_atom(change: &Change) -> Verdict {
    if change.action.kind != Kind::ResolveBankruptcy {
        return Ok(());
    }
    let resolved = usize::from(change.action.reserves.0);
    let (before, after) = (&change.before.book.reserves[resolved], &change.after.book.reserves[resolved]);
    if before.accrued_seconds != change.after.now_seconds {
        // the accrual sent ahead was refused: interest and write-off cannot be told apart
        return Ok(());
    }
    let (old, new) = (before.totals(), after.totals());
    let atoms = |sum: plimsoll_risk::Result<plimsoll_risk::quantities::Amount>| {
        sum.map(|amount| amount.0).map_err(|error| format!("{error:?}"))
    };
    let (debts_before, debts_after) = (atoms(old.debts_down())?, atoms(new.debts_down())?);
    let (deposits_before, deposits_after) = (atoms(old.deposits_up())?, atoms(new.deposits_up())?);
    let unclaimed = (old.liquidity.0 + debts_before).saturating_sub(deposits_before);
    let insurance_paid = unclaimed.max(old.insurance.0) - new.insurance.0;
    let socialised = after.socialised_atoms - before.socialised_atoms;
    ensure(insurance_paid + socialised == debts_before - debts_after, || {
        format!("INV-WATERFALL: {insurance_paid} + {socialised} do not pay {debts_before} − {debts_after}")
    })?;
    ensure(deposits_before - deposits_after == socialised, || {
        format!("INV-WATERFALL: depositors lost {deposits_before} − {deposits_after}, not {socialised}")
    })?;
    ensure(socialised == 0 || new.insurance.0 == 0, || {
        "INV-WATERFALL: depositors paid before insurance was spent".to_owned()
    })?;
    for (index, other) in change.after.reserves().filter(|(index, _)| *index != resolved) {
        let same = bytemuck::bytes_of(other) == bytemuck::bytes_of(&change.before.book.reserves[index]);
        ensure(same, || format!("INV-WATERFALL: reserve {index} paid for reserve {resolved}"))?;
    }
    Ok(())
}
