//! Variance and spread of a market from the open, high, low and close of its bars.

use crate::series::Bar;

/// Parkinson's (1980) variance of a bar: ln²(H/L)/(4 ln 2).
#[must_use]
pub fn parkinson(bar: &Bar) -> f64 {
    (bar.high / bar.low).ln().powi(2) / (4.0 * std::f64::consts::LN_2)
}

/// Garman and Klass' (1980): ½ ln²(H/L) − (2 ln 2 − 1) ln²(C/O).
#[must_use]
pub fn garman_klass(bar: &Bar) -> f64 {
    0.5 * (bar.high / bar.low).ln().powi(2) - (2.0 * std::f64::consts::LN_2 - 1.0) * (bar.close / bar.open).ln().powi(2)
}

/// Rogers and Satchell's (1991), which a trend does not bias: ln(H/O)·ln(H/C) + ln(L/O)·ln(L/C).
#[must_use]
pub fn rogers_satchell(bar: &Bar) -> f64 {
    let Bar { open, high, low, close, .. } = bar;
    (high / open).ln() * (high / close).ln() + (low / open).ln() * (low / close).ln()
}

/// From close to close within a bar: ln²(C/O).
#[must_use]
pub fn close_to_close(bar: &Bar) -> f64 {
    (bar.close / bar.open).ln().powi(2)
}

/// The relative spread by Abdi and Ranaldo (2017): 4·E[(c − η)(c − η')], where c is a bar's log close and η, η' are the middles of its log range and of the next
/// one's. `None` for fewer than two bars, or where the expectation is negative: the spread is too small to be seen.
#[must_use]
pub fn abdi_ranaldo_spread(bars: &[Bar]) -> Option<f64> {
    let middle = |bar: &Bar| f64::midpoint(bar.high.ln(), bar.low.ln());
    let products = bars.windows(2).map(|pair| {
        let close = pair[0].close.ln();
        (close - middle(&pair[0])) * (close - middle(&pair[1]))
    });
    spread_of(4.0 * mean(products)?)
}

/// The square root of an estimated squared spread.
fn spread_of(squared: f64) -> Option<f64> {
    (squared > 0.0).then(|| squared.sqrt())
}

/// The relative spread by Corwin and Schultz (2012): the range of two bars holds twice the variance of one, but the spread once. Each pair's estimate counts at
/// least zero, as they propose. `None` for fewer than two bars.
#[must_use]
pub fn corwin_schultz_spread(bars: &[Bar]) -> Option<f64> {
    mean(bars.windows(2).map(|pair| {
        let squared_range = |high: f64, low: f64| (high / low).ln().powi(2);
        let beta = squared_range(pair[0].high, pair[0].low) + squared_range(pair[1].high, pair[1].low);
        let gamma = squared_range(pair[0].high.max(pair[1].high), pair[0].low.min(pair[1].low));
        let constant = 3.0 - 2.0 * 2.0_f64.sqrt();
        let alpha = ((2.0 * beta).sqrt() - beta.sqrt()) / constant - (gamma / constant).sqrt();
        (2.0 * (alpha.exp() - 1.0) / (1.0 + alpha.exp())).max(0.0)
    }))
}

#[allow(clippy::cast_precision_loss)] // counts of bars
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u64, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}
