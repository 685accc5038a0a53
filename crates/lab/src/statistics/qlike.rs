//! QLIKE: the loss of a forecast of variance that ranks forecasts rightly although variance is only seen through noise (Patton 2011).

/// The loss of one forecast: rv/f − ln(rv/f) − 1, without the part that no forecast changes: ln f + rv/f. NaN unless the forecast is above zero.
#[must_use]
pub fn loss(realised: f64, forecast: f64) -> f64 {
    if forecast > 0.0 { forecast.ln() + realised / forecast } else { f64::NAN }
}

/// The loss of one forecast of a covariance matrix, ln |F| + tr(F⁻¹·R) (Patton and Sheppard 2009); NaN unless the forecast is positive definite.
#[must_use]
pub fn matrix_loss(realised: &[Vec<f64>], forecast: &[Vec<f64>]) -> f64 {
    let Some(root) = cholesky(forecast) else { return f64::NAN };
    let ln_determinant: f64 = root.iter().enumerate().map(|(i, row)| 2.0 * row[i].ln()).sum();
    // tr(F⁻¹R) = Σ over columns of what solves F·x = R's column, on the diagonal
    let trace: f64 = (0..root.len())
        .map(|column| {
            let target: Vec<f64> = realised.iter().map(|row| row[column]).collect();
            solved(&root, &target)[column]
        })
        .sum();
    ln_determinant + trace
}

/// The lower triangular root of a positive definite matrix; `None` of another.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut root: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, entries) in matrix.iter().enumerate() {
        let mut row = vec![0.0; matrix.len()];
        for j in 0..i {
            let known: f64 = (0..j).map(|k| row[k] * root[j][k]).sum();
            row[j] = (entries[j] - known) / root[j][j];
        }
        let pivot = entries[i] - row[..i].iter().map(|element| element * element).sum::<f64>();
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        row[i] = pivot.sqrt();
        root.push(row);
    }
    Some(root)
}

/// x of L·Lᵀ·x = target.
fn solved(root: &[Vec<f64>], target: &[f64]) -> Vec<f64> {
    let mut x = target.to_vec();
    for i in 0..x.len() {
        let known: f64 = (0..i).map(|k| root[i][k] * x[k]).sum();
        x[i] = (x[i] - known) / root[i][i];
    }
    for i in (0..x.len()).rev() {
        let known: f64 = (i + 1..x.len()).map(|k| root[k][i] * x[k]).sum();
        x[i] = (x[i] - known) / root[i][i];
    }
    x
}
