//! The stable price: published values, its rate, its day of hourly averages.

use plimsoll_risk::price::{HOURS, StablePrice};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{NOW, as_f64, price};

/// Steps the price to `value` and updates every minute; the stable prices after 1, 2 and 25 hours.
fn stable_after_step(value: f64) -> [f64; 3] {
    let start = NOW / 3_600 * 3_600;
    let mut hourly = [0; HOURS];
    let mut stable = StablePrice::start(price(1.0), start, &mut hourly);
    let mut at_hour = |hours: u64, stable: &mut StablePrice| {
        while stable.updated_at_seconds < start + hours * 3_600 {
            *stable = stable.update(price(value), stable.updated_at_seconds + 60, &mut hourly).unwrap();
        }
        as_f64(stable.price)
    };
    [1, 2, 25].map(|hours| at_hour(hours, &mut stable))
}

#[test]
fn mangos_stable_prices_are_reproduced() {
    // published to within 0.1; the last depends on where in the hour the step falls
    let [hour, two_hours, day] = stable_after_step(10.0);
    assert!((hour - 1.7806).abs() < 1e-4 && (two_hours - 2.3089).abs() < 1e-3 && (day - 7.4452).abs() < 1e-2);
    // the same recursion in doubles
    assert!((hour - 1.780_573_177).abs() < 1e-7, "{hour}");
    assert!((two_hours - 2.309_791_167).abs() < 1e-6, "{two_hours}");
    assert!((day - 7.437_249_106).abs() < 1e-5, "{day}");
    let [hour, ..] = stable_after_step(0.5);
    assert!((hour - 0.559_750_441).abs() < 1e-7, "{hour}");
}

#[test]
fn close_updates_are_skipped_and_long_gaps_fill_the_day() {
    let mut hourly = [0; HOURS];
    let stable = StablePrice::start(price(1.0), NOW, &mut hourly);
    assert_eq!(stable.update(price(2.0), NOW + 9, &mut hourly), Ok(stable));
    let ten = stable.update(price(1.04), NOW + 10, &mut hourly).unwrap();
    assert!((as_f64(ten.price) - 1.003).abs() < 1e-8);
    let next_year = ten.update(price(1.04), NOW + 31_536_000, &mut hourly).unwrap();
    assert!(hourly.iter().all(|&average| average == price(1.04).to_bits()));
    assert!(next_year.price <= price(1.04));
}

proptest! {
    #![proptest_config(seeded(256))]

    #[test]
    fn stable_price_moves_at_most_its_rate(target in 0.001f64..1_000.0, seconds in 10u64..100_000) {
        let mut hourly = [0; HOURS];
        let start = StablePrice::start(price(1.0), NOW, &mut hourly);
        let moved = as_f64(start.update(price(target), NOW + seconds, &mut hourly).unwrap().price);
        let rate = 0.0003 * seconds.min(600) as f64;
        prop_assert!(moved >= 1.0 - rate - 1e-9 && moved <= 1.0 + rate + 1e-9);
        prop_assert!((moved - 1.0) * (target - 1.0) >= 0.0);
    }
}
