//! How long a market stays restless after a jump: the decay of absolute returns.

use super::fold::Folded;
use crate::statistics::descriptive::mean;
use crate::statistics::optimise::golden_section;

/// The restlessness is followed for this long after a jump.
const FOLLOWED_SECONDS: u64 = 2 * 86_400;
/// Fewer jumps say nothing of a decay.
const JUMPS_MIN: usize = 20;

/// The decay after jumps.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Decay {
    /// Jumps: moves beyond winsor_sigmas.
    pub jumps: usize,
    /// The time in which half of the unrest of two days has passed.
    pub half_life_seconds: f64,
    /// The half-life of the exponential that fits best; shorter, since unrest decays fast at first and slowly later.
    pub fitted_half_life_seconds: f64,
    /// What an exponential of the first half-life begins at, in σ above the ordinary.
    pub amplitude: f64,
    /// Mean size of a move in σ when no jump was near.
    pub ordinary: f64,
    /// Seconds after the jump, mean size above the ordinary, the exponential of the first half-life.
    pub curve: Vec<[f64; 3]>,
}

/// Follows the mean size of the moves after a jump, above the ordinary. Its half-life is the time in which half of it has passed, which for an exponential is
/// the same and does not mistake a slow end for none. `None` for fewer than twenty jumps, or where they leave no unrest.
#[must_use]
#[allow(clippy::cast_precision_loss)] // lags of two days
pub fn measure(folded: &Folded, bar_seconds: u64, winsor_sigmas: f64) -> Option<Decay> {
    let sigmas = folded.sigmas();
    let lags = usize::try_from(FOLLOWED_SECONDS / bar_seconds).ok()?;
    let jumps: Vec<usize> = (0..sigmas.len()).filter(|place| sigmas[*place] > winsor_sigmas).collect();
    let followed: Vec<usize> = jumps.iter().copied().filter(|place| place + lags < sigmas.len()).collect();
    if followed.len() < JUMPS_MIN {
        return None;
    }
    let ordinary = mean(&sigmas);
    let above = |lag: usize| mean(&followed.iter().map(|place| sigmas[place + lag]).collect::<Vec<_>>()) - ordinary;
    let points: Vec<(f64, f64)> = (1..=lags).map(|lag| (lag as f64 * bar_seconds as f64, above(lag))).collect();
    let (shortest, longest) = (bar_seconds as f64, 604_800.0_f64);
    let ln_half_life =
        golden_section(shortest.ln(), longest.ln(), 1e-6, |ln_half_life| fitted(&points, ln_half_life.exp()).1);
    let half_life_seconds = half_passed(&points)?;
    let (amplitude, _) = fitted(&points, half_life_seconds);
    let curve = points.iter().map(|(t, size)| [*t, *size, amplitude * 2.0_f64.powf(-t / half_life_seconds)]).collect();
    let known = amplitude > 0.0;
    known.then_some(Decay {
        jumps: jumps.len(),
        half_life_seconds,
        fitted_half_life_seconds: ln_half_life.exp(),
        amplitude,
        ordinary,
        curve,
    })
}

/// When the sum of the sizes reaches half of what it comes to.
fn half_passed(points: &[(f64, f64)]) -> Option<f64> {
    let total: f64 = points.iter().map(|(_, size)| size).sum();
    let mut passed = 0.0;
    let reaches_half = points.iter().find(|(_, size)| {
        passed += size;
        passed >= total / 2.0
    });
    reaches_half.filter(|_| total > 0.0).map(|(t, _)| *t)
}

/// The best amplitude for a half-life, and the sum of squares that it leaves.
fn fitted(points: &[(f64, f64)], half_life_seconds: f64) -> (f64, f64) {
    let shape = |t: f64| 2.0_f64.powf(-t / half_life_seconds);
    let products: f64 = points.iter().map(|(t, size)| size * shape(*t)).sum();
    let squares: f64 = points.iter().map(|(t, _)| shape(*t).powi(2)).sum();
    let amplitude = products / squares;
    (amplitude, points.iter().map(|(t, size)| (size - amplitude * shape(*t)).powi(2)).sum())
}
