//! Expected values: real numbers as decimal text, compared with mantissas without leaving the integers.

/// Bits by which an expected value is finer than the mantissa it is compared with.
const EXTRA_BITS: u32 = 10;
/// The texts are rounded to 30 significant digits.
const PRINTED: f64 = 1e-29;

/// On which side of the real value the core's result lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// It must not exceed the real value.
    Down,
    /// It must not fall short of it.
    Up,
    /// Either.
    Both,
}

/// An expected value.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Expected(String);

impl Expected {
    /// ⌊|value|·2^bits⌋ with the value's sign, by doubling the fraction's decimal digits.
    pub(crate) fn scaled(&self, bits: u32) -> i128 {
        let (sign, size) = self.0.strip_prefix('-').map_or((1, self.0.as_str()), |size| (-1, size));
        let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
        let mut digits: Vec<u8> = fraction.bytes().map(|byte| byte - b'0').collect();
        let mut scaled: i128 = whole.parse().unwrap();
        for _ in 0..bits {
            let mut carry = 0;
            for digit in digits.iter_mut().rev() {
                let doubled = 2 * *digit + carry;
                (*digit, carry) = (doubled % 10, doubled / 10);
            }
            scaled = scaled * 2 + i128::from(carry);
        }
        sign * scaled
    }

    /// Asserts that a mantissa with `bits` fractional bits lies within `tolerance` units of the last place, on the right side.
    #[track_caller]
    pub(crate) fn assert_near(&self, found: impl TryInto<i128>, bits: u32, side: Side, tolerance: f64) {
        let Ok(found) = found.try_into() else {
            panic!("a mantissa of 128 bits");
        };
        let expected = self.scaled(bits + EXTRA_BITS);
        let difference = ((found << EXTRA_BITS) - expected) as f64;
        let slack = 2.0 + expected as f64 * PRINTED;
        let units = difference / f64::from(1 << EXTRA_BITS);
        let right_side = match side {
            Side::Down => difference <= slack,
            Side::Up => difference >= -slack,
            Side::Both => true,
        };
        assert!(
            right_side && units.abs() <= tolerance + 0.01,
            "{found} is {units} units from {} ({side:?}, tolerance {tolerance})",
            self.0
        );
    }

    /// The value's size in units of the last place, for relative tolerances.
    pub(crate) fn units(&self, bits: u32) -> f64 {
        self.scaled(bits).unsigned_abs() as f64
    }
}
