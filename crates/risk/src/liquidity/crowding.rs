//! Initial margin as a market fills.

use crate::error::Result;
use crate::quantities::{Ratio, Value};

/// f: from 0 to 1 as `open_interest` goes from `start_ppm`·cap to cap, rounded up. 1 where the cap is zero.
pub fn crowding_up(_open_interest: Value, _cap: Value, _start_ppm: u32) -> Result<Ratio> {
    todo!()
}

/// `m + f·(1 − m)⁺`, rounded up.
#[inline(always)]
pub fn crowded_margin_up(margin: Ratio, crowding: Ratio) -> Result<Ratio> {
    if crowding == Ratio::ZERO {
        return Ok(margin);
    }
    let room = Ratio::from_bits(Ratio::ONE.to_bits().saturating_sub(margin.to_bits()));
    margin.plus(crowding.times_up(room)?)
}
