//! Liquidity: volume, spread, depth, and how prices answer to volume.

use super::fold::Folded;
use super::options::Rules;
use crate::series::{Bar, Series};
use crate::statistics::descriptive::{mean, quantile, quantile_of_sorted, sorted};
use crate::statistics::range::{abdi_ranaldo_spread, corwin_schultz_spread};

const DAY_SECONDS: u64 = 86_400;
/// A quiet day: this quantile of the days' volumes.
const QUIET_QUANTILE: f64 = 0.10;
/// What a liquidation may have to wait for the bucket: capacity over refill.
pub const QUEUE_SECONDS: f64 = 1_800.0;
/// Groups of bars, by volume, whose answers are averaged.
const GROUPS: usize = 20;
/// The largest volumes, in which most of the flow goes one way.
const ONE_SIDED_GROUPS: usize = 2;

/// What was measured of liquidity.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Liquidity {
    /// Volume and how prices answer to it, where the history has volume.
    pub volume: Option<Volume>,
    /// The mean of the column `spread`.
    pub spread_column: Option<f64>,
    /// Abdi and Ranaldo's estimate.
    pub spread_abdi_ranaldo: Option<f64>,
    /// Corwin and Schultz'.
    pub spread_corwin_schultz: Option<f64>,
    /// The 10 % quantile of the column `depth_quote`.
    pub depth_quote: Option<f64>,
}

/// Volume, and how prices answer to it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Volume {
    /// Mean volume of a day, quote units.
    pub average_day_quote: f64,
    /// Volume of a quiet day, quote units: the 10 % quantile.
    pub quiet_day_quote: f64,
    /// Y of |ln(close/open)| = Y·σ_day·√(volume/ADV) in the bars of the largest volume.
    pub multiple_of_returns: f64,
    /// Y of ½·ln(high/low) in the same bars.
    pub multiple_of_ranges: f64,
    /// The exponent of the volume, by regression over the groups; the square-root law says ½.
    pub exponent: f64,
    /// Volume/ADV, |return|/σ_day and half range/σ_day of each group's mean.
    pub groups: Vec<[f64; 3]>,
}

/// Measures the liquidity of a history.
#[must_use]
pub fn measure(series: &Series, folded: &Folded) -> Liquidity {
    let known = |of: fn(&Bar) -> Option<f64>| -> Vec<f64> { series.bars.iter().filter_map(of).collect() };
    let (spreads, depths) = (known(|bar| bar.spread), known(|bar| bar.depth_quote));
    Liquidity {
        volume: volume(series, folded),
        spread_column: (!spreads.is_empty()).then(|| mean(&spreads)),
        spread_abdi_ranaldo: abdi_ranaldo_spread(&series.bars),
        spread_corwin_schultz: corwin_schultz_spread(&series.bars),
        depth_quote: (!depths.is_empty()).then(|| quantile(&depths, QUIET_QUANTILE)),
    }
}

impl Liquidity {
    /// The spread to count with, and where it comes from: the column before Abdi and Ranaldo's before Corwin and Schultz' estimate.
    #[must_use]
    pub fn spread(&self) -> Option<(f64, &'static str)> {
        let column = self.spread_column.map(|spread| (spread, "mean of the column spread"));
        let estimated = self.spread_abdi_ranaldo.map(|spread| (spread, "Abdi and Ranaldo, from close, high and low"));
        column
            .or(estimated)
            .or_else(|| self.spread_corwin_schultz.map(|spread| (spread, "Corwin and Schultz, from high and low")))
    }
}

impl Volume {
    /// Quote units a second that liquidations may take: a part of a quiet day's volume.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // seconds of a day
    pub fn refill_quote_per_second(&self, rules: &Rules) -> f64 {
        rules.participation * self.quiet_day_quote / DAY_SECONDS as f64
    }

