//! Weights that walk: announced for one grace, then linear, never beyond either end.

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::Ratio;
use plimsoll_risk::ramp::Ramp;
use proptest::prelude::*;

mod seeded;

use seeded::seeded;

const NOW: u64 = 1_760_000_000;
const GRACE: u64 = 3_600;
const WALK: u64 = 86_400;

const FULL: Ratio = Ratio::ONE;
const HALF: Ratio = Ratio::from_ppm_down(500_000);

#[test]
fn a_fixed_weight_stands_still() {
    let ramp = Ramp::fixed(HALF, NOW);
    for moment in [0, NOW - 1, NOW, NOW + 1, u64::MAX] {
        assert_eq!(ramp.at_down(moment), Ok(HALF));
    }
}

#[test]
fn an_announcement_holds_for_one_grace_and_then_walks() {
    let falling = Ramp::fixed(FULL, 0).announced(HALF, NOW, GRACE, WALK).unwrap();
    let rising = Ramp::fixed(HALF, 0).announced(FULL, NOW, GRACE, WALK).unwrap();
    for moment in [NOW, NOW + 1, NOW + GRACE] {
        assert_eq!(falling.at_down(moment), Ok(FULL));
        assert_eq!(rising.at_down(moment), Ok(HALF));
    }
    let halfway = NOW + GRACE + WALK / 2;
    assert_eq!(falling.at_down(halfway), Ok(Ratio::from_ppm_down(750_000)));
    assert_eq!(rising.at_down(halfway), Ok(Ratio::from_ppm_down(750_000)));
    for moment in [NOW + GRACE + WALK, u64::MAX] {
        assert_eq!(falling.at_down(moment), Ok(HALF));
        assert_eq!(rising.at_down(moment), Ok(FULL));
    }
}

#[test]
fn a_walk_that_turns_back_starts_where_it_stands() {
    let falling = Ramp::fixed(FULL, 0).announced(HALF, NOW, GRACE, WALK).unwrap();
    let turned_at = NOW + GRACE + WALK / 4;
    let turned = falling.announced(FULL, turned_at, GRACE, WALK).unwrap();
    let reached = falling.at_down(turned_at).unwrap();
    assert!(HALF < reached && reached < FULL);
    assert_eq!(turned.at_down(turned_at + GRACE), Ok(reached));
}

#[test]
fn initial_margin_counts_with_the_lowest_weight_ahead() {
    let falling = Ramp::fixed(FULL, 0).announced(HALF, NOW, GRACE, WALK).unwrap();
    let rising = Ramp::fixed(HALF, 0).announced(FULL, NOW, GRACE, WALK).unwrap();
    assert_eq!(falling.lowest_ahead_down(NOW), Ok(HALF));
    assert_eq!(rising.lowest_ahead_down(NOW), Ok(HALF));
}

#[test]
fn a_walk_beyond_the_end_of_time_is_refused() {
    let ramp = Ramp::fixed(FULL, NOW);
    assert_eq!(ramp.announced(HALF, u64::MAX, 1, 0), Err(RiskError::Overflow));
    assert_eq!(ramp.announced(HALF, u64::MAX - 1, 1, 1), Err(RiskError::Overflow));
}

prop_compose! {
    fn any_ramp()(from in 0u64..=1 << 32, to in 0u64..=1 << 32, start in 0u64..1 << 32, span in 0u64..1 << 26) -> Ramp {
        Ramp { from: Ratio::from_bits(from), to: Ratio::from_bits(to), start_seconds: start, end_seconds: start + span }
    }
}

proptest! {
    #![proptest_config(seeded(4096))]

    #[test]
    fn it_moves_in_one_direction_and_stays_between_its_ends(ramp in any_ramp(), at in 0u64..1 << 33, later in 0u64..1 << 26) {
        let (first, second) = (ramp.at_down(at).unwrap(), ramp.at_down(at + later).unwrap());
        let (low, high) = (ramp.from.min(ramp.to), ramp.from.max(ramp.to));
        prop_assert!(low <= first && first <= high);
        let (before, after) = if ramp.to >= ramp.from { (first, second) } else { (second, first) };
        prop_assert!(before <= after);
        prop_assert!(ramp.lowest_ahead_down(at).unwrap() <= second);
    }

    /// INV-ROUND: below the exact line by less than one unit, and never above it.
    #[test]
    fn it_rounds_down(ramp in any_ramp(), part in 0u64..1 << 26) {
        let span = i128::from(ramp.end_seconds - ramp.start_seconds);
        prop_assume!(span > 0);
        let elapsed = i128::from(part) % span;
        let found = ramp.at_down(ramp.start_seconds + u64::try_from(elapsed).unwrap()).unwrap();
        let (from, to) = (i128::from(ramp.from.to_bits()), i128::from(ramp.to.to_bits()));
        let exact_times_span = from * span + (to - from) * elapsed;
        let short = exact_times_span - i128::from(found.to_bits()) * span;
        prop_assert!((0..span).contains(&short));
    }
}
