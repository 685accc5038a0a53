//! The compiler rather than the core: whatever 128-bit code it makes of plain Rust. It has its own calling convention for 128-bit numbers on the SBF.
#![allow(clippy::many_single_char_names)] // operands without a meaning

use crate::source::Source;
use crate::transcript::Transcript;

#[inline(never)]
pub(super) fn unsigned(source: &mut Source, transcript: &mut Transcript) {
    let (a, b) = (source.wide(), source.wide());
    transcript.write([a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b), a.abs_diff(b)]);
    transcript.write([a.checked_add(b), a.checked_sub(b), a.checked_mul(b)]);
    transcript.write([a.checked_div(b), a.checked_rem(b), a.checked_next_multiple_of(b)]);
    transcript.write([a.saturating_add(b), a.saturating_mul(b), a.isqrt()]);
    transcript.write([a.leading_zeros(), a.trailing_zeros(), a.count_ones()]);
    transcript.write(a.cmp(&b));
    transcript.write(u64::try_from(a).ok());
    transcript.write((b != 0).then(|| a.div_ceil(b)));

    let shift = u32::from(source.word().to_le_bytes()[0]);
    transcript.write([a.checked_shl(shift), a.checked_shr(shift)]);
    transcript.write([a.rotate_left(shift), a.wrapping_shr(shift)]);
    let digit = u128::from(source.any());
    transcript.write([a.checked_div(digit), a.checked_rem(digit), digit.checked_div(b)]);
    transcript.write(a.overflowing_mul(digit));
}

#[inline(never)]
pub(super) fn signed(source: &mut Source, transcript: &mut Transcript) {
    let (a, b) = (source.wide().cast_signed(), source.wide().cast_signed());
    transcript.write([a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b)]);
    transcript.write([a.checked_add(b), a.checked_sub(b), a.checked_mul(b), a.checked_neg()]);
    transcript.write([a.checked_div(b), a.checked_rem(b)]);
    transcript.write([a.checked_div_euclid(b), a.checked_rem_euclid(b)]);
    transcript.write([a.saturating_mul(b), a.saturating_sub(b), a.signum()]);
    transcript.write([a.unsigned_abs(), a.abs_diff(b)]);
    transcript.write(a.cmp(&b));
    transcript.write(i64::try_from(a).ok());

    let shift = u32::from(source.word().to_le_bytes()[0]);
    transcript.write([a.checked_shl(shift), a.checked_shr(shift)]);
    let digit = i128::from(source.any().cast_signed());
    transcript.write([a.checked_div(digit), a.checked_rem(digit), digit.checked_mul(b)]);
}

#[inline(never)]
pub(super) fn calls(source: &mut Source, transcript: &mut Transcript) {
    let (a, b, c) = (source.wide(), source.wide(), source.wide());
    let (d, e) = (source.any(), source.any().cast_signed());
    transcript.write(nine_registers(a, b, c, d, e));
    transcript.write(struct_result(a, d).map(Parts::into_pair));
    // called through a pointer that the compiler cannot resolve
    let functions: [fn(u128, u128) -> Option<u128>; 3] = [u128::checked_mul, u128::checked_div, u128::checked_rem];
    for function in functions.iter().cycle().skip((d & 3) as usize).take(2) {
        transcript.write(function(a, b));
    }
}

/// Five arguments in nine registers, of which the target has five: the rest travels on the stack, as does the result.
#[inline(never)]
fn nine_registers(a: u128, b: u128, c: u128, d: u64, e: i64) -> ([u128; 3], (u64, i64)) {
    let sums = [a.wrapping_add(b), b.wrapping_mul(c), c.wrapping_sub(u128::from(d))];
    (sums, (d ^ 1, e.wrapping_neg()))
}

struct Parts {
    quotient: u128,
    remainder: u64,
}

impl Parts {
    const fn into_pair(self) -> (u128, u64) {
        (self.quotient, self.remainder)
    }
}

/// A struct of odd alignment inside an option.
#[inline(never)]
fn struct_result(a: u128, d: u64) -> Option<Parts> {
    let remainder = a.checked_rem(u128::from(d))?;
    Some(Parts { quotient: a.checked_div(u128::from(d))?, remainder: u64::try_from(remainder).ok()? })
}
