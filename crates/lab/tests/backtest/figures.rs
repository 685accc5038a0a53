//! The figures of a backtest on a simulated market.

use std::sync::OnceLock;

use plimsoll_lab::backtest::{
    Calibration, Rule, RuleId, Traced, Window, asset, backtest, base_decimals, hyperliquid, targets,
};
use plimsoll_lab::backtest::{Losses, RuleFigures};
use plimsoll_lab::statistics::procyclicality::Level;

use crate::market::{START, bar, market};

fn traced() -> &'static Traced {
    static TRACED: OnceLock<Traced> = OnceLock::new();
    TRACED.get_or_init(|| backtest(&market(12_000, 300, 1), 3_600, 1, None).expect("long enough"))
}

fn rule(id: RuleId) -> &'static Rule {
    traced().rules.iter().find(|rule| rule.id == id).expect("replayed")
}

#[test]
fn the_tested_half_is_cut_into_windows() {
    let figures = &traced().figures;
    assert_eq!((figures.windows, figures.grid_seconds, figures.horizon_seconds), (500, 300, 3_600));
    assert_eq!(figures.calibrated_from_seconds, START);
    assert_eq!(figures.tested_from_seconds, START + 6_000 * 300);
    assert_eq!(figures.tested_until_seconds, START + 12_000 * 300);
    assert_eq!((figures.kupiec_low, figures.kupiec_high), (2, 9));
    assert!(traced().steps.iter().all(|step| step.time_seconds >= figures.tested_from_seconds));
}

#[test]
fn rules_are_compared_at_the_same_average() {
    let average = |id| rule(id).average();
    for (scaled, own) in [
        (RuleId::EwmaAtEqualAverage, RuleId::Shortfall),
        (RuleId::Fixed, RuleId::Shortfall),
        (RuleId::MangoInitial, RuleId::Initial),
        (RuleId::FixedInitial, RuleId::Initial),
    ] {
        assert!((average(scaled) / average(own) - 1.0).abs() < 1e-9, "{scaled:?}");
    }
    let fixed = traced().figures.rule(RuleId::Fixed).expect("replayed");
    assert_eq!((fixed.peak_to_trough, fixed.worst_rise_hour, fixed.worst_rise_five_days), (1.0, 0.0, 0.0));
    assert!(traced().figures.rule(RuleId::HyperliquidSmallest).is_none(), "no tiers are published for SIM");
}

#[test]
fn a_buffer_never_lowers_the_margin_and_initial_margin_stands_above_it() {
    let (shortfall, maintenance, initial) = (rule(RuleId::Shortfall), rule(RuleId::Maintenance), rule(RuleId::Initial));
    for ((alone, buffered), initial) in shortfall.long.iter().zip(&maintenance.long).zip(&initial.long) {
        assert_eq!(alone.time_seconds, buffered.time_seconds);
        assert!(alone.margin <= buffered.margin && initial.margin >= 1.25 * buffered.margin, "{alone:?} {buffered:?}");
    }
}

#[test]
fn targets_are_ratios_of_the_rules_figures() {
    let figures = &traced().figures;
    let of = |id| figures.rule(id).expect("replayed");
    let (own, ewma, scaled, fixed) =
        (of(RuleId::Shortfall), of(RuleId::Ewma), of(RuleId::EwmaAtEqualAverage), of(RuleId::Fixed));
    let expected = [
        own.long.failures as f64,
        own.short.failures as f64,
        own.average / ewma.average,
        own.worst_rise_day / scaled.worst_rise_day,
        own.total_shortfall / fixed.total_shortfall,
    ];
    for (target, expected) in figures.targets.iter().zip(expected) {
        assert!((target.measured - expected).abs() < 1e-9, "{target:?} {expected}");
        assert_eq!(target.reached, target.measured <= target.limit);
    }
    assert_eq!(figures.targets.iter().map(|target| target.limit).collect::<Vec<_>>(), [9.0, 9.0, 2.0, 0.5, 1.05]);
    // hourly bars must stay below the fixed threshold, not come near it
    let hourly = targets(&figures.rules, 500, 3_600);
    assert!((hourly[4].limit - 1.0).abs() < 1e-12);
}

