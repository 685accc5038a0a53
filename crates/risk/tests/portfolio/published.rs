//! Figures that others published or that follow from their formulas in closed form, and the worked example of docs/risk.md.

use plimsoll_risk::portfolio::{
    AheadInputs, InitialInputs, PortfolioInputs, initial_health, losses_up, maintenance_health, requirement_up,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};

use crate::accounts::{Leg, Model, account, margins, ratio, row};

const USDC: f64 = 1e6;

fn atoms(usdc: f64) -> u64 {
    (usdc * USDC) as u64
}

/// Within `relative` of a published figure in whole units of the quote.
#[track_caller]
fn assert_figure(found_atoms: f64, published: f64, relative: f64) {
    let found = found_atoms / USDC;
    assert!((found - published).abs() <= published.abs() * relative, "{found} for {published}");
}

/// The covariance reading alone: what is left of a requirement without convexity and without the 2⁻¹⁰ on the diagonal.
fn covariance_reading(legs: &[(usize, Leg)], of: &[f64], model: &Model) -> f64 {
    let margins = std::array::from_fn(|factor| of.get(factor).map_or(Ratio::ZERO, |margin| ratio(*margin)));
    let exposures = account(legs, &margins);
    let found = requirement_up(&exposures, &margins, &model.borrowed()).unwrap().0 as f64;
    let net = |factor: usize| (exposures.spot()[factor] + exposures.perp()[factor]) as f64;
    let convexity: f64 = of.iter().enumerate().map(|(factor, margin)| (-net(factor)).max(0.0) * margin * margin).sum();
    let lift: f64 = of.iter().enumerate().map(|(factor, margin)| (net(factor) * margin).powi(2)).sum::<f64>() / 1024.0;
    ((found - convexity).powi(2) - lift * (1.0 - model.shrinkage.to_bits() as f64 / 2f64.powi(32))).sqrt()
}

/// IM = k·√(xᵀΣx), one million against one million at σ 4 % and 5 %, k the ES of a normal at 97.5 %.
#[test]
fn correlation_margin_of_a_hedge() {
    let k = 2.337_803;
    let legs = [(0, Leg::Long(atoms(1e6))), (1, Leg::Short(atoms(1e6)))];
    for (correlation, published) in
        [(0.0, 149_692.0), (0.5, 107_132.0), (0.8, 70_134.0), (0.95, 40_492.0), (1.0, 23_378.0)]
    {
        let model = Model::plain().with_pair(0, 1, correlation);
        assert_figure(covariance_reading(&legs, &[k * 0.04, k * 0.05], &model), published, 1e-3);
    }
}

/// Three legs, shrunk toward the identity and toward all-ones: the larger of the two, and of the estimate, is required.
#[test]
fn correlation_margin_shrunk() {
    let k = 2.727_802;
    let legs = [(0, Leg::Long(atoms(1e6))), (1, Leg::Short(atoms(0.6e6))), (2, Leg::Short(atoms(0.3e6)))];
    let sigmas = [k * 0.035, k * 0.045, k * 0.06];
    let estimate = Model::plain().with_pair(0, 1, 0.85).with_pair(0, 2, 0.75).with_pair(1, 2, 0.70);
    let shrunk = |shrinkage| covariance_reading(&legs, &sigmas, &estimate.clone().shrunk(shrinkage));
    assert_figure(shrunk(0.0), 55_024.57, 1e-3);
    // toward all-ones it would be 49,566.12
    assert_figure(shrunk(0.25), 80_674.48, 1e-3);
    assert_figure(shrunk(0.5), 99_945.19, 1e-3);
    // the floor at its end is the gross margin
    let margins = margins(sigmas);
    let whole = Model::plain().floored(1.0);
    let gross = requirement_up(&account(&legs, &margins), &margins, &whole.borrowed()).unwrap();
    assert_figure(gross.0 as f64, 218_224.16, 1e-6);
}

/// Paradex: MinDelta = (2 %·|net Δ| + 1 %·hedged Δ)·S as two rows: a shock of one margin of 2 % and a basis of half of it. One perp long against five calls short
/// of delta 0.3 at 70,000: 1,400.
#[test]
fn paradex_minimum_delta() {
    let margins = margins([0.02]);
    let legs = [(0, Leg::Long(atoms(70_000.0))), (0, Leg::Debt(atoms(1.5 * 70_000.0)))];
    let grid = Model::plain().with_rows(vec![row([1.0], 0.5), row([-1.0], 0.5)]);
    let exposures = account(&legs, &margins);
    let found = requirement_up(&exposures, &margins, &grid.borrowed()).unwrap();
    assert_figure(found.0 as f64, 1_400.0, 1e-6);
    let losses = losses_up(&exposures, &margins, &grid.borrowed()).unwrap();
    assert_figure(losses[0] as f64, 1_400.0, 1e-6);
    assert!(losses[1].abs() <= 1, "what the net short gains, the hedge loses: {}", losses[1]);
}

