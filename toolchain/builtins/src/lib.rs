//! 128-bit multiply and divide for SBF programs built with upstream rustc.
//!
//! LLVM 23 calls these routines with the result in a register pair (`i128` returned directly), while
//! rustc before 1.99 returns an `i128` through a hidden pointer in every ABI but `unadjusted`. Defining
//! them with `extern "unadjusted"` makes both sides agree; without it each `u128` product corrupts the
//! caller's frame at run time. Empty on every target but `bpf`, and obsolete from rustc 1.99 on.
#![no_std]
#![cfg_attr(target_arch = "bpf", feature(abi_unadjusted), allow(internal_features))]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

#[cfg_attr(not(target_arch = "bpf"), allow(dead_code))]
mod arithmetic {
    const LOW: u64 = 0xffff_ffff;

    /// Splits into (low, high).
    #[inline(always)]
    pub fn split(x: u128) -> (u64, u64) {
        (x as u64, (x >> 64) as u64)
    }

    /// Joins (low, high).
    #[inline(always)]
    pub fn join(low: u64, high: u64) -> u128 {
        (low as u128) | ((high as u128) << 64)
    }

    /// The full 128-bit product of two words, as (low, high).
    #[inline(always)]
    pub fn widening_mul(x: u64, y: u64) -> (u64, u64) {
        let (x0, x1, y0, y1) = (x & LOW, x >> 32, y & LOW, y >> 32);
        let (p00, p01, p10, p11) = (x0.wrapping_mul(y0), x0.wrapping_mul(y1), x1.wrapping_mul(y0), x1.wrapping_mul(y1));
        let middle = (p00 >> 32).wrapping_add(p01 & LOW).wrapping_add(p10 & LOW);
        let low = (p00 & LOW) | (middle << 32);
        let high = p11.wrapping_add(p01 >> 32).wrapping_add(p10 >> 32).wrapping_add(middle >> 32);
        (low, high)
    }

    /// The low 128 bits of a product.
    #[inline(always)]
    pub fn wrapping_mul(a: u128, b: u128) -> u128 {
        let ((a0, a1), (b0, b1)) = (split(a), split(b));
        let (low, high) = widening_mul(a0, b0);
        join(low, high.wrapping_add(a0.wrapping_mul(b1)).wrapping_add(a1.wrapping_mul(b0)))
    }

    /// (high, low) / d for d normalised (top bit set) and high < d: quotient and remainder.
    /// Knuth's algorithm D with two 32-bit digits.
    #[inline(always)]
    fn div_2_by_1(high: u64, low: u64, d: u64) -> (u64, u64) {
        let (d1, d0) = (d >> 32, d & LOW);
        let (l1, l0) = (low >> 32, low & LOW);
        let digit = |remainder: u64, next: u64| {
            let mut q = remainder / d1;
            let mut r = remainder % d1;
            while q > LOW || q.wrapping_mul(d0) > ((r << 32) | next) {
                q = q.wrapping_sub(1);
                r = r.wrapping_add(d1);
                if r > LOW {
                    break;
                }
            }
            let rest = (remainder << 32).wrapping_add(next).wrapping_sub(q.wrapping_mul(d));
            (q, rest)
        };
        let (q1, rest) = digit(high, l1);
        let (q0, rest) = digit(rest, l0);
        ((q1 << 32).wrapping_add(q0), rest)
    }

    /// Quotient and remainder; a zero divisor never reaches here (the compiler checks it first).
    #[inline(never)]
    pub fn div_rem(n: u128, d: u128) -> (u128, u128) {
        let ((n0, n1), (d0, d1)) = (split(n), split(d));
        if d1 == 0 {
            if n1 == 0 {
                return (join(n0 / d0, 0), join(n0 % d0, 0));
            }
            let (q1, r1) = (n1 / d0, n1 % d0);
            let shift = d0.leading_zeros();
            if shift == 0 {
                let (q0, r0) = div_2_by_1(r1, n0, d0);
                return (join(q0, q1), join(r0, 0));
            }
            let high = (r1 << shift) | (n0 >> (64 - shift));
            let (q0, r0) = div_2_by_1(high, n0 << shift, d0 << shift);
            return (join(q0, q1), join(r0 >> shift, 0));
        }
        if d > n {
            return (0, n);
        }
        // d has two words, so the quotient has one: estimate it from the top words, then correct.
        let shift = d1.leading_zeros();
        let estimate = if shift == 0 {
            1
        } else {
            let (_, top) = split(d << shift);
            let (m0, m1) = split(n >> 1);
            let (q, _) = div_2_by_1(m1, m0, top);
            (q >> (63 - shift)).saturating_sub(1)
        };
        let mut q = estimate;
        let mut r = n.wrapping_sub(wrapping_mul(d, join(q, 0)));
        while r >= d {
            q = q.wrapping_add(1);
            r = r.wrapping_sub(d);
        }
        (join(q, 0), r)
    }
}

#[cfg(target_arch = "bpf")]
mod exports {
    use crate::arithmetic::{div_rem, wrapping_mul};

    #[no_mangle]
    pub unsafe extern "unadjusted" fn __multi3(a: i128, b: i128) -> i128 {
        wrapping_mul(a as u128, b as u128) as i128
    }

    #[no_mangle]
    pub unsafe extern "unadjusted" fn __udivti3(n: u128, d: u128) -> u128 {
        div_rem(n, d).0
    }

    #[no_mangle]
    pub unsafe extern "unadjusted" fn __umodti3(n: u128, d: u128) -> u128 {
        div_rem(n, d).1
    }

    #[no_mangle]
    pub unsafe extern "unadjusted" fn __divti3(n: i128, d: i128) -> i128 {
        let q = div_rem(n.unsigned_abs(), d.unsigned_abs()).0 as i128;
        if (n < 0) != (d < 0) {
            q.wrapping_neg()
        } else {
            q
        }
    }

    #[no_mangle]
    pub unsafe extern "unadjusted" fn __modti3(n: i128, d: i128) -> i128 {
        let r = div_rem(n.unsigned_abs(), d.unsigned_abs()).1 as i128;
        if n < 0 {
            r.wrapping_neg()
        } else {
            r
        }
    }
}

#[cfg(test)]
mod tests {
    use super::arithmetic::*;

    /// A small deterministic generator, so that the test needs no dependency.
    struct Xorshift(u64);

    impl Xorshift {
        fn word(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        /// Words of every width, so that each path of the division is taken.
        fn wide(&mut self) -> u128 {
            let shift = self.word() % 128;
            join(self.word(), self.word()) >> shift
        }
    }

    #[test]
    fn agrees_with_the_native_operators() {
        let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
        let edges = [1u128, 2, 3, u64::MAX as u128, 1 << 64, (1 << 64) + 1, 1 << 127, u128::MAX, u128::MAX - 1];
        let check = |n: u128, d: u128| {
            assert_eq!(wrapping_mul(n, d), n.wrapping_mul(d), "{n} * {d}");
            assert_eq!(div_rem(n, d), (n / d, n % d), "{n} / {d}");
        };
        for n in edges {
            for d in edges {
                check(n, d);
            }
        }
        for _ in 0..2_000_000 {
            let (n, d) = (random.wide(), random.wide().max(1));
            check(n, d);
        }
    }
}
