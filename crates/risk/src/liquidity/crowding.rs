//! Initial margin as a market fills.

use crate::error::{Result, RiskError};
use crate::math::{mul_div_down, mul_div_up};
use crate::quantities::{Ratio, Value};

const MILLION: u32 = 1_000_000;

/// f: from 0 to 1 as `open_interest` goes from `start_ppm`·cap to cap, rounded up. 1 where the cap is zero.
///
/// # Errors
/// [`RiskError::ParameterOutOfBounds`] where the start lies above the cap.
pub fn crowding_up(open_interest: Value, cap: Value, start_ppm: u32) -> Result<Ratio> {
    if start_ppm > MILLION {
        return Err(RiskError::ParameterOutOfBounds);
    }
    if open_interest >= cap {
        return Ok(Ratio::ONE);
    }
    // rounded down, which brings f up
    let start = mul_div_down(cap.0, start_ppm.into(), MILLION.into())?;
    let beyond = open_interest.0.saturating_sub(start);
    mul_div_up(beyond, Ratio::ONE.to_bits(), cap.0.saturating_sub(start).max(1)).map(Ratio::from_bits)
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
