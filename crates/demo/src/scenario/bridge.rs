//! The seeded Brownian bridge between waypoints.

/// A waypoint in the bridge's units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knot {
    /// The step at which the price is reached.
    pub step: usize,
    /// Natural logarithm of the price.
    pub log_price: f64,
    /// Standard deviation of the log price per √day on the way to the next knot.
    pub sigma_per_sqrt_day: f64,
}

/// The log price at every step from the first knot to the last, both included.
///
/// Each segment is a Brownian bridge sampled forward: from x at step s toward the knot b at step e,
/// the next value is normal with mean x + (b − x)/(e − s) and variance σ²·Δ·(e − s − 1)/(e − s), Δ being one step in
/// days. `normals` holds one standard normal a step, used whatever the segment's σ, so that changing one segment
/// leaves the others as they were. Knots are passed through exactly; σ = 0 gives a straight line in the logarithm.
pub(super) fn sample(knots: &[Knot], step_seconds: u64, normals: &[f64]) -> Vec<f64> {
    #[allow(clippy::cast_precision_loss)] // steps and seconds are far below 2^52
    let step_days = step_seconds as f64 / 86_400.0;
    let mut path = Vec::with_capacity(normals.len());
    path.extend(knots.first().map(|knot| knot.log_price));
    for pair in knots.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let mut value = from.log_price;
        for step in from.step..to.step {
            #[allow(clippy::cast_precision_loss)]
            let left = (to.step - step) as f64;
            let deviation = from.sigma_per_sqrt_day * (step_days * (left - 1.0) / left).sqrt();
            let drift = (to.log_price - value) / left;
            value = if step + 1 == to.step {
                to.log_price
            } else {
                value + drift + deviation * normals.get(step + 1).copied().unwrap_or(0.0)
            };
            path.push(value);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knot(step: usize, log_price: f64, sigma_per_sqrt_day: f64) -> Knot {
        Knot { step, log_price, sigma_per_sqrt_day }
    }

    #[test]
    fn knots_are_met_exactly_and_zero_volatility_is_a_straight_line() {
        let path = sample(&[knot(0, 1.0, 0.0), knot(4, 3.0, 0.5), knot(6, 2.0, 0.0)], 900, &[9.0; 7]);
        assert_eq!(path.len(), 7);
        for (value, expected) in path[..5].iter().zip([1.0, 1.5, 2.0, 2.5, 3.0]) {
            assert!((value - expected).abs() < 1e-12);
        }
        assert!((path[6] - 2.0).abs() < 1e-12);
        assert!((path[5] - 2.5).abs() > 0.1, "the second segment is random");
    }

    #[test]
    fn the_first_random_value_has_the_mean_and_variance_of_a_bridge() {
        // Three steps of one day, σ = 0.1, a normal of +1: mean 2/3 of the way from 3 to 0, deviation 0.1·√(2/3).
        let path = sample(&[knot(0, 3.0, 0.1), knot(3, 0.0, 0.0)], 86_400, &[0.0, 1.0, 0.0, 0.0]);
        assert!((path[1] - (2.0 + 0.1 * (2.0_f64 / 3.0).sqrt())).abs() < 1e-12);
        assert!((path[2] - path[1] / 2.0).abs() < 1e-12);
    }
}
