//! Weights of deposits and debts, and products with them in 64-bit halves.

use crate::error::Result;
use crate::math::product;
use crate::quantities::Ratio;

const RATIO_BITS: u32 = Ratio::FRACTION_BITS;
const LOW_HALF: u64 = u32::MAX as u64;

/// What a deposit's value counts for: `max(0, 1 − margin) · collateral_weight`, rounded down. A collateral weight above one counts as one.
#[must_use]
#[inline(always)]
pub const fn asset_weight_down(margin: Ratio, collateral_weight: Ratio) -> Ratio {
    let kept = Ratio::ONE.to_bits().saturating_sub(margin.to_bits());
    if collateral_weight.to_bits() >= Ratio::ONE.to_bits() {
        return Ratio::from_bits(kept);
    }
    // kept ≤ 2³² and the weight is below 2³²
    Ratio::from_bits(kept.wrapping_mul(collateral_weight.to_bits()) >> RATIO_BITS)
}

/// What a debt's value requires: `1 + margin + margin²`, rounded up. At least `e^margin` for margins up to one.
#[inline(always)]
pub fn debt_weight_up(margin: Ratio) -> Result<Ratio> {
    debt_premium_up(margin)?.plus(Ratio::ONE)
}

/// `margin + margin²`, rounded up.
#[inline(always)]
pub(crate) fn debt_premium_up(margin: Ratio) -> Result<Ratio> {
    if margin < Ratio::ONE {
        // margin ≤ 2³² − 1, so the square and the 2³² − 1 that round it up stay below 2⁶⁴
        let square = margin.to_bits().wrapping_mul(margin.to_bits()).wrapping_add(LOW_HALF) >> RATIO_BITS;
        return margin.plus(Ratio::from_bits(square));
    }
    margin.times_up(margin)?.plus(margin)
}

/// `⌊value · weight⌋` for a weight of at most one: two multiplications of 64 bits instead of a wide one.
#[inline(always)]
pub(super) const fn weigh_asset_down(value: u64, weight: Ratio) -> u64 {
    let (high, low) = (value >> RATIO_BITS, value & LOW_HALF);
    // high and low < 2³², weight ≤ 2³²: neither product overflows, and the sum is at most the value
    high.wrapping_mul(weight.to_bits()).wrapping_add(low.wrapping_mul(weight.to_bits()) >> RATIO_BITS)
}

/// `⌈value · ratio⌉`, which may exceed 64 bits.
#[inline(always)]
pub(super) fn weigh_up(value: u64, ratio: Ratio) -> u128 {
    if ratio <= Ratio::ONE {
        let (high, low) = (value >> RATIO_BITS, value & LOW_HALF);
        // (2³² − 1)·2³² + 2³² − 1 < 2⁶⁴, and the sum is at most the value
        let rounded = low.wrapping_mul(ratio.to_bits()).wrapping_add(LOW_HALF) >> RATIO_BITS;
        return u128::from(high.wrapping_mul(ratio.to_bits()).wrapping_add(rounded));
    }
    // (2⁶⁴ − 1)² + 2³² < 2¹²⁸
    product(value, ratio.to_bits()).wrapping_add(u128::from(LOW_HALF)) >> RATIO_BITS
}

/// `value + ⌈value · premium⌉`, which may exceed 64 bits.
#[inline(always)]
pub(super) fn weigh_debt_up(value: u64, premium: Ratio) -> u128 {
    // at most 2⁶⁴·2³² and 2⁶⁴
    weigh_up(value, premium).wrapping_add(u128::from(value))
}
