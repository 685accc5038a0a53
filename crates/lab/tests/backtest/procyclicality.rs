//! Measures of procyclicality.

use plimsoll_lab::statistics::procyclicality::{Level, Rise, mean, peak_to_trough, total_shortfall, worst_rise};
use proptest::prelude::*;

fn levels(margins: &[f64]) -> Vec<Level> {
    (0u64..).zip(margins).map(|(hour, &margin)| Level { time_seconds: hour * 3_600, margin }).collect()
}

#[test]
fn the_measures_are_what_they_say() {
    let margins = levels(&[0.04, 0.05, 0.03, 0.06, 0.06, 0.08]);
    assert!((mean(&margins) - 0.32 / 6.0).abs() < 1e-12);
    assert!((peak_to_trough(&margins) - 8.0 / 3.0).abs() < 1e-12);
    let hour = worst_rise(&margins, 3_600);
    assert!((hour.size - 0.03).abs() < 1e-12 && hour.until_seconds == 3 * 3_600);
    let three = worst_rise(&margins, 3 * 3_600);
    assert!((three.size - 0.05).abs() < 1e-12 && three.until_seconds == 5 * 3_600);
    assert_eq!(worst_rise(&levels(&[0.3, 0.2, 0.1]), 86_400), Rise::default());
    assert!((total_shortfall([(0.1, 0.04), (0.02, 0.04), (-0.5, 0.04)].into_iter()) - 0.06).abs() < 1e-12);
}

#[test]
fn nothing_has_no_average() {
    assert!(mean(&[]).is_nan() && peak_to_trough(&[]).is_nan());
    assert_eq!(worst_rise(&[], 3_600), Rise::default());
}

proptest! {
    #[test]
    fn the_worst_rise_is_that_of_all_pairs(margins in prop::collection::vec(0.0f64..1.0, 0..60), hours in 0u64..12) {
        let levels = levels(&margins);
        let pairs = levels.iter().enumerate().flat_map(|(index, later)| levels[..index].iter().map(move |earlier| (earlier, later)));
        let near = pairs.filter(|(earlier, later)| later.time_seconds - earlier.time_seconds <= hours * 3_600);
        let expected = near.map(|(earlier, later)| later.margin - earlier.margin).fold(0.0, f64::max);
        prop_assert!((worst_rise(&levels, hours * 3_600).size - expected).abs() < 1e-12);
    }
}
