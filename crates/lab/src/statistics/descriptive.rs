//! Means and quantiles.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts, and places within them

/// The mean; NaN of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation around the mean, with n − 1; NaN of fewer than two.
#[must_use]
pub fn standard_deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// Kurtosis less that of a normal; NaN of fewer than two.
#[must_use]
pub fn excess_kurtosis(values: &[f64]) -> f64 {
    let middle = mean(values);
    let moment = |power| values.iter().map(|value| (value - middle).powi(power)).sum::<f64>() / values.len() as f64;
    moment(4) / moment(2).powi(2) - 3.0
}

/// The values in order of size.
#[must_use]
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The quantile of values in order of size, interpolated between neighbours (type 7 of Hyndman and Fan 1996); NaN of nothing.
#[must_use]
pub fn quantile_of_sorted(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = probability.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * place.fract()
}

/// The quantile of values in any order; NaN of nothing.
#[must_use]
pub fn quantile(values: &[f64], probability: f64) -> f64 {
    quantile_of_sorted(&sorted(values), probability)
}

/// The mean of what lies at or above the quantile: the empirical expected shortfall of losses; NaN of nothing.
#[must_use]
pub fn mean_beyond(values: &[f64], probability: f64) -> f64 {
    let sorted = sorted(values);
    let threshold = quantile_of_sorted(&sorted, probability);
    mean(&sorted[sorted.partition_point(|value| *value < threshold)..])
}
