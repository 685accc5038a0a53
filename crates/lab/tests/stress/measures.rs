//! Risk measures against closed forms, and the building blocks of paths against published numbers.

use plimsoll_lab::statistics::paths::{
    CorrelationError, CorrelationRoot, block_bootstrap, filtered_returns, student_mixing, toward_ones,
    weighted_volatilities,
};
use plimsoll_lab::statistics::risk_measures::{MeasureError, of_sample};
use plimsoll_lab::statistics::student;
use plimsoll_lab::stress::market::Liquidity;
use plimsoll_lab::stress::population::stream;

fn close(measured: f64, expected: f64, tolerance: f64) {
    assert!((measured - expected).abs() <= tolerance, "{measured} is not {expected} ± {tolerance}");
}

/// A distribution as a sample: its quantiles at even probabilities.
fn sample(quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..200_000).map(|rank| quantile((f64::from(rank) + 0.5) / 200_000.0)).collect()
}

/// QRM, table 2.2, per unit of σ: VaR and ES of a normal and of a t of four degrees of freedom and unit variance.
#[test]
fn a_sample_has_the_measures_of_its_distribution() {
    let normal = sample(student::normal_value_at_risk);
    let four = sample(|part| student::value_at_risk(part, 4.0));
    for (level, var_normal, es_normal, var_four, es_four) in [
        (0.95, 1.644_854, 2.062_713, 1.507_443, 2.264_771),
        (0.975, 1.959_964, 2.337_803, 1.963_243, 2.823_871),
        (0.99, 2.326_348, 2.665_214, 2.649_492, 3.691_510),
        (0.995, 2.575_829, 2.891_949, 3.255_587, 4.472_331),
    ] {
        let (of_normal, of_four) =
            (of_sample(&normal, level).expect("a level"), of_sample(&four, level).expect("a level"));
        close(of_normal.value_at_risk, var_normal, 1e-3);
        close(of_normal.expected_shortfall, es_normal, 1e-3);
        close(of_four.value_at_risk, var_four, 2e-3);
        // the sample's largest quantile is not infinite
        close(of_four.expected_shortfall, es_four, 2e-2);
    }
}

#[test]
fn an_outcome_at_the_level_counts_with_the_part_beyond_it() {
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    let at = |level| of_sample(&ten, level).expect("a level");
    close(at(0.9).value_at_risk, 9.0, 0.0);
    close(at(0.9).expected_shortfall, 10.0, 1e-9);
    // the worst quarter of ten: 10, 9 and half of 8
    close(at(0.75).value_at_risk, 8.0, 0.0);
    close(at(0.75).expected_shortfall, (10.0 + 9.0 + 4.0) / 2.5, 1e-9);
    // fewer outcomes than the level can tell: the worst one
    close(at(0.99).expected_shortfall, 10.0, 1e-9);
}

#[test]
fn what_is_no_level_or_no_sample_is_refused() {
    assert_eq!(of_sample(&[1.0], 1.0), Err(MeasureError::Level(1.0)));
    assert_eq!(of_sample(&[1.0], 0.0), Err(MeasureError::Level(0.0)));
    assert_eq!(of_sample(&[], 0.95), Err(MeasureError::NoLosses));
    assert!(of_sample(&[1.0], f64::NAN).is_err());
}

/// The worked numbers of filtered historical simulation: returns and volatilities in percent, volatility now 4 %.
#[test]
fn filtered_returns_are_those_of_the_example() {
    let filtered = filtered_returns(&[-3.1, 1.2, -5.4, 2.2, -1.7], &[2.5, 2.6, 2.4, 3.0, 2.9], 4.0);
    for (measured, expected) in filtered.iter().zip([-4.96, 1.8462, -9.0, 2.9333, -2.3448]) {
        close(*measured, expected, 5e-5);
    }
}

/// Hull's example of an exponentially weighted volatility: λ = 0.90, σ = 1 %, a return of 2 %.
#[test]
fn weighted_volatility_is_hulls() {
    let volatilities = weighted_volatilities(&[0.02], 0.9, 0.01);
    close(volatilities[1], 0.011_401_75, 1e-8);
}

