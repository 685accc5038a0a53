//! Minima of functions of one and of several variables, without derivatives.

/// A minimum of `function` between two bounds, by golden sections (Kiefer 1953): the place, to `tolerance` of the width. Where the function has several
/// minima it is one of them.
pub fn golden_section(low: f64, high: f64, tolerance: f64, mut function: impl FnMut(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (mut low, mut high) = (low, high);
    let end = (high - low).abs() * tolerance.max(1e-15);
    let mut left = high - GOLDEN * (high - low);
    let mut right = low + GOLDEN * (high - low);
    let (mut at_left, mut at_right) = (function(left), function(right));
    while high - low > end {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = function(right);
        }
    }
    f64::midpoint(low, high)
}

/// A minimum near `start`, by the simplex of Nelder and Mead (1965) with first steps of `step`: place and value. It ends when the simplex' values
/// differ by less than `tolerance` of their size, or after a thousand steps.
pub fn nelder_mead<const N: usize>(
    start: [f64; N],
    step: [f64; N],
    tolerance: f64,
    function: impl Fn(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    const STEPS: usize = 1_000;
    let mut simplex: Vec<([f64; N], f64)> = Vec::with_capacity(N + 1);
    simplex.push((start, function(&start)));
    for axis in 0..N {
        let mut vertex = start;
        vertex[axis] += step[axis];
        simplex.push((vertex, function(&vertex)));
    }
    for _ in 0..STEPS {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (best, worst) = (simplex[0].1, simplex[N].1);
        if (worst - best).abs() <= tolerance * (best.abs() + tolerance) {
            break;
        }
        improve(&mut simplex, &function);
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex[0]
}

/// One step: the worst vertex of an ordered simplex is mirrored, stretched or drawn in; else all shrink toward the best.
fn improve<const N: usize>(simplex: &mut [([f64; N], f64)], function: &impl Fn(&[f64; N]) -> f64) {
    let worst = simplex[N];
    let centre = centre_of(&simplex[..N]);
    let along = |distance: f64| {
        let mut place = centre;
        for (coordinate, away) in place.iter_mut().zip(worst.0) {
            *coordinate += distance * (*coordinate - away);
        }
        (place, function(&place))
    };
    let mirrored = along(1.0);
    let candidate = if mirrored.1 < simplex[0].1 {
        let stretched = along(2.0);
        if stretched.1 < mirrored.1 { stretched } else { mirrored }
    } else if mirrored.1 < simplex[N - 1].1 {
        mirrored
    } else {
        along(if mirrored.1 < worst.1 { 0.5 } else { -0.5 })
    };
    if candidate.1 < worst.1 {
        simplex[N] = candidate;
        return;
    }
    let best = simplex[0].0;
    for (place, value) in &mut simplex[1..] {
        for (coordinate, toward) in place.iter_mut().zip(best) {
            *coordinate = f64::midpoint(*coordinate, toward);
        }
        *value = function(place);
    }
}

#[allow(clippy::cast_precision_loss)] // a handful of vertices
fn centre_of<const N: usize>(vertices: &[([f64; N], f64)]) -> [f64; N] {
    let mut centre = [0.0; N];
    for (place, _) in vertices {
        for (sum, coordinate) in centre.iter_mut().zip(place) {
            *sum += coordinate / vertices.len() as f64;
        }
    }
    centre
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_has_its_minimum_where_it_is() {
        let found = golden_section(-3.0, 10.0, 1e-9, |x| (x - 2.5).powi(2));
        assert!((found - 2.5).abs() < 1e-7, "{found}");
    }

    #[test]
    fn the_banana_of_rosenbrock_ends_at_one_one() {
        let banana = |p: &[f64; 2]| (1.0 - p[0]).powi(2) + 100.0 * (p[1] - p[0] * p[0]).powi(2);
        let ([x, y], value) = nelder_mead([-1.2, 1.0], [0.5, 0.5], 1e-12, banana);
        assert!((x - 1.0).abs() < 1e-4 && (y - 1.0).abs() < 1e-4 && value < 1e-8, "{x} {y} {value}");
    }
}
