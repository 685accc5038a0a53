//! Numbers of a parameter file from measurements: rounded, and within their bounds.

use plimsoll_params::FactorParams;

/// A fraction in parts per million, up.
pub(super) fn ppm_up(fraction: f64) -> u32 {
    whole((fraction * 1e6).ceil())
}

/// A fraction in parts per million with three significant digits, up.
pub(super) fn rounded_up(fraction: f64) -> u32 {
    let ppm = fraction * 1e6;
    let unit = 10_f64.powf((ppm.max(1.0).log10().floor() - 2.0).max(0.0));
    whole((ppm / unit).ceil() * unit)
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
