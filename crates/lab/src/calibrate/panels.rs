//! The charts of a calibration.
#![allow(clippy::cast_precision_loss)] // for drawing

use plimsoll_report::format::{duration, trimmed};
use plimsoll_report::{Axis, Chart, Mark, MarkShape, Series, Shape};

use super::factor::Calibrated;
use super::half_lives::Choice;
use super::jumps::Decay;
use super::liquidity::Volume;
use super::tails::Tails;

/// Volatility of days, with the levels that were chosen.
pub(super) fn days(calibrated: &Calibrated) -> String {
    let levels = &calibrated.evidence.levels;
    let points = levels.days.iter().map(|day| (day.day_seconds as f64, day.sigma * 100.0));
    let ends = levels.days.first().zip(levels.days.last());
    let level = |ppm: u32| {
        let ends = ends.map(|(first, last)| [first.day_seconds, last.day_seconds]).into_iter().flatten();
        ends.map(|time| (time as f64, f64::from(ppm) / 1e4)).collect()
    };
    let params = calibrated.params();
    Chart::new(
        &format!("Daily volatility of {}", calibrated.symbol),
        Axis::time(),
        Axis::logarithmic(percent_tick),
        vec![
            Series::new("hue-3", Shape::Line, points.collect()).named("volatility of a day"),
            Series::new("hue-2", Shape::Line, level(params.sigma_floor_ppm)).named("σ_floor"),
            Series::new("hue-5", Shape::Line, level(params.sigma_stress_ppm)).named("σ_stress"),
        ],
    )
    .figure()
}

/// σ_now, folded by the core with the calibrated half-lives.
pub(super) fn current(calibrated: &Calibrated) -> String {
    let folded = &calibrated.folded;
    let line = |class, variances: &[f64]| {
        let sigmas: Vec<f64> = variances.iter().map(|variance| variance.sqrt() * 100.0).collect();
        Series::over_time(class, Shape::Line, &folded.times_seconds, &sigmas)
    };
    Chart::new(
        &format!("Fast and slow volatility of {}", calibrated.symbol),
        Axis::time(),
        Axis::linear(percent_tick).from_zero(),
        vec![line("hue-3", &folded.fast).named("fast"), line("hue-4", &folded.slow).named("slow")],
    )
    .figure()
}

/// Loss of forecasts over half-lives, above the least.
pub(super) fn losses(label: &str, choice: &Choice) -> String {
    let longest = choice.losses.iter().map(|one| one.half_life_seconds).max().unwrap_or(0);
    let (unit_seconds, unit) = if longest > 10 * 86_400 { (86_400.0, "days") } else { (3_600.0, "hours") };
    let least = |of: fn(&super::half_lives::Loss) -> f64| choice.losses.iter().map(of).fold(f64::INFINITY, f64::min);
    let line = |class, name: &str, of: fn(&super::half_lives::Loss) -> f64| {
        let least = least(of);
        let points = choice
            .losses
            .iter()
            .map(|one| (f64::from(one.half_life_seconds) / unit_seconds, of(one) - least))
            .collect();
        Series::new(class, Shape::Line, points).named(name)
    };
    let series = vec![
        line("hue-3", "older half", |one| one.older),
        line("hue-1", "newer half", |one| one.newer),
        line("hue-4", "all forecasts", |one| one.loss),
    ];
    let chart = Chart::new(
        label,
        Axis::logarithmic(plain_tick).titled(&format!("half-life, {unit}")),
        Axis::linear(plain_tick).from_zero().titled("QLIKE above the least"),
        series,
    );
    let mark = Mark {
        x: f64::from(choice.best_seconds) / unit_seconds,
        y: 0.0,
        shape: MarkShape::Circle,
        class: "hue-4",
        title: format!("chosen: {}", duration(choice.best_seconds.into())),
    };
    Chart { height: 260.0, marks: vec![mark], ..chart }.figure()
}

/// Standardised returns against the fitted t and a normal.
pub(super) fn tails(symbol: &str, tails: &Tails) -> String {
    let against = |of: usize| tails.quantiles.iter().map(|row| (row[of], row[1])).collect();
    let edge = tails.quantiles.iter().map(|row| row[1].abs()).fold(1.0, f64::max);
    let within = |points: Vec<(f64, f64)>| points.into_iter().filter(|(x, _)| x.abs() <= edge * 1.2).collect();
    Chart {
        height: 360.0,
        ..Chart::new(
            &format!("Quantiles of the standardised returns of {symbol} against those of the fitted t and of a normal"),
            Axis::linear(plain_tick).titled("quantile of the distribution, σ"),
            Axis::linear(plain_tick).titled("quantile of the returns, σ"),
            vec![
                Series::new("hue-3 still", Shape::Line, vec![(-edge, -edge), (edge, edge)])
                    .named("as the distribution says"),
                Series::new("hue-1", Shape::Scatter, within(against(3))).named("against a normal"),
                Series::new("hue-4", Shape::Scatter, within(against(2))).named("against the fitted t"),
            ],
        )
    }
    .figure()
}

/// The unrest after jumps.
pub(super) fn decay(symbol: &str, decay: &Decay) -> String {
    let line = |of: usize| decay.curve.iter().map(|row| (row[0] / 3_600.0, row[of])).collect();
    Chart {
        height: 260.0,
        ..Chart::new(
            &format!("Size of the moves of {symbol} after a jump, above the ordinary"),
            Axis::linear(plain_tick).titled("hours after the jump"),
            Axis::linear(plain_tick).titled("σ above the ordinary"),
            vec![
                Series::new("hue-3", Shape::Line, line(1)).named("mean size"),
                Series::new("hue-5", Shape::Line, line(2)).named("exponential of the half-life chosen"),
            ],
        )
    }
    .figure()
}

/// How prices answer to volume.
pub(super) fn impact(symbol: &str, volume: &Volume) -> String {
    let dots = |of: usize| volume.groups.iter().map(|group| (group[0], group[of])).collect();
    let law = volume.groups.iter().map(|group| (group[0], volume.multiple() * group[0].sqrt())).collect();
    Chart {
        height: 280.0,
        ..Chart::new(
            &format!("Moves of {symbol} against the volume of their bar"),
            Axis::logarithmic(share_tick).titled("volume of the bar, of an average day's"),
            Axis::logarithmic(plain_tick).titled("move, in σ of a day"),
            vec![
                Series::new("hue-4", Shape::Line, law).named("Y·√(volume/ADV), the Y chosen"),
                Series::new("hue-2", Shape::Scatter, dots(1)).named("|open to close|"),
                Series::new("hue-1", Shape::Scatter, dots(2)).named("half the range"),
            ],
        )
    }
    .figure()
}

fn percent_tick(value: f64) -> String {
    format!("{} %", plain_tick(value))
}

fn share_tick(value: f64) -> String {
    percent_tick(value * 100.0)
}

fn plain_tick(value: f64) -> String {
    trimmed(value)
}
