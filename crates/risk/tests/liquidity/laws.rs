//! The laws of impact: in size, in wallets, in time.

use plimsoll_risk::liquidity::{Impact, ImpactTerms, LegSide, MAX_IMPACT};
use plimsoll_risk::quantities::{Ratio, Value};
use proptest::prelude::*;

use crate::impacts::some_impact;
use crate::seeded::seeded;
use crate::{DAY_TERMS, impact, number};

/// What rounding can add to a multiple: 2⁻³¹ of it and two units.
const ROUNDING: f64 = 1e-9;

fn side(is_short: bool) -> LegSide {
    LegSide::of_position(is_short)
}

fn multiple(impact: &Impact, size: u64, is_short: bool) -> u64 {
    impact.multiple_up(Value(size), side(is_short)).to_bits()
}

/// Part by part at least as large.
fn is_at_least(larger: &Impact, smaller: &Impact) -> bool {
    larger.worst(smaller) == *larger
}

fn grown(impact: &Impact, unit: u64, long: u64, short: u64) -> Impact {
    Impact {
        unit: impact.unit + unit,
        concentrated_long: Ratio::from_bits(impact.concentrated_long.to_bits() + long),
        concentrated_short: Ratio::from_bits(impact.concentrated_short.to_bits() + short),
    }
}

prop_compose! {
    fn any_terms()(
        multiple_ppm in 100_000u32..=2_000_000,
        shortfall_multiple_ppm in 1_000_000u32..=20_000_000,
        horizon_seconds in 60u32..=864_000,
        volume in 1_000u64..1 << 62, volume_shift in 0u32..50,
        concentration_share_ppm in 0u32..=1_000_000,
        long: u64, short: u64, side_shift in 0u32..60,
    ) -> ImpactTerms {
        ImpactTerms {
            multiple_ppm,
            shortfall_multiple_ppm,
            horizon_seconds,
            daily_volume: Value((volume >> volume_shift).max(1_000)),
            concentration_share_ppm,
            long: Value(long >> side_shift),
            short: Value(short >> side_shift),
        }
    }
}

