//! The Student t and the normal: quantiles, expected shortfall in closed form, the fit by maximum likelihood.
//!
//! McNeil, Frey and Embrechts, Quantitative Risk Management, section 2.3: a t of ν degrees of freedom has variance ν/(ν − 2), so a t of unit variance is the
//! standard one times √((ν − 2)/ν), and ES of the standard one is f(t)/(1 − α)·(ν + t²)/(ν − 1) at its quantile t.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::ln_gamma;

use super::descriptive::{mean, quantile, standard_deviation};
use super::optimise::nelder_mead;

/// The range in which a fit looks for ν: below 2.05 the variance is all but infinite, above 200 the t is a normal.
pub const DEGREES_OF_FREEDOM: std::ops::RangeInclusive<f64> = 2.05..=200.0;

/// Quantile of a standard t; NaN unless 0 < α < 1 and ν > 0.
#[must_use]
pub fn quantile_raw(probability: f64, degrees_of_freedom: f64) -> f64 {
    if !(probability > 0.0 && probability < 1.0) {
        return f64::NAN;
    }
    StudentsT::new(0.0, 1.0, degrees_of_freedom)
        .map_or(f64::NAN, |t| refined(&t, t.inverse_cdf(probability), probability))
}

/// Newton's steps from an approximate quantile: the inverse of a distribution is less exact than the distribution.
fn refined(t: &StudentsT, start: f64, probability: f64) -> f64 {
    (0..3).fold(start, |place, _| place - (t.cdf(place) - probability) / t.pdf(place))
}

/// Value at risk of a t of unit variance: what its loss stays below with the probability; NaN unless 0 < α < 1 and ν > 2.
#[must_use]
pub fn value_at_risk(probability: f64, degrees_of_freedom: f64) -> f64 {
    unit_scale(degrees_of_freedom) * quantile_raw(probability, degrees_of_freedom)
}

/// Expected shortfall of a t of unit variance: its mean loss beyond [`value_at_risk`]; NaN unless 0 < α < 1 and ν > 2.
#[must_use]
pub fn expected_shortfall(probability: f64, degrees_of_freedom: f64) -> f64 {
    let place = quantile_raw(probability, degrees_of_freedom);
    let density = ln_density(place, degrees_of_freedom).exp();
    let nu = degrees_of_freedom;
    unit_scale(nu) * density / (1.0 - probability) * (nu + place * place) / (nu - 1.0)
}

/// √((ν − 2)/ν): the scale of a t of unit variance; NaN for ν of 2 or less.
fn unit_scale(degrees_of_freedom: f64) -> f64 {
    if degrees_of_freedom > 2.0 { ((degrees_of_freedom - 2.0) / degrees_of_freedom).sqrt() } else { f64::NAN }
}

/// Value at risk of a standard normal; NaN unless 0 < α < 1.
#[must_use]
pub fn normal_value_at_risk(probability: f64) -> f64 {
    if probability > 0.0 && probability < 1.0 { Normal::standard().inverse_cdf(probability) } else { f64::NAN }
}

/// Expected shortfall of a standard normal, φ(z)/(1 − α); NaN unless 0 < α < 1.
#[must_use]
pub fn normal_expected_shortfall(probability: f64) -> f64 {
    Normal::standard().pdf(normal_value_at_risk(probability)) / (1.0 - probability)
}

/// Logarithm of the density of a standard t.
#[must_use]
pub fn ln_density(value: f64, degrees_of_freedom: f64) -> f64 {
    ln_density_constant(degrees_of_freedom) - kernel(value, degrees_of_freedom)
}

fn ln_density_constant(nu: f64) -> f64 {
    ln_gamma(f64::midpoint(nu, 1.0)) - ln_gamma(nu / 2.0) - 0.5 * (nu * std::f64::consts::PI).ln()
}

fn kernel(value: f64, nu: f64) -> f64 {
    f64::midpoint(nu, 1.0) * (value * value / nu).ln_1p()
}

/// A t with location and scale, fitted to data.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct StudentFit {
    /// ν.
    pub degrees_of_freedom: f64,
    /// Where its middle is.
    pub location: f64,
    /// What the standard t is multiplied by; the standard deviation is that times √(ν/(ν − 2)).
    pub scale: f64,
    /// Logarithm of the likelihood of all observations.
    pub ln_likelihood: f64,
    /// The half width of ν's 95 % confidence interval, in ln ν, from the curvature of the likelihood; NaN where it has none.
    pub ln_degrees_half_width: f64,
    /// Observations.
    pub observations: usize,
}

impl StudentFit {
    /// The standard deviation.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.scale / unit_scale(self.degrees_of_freedom)
    }

    /// ν's 95 % confidence interval.
    #[must_use]
    pub fn degrees_interval(&self) -> (f64, f64) {
        let factor = self.ln_degrees_half_width.exp();
        (self.degrees_of_freedom / factor, self.degrees_of_freedom * factor)
    }
}

/// The t of the largest likelihood; `None` for fewer than 100 observations, or where all are alike or one is no number.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of observations
pub fn fit(values: &[f64]) -> Option<StudentFit> {
    const OBSERVATIONS: usize = 100;
    const STEP: f64 = 0.05;
    let spread = standard_deviation(values);
    if values.len() < OBSERVATIONS || !(spread > 0.0 && spread.is_finite()) {
        return None;
    }
    let quartiles = quantile(values, 0.75) - quantile(values, 0.25);
    // a t4's quartiles are 1.48 apart
    let scale = if quartiles > 0.0 { quartiles / 1.48 } else { spread };
    let negative_mean = |p: &[f64; 3]| -ln_likelihood(values, p[0], p[1].exp(), bounded(p[2])) / values.len() as f64;
    let start = [mean(values).clamp(-spread, spread), scale.ln(), 4.0_f64.ln()];
    let steps = [spread * 0.1, 0.2, 0.3];
    // started again from where it ended: a simplex can collapse on the way
    let (first, _) = nelder_mead(start, steps, 1e-12, negative_mean);
    let (place, value) = nelder_mead(first, steps, 1e-13, negative_mean);
    let profile = |ln_nu: f64| {
        let along = |p: &[f64; 2]| -ln_likelihood(values, p[0], p[1].exp(), bounded(ln_nu)) / values.len() as f64;
        nelder_mead([place[0], place[1]], [steps[0], steps[1]], 1e-13, along).1
    };
    let curvature = (profile(place[2] + STEP) + profile(place[2] - STEP) - 2.0 * value) / (STEP * STEP);
    Some(StudentFit {
        degrees_of_freedom: bounded(place[2]),
        location: place[0],
        scale: place[1].exp(),
        ln_likelihood: -value * values.len() as f64,
        ln_degrees_half_width: 1.96 / (curvature * values.len() as f64).sqrt(),
        observations: values.len(),
    })
}

fn bounded(ln_nu: f64) -> f64 {
    ln_nu.exp().clamp(*DEGREES_OF_FREEDOM.start(), *DEGREES_OF_FREEDOM.end())
}

fn ln_likelihood(values: &[f64], location: f64, scale: f64, nu: f64) -> f64 {
    let kernels: f64 = values.iter().map(|value| kernel((value - location) / scale, nu)).sum();
    #[allow(clippy::cast_precision_loss)] // counts of observations
    let constants = values.len() as f64 * (ln_density_constant(nu) - scale.ln());
    constants - kernels
}
