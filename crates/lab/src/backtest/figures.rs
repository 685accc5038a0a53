//! What is measured of a rule, and what the model must reach.

use serde::Serialize;

use super::calibration::{Calibration, TAIL_PROBABILITY};
use super::rules::{Rule, RuleId};
use super::windows::Window;
use crate::statistics::coverage::{
    LikelihoodRatio, TrafficLight, Transitions, conditional_coverage, independence, kupiec, kupiec_range, traffic_light,
};
use crate::statistics::procyclicality::{Level, peak_to_trough, total_shortfall, worst_rise};
use crate::statistics::shortfall::AcerbiSzekely;

const HOUR_SECONDS: u64 = 3_600;
const DAY_SECONDS: u64 = 86_400;

/// How often one side's losses exceeded a margin, and what the tests say of it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Coverage {
    /// Windows in which the worst close-out lost more than the margin in force at their start.
    pub failures: u64,
    /// Proportion of failures against 1 %.
    pub kupiec: LikelihoodRatio,
    /// Independence of failures.
    pub independence: LikelihoodRatio,
    /// Both together.
    pub conditional: LikelihoodRatio,
    /// P(so many failures or fewer) where 1 % is true.
    pub cumulative_probability: f64,
    /// The Basel Committee's zone.
    pub zone: TrafficLight,
    /// The largest loss beyond the margin, as a part of the position.
    pub worst_excess: f64,
}

impl Coverage {
    fn of(losses_and_margins: &[(f64, f64)]) -> Self {
        let failed: Vec<bool> = losses_and_margins.iter().map(|(loss, margin)| loss > margin).collect();
        let (trials, failures) = (failed.len() as u64, failed.iter().filter(|&&failed| failed).count() as u64);
        let (cumulative_probability, zone) = traffic_light(failures, trials, TAIL_PROBABILITY);
        Self {
            failures,
            kupiec: kupiec(failures, trials, TAIL_PROBABILITY),
            independence: independence(&Transitions::of(&failed)),
            conditional: conditional_coverage(&failed, TAIL_PROBABILITY),
            cumulative_probability,
            zone,
            worst_excess: losses_and_margins.iter().fold(0.0, |worst: f64, (loss, margin)| worst.max(loss - margin)),
        }
    }
}

/// What is measured of one rule. Margins and rises are parts of the position.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct RuleFigures {
    /// Which.
    pub rule: RuleId,
    /// The average margin.
    pub average: f64,
    /// The highest margin over the lowest.
    pub peak_to_trough: f64,
    /// The largest rise within an hour.
    pub worst_rise_hour: f64,
    /// The largest rise within a day.
    pub worst_rise_day: f64,
    /// The largest rise within five days.
    pub worst_rise_five_days: f64,
    /// Of longs.
    pub long: Coverage,
    /// Of shorts.
    pub short: Coverage,
    /// Windows in which either side failed.
    pub either_failures: u64,
    /// Losses beyond the margin, summed over all windows and both sides.
    pub total_shortfall: f64,
}

impl RuleFigures {
    /// Measures a rule over the windows.
    #[must_use]
    pub fn of(rule: &Rule, windows: &[Window]) -> Self {
        let margins: Vec<(f64, f64)> = windows.iter().map(|window| rule.at(window)).collect();
        let pairs = || windows.iter().zip(&margins);
        let longs: Vec<(f64, f64)> = pairs().map(|(window, margin)| (window.long.worst, margin.0)).collect();
        let shorts: Vec<(f64, f64)> = pairs().map(|(window, margin)| (window.short.worst, margin.1)).collect();
        let either = longs.iter().zip(&shorts).filter(|(long, short)| long.0 > long.1 || short.0 > short.1);
        let worse = |measure: &dyn Fn(&[Level]) -> f64| measure(&rule.long).max(measure(&rule.short));
        Self {
            rule: rule.id,
            average: rule.average(),
            peak_to_trough: worse(&peak_to_trough),
            worst_rise_hour: worse(&|levels| worst_rise(levels, HOUR_SECONDS).size),
            worst_rise_day: worse(&|levels| worst_rise(levels, DAY_SECONDS).size),
            worst_rise_five_days: worse(&|levels| worst_rise(levels, 5 * DAY_SECONDS).size),
            either_failures: either.count() as u64,
            total_shortfall: total_shortfall(longs.iter().chain(&shorts).copied()),
            long: Coverage::of(&longs),
            short: Coverage::of(&shorts),
        }
    }
}

