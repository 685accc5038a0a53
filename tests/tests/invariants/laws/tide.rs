//! What the tide announces: it turns on its clock alone, and between turns nothing announced changes. `docs/risk.md`, sections 14 to 16.

use plimsoll_client::plimsoll::state::{Book, Factor, PortfolioModel};
use plimsoll_risk::liquidity::{Impact, ImpactTerms};
use plimsoll_risk::quantities::{Ratio, Value};

use super::{Change, Verdict, ensure, text};
use crate::action::Kind;
use crate::snapshot::Snapshot;

/// Factors of a matrix.
const N: usize = 16;
/// One, and the 2⁻¹⁰ that stands on the diagonal beside it, with the 15 fractional bits of correlations.
const DIAGONAL: f64 = 32_768.0 + 32.0;
/// More than a factorisation of 16 rows of such numbers rounds in floats: (n + 1)·2⁻⁵³·trace < 10⁻⁸ (Higham, theorem 10.3). So a matrix that loses
/// this on its diagonal and still has a Cholesky factor is positive semidefinite.
const PROVEN: f64 = 1e-6;

/// INV-GRACE: a tide turns where the one before is over, in a fold; then what was announced is in force and what is newest is announced.
/// Until then neither changes, whatever is sent.
pub(crate) fn announced_values_wait(change: &Change) -> Verdict {
    let (old, new) = (&change.before.book, &change.after.book);
    if old.tides == new.tides {
        return ensure(announcement(old) == announcement(new), || "INV-GRACE: something announced changed".to_owned());
    }
    let (kind, now) = (change.action.kind, change.after.now_seconds);
    let is_over = old.tides == 0 || now >= old.announced_seconds + 2 * u64::from(old.params.grace_seconds);
    ensure(kind == Kind::RefreshRisk && is_over && new.tides == old.tides + 1 && new.announced_seconds == now, || {
        format!("INV-GRACE: tide {} of {} became {} of {}", old.tides, old.announced_seconds, new.tides, now)
    })?;
    let came = new.model_in_force == old.model_announced && new.model_announced == new.model_newest;
    ensure(came, || "INV-GRACE: a model came that was not announced".to_owned())?;
    for (index, (before, after)) in old.factors.iter().zip(&new.factors).enumerate() {
        let came = after.liquidity.in_force == before.liquidity.announced
            && after.liquidity.announced == after.liquidity.newest;
        ensure(came, || format!("INV-GRACE: factor {index}: an impact came that was not announced"))?;
    }
    impacts_of_measured_volume(change)?;
    positive_semidefinite(&new.model_newest)
}

/// Everything that only a turn may write.
fn announcement(book: &Book) -> impl PartialEq + use<> {
    let impacts = book.factors.map(|factor| (factor.liquidity.in_force, factor.liquidity.announced));
    (book.announced_seconds, book.model_in_force, book.model_announced, impacts)
}

/// INV-LAW: the volume that the program measured counts as no more than the profile's, and as a quarter of it at least: impact is never below that of
/// the profile and at most twice that.
fn impacts_of_measured_volume(change: &Change) -> Verdict {
    for (index, factor) in change.after.factors().filter(|(_, factor)| factor.liquidity.profile.profile().is_set()) {
        let least = unit_at(factor, 1)?;
        let most = unit_at(factor, 4)?;
        let unit = factor.liquidity.newest.unit;
        ensure((least..=most).contains(&unit), || {
            format!("INV-LAW: factor {index}: impact {unit} outside {least} to {most} of its profile")
        })?;
    }
    Ok(())
}

/// The unit of impact at a part of the profile's volume.
fn unit_at(factor: &Factor, divisor: u64) -> Result<u64, String> {
    let terms = ImpactTerms {
        multiple_ppm: factor.params.impact_multiple_ppm,
        shortfall_multiple_ppm: factor.params.tail_multiplier_ppm,
        horizon_seconds: factor.params.horizon_seconds,
        daily_volume: Value(factor.liquidity.profile.daily_volume_quote_atoms / divisor),
        concentration_share_ppm: 0,
        long: Value::ZERO,
        short: Value::ZERO,
    };
    Impact::new(&terms).map(|impact| impact.unit).map_err(text)
}

/// INV-LAW: crowding is a part between nothing and all of what is left of one.
pub(crate) fn crowding_is_a_part(state: &Snapshot) -> Verdict {
    for (index, market) in state.markets() {
        ensure(market.crowding <= Ratio::ONE.to_bits(), || {
            format!("INV-LAW: market {index} is crowded by {}", market.crowding)
        })?;
    }
    Ok(())
}

/// INV-PSD: the correlations with 2⁻¹⁰ of the identity are positive semidefinite.
fn positive_semidefinite(model: &PortfolioModel) -> Verdict {
    let mut rows = [[0f64; N]; N];
    let pairs = (0..N).flat_map(|row| (row + 1..N).map(move |column| (row, column)));
    for ((row, column), correlation) in pairs.zip(model.correlations) {
        (rows[row][column], rows[column][row]) = (correlation.into(), correlation.into());
    }
    for (index, row) in rows.iter_mut().enumerate() {
        row[index] = DIAGONAL - PROVEN;
    }
    for pivot in 0..N {
        let eliminated = rows[pivot];
        ensure(eliminated[pivot] > 0.0, || format!("INV-PSD: correlations: pivot {pivot} is {}", eliminated[pivot]))?;
        for row in rows.iter_mut().skip(pivot + 1) {
            let part = row[pivot] / eliminated[pivot];
            for (cell, above) in row.iter_mut().zip(eliminated).skip(pivot) {
                *cell -= part * above;
            }
        }
    }
    Ok(())
}
