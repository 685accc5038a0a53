//! The cluster's clock.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;

/// Unix time of the slot under way.
pub(crate) fn now_seconds() -> Result<u64> {
    let seconds = Clock::get()?.unix_timestamp;
    u64::try_from(seconds).map_err(|_| PlimsollError::Clock.into())
}