    /// Y to count with: the larger of the two.
    #[must_use]
    pub fn multiple(&self) -> f64 {
        self.multiple_of_returns.max(self.multiple_of_ranges)
    }

    /// The mean day's volume in quote atoms of six decimals, within what a profile may say.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to a profile's range
    pub fn average_day_quote_atoms(&self) -> u64 {
        (self.average_day_quote * 1e6).clamp(1e9, 9e18) as u64
    }
}

/// A bar's volume beside ADV, its return and its half range in σ_day.
struct Answer {
    volume: f64,
    moved: f64,
    half_range: f64,
}

/// `None` unless at least nine bars in ten say their volume, and ten days are whole.
fn volume(series: &Series, folded: &Folded) -> Option<Volume> {
    let traded = |bar: &Bar| bar.volume_base.map(|volume| volume * bar.close);
    let known = series.bars.iter().filter(|bar| traded(bar).is_some()).count();
    if known * 10 < series.bars.len() * 9 {
        return None;
    }
    let day = |bar: &Bar| bar.open_time_seconds / DAY_SECONDS;
    let bars_of_day = DAY_SECONDS / series.bar_seconds;
    let days = series.bars.chunk_by(|a, b| day(a) == day(b)).filter(|bars| bars.len() as u64 * 24 >= bars_of_day * 23);
    let volumes: Vec<f64> = days.map(|bars| bars.iter().filter_map(traded).sum()).collect();
    let average = mean(&volumes);
    if volumes.len() < 10 || average <= 0.0 {
        return None;
    }
    let answers = answers(series, folded, average, &traded);
    let groups = grouped(answers);
    let multiple = |of: usize| {
        let one_sided = &groups[groups.len().saturating_sub(ONE_SIDED_GROUPS)..];
        mean(&one_sided.iter().map(|group| group[of] / group[0].sqrt()).collect::<Vec<_>>())
    };
    Some(Volume {
        average_day_quote: average,
        quiet_day_quote: quantile_of_sorted(&sorted(&volumes), QUIET_QUANTILE),
        multiple_of_returns: multiple(1),
        multiple_of_ranges: multiple(2),
        exponent: slope(&groups.iter().map(|group| (group[0].ln(), group[1].ln())).collect::<Vec<_>>()),
        groups,
    })
}

fn answers(series: &Series, folded: &Folded, average_day: f64, traded: &impl Fn(&Bar) -> Option<f64>) -> Vec<Answer> {
    let bars = series.bars[1..].iter().zip(&folded.reference);
    let answers = bars.filter_map(|(bar, sigma)| {
        let volume = traded(bar).filter(|volume| *volume > 0.0)? / average_day;
        let (moved, half_range) = ((bar.close / bar.open).ln().abs() / sigma, 0.5 * (bar.high / bar.low).ln() / sigma);
        Some(Answer { volume, moved, half_range })
    });
    answers.collect()
}

/// Means of equally many bars each, from the smallest volumes to the largest.
fn grouped(mut answers: Vec<Answer>) -> Vec<[f64; 3]> {
    answers.sort_unstable_by(|a, b| a.volume.total_cmp(&b.volume));
    let size = answers.len().div_ceil(GROUPS).max(1);
    let groups = answers.chunks(size).map(|group| {
        let mean_of = |of: fn(&Answer) -> f64| mean(&group.iter().map(of).collect::<Vec<_>>());
        [mean_of(|one| one.volume), mean_of(|one| one.moved), mean_of(|one| one.half_range)]
    });
    groups.filter(|group| group.iter().all(|value| *value > 0.0)).collect()
}

/// The slope of the regression line.
fn slope(points: &[(f64, f64)]) -> f64 {
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let (middle_x, middle_y) = (mean(&x), mean(&y));
    let products: f64 = points.iter().map(|(x, y)| (x - middle_x) * (y - middle_y)).sum();
    products / x.iter().map(|x| (x - middle_x).powi(2)).sum::<f64>()
}
