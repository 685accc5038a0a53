//! Sums of products of weighted exposures, exact, in native 64-bit operations.

/// Bits of a factor at most, its sign apart: so that 16 products with a limb stay below 2⁶³.
pub const FACTOR_BITS: u32 = 38;
/// Bits of a limb.
const LIMB_BITS: u32 = 20;
const LIMB: i64 = (1 << LIMB_BITS) - 1;

/// A sum of up to 16 products, by three limbs of the second factor.
#[derive(Clone, Copy, Default, Debug)]
pub struct ProductSum {
    high: i64,
    middle: i64,
    low: i64,
}

impl ProductSum {
    /// Adds `a · b`: |a| < 2^38, |b| < 2^60.
    #[inline(always)]
    pub fn add(&mut self, a: i64, b: i64) {
        // limbs of 20 bits, the highest one signed: each product is below 2⁵⁸ in size, and 16 of them below 2⁶²
        self.high = self.high.wrapping_add(a.wrapping_mul(b >> (2 * LIMB_BITS)));
        self.middle = self.middle.wrapping_add(a.wrapping_mul((b >> LIMB_BITS) & LIMB));
        self.low = self.low.wrapping_add(a.wrapping_mul(b & LIMB));
    }

    /// The sum.
    #[inline(always)]
    #[must_use]
    pub fn total(self) -> i128 {
        // below 2¹⁰²
        (i128::from(self.high) << (2 * LIMB_BITS)) + (i128::from(self.middle) << LIMB_BITS) + i128::from(self.low)
    }
}

/// `Σ number·weight` of 15 fractional bits or so and weighted exposures, `BIAS·Σ weights` too high: 16-bit numbers are read with their sign bit turned, which is
/// one instruction on SBF where a sign extension is two.
#[inline(always)]
#[must_use]
pub fn biased_product(number: i16, weight: i64) -> i64 {
    i64::from(number.cast_unsigned() ^ (1 << 15)).wrapping_mul(weight)
}

/// By what a biased product is too high, over its weight.
pub const BIAS: i64 = 1 << 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_products_are_those_of_128_bits() {
        let mut state = 1_u64;
        let mut next = |bits: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.cast_signed() >> (63 - bits)
        };
        for _ in 0..2_000 {
            let (mut sum, mut exact) = (ProductSum::default(), 0_i128);
            for _ in 0..16 {
                let (a, b) = (next(38), next(60));
                sum.add(a, b);
                exact += i128::from(a) * i128::from(b);
            }
            assert_eq!(sum.total(), exact);
        }
        let (mut least, limit) = (ProductSum::default(), (1 << FACTOR_BITS) - 1);
        for _ in 0..16 {
            least.add(limit, -(1 << 60));
        }
        assert_eq!(least.total(), -16 * i128::from(limit) * (1 << 60));
    }

    #[test]
    fn a_biased_product_is_too_high_by_the_bias() {
        for number in [i16::MIN, -1, 0, 1, i16::MAX] {
            for weight in [-(1 << 40), -1, 0, 7, 1 << 40] {
                assert_eq!(biased_product(number, weight) - BIAS * weight, i64::from(number) * weight);
            }
        }
    }
}