#[test]
fn nothing_of_the_tested_half_calibrates() {
    let series = market(8_000, 300, 2);
    let mut wilder = series.clone();
    for bar in &mut wilder.bars[4_000..] {
        let stretch = |price: f64| 100.0 * (price / 100.0).powi(3);
        (bar.open, bar.high, bar.low, bar.close) =
            (stretch(bar.open), stretch(bar.high), stretch(bar.low), stretch(bar.close));
    }
    let calibrated = |series| backtest(series, 3_600, 1, None).expect("long enough").figures.calibration;
    assert_eq!(calibrated(&series), calibrated(&wilder));
}

#[test]
fn a_margin_has_seen_nothing_after_its_time() {
    let series = market(8_000, 300, 3);
    let mut crash = series.clone();
    for bar in &mut crash.bars[7_000..] {
        (bar.open, bar.high, bar.low, bar.close) = (bar.open / 2.0, bar.high / 2.0, bar.low / 2.0, bar.close / 2.0);
    }
    // the fall lies between two bars: what was in force at the second one's open was announced before
    let fell_at = series.bars[7_000].open_time_seconds;
    let in_force = |series, id: RuleId| {
        let traced = backtest(series, 3_600, 1, None).expect("long enough");
        let rule = traced.rules.into_iter().find(|rule| rule.id == id).expect("replayed");
        rule.long.into_iter().filter(|level| level.time_seconds <= fell_at).collect::<Vec<Level>>()
    };
    assert_eq!(in_force(&series, RuleId::Maintenance), in_force(&crash, RuleId::Maintenance));
    assert_eq!(in_force(&series, RuleId::Shortfall), in_force(&crash, RuleId::Shortfall));
}

#[test]
fn a_true_t4_market_is_covered_and_calibrated() {
    let Calibration { degrees_of_freedom, degrees_interval, floor_volatility, stress_volatility, .. } =
        traced().figures.calibration;
    assert!(degrees_interval.0 < degrees_of_freedom && degrees_of_freedom < degrees_interval.1);
    assert!(floor_volatility < stress_volatility && (0.005..0.2).contains(&stress_volatility));
    let own = traced().figures.rule(RuleId::Shortfall).expect("replayed");
    assert!(own.long.failures <= 9 && own.short.failures <= 9, "{own:?}");
    assert!(traced().figures.shortfall_long.z2_p_value > 0.05);
}

#[test]
fn failures_are_counted_by_side() {
    let levels = vec![Level { time_seconds: 0, margin: 0.05 }, Level { time_seconds: 100, margin: 0.10 }];
    let rule = Rule { id: RuleId::Fixed, long: levels.clone(), short: levels };
    let window = |time_seconds, long, short| Window {
        time_seconds,
        long: Losses { worst: long, end: long },
        short: Losses { worst: short, end: short },
    };
    let windows = [window(50, 0.06, 0.04), window(100, 0.06, 0.12), window(150, 0.11, 0.13), window(200, 0.0, 0.0)];
    let figures = RuleFigures::of(&rule, &windows);
    assert_eq!((figures.long.failures, figures.short.failures, figures.either_failures), (2, 2, 3));
    assert!((figures.long.worst_excess - 0.01).abs() < 1e-12 && (figures.short.worst_excess - 0.03).abs() < 1e-12);
    assert!((figures.total_shortfall - 0.07).abs() < 1e-12);
}

#[test]
fn published_tiers_are_reproduced() {
    // BTC: 1.25 M of 100 M, and 5.625 M of 300 M, which is 2.5 % less the deduction of 1.875 M
    let (smallest, largest) = hyperliquid("btc").expect("published");
    assert!((smallest - 0.0125).abs() < 1e-12 && (largest - 0.01875).abs() < 1e-12);
    assert_eq!(hyperliquid("doge"), None);
    assert_eq!((asset("prices/btc_usdt_5m.csv"), asset("SOL-USD.csv")), ("btc".to_owned(), "sol".to_owned()));
}

#[test]
fn decimals_put_a_price_in_the_middle_of_the_fixed_point() {
    for (price, decimals) in [(100_000.0, 12), (1_000.0, 10), (100.0, 9), (1.0, 7), (0.00001, 2)] {
        assert_eq!(base_decimals(&[bar(START, price, price)]), decimals, "{price}");
    }
}
