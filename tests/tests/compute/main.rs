//! Compute units of the real program in LiteSVM with p-token, as mainnet has it: whole transactions without compute-budget instructions, prices and risk fresh.
//!
//! `make compute` prints them and writes `target/compute.json`. The committed `snapshot.json` gates changes above 2 % under the same compiler.

mod measure;
mod perps;
mod portfolio;
mod snapshot;
mod tide;

use measure::Row;

/// The figures that the project promises: instruction, case, at most.
const TARGETS: [(&str, &str, u64); 24] = [
    ("deposit", "8 positions", 10_000),
    ("repay", "8 positions", 10_000),
    ("withdraw", "8 positions", 16_000),
    ("borrow", "8 positions", 16_000),
    ("margin_check", "per position", 450),
    ("liquidate", "8 positions", 35_000),
    ("refresh_prices", "per oracle", 2_500),
    ("refresh_risk", "16 factors", 100_000),
    ("refresh_risk", "tide turns, 16 factors", 200_000),
    ("set_scenarios", "16 rows bytes", 1_232),
    ("withdraw", "16 positions bytes", 700),
    ("withdraw", "16 positions accounts", 12),
    ("place_order", "8+8 positions", 8_000),
    ("execute_order", "8+8 positions", 30_000),
    ("execute_order", "8+8 positions, crowded", 30_000),
    ("margin_check", "per perp position", 600),
    ("margin_check", "portfolio 16 factors 32 rows", 60_000),
    ("stress_account", "16 factors 32 rows", 70_000),
    ("call_margin", "16 factors, everything walks", 1_400_000),
    ("liquidate_perp", "8+8 positions", 40_000),
    ("update_funding", "one market", 5_000),
    ("update_funding", "one market, crowded", 5_000),
    ("settle_pnl", "one position", 10_000),
    ("resolve_perp_bankruptcy", "one market", 20_000),
];

#[test]
fn every_figure_meets_its_target_and_the_snapshot() {
    let rows: Vec<Row> =
        measure::all().into_iter().chain(perps::all()).chain(tide::all()).chain(portfolio::all()).collect();
    snapshot::print(&rows);
    snapshot::write(&rows);

    for (instruction, case, at_most) in TARGETS {
        let row = rows.iter().find(|row| row.is(instruction, case));
        let cu = row.unwrap_or_else(|| panic!("no row {instruction} | {case}")).cu;
        assert!(cu <= at_most, "{instruction} | {case}: {cu}, at most {at_most}");
    }
    snapshot::compare(&rows);
}

#[test]
fn the_gate_closes_above_two_percent() {
    let row = |cu| Row::new("deposit", "8 positions", cu);
    assert!(snapshot::worsened(&[row(10_000)], &[row(10_200)]).is_empty());
    assert_eq!(snapshot::worsened(&[row(10_000)], &[row(10_201)]).len(), 1);
    assert!(snapshot::worsened(&[row(10_000)], &[row(9_000)]).is_empty());
    assert_eq!(snapshot::worsened(&[row(10_000)], &[]).len(), 1, "a row that vanished is a change too");
}
