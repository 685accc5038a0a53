//! Volume that the program measured itself: it can only lower what the steward says.

use crate::math::mul_div_down;
use crate::quantities::{DAY_SECONDS, Value};

/// The measured volume lowers the profile's to a quarter at most.
const LEAST_DIVISOR: u64 = 4;

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
    pub fn with(self, traded: Value, now_seconds: u64) -> Self {
        let at = self.at(now_seconds);
        Self { today: Value(at.today.0.saturating_add(traded.0)), ..at }
    }

    /// ADV as it counts: min(profile, max(profile/4, multiple · volume of the last whole day)), rounded down; the profile where `multiple_ppm` is 0.
    #[must_use]
    pub fn counted(&self, profile: Value, multiple_ppm: u32, now_seconds: u64) -> Value {
        if multiple_ppm == 0 {
            return profile;
        }
        let last_day = self.at(now_seconds).last_day;
        // what does not fit is above every profile
        let measured = mul_div_down(last_day.0, multiple_ppm.into(), 1_000_000).unwrap_or(u64::MAX);
        profile.min(Value(measured.max(profile.0 / LEAST_DIVISOR)))
    }

    /// As of the day of a moment; a moment before the day under way counts as in it.
    fn at(self, now_seconds: u64) -> Self {
        let day = now_seconds / DAY_SECONDS;
        match day.checked_sub(self.day) {
            None | Some(0) => self,
            Some(1) => Self { day, today: Value::ZERO, last_day: self.today },
            Some(_) => Self { day, today: Value::ZERO, last_day: Value::ZERO },
        }
    }
}