proptest! {
    #![proptest_config(seeded(8192))]

    /// To the last bit: a larger leg never has a smaller multiple, and none is above the cap.
    #[test]
    fn a_multiple_never_falls_with_size(impact in some_impact(), size: u64, shift in 0u32..64, more: u64, is_short: bool) {
        let size = size >> shift;
        let larger = size.saturating_add((more >> shift) >> 8).saturating_add(1);
        let (small, large) = (multiple(&impact, size, is_short), multiple(&impact, larger, is_short));
        prop_assert!(small <= large && large <= MAX_IMPACT.to_bits(), "{small} {large}");
    }

    /// Rounded up, by at most 2⁻³¹ of it and two units.
    #[test]
    fn a_multiple_is_the_square_root_law(impact in some_impact(), size: u64, shift in 0u32..64, is_short: bool) {
        let size = size >> shift;
        let concentrated = number(if is_short { impact.concentrated_short } else { impact.concentrated_long });
        let exact = (impact.unit as f64 * 2f64.powi(-64) * (size as f64).sqrt()).max(concentrated).min(4.0);
        let found = multiple(&impact, size, is_short) as f64 / 2f64.powi(32);
        prop_assert!(found >= exact * (1.0 - 1e-14) && found <= exact * (1.0 + ROUNDING) + ROUNDING, "{found} {exact}");
    }

    /// Concave: below the cap four times the size has at most twice the multiple, and without a share twice the multiple.
    #[test]
    fn a_multiple_grows_with_the_root(impact in some_impact(), size in 1u64..1 << 60, is_short: bool) {
        let [one, four] = [size, 4 * size].map(|size| multiple(&impact, size, is_short));
        let rounding = 4 + (one >> 28);
        prop_assert!(four <= 2 * one + rounding, "{one} {four}");
        let alone = Impact { concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO, ..impact };
        let [one, four] = [size, 4 * size].map(|size| multiple(&alone, size, is_short));
        prop_assert!(four == MAX_IMPACT.to_bits() || four.abs_diff(2 * one) <= rounding, "{one} {four}");
    }

    /// Splitting a leg over wallets gains nothing below the concentrated share, and above it at most the root of their number.
    #[test]
    fn splitting_gains_at_most_the_root(impact in some_impact(), part in 1u64..1 << 52, wallets in 2u64..200, is_short: bool) {
        let whole = part * wallets;
        let [split, kept] = [part, whole].map(|size| multiple(&impact, size, is_short));
        prop_assert!(split as f64 * (wallets as f64).sqrt() >= kept as f64 * (1.0 - ROUNDING) - 2.0, "{split} {kept}");
        let concentrated = if is_short { impact.concentrated_short } else { impact.concentrated_long };
        // the whole is below the share: unit·√whole ≤ concentrated
        let root = impact.unit as f64 * 2f64.powi(-64) * (whole as f64).sqrt();
        if root < number(concentrated) * (1.0 - ROUNDING) - ROUNDING {
            prop_assert_eq!(split, kept);
        }
    }

    /// The unit and the concentrated multiples of a Book follow their formula, rounded up.
    #[test]
    fn an_impact_follows_its_terms(terms in any_terms()) {
        let found = impact(&terms);
        let days = f64::from(terms.horizon_seconds) / 86_400.0;
        let shortfall = f64::from(terms.shortfall_multiple_ppm) * days.sqrt() * (terms.daily_volume.0 as f64).sqrt();
        let exact = f64::from(terms.multiple_ppm) / shortfall;
        let unit = found.unit as f64 * 2f64.powi(-64);
        prop_assert!(unit >= exact.min(1.0) * (1.0 - 1e-14) && unit <= exact * (1.0 + 1e-9) + 2f64.powi(-58), "{unit} {exact}");
        for (multiple, book) in [(found.concentrated_long, terms.long), (found.concentrated_short, terms.short)] {
            let share = f64::from(terms.concentration_share_ppm) / 1e6 * book.0 as f64;
            let exact = (unit * share.sqrt()).min(4.0);
            let slack = unit * (share + 4.0).sqrt() - unit * share.sqrt() + share * 2f64.powi(-32) * unit;
            prop_assert!(number(multiple) >= exact * (1.0 - 1e-14), "{multiple:?} {exact}");
            prop_assert!(number(multiple) <= exact * (1.0 + ROUNDING) + ROUNDING + slack, "{multiple:?} {exact}");
        }
    }

    /// INV-LAW: more volume never raises an impact, a larger Book or Y never lowers one.
    #[test]
    fn an_impact_is_monotone_in_its_terms(terms in any_terms(), more in 1u64..1 << 40, ppm in 1u32..1_000_000) {
        let base = impact(&terms);
        let deeper = ImpactTerms { daily_volume: Value(terms.daily_volume.0 + more), ..terms };
        prop_assert!(is_at_least(&base, &impact(&deeper)));
        let crowded = ImpactTerms {
            multiple_ppm: terms.multiple_ppm + ppm,
            long: Value(terms.long.0.saturating_add(more)),
            short: Value(terms.short.0.saturating_add(more)),
            concentration_share_ppm: terms.concentration_share_ppm.max(ppm),
            ..terms
        };
        prop_assert!(is_at_least(&impact(&crowded), &base));
    }

    /// The worst of two is at least each, and no more than needed.
    #[test]
    fn the_worst_is_the_least_above_both(one in some_impact(), other in some_impact(), size: u64, shift in 0u32..64, is_short: bool) {
        let (worst, size) = (one.worst(&other), size >> shift);
        prop_assert_eq!(worst, other.worst(&one));
        let [first, second, both] = [one, other, worst].map(|impact| multiple(&impact, size, is_short));
        prop_assert_eq!(both, first.max(second));
    }

    /// A walk stays between its ends, at which it is exact, rises and falls with either end, and goes one way.
    #[test]
    fn a_walk_keeps_the_order_of_its_ends(
        from in some_impact(), to in some_impact(), walked in 0u64..=1 << 32, later in 0u64..=1 << 32,
        unit in 0u64..1 << 48, long in 0u64..1 << 33, short in 0u64..1 << 33,
    ) {
        let (walked, later) = (Ratio::from_bits(walked.min(later)), Ratio::from_bits(walked.max(later)));
        let at = |from: &Impact, to: &Impact, walked| from.walked_up(to, walked).unwrap();
        prop_assert_eq!(at(&from, &to, Ratio::ZERO), from);
        prop_assert_eq!(at(&from, &to, Ratio::ONE), to);
        let (now, then) = (at(&from, &to, walked), at(&from, &to, later));
        prop_assert!(is_at_least(&from.worst(&to), &now));
        let raised = grown(&from, unit, long, short);
        prop_assert!(is_at_least(&at(&raised, &to, walked), &now));
        prop_assert!(is_at_least(&at(&from, &grown(&to, unit, long, short), walked), &now));
        // later is farther from where it was and nearer to where it goes
        prop_assert!(now.unit.abs_diff(from.unit) <= then.unit.abs_diff(from.unit));
        prop_assert!(now.unit.abs_diff(to.unit) >= then.unit.abs_diff(to.unit));
    }
}

#[test]
fn the_defaults_of_a_market_of_a_billion_a_day() {
    // k = 3.69151 over an hour: a tenth of a percent of the day's volume adds 4.2 % to the margin, a percent 13.3 %
    let terms = ImpactTerms {
        shortfall_multiple_ppm: 3_691_510,
        horizon_seconds: 3_600,
        daily_volume: Value(1_000_000_000_000_000),
        ..DAY_TERMS
    };
    let day = impact(&terms);
    for (size, expected) in [(1_000_000_000_000, 0.041_966), (10_000_000_000_000, 0.132_709)] {
        let multiple = number(day.multiple_up(Value(size), LegSide::Long));
        assert!((multiple - expected).abs() < 1e-6, "{multiple}");
    }
}