#[test]
fn correlated_normals_have_their_correlations() {
    let matrix = vec![vec![1.0, 0.8, -0.3], vec![0.8, 1.0, 0.0], vec![-0.3, 0.0, 1.0]];
    let root = CorrelationRoot::of(&matrix).expect("a correlation matrix");
    let generator = &mut stream(7, 0);
    let draws: Vec<Vec<f64>> = (0..100_000).map(|_| root.normals(generator)).collect();
    for (i, row) in matrix.iter().enumerate() {
        for (j, expected) in row.iter().enumerate() {
            let mean: f64 = draws.iter().map(|draw| draw[i] * draw[j]).sum::<f64>() / 1e5;
            close(mean, *expected, 0.015);
        }
    }
}

#[test]
fn student_returns_have_unit_variance_and_fat_tails() {
    let root = CorrelationRoot::of(&[vec![1.0]]).expect("one factor");
    let generator = &mut stream(3, 1);
    let draws: Vec<f64> = (0..200_000).map(|_| student_mixing(5.0, generator) * root.normals(generator)[0]).collect();
    close(draws.iter().map(|draw| draw * draw).sum::<f64>() / 2e5, 1.0, 0.03);
    let measured = of_sample(&draws, 0.99).expect("a level");
    close(measured.value_at_risk, student::value_at_risk(0.99, 5.0), 0.06);
    close(measured.expected_shortfall, student::expected_shortfall(0.99, 5.0), 0.12);
}

#[test]
fn a_matrix_that_is_none_is_refused_with_its_row() {
    let of = |matrix: &[[f64; 2]]| CorrelationRoot::of(&matrix.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    assert_eq!(
        of(&[[1.0, 0.5], [0.4, 1.0]]),
        Err(CorrelationError::Asymmetric { row: 2, column: 1, value: 0.4, mirrored: 0.5 })
    );
    assert_eq!(of(&[[1.0, 0.5], [0.5, 0.9]]), Err(CorrelationError::Diagonal { row: 2, value: 0.9 }));
    assert_eq!(of(&[[1.0, 1.5], [1.5, 1.0]]), Err(CorrelationError::Range { row: 1, column: 2, value: 1.5 }));
    let short = CorrelationRoot::of(&[vec![1.0], vec![0.0, 1.0]]);
    assert_eq!(short, Err(CorrelationError::Shape { row: 1, length: 1, size: 2 }));
    let impossible = [vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
    assert!(matches!(CorrelationRoot::of(&impossible), Err(CorrelationError::NotSemidefinite { row: 3, .. })));
}

#[test]
fn a_semidefinite_matrix_passes_and_a_step_toward_ones_keeps_it_one() {
    let twins = [vec![1.0, 1.0, 0.5], vec![1.0, 1.0, 0.5], vec![0.5, 0.5, 1.0]];
    let root = CorrelationRoot::of(&twins).expect("two equal factors are semidefinite");
    let normals = root.normals(&mut stream(1, 1));
    close(normals[0], normals[1], 1e-12);
    // twins with different partners are impossible
    let torn = [vec![1.0, 1.0, 0.5], vec![1.0, 1.0, 0.4], vec![0.5, 0.4, 1.0]];
    assert!(matches!(CorrelationRoot::of(&torn), Err(CorrelationError::NotSemidefinite { row: 3, .. })));
    let stressed = toward_ones(&twins, 0.6);
    close(stressed[0][2], 0.8, 1e-12);
    assert!(CorrelationRoot::of(&stressed).is_ok());
}

#[test]
fn blocks_are_consecutive_and_wrap_around() {
    let indices = block_bootstrap(10, 4, 1_002, &mut stream(5, 0));
    assert_eq!(indices.len(), 1_002);
    assert!(indices.chunks(4).all(|block| block.windows(2).all(|pair| (pair[0] + 1) % 10 == pair[1])));
    assert!((0..10).all(|index| indices.contains(&index)));
    assert!(block_bootstrap(0, 4, 10, &mut stream(5, 0)).is_empty());
}

/// σ 4 % a day, Y = 1: what the square-root law says for a thousandth to a tenth of a day's volume, and that it is forgotten by halves.
#[test]
fn impact_follows_the_square_root_and_is_forgotten() {
    let liquidity = Liquidity { daily_volume_usd: 1e9, impact: 1.0, impact_half_life_seconds: 1_800.0 };
    for (part, basis_points) in [(0.001, 12.65), (0.01, 40.0), (0.05, 89.44), (0.1, 126.49)] {
        close(liquidity.displacement(-part * 1e9, 0.04) * 1e4, -basis_points, 0.005);
    }
    close(liquidity.remembered(1_800.0), 0.5, 1e-12);
    close(liquidity.remembered(0.0), 1.0, 0.0);
}