/// Derive PM2: a perp long at 3,100; the worst of 9 core rows and 8 damped tails is −18 %: −558. Hedged by as much spot nothing is lost in any.
#[test]
fn derive_portfolio_margin_of_one_underlying() {
    let margins = margins([0.1]);
    let core = [1.8, 1.35, 0.9, 0.45, 0.0, -0.45, -0.9, -1.35, -1.8];
    let tails = [
        (0.34, 0.21),
        (0.67, 0.42),
        (1.5, 0.2772),
        (2.0, 0.1386),
        (3.0, 0.0693),
        (4.0, 0.0462),
        (5.0, 0.034_65),
        (6.0, 0.027_72),
    ];
    let damped = tails.map(|(multiple, damp): (f64, f64)| (multiple - 1.0) * damp * 10.0);
    let rows = core.iter().chain(&damped).map(|shock| row([*shock], 0.0)).collect();
    let grid = Model::plain().with_rows(rows);
    let perp = [(0, Leg::Long(atoms(3_100.0)))];
    let found = requirement_up(&account(&perp, &margins), &margins, &grid.borrowed()).unwrap();
    assert_figure(found.0 as f64, 558.0, 1e-4);
    let hedged = [perp[0], (0, Leg::Debt(atoms(3_100.0)))];
    assert_eq!(losses_up(&account(&hedged, &margins), &margins, &grid.borrowed()).unwrap(), [0; 32]);
}

/// SPAN's array of a long future (McMillan): price scan range 10,000, extremes of twice the range of which 35 % count.
#[test]
fn span_array_of_a_future() {
    let margins = margins([0.1]);
    let thirds = [0.0, 1.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0, -2.0 / 3.0, 1.0, -1.0, 0.7, -0.7];
    let grid = Model::plain().with_rows(thirds.iter().map(|shock| row([*shock], 0.0)).collect());
    let exposures = account(&[(0, Leg::Long(atoms(100_000.0)))], &margins);
    let losses = losses_up(&exposures, &margins, &grid.borrowed()).unwrap();
    let published = [0.0, -3_330.0, 3_330.0, -6_670.0, 6_670.0, -10_000.0, 10_000.0, -7_000.0, 7_000.0];
    for (loss, published) in losses.iter().zip(published) {
        assert!((*loss as f64 / USDC - published).abs() <= 4.0, "{loss} for {published}");
    }
    let worst = losses.iter().max().unwrap();
    assert_figure(*worst as f64, 10_000.0, 1e-6);
}

/// docs/risk.md, section 16, to the cent.
#[test]
fn worked_example() {
    // whole cents, of atoms of which a cent has ten thousand
    let cents = |found: i128| (found + 5_000).div_euclid(10_000);
    let legs = [
        (0, Leg::Deposit(atoms(2_000.0))),
        (0, Leg::Short(atoms(2_000.0))),
        (1, Leg::Deposit(atoms(6_000.0))),
        (2, Leg::Debt(atoms(3_000.0))),
    ];
    let (maintenance, initial) = (margins([0.1, 0.06, 0.08]), margins([0.125, 0.075, 0.1]));
    let model = Model::plain()
        .with_pair(0, 1, 0.75)
        .with_pair(0, 2, 0.75)
        .with_pair(1, 2, 0.75)
        .shrunk(0.25)
        .floored(0.15)
        .with_rows(vec![row([-1.5, -1.5, -1.5], 0.0), row([1.0, -1.0, 1.0], 0.25)]);
    let at = |margins| requirement_up(&account(&legs, margins), margins, &model.borrowed()).unwrap().0.into();
    assert_eq!((cents(at(&maintenance)), cents(at(&initial))), (65_000, 81_250));
    let exposures = account(&legs, &maintenance);
    let losses = losses_up(&exposures, &maintenance, &model.borrowed()).unwrap().map(i128::from);
    assert_eq!((cents(losses[0]), cents(losses[1])), (18_000, 65_000));

    let inputs = PortfolioInputs {
        exposures: &exposures,
        margins: &maintenance,
        in_force: model.borrowed(),
        announced: model.borrowed(),
        walked: Ratio::ZERO,
    };
    let cross = |margin: [f64; 3]| {
        let [sol, btc, eth] = margin;
        let deposits = 2_000.0 * (1.0 - sol) + 6_000.0 * (1.0 - btc);
        SignedValue(((deposits - 2_000.0 * (sol + sol * sol) - 3_000.0 * (1.0 + eth + eth * eth)) * USDC) as i128)
    };
    let now = maintenance_health(&inputs, cross([0.1, 0.06, 0.08])).unwrap();
    assert_eq!((cents(cross([0.1, 0.06, 0.08]).0), cents(now.health.0)), (396_080, 435_000));
    let check = InitialInputs {
        exposures: &account(&legs, &initial),
        margins: &initial,
        newest: model.borrowed(),
        maintenance: inputs,
        ahead: AheadInputs { highest: &maintenance, lowest: &maintenance, added: Value::ZERO },
        initial_gap: ratio(0.25),
    };
    assert_eq!(cents(initial_health(&check, &now, cross([0.125, 0.075, 0.1])).unwrap().0), 418_750);
}
