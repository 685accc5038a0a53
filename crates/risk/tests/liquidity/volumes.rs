//! Volume that the program measured: it can only lower what the steward says.

use plimsoll_risk::liquidity::{Impact, ImpactTerms, MeasuredVolume};
use plimsoll_risk::quantities::{DAY_SECONDS, Value};
use proptest::prelude::*;

use crate::DAY_TERMS;
use crate::seeded::seeded;

const NOON: u64 = 20_000 * DAY_SECONDS + DAY_SECONDS / 2;

#[test]
fn days_follow_one_another() {
    let measured = MeasuredVolume::default().with(Value(5), NOON).with(Value(7), NOON + 3_600);
    assert_eq!(measured, MeasuredVolume { day: 20_000, today: Value(12), last_day: Value(0) });
    let next = measured.with(Value(1), NOON + DAY_SECONDS);
    assert_eq!(next, MeasuredVolume { day: 20_001, today: Value(1), last_day: Value(12) });
    let later = measured.with(Value(1), NOON + 2 * DAY_SECONDS);
    assert_eq!(later, MeasuredVolume { day: 20_002, today: Value(1), last_day: Value(0) });
    // a clock that goes back counts in the day under way
    assert_eq!(next.with(Value(1), NOON), MeasuredVolume { today: Value(2), ..next });
    assert_eq!(next.with(Value(u64::MAX), NOON).today, Value(u64::MAX));
}

#[test]
fn the_last_whole_day_counts_even_where_nobody_traded_since() {
    let measured = MeasuredVolume { day: 20_000, today: Value(600), last_day: Value(900) };
    let counted = |now_seconds| measured.counted(Value(1_000), 1_000_000, now_seconds);
    assert_eq!(counted(NOON), Value(900));
    assert_eq!(counted(NOON + DAY_SECONDS), Value(600));
    assert_eq!(counted(NOON + 2 * DAY_SECONDS), Value(250), "a day without trades: a quarter of the profile");
    assert_eq!(measured.counted(Value(1_000), 0, NOON), Value(1_000), "a multiple of zero: the profile");
    assert_eq!(measured.counted(Value(1_000), 1_100_000, NOON), Value(990));
    assert_eq!(measured.counted(Value(1_003), 1, NOON), Value(250), "rounded down");
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// Whatever is traded, ADV lies between a quarter of the profile and the profile: washing gains nothing beyond the steward's number, and
    /// nothing within it that more real trades would not.
    #[test]
    fn measured_volume_only_lowers(
        profile in 1_000u64..1 << 60, multiple_ppm in 0u32..=u32::MAX, trades in prop::collection::vec((0u64..1 << 60, 0u64..2 * DAY_SECONDS), 0..12),
    ) {
        let (mut measured, mut now_seconds) = (MeasuredVolume::default(), NOON);
        for (traded, after) in trades {
            now_seconds += after;
            let more = measured.with(Value(traded), now_seconds);
            let counted = |measured: &MeasuredVolume, at| measured.counted(Value(profile), multiple_ppm, at);
            for at in [now_seconds, now_seconds + DAY_SECONDS, now_seconds + 2 * DAY_SECONDS] {
                let adv = counted(&more, at);
                prop_assert!(adv <= Value(profile) && adv >= Value(profile / 4));
                prop_assert!(adv >= counted(&measured, at));
                let impact = |daily_volume| Impact::new(&ImpactTerms { daily_volume, ..DAY_TERMS }).unwrap();
                prop_assert!(impact(adv).unit >= impact(Value(profile)).unit);
            }
            measured = more;
        }
    }
}
