//! Numbers of a parameter file from measurements: rounded, and within their bounds.

use plimsoll_params::FactorParams;

/// A fraction in parts per million, up.
pub(super) fn ppm_up(fraction: f64) -> u32 {
    whole(up(fraction * 1e6))
}

/// A fraction in parts per million with three significant digits, up.
pub(super) fn rounded_up(fraction: f64) -> u32 {
    let ppm = fraction * 1e6;
    let unit = 10_f64.powf((ppm.max(1.0).log10().floor() - 2.0).max(0.0));
    whole(up(ppm / unit) * unit)
}

/// The next whole number, but for what a sum of floating-point numbers leaves above one.
fn up(value: f64) -> f64 {
    (value - value.abs() * 1e-12).ceil()
}

/// A number with three significant digits, down.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
pub(super) fn rounded_down(value: f64) -> u64 {
    let unit = 10_f64.powf((value.max(1.0).log10().floor() - 2.0).max(0.0));
    ((value / unit).floor() * unit) as u64
}

/// The nearest whole number; what is none is 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
pub(super) fn whole(value: f64) -> u32 {
    value.round() as u32
}

/// The bounds of a field.
pub(super) fn bounds_wide(field: &str) -> (u64, u64) {
    let bounds = FactorParams::BOUNDS.iter().find(|(name, _)| *name == field);
    bounds.map_or((0, u64::MAX), |(_, bounds)| (*bounds.start(), *bounds.end()))
}

/// The bounds of a field of 32 bits.
pub(super) fn bounds(field: &str) -> (u32, u32) {
    let (low, high) = bounds_wide(field);
    (u32::try_from(low).unwrap_or(u32::MAX), u32::try_from(high).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_kept_on_the_safe_side() {
        let mean = (0..1_000).map(|place| if place % 2 == 0 { 0.0006 } else { 0.0010 }).sum::<f64>() / 1_000.0;
        assert_eq!(rounded_up(mean), 800);
        assert_eq!([0.030_27, 0.119_71, 0.000_012_3, 0.0].map(rounded_up), [30_300, 120_000, 13, 0]);
        assert_eq!([1_236_999_999.0, 999.9, 0.5].map(rounded_down), [1_230_000_000, 999, 0]);
        assert_eq!([ppm_up(0.045_999_5), whole(f64::NAN), whole(-1.0)], [46_000, 0, 0]);
        assert_eq!(bounds("halt_sigmas_ppm"), (4_000_000, 20_000_000));
    }
}