/// Acerbi and Székely's statistics of one side's losses at the end of the horizon, and how likely a Z2 so low is where es is true.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct ShortfallTest {
    /// Z1 and Z2.
    pub statistics: AcerbiSzekely,
    /// P(Z2 at most this) under the fitted t.
    pub z2_p_value: f64,
}

/// One figure that the model must reach.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Target {
    /// What is measured.
    pub what: &'static str,
    /// As measured.
    pub measured: f64,
    /// At most this.
    pub limit: f64,
    /// Whether it is.
    pub reached: bool,
}

/// A backtest of one series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeriesBacktest {
    /// The file.
    pub series: String,
    /// Length of a bar.
    pub bar_seconds: u64,
    /// Bars missing in the file.
    pub missing_bars: u64,
    /// The crank's spacing.
    pub grid_seconds: u64,
    /// The margin period of risk.
    pub horizon_seconds: u64,
    /// When the half that calibrates begins, Unix time.
    pub calibrated_from_seconds: u64,
    /// When the tested half begins, Unix time.
    pub tested_from_seconds: u64,
    /// When it ends, Unix time.
    pub tested_until_seconds: u64,
    /// Windows tested.
    pub windows: u64,
    /// The numbers of failures that Kupiec's test does not reject at 95 %.
    pub kupiec_low: u64,
    /// Their upper bound.
    pub kupiec_high: u64,
    /// What the other half said.
    pub calibration: Calibration,
    /// Every rule that was replayed.
    pub rules: Vec<RuleFigures>,
    /// es of longs.
    pub shortfall_long: ShortfallTest,
    /// es of shorts.
    pub shortfall_short: ShortfallTest,
    /// What must be reached.
    pub targets: Vec<Target>,
    /// The same targets with other parameters.
    pub sensitivity: Vec<Variant>,
}

/// The targets where parameters are chosen otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variant {
    /// What is different.
    pub name: &'static str,
    /// The parameters.
    pub calibration: Calibration,
    /// As measured with them.
    pub targets: Vec<Target>,
}

impl SeriesBacktest {
    /// The figures of a rule; None where the asset has none.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&RuleFigures> {
        self.rules.iter().find(|figures| figures.rule == id)
    }
}

/// What the model must reach on a series, from the figures of its rules. Bars of an hour or longer must beat the fixed threshold, finer ones come near it.
#[must_use]
pub fn targets(rules: &[RuleFigures], windows: u64, bar_seconds: u64) -> Vec<Target> {
    let figures = |id| rules.iter().find(|figures| figures.rule == id);
    let (Some(own), Some(ewma), Some(fixed)) =
        (figures(RuleId::Shortfall), figures(RuleId::Ewma), figures(RuleId::Fixed))
    else {
        return Vec::new();
    };
    #[allow(clippy::cast_precision_loss)] // counts of windows
    let (long, short, bound) = (
        own.long.failures as f64,
        own.short.failures as f64,
        kupiec_range(windows, TAIL_PROBABILITY).map_or(0, |range| *range.end()) as f64,
    );
    // a margin scaled to another average scales its rises alike
    let rise = own.worst_rise_day / (ewma.worst_rise_day * own.average / ewma.average);
    let shortfall = own.total_shortfall / fixed.total_shortfall;
    let at_most = |what, measured: f64, limit: f64| Target { what, measured, limit, reached: measured <= limit };
    let shortfall_target = if bar_seconds >= HOUR_SECONDS {
        Target { reached: shortfall < 1.0, ..at_most(SHORTFALL, shortfall, 1.0) }
    } else {
        at_most(SHORTFALL, shortfall, 1.05)
    };
    vec![
        at_most("losses of longs beyond MM, against Kupiec's upper bound", long, bound),
        at_most("losses of shorts beyond MM, against Kupiec's upper bound", short, bound),
        at_most("average es part over the unmitigated EWMA's", own.average / ewma.average, 2.0),
        at_most("worst one-day rise over the unmitigated EWMA's, equal average", rise, 0.5),
        shortfall_target,
    ]
}

const SHORTFALL: &str = "total shortfall over the fixed threshold's, equal average";
