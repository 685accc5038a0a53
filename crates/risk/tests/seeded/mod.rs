//! Property tests that draw the same cases on every run.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// `cases` cases from a fixed seed.
pub(crate) fn seeded(cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(0x504C_494D),
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}
