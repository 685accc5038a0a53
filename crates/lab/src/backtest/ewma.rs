//! The unmitigated model that the thresholds are compared with: RiskMetrics' EWMA of squared returns, without floor, stress, winsorising, range or notice.

use crate::series::Bar;

/// An exponentially weighted variance per day, fed by the open of each bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ewma {
    variance: f64,
    half_life_seconds: f64,
}

impl Ewma {
    /// σ per √day of all returns of the bars; None where there is none or all prices are alike.
    #[must_use]
    pub fn long_run(bars: &[Bar]) -> Option<f64> {
        let squares: f64 = bars.windows(2).map(|pair| (pair[1].open / pair[0].open).ln().powi(2)).sum();
        let days = seconds_between(bars.first()?, bars.last()?) / 86_400.0;
        Some((squares / days).sqrt()).filter(|volatility| *volatility > 0.0 && volatility.is_finite())
    }

    /// σ per √day at the open of each bar, that open's return included, with the bar's time; `seed` is σ before the first.
    pub fn through(bars: &[Bar], seed: f64, half_life_seconds: u32) -> impl Iterator<Item = (u64, f64)> + '_ {
        let mut ewma = Self { variance: seed * seed, half_life_seconds: half_life_seconds.into() };
        bars.iter().enumerate().map(move |(index, bar)| {
            if let Some(before) = index.checked_sub(1).and_then(|before| bars.get(before)) {
                ewma.fold(before, bar);
            }
            (bar.open_time_seconds, ewma.variance.sqrt())
        })
    }

    /// v ← λ·v + (1 − λ)·r²/Δt with λ = 2^(−Δt/half-life).
    fn fold(&mut self, before: &Bar, bar: &Bar) {
        let seconds = seconds_between(before, bar);
        let decay = 2f64.powf(-seconds / self.half_life_seconds);
        let squared_per_day = (bar.open / before.open).ln().powi(2) * 86_400.0 / seconds;
        self.variance = decay * self.variance + (1.0 - decay) * squared_per_day;
    }
}

#[allow(clippy::cast_precision_loss)] // seconds of a history
fn seconds_between(first: &Bar, last: &Bar) -> f64 {
    (last.open_time_seconds - first.open_time_seconds) as f64
}
