//! What a fold may do.

use plimsoll_client::plimsoll::state::Factor;
use plimsoll_risk::correlation;
use plimsoll_risk::quantities::Ratio;

use super::{Change, Verdict, ensure};
use crate::snapshot::Snapshot;

/// Rounding of 96-bit variances, seen in floats.
const SLACK: f64 = 1e-9;

/// 96 fractional bits as a float.
fn variance(wide: u128) -> f64 {
    #[allow(clippy::cast_precision_loss)] // 53 bits are plenty for a bound with slack
    let float = wide as f64;
    float / 2f64.powi(96)
}

/// INV-INFLUENCE: one fold takes a variance v to at most λ·v + (1 − λ)·winsor²·max(v_slow, σ_floor²), and nothing else moves it.
pub(crate) fn bounded_influence(change: &Change) -> Verdict {
    for (index, before) in change.before.factors() {
        let after = &change.after.book.factors[index];
        let (old, new) = (&before.volatility, &after.volatility);
        if new.last_step == old.last_step {
            let same = new.variance_fast == old.variance_fast && new.variance_slow == old.variance_slow;
            ensure(same, || format!("INV-INFLUENCE: factor {index} moved without a sample"))?;
            continue;
        }
        let params = &before.params;
        let grid_seconds = change.before.book.params.grid_seconds;
        for (half_life, from, to) in [
            (params.half_life_fast_seconds, old.variance_fast, new.variance_fast),
            (params.half_life_slow_seconds, old.variance_slow, new.variance_slow),
        ] {
            let steps = u32::try_from(new.last_step - old.last_step).unwrap_or(u32::MAX);
            let elapsed = f64::from(steps) * f64::from(grid_seconds);
            let most = bound(before, variance(from.get()), elapsed, f64::from(half_life));
            let reached = variance(to.get());
            ensure(reached <= most * (1.0 + SLACK), || {
                format!("INV-INFLUENCE: factor {index}: variance {reached:e} above {most:e}")
            })?;
        }
    }
    Ok(())
}

fn bound(before: &Factor, from: f64, elapsed_seconds: f64, half_life_seconds: f64) -> f64 {
    let kept = (-elapsed_seconds / half_life_seconds).exp2();
    let [floor, winsor] = [before.params.sigma_floor_ppm, before.params.winsor_sigmas_ppm].map(squared_up);
    let reference = variance(before.volatility.variance_slow.get()).max(floor);
    kept * from + (1.0 - kept) * winsor * reference
}

/// As the program reads a ratio: rounded up to 32 fractional bits, which is more than the slack where it is small.
fn squared_up(ppm: u32) -> f64 {
    #[allow(clippy::cast_precision_loss)] // a ratio of at most 20
    let ratio = Ratio::from_ppm_up(ppm).to_bits() as f64 / 2f64.powi(32);
    ratio * ratio
}

/// INV-PSD: no negative pivot in a Cholesky decomposition, but for what floats round.
pub(crate) fn positive_semidefinite(state: &Snapshot) -> Verdict {
    const N: usize = correlation::FACTORS;
    let mut rows = [[0f64; N]; N];
    for (i, row) in rows.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            #[allow(clippy::cast_precision_loss)] // judged with a tolerance
            let bits = correlation::covariance(&state.book.covariance, i, j).to_bits() as f64;
            *cell = bits;
        }
    }
    let scale = state.book.covariance.iter().map(|cell| cell.unsigned_abs()).max();
    #[allow(clippy::cast_precision_loss)] // a tolerance
    let tolerance = scale.unwrap_or(0) as f64 * 1e-12;
    for pivot in 0..N {
        let diagonal = rows[pivot][pivot];
        ensure(diagonal >= -tolerance, || format!("INV-PSD: pivot {pivot} is {diagonal:e}"))?;
        if diagonal <= tolerance {
            continue;
        }
        let eliminated = rows[pivot];
        for row in rows.iter_mut().skip(pivot + 1) {
            let factor = row[pivot] / diagonal;
            for (cell, above) in row.iter_mut().zip(eliminated).skip(pivot) {
                *cell -= factor * above;
            }
        }
    }
    Ok(())
}
