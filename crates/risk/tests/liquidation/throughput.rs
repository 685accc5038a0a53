//! Buckets: refill, take, drain, and the most that passes in any time.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidation::{Bucket, BucketTerms};
use plimsoll_risk::quantities::Value;
use proptest::prelude::*;

use crate::ppm;
use crate::seeded::seeded;

#[test]
fn a_bucket_fills_to_its_capacity_and_no_further() {
    let terms = BucketTerms { capacity: Value(1_000), refill_per_second: Value(10) };
    let empty = Bucket { available: Value(0), updated_at: 100 };
    assert_eq!(empty.refilled(&terms, 130), Bucket { available: Value(300), updated_at: 130 });
    assert_eq!(empty.refilled(&terms, u64::MAX).available, Value(1_000));
    assert_eq!(empty.refilled(&terms, 50), empty);
    let full = Bucket::full(&terms, 100);
    assert_eq!(full.take(Value(400)), Ok(Bucket { available: Value(600), updated_at: 100 }));
    assert_eq!(full.take(Value(1_001)), Err(RiskError::ThroughputExhausted));
    assert_eq!(full.drain(Value(1_001)).available, Value(0));
    let larger = BucketTerms { capacity: Value(5_000), refill_per_second: Value(1) };
    let half = BucketTerms { capacity: Value(500), refill_per_second: Value(5) };
    assert_eq!(larger.of_account(terms, ppm(500_000)), Ok(half));
    assert_eq!(terms.of_account(larger, ppm(500_000)), Ok(half));
}

proptest! {
    #![proptest_config(seeded(1024))]

    #[test]
    fn a_bucket_never_lets_more_through_than_it_holds_and_gains(
        moves in prop::collection::vec((0u64..1_000, 0u64..5_000), 1..50),
    ) {
        let terms = BucketTerms { capacity: Value(10_000), refill_per_second: Value(7) };
        let (mut bucket, mut now, mut passed) = (Bucket::full(&terms, 0), 0, 0);
        for (wait, value) in moves {
            now += wait;
            bucket = bucket.refilled(&terms, now);
            if let Ok(next) = bucket.take(Value(value)) {
                (bucket, passed) = (next, passed + value);
            }
            prop_assert!(passed <= 10_000 + 7 * now);
        }
    }
}
