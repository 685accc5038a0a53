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

/// `(number + BIAS)·weight`: a 16-bit number is read with its sign bit turned, which is one instruction on SBF where a sign extension is two.
#[inline(always)]
fn biased_product(number: i16, weight: i64) -> i64 {
    i64::from(number.cast_unsigned() ^ (1 << 15)).wrapping_mul(weight)
}

/// The sum of biased products of numbers and as many weights below 2^42 in size, 16 at most: it wraps where weights are larger.
#[inline(always)]
#[must_use]
pub fn biased_sum(numbers: &[i16], weights: &[i64]) -> i64 {
    let ((numbers, last_numbers), (weights, last_weights)) = (numbers.as_chunks::<4>(), weights.as_chunks::<4>());
    let quads = numbers
        .iter()
        .zip(weights)
        .fold(0_i64, |sum, (numbers, weights)| sum.wrapping_add(biased_sum4(numbers, weights)));
    let rest = last_numbers.iter().zip(last_weights);
    rest.fold(quads, |sum, (&number, &weight)| sum.wrapping_add(biased_product(number, weight)))
}

/// The same of sixteen, without a loop: on SBF its bookkeeping costs as much as the products.
#[inline(always)]
#[must_use]
pub fn biased_sum16(numbers: &[i16; 16], weights: &[i64; 16]) -> i64 {
    let quad = |at: usize| {
        let numbers = numbers.as_chunks::<4>().0.get(at);
        let weights = weights.as_chunks::<4>().0.get(at);
        numbers.zip(weights).map_or(0, |(numbers, weights)| biased_sum4(numbers, weights))
    };
    quad(0).wrapping_add(quad(1)).wrapping_add(quad(2)).wrapping_add(quad(3))
}

/// The same of four.
#[inline(always)]
#[must_use]
pub fn biased_sum4([a, b, c, d]: &[i16; 4], [of_a, of_b, of_c, of_d]: &[i64; 4]) -> i64 {
    let first = biased_product(*a, *of_a).wrapping_add(biased_product(*b, *of_b));
    first.wrapping_add(biased_product(*c, *of_c)).wrapping_add(biased_product(*d, *of_d))
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

    #[test]
    fn biased_sums_are_too_high_by_the_bias() {
        let numbers: [i16; 16] = core::array::from_fn(|slot| [i16::MIN, -1, 0, 1, i16::MAX, 1_234][slot % 6]);
        let weights: [i64; 16] = core::array::from_fn(|slot| [-(1 << 41), -1, 0, 7, 1 << 41][slot % 5]);
        for length in 0..=16 {
            let (numbers, weights) = (&numbers[..length], &weights[..length]);
            let exact: i64 = numbers.iter().zip(weights).map(|(number, weight)| i64::from(*number) * weight).sum();
            assert_eq!(biased_sum(numbers, weights) - BIAS * weights.iter().sum::<i64>(), exact);
        }
        assert_eq!(biased_sum16(&numbers, &weights), biased_sum(&numbers, &weights));
    }
}
