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

/// By what a biased product is too high, over its weight.
pub const BIAS: i64 = 1 << 15;

/// `Σ (number + BIAS)·weight` of up to sixteen weights below 2^42 in size: it wraps where they are larger.
///
/// Without a loop, whose bookkeeping would cost as much as the products on SBF. A 16-bit number is read with its sign bit turned there: one instruction, where a
/// sign extension takes two.
#[inline(always)]
#[must_use]
pub fn biased_sum<const N: usize>(numbers: &[i16; N], weights: &[i64; N]) -> i64 {
    const { assert!(N <= 16, "more products might not fit") };
    let mut sum = 0_i64;
    macro_rules! add {
        ($($at:literal)+) => {
            $(if let (Some(number), Some(weight)) = (numbers.get($at), weights.get($at)) {
                let biased = i64::from(number.cast_unsigned()) ^ BIAS;
                sum = sum.wrapping_add(biased.wrapping_mul(*weight));
            })+
        };
    }
    add!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    sum
}

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

    fn assert_biased<const N: usize>() {
        let numbers: [i16; N] = core::array::from_fn(|slot| [i16::MIN, -1, 0, 1, i16::MAX, 1_234][slot % 6]);
        let weights: [i64; N] = core::array::from_fn(|slot| [-(1 << 41), -1, 0, 7, 1 << 41][slot % 5]);
        let exact: i64 = numbers.iter().zip(&weights).map(|(number, weight)| i64::from(*number) * weight).sum();
        assert_eq!(biased_sum(&numbers, &weights) - BIAS * weights.iter().sum::<i64>(), exact);
    }

    #[test]
    fn biased_sums_are_too_high_by_the_bias() {
        assert_biased::<0>();
        assert_biased::<1>();
        assert_biased::<4>();
        assert_biased::<15>();
        assert_biased::<16>();
    }
}
