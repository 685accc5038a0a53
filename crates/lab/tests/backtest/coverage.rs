//! Kupiec, Christoffersen and the traffic light.

use plimsoll_lab::statistics::coverage::{
    TrafficLight, Transitions, conditional_coverage, independence, kupiec, kupiec_range, traffic_light,
};

#[test]
fn kupiecs_published_regions_are_reproduced() {
    // Kupiec (1995), table 3: at 1 %, N < 7 of 255, 1 < N < 11 of 510, 4 < N < 17 of 1,000 do not reject
    assert_eq!(kupiec_range(255, 0.01), Some(1..=6));
    assert_eq!(kupiec_range(510, 0.01), Some(2..=10));
    assert_eq!(kupiec_range(1_000, 0.01), Some(5..=16));
}

#[test]
fn the_proportion_of_failures_is_jorions() {
    // Jorion, Value at Risk: 20 exceptions of 252 days at 5 % give 3.91
    let failures = kupiec(20, 252, 0.05);
    assert!((failures.statistic - 3.912_55).abs() < 5e-5, "{failures:?}");
    assert!((failures.p_value - 0.047_93).abs() < 5e-5 && !failures.holds());
    // 5 of 250 at 1 %: 1.9568
    let five = kupiec(5, 250, 0.01);
    assert!((five.statistic - 1.956_8).abs() < 5e-5 && (five.p_value - 0.161_85).abs() < 1e-4 && five.holds());
}

#[test]
fn no_failures_and_only_failures_have_a_likelihood() {
    // -2·255·ln 0.99
    assert!((kupiec(0, 255, 0.01).statistic - 5.125_67).abs() < 1e-4);
    assert!((kupiec(10, 10, 0.01).statistic - 20.0 * 100f64.ln()).abs() < 1e-9);
    assert!(kupiec(0, 0, 0.01).statistic.abs() < 1e-12);
    assert!(kupiec(3, 300, 0.01).p_value > 0.999);
}

#[test]
fn the_traffic_light_has_basels_probabilities() {
    for (failures, percent, zone) in [
        (4, 89.22, TrafficLight::Green),
        (5, 95.88, TrafficLight::Yellow),
        (9, 99.97, TrafficLight::Yellow),
        (10, 99.99, TrafficLight::Red),
    ] {
        let (probability, found) = traffic_light(failures, 250, 0.01);
        assert!((probability * 100.0 - percent).abs() < 0.005, "{failures}: {probability}");
        assert_eq!(found, zone, "{failures}");
    }
}

#[test]
fn transitions_are_counted_in_pairs() {
    let failed = [false, false, true, true, false, true].map(|failed| failed);
    let expected = Transitions { held_held: 1, held_failed: 2, failed_held: 1, failed_failed: 1 };
    assert_eq!(Transitions::of(&failed), expected);
    assert_eq!(Transitions::of(&[true]), Transitions::default());
}

fn table(held_held: u64, held_failed: u64, failed_held: u64, failed_failed: u64) -> Transitions {
    Transitions { held_held, held_failed, failed_held, failed_failed }
}

#[test]
fn independence_matches_hand_computed_tables() {
    // π01 = 10/240, π11 = 3/9, π = 13/249
    let clustered = independence(&table(230, 10, 6, 3));
    assert!((clustered.statistic - 7.478_5).abs() < 1e-4, "{clustered:?}");
    assert!(!clustered.holds());
    // π01 = 5/95, π11 = 0
    let alone = independence(&table(90, 5, 4, 0));
    assert!((alone.statistic - 0.423_44).abs() < 1e-4 && alone.holds(), "{alone:?}");
    // π01 = π11 = 1/10: nothing is learnt from the window before
    assert!(independence(&table(900, 100, 90, 10)).statistic < 1e-9);
    assert!(independence(&table(50, 0, 0, 0)).statistic.abs() < 1e-12);
}

#[test]
fn conditional_coverage_adds_both() {
    let failed: Vec<bool> = (0..250).map(|window| (100..105).contains(&window)).collect();
    let both = conditional_coverage(&failed, 0.01);
    let expected = kupiec(5, 250, 0.01).statistic + independence(&table(243, 1, 1, 4)).statistic;
    assert!((both.statistic - expected).abs() < 1e-12);
    // χ² with two degrees of freedom: e^(−x/2)
    assert!((both.p_value - (-expected / 2.0).exp()).abs() < 1e-12);
    assert!(!both.holds(), "right in number, and all at once");
}
