//! The integer kernels of the core, within the bounds that their documentation names.
#![allow(clippy::many_single_char_names)] // operands without a meaning

use plimsoll_risk::math;

use crate::source::Source;
use crate::transcript::Transcript;

#[inline(never)]
pub(super) fn products(source: &mut Source, transcript: &mut Transcript) {
    let (a, b, c) = (source.any(), source.any(), source.any());
    transcript.write(math::product(a, b));
    transcript.write(math::mul_shift_down::<1>(a, b));
    transcript.write(math::mul_shift_down::<32>(a, b));
    transcript.write(math::mul_shift_up::<40>(a, b));
    transcript.write(math::mul_shift_up::<48>(a, b));
    transcript.write([math::mul_shift_down::<64>(a, b), math::mul_shift_up::<64>(a, b)]);
    transcript.write([math::mul_div_down(a, b, c), math::mul_div_up(a, b, c)]);
    transcript.write(math::fraction31_down(a.min(b), a.max(b)));
    let multiplier = source.parameter(0, 2_000);
    transcript.write(math::square_times(a, multiplier));
    let fraction = source.between(0, 1 << 31);
    transcript.write(math::square31_times(fraction, source.sized(32)));
    let (keep32, cell) = (source.between(0, 1 << 32), source.sized(62).cast_signed());
    let (x, y) = (source.sized(31).cast_signed(), source.sized(31).cast_signed());
    transcript.write(math::decay_and_add_product(cell, keep32, x, -y));
    transcript.write(math::decay_and_add_product(-cell, keep32, x, y));
}

#[inline(never)]
pub(super) fn wide_products(source: &mut Source, transcript: &mut Transcript) {
    let (a, b, c) = (source.wide(), source.wide(), source.wide());
    let digit = source.any();
    transcript.write(math::wide_mul_shift_down::<64>(a, digit));
    transcript.write(math::wide_mul_shift_down::<0>(a, digit));
    transcript.write(math::wide_mul_shift_up::<32>(a, digit));
    transcript.write(math::wide_mul_shift_up::<48>(a, digit));
    transcript.write([math::wide_mul_div_down(a, b, c), math::wide_mul_div_up(a, b, c)]);
    // a quotient that fits
    let (small, large) = (b.min(c), b.max(c));
    transcript.write([math::wide_mul_div_down(a, small, large), math::wide_mul_div_up(a, small, large)]);
    let keep63 = source.between(0, 1 << 63);
    transcript.write([math::blend_up(a, b, keep63), math::blend_up(b, a, keep63)]);
}

#[inline(never)]
pub(super) fn roots(source: &mut Source, transcript: &mut Transcript) {
    let x = source.wide();
    let root = u128::from(source.any());
    // a square and its neighbours
    let square = root.wrapping_mul(root);
    for x in [x, square, square.saturating_sub(1), square.saturating_add(1)] {
        transcript.write([math::sqrt_down(x), math::sqrt_up(x)]);
    }
    transcript.write(math::sqrt_fraction32_up(source.any()));
}

#[inline(never)]
pub(super) fn logarithms(source: &mut Source, transcript: &mut Transcript) {
    transcript.write(math::ln_bits(source.any()));
    transcript.write(math::ln_bits(source.near(1 << 40)));
    let value = source.any();
    #[allow(clippy::cast_possible_truncation)] // below 84
    let power = source.below(84) as i32 - 42;
    transcript.write(math::scale_decimal_down(value, power));
    transcript.write(math::scale_decimal_nearest(value, power));
    transcript.write(math::scale_decimal_up(value, power));
}

#[inline(never)]
pub(super) fn exponentials(source: &mut Source, transcript: &mut Transcript) {
    let size = source.any().cast_signed();
    let usual = source.between(0, math::EXP_LIMIT_BITS).cast_signed();
    for x in [size, usual, -usual] {
        transcript.write(math::exp_bits(x));
        transcript.write(math::times_exp_down(source.any(), x));
    }
    let half_life_seconds = source.parameter(0, 31_536_000);
    transcript.write(math::decay_factor(source.any(), half_life_seconds));
    transcript.write(math::decay_factor(source.sized(26), half_life_seconds));
}
