//! The tail alone: Hill's estimator of its index.

use super::descriptive::sorted;

/// Hill's estimate of a tail index: with it, what lies beyond x is as x^(−index).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct HillEstimate {
    /// The index; a t's is its ν.
    pub index: f64,
    /// Half the width of its 95 % confidence interval, 1.96·index/√k.
    pub half_width: f64,
    /// k: the observations of the tail.
    pub exceedances: usize,
}

/// Hill's (1975) estimator from the `tail_share` largest sizes: the reciprocal of the mean of ln(x/threshold). `None` for fewer than ten of them, or where
/// the threshold is zero or none lies above it.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts of observations
pub fn hill(values: &[f64], tail_share: f64) -> Option<HillEstimate> {
    let sizes: Vec<f64> = values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
    let exceedances = (sizes.len() as f64 * tail_share.clamp(0.0, 1.0)) as usize;
    if exceedances < 10 || exceedances >= sizes.len() {
        return None;
    }
    let ordered = sorted(&sizes);
    let threshold = ordered[ordered.len() - exceedances - 1];
    let excess: f64 = ordered[ordered.len() - exceedances..].iter().map(|size| (size / threshold).ln()).sum();
    let index = exceedances as f64 / excess;
    let known = threshold > 0.0 && index.is_finite();
    known.then(|| HillEstimate { index, half_width: 1.96 * index / (exceedances as f64).sqrt(), exceedances })
}
