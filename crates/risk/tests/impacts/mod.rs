//! Impacts of every size for property tests.

use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::quantities::Ratio;
use proptest::prelude::*;

prop_compose! {
    /// An impact of 0.0001 to beyond the cap for legs of 1 to 10⁷ USD, whose concentrated share binds or does not.
    pub(crate) fn some_impact()(
        bits in 32u32..50, fraction in 0u64..1 << 32, long in 0u64..5 << 32, short in 0u64..5 << 32, concentrated in 0u64..40,
    ) -> Impact {
        Impact {
            unit: ((1 << 32) + fraction) << (bits - 32),
            concentrated_long: Ratio::from_bits(long >> concentrated),
            concentrated_short: Ratio::from_bits(short >> concentrated),
        }
    }
}

/// An impact, or as often none.
pub(crate) fn any_impact() -> impl Strategy<Value = Impact> {
    prop_oneof![Just(Impact::default()), some_impact()]
}
