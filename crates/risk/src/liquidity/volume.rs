//! Volume that the program measured itself: it can only lower what the steward says.

use crate::quantities::Value;

/// Trades of a factor by whole days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MeasuredVolume {
    /// The day of Unix time under way.
    pub day: u64,
    /// Traded in it so far.
    pub today: Value,
    /// Traded in the day before it.
    pub last_day: Value,
}

impl MeasuredVolume {
    /// With one more trade. Saturates.
    #[must_use]
    #[inline]
    pub fn with(self, _traded: Value, _now_seconds: u64) -> Self {
        todo!()
    }

    /// ADV as it counts: min(profile, max(profile/4, multiple · volume of the last whole day)); the profile where `multiple_ppm` is 0.
    #[must_use]
    pub fn counted(&self, _profile: Value, _multiple_ppm: u32, _now_seconds: u64) -> Value {
        todo!()
    }
}
