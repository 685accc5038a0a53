//! The report of a run: a page that a risk officer reads, and a short table for the terminal.

use std::fmt::Write;

use plimsoll_report::format::{number, share};
use plimsoll_report::{Cell, Fact, Page, Table};

use super::charts::{arms_chart, bad_debt_chart, cascade, fan_charts};
use super::figures::{ArmFigures, Figures};
use super::part::Part;

/// The page.
#[must_use]
pub fn html(whole: &Part, figures: &Figures) -> String {
    let mut page = Page::new(&format!("Stress: {}", figures.scenario));
    page.lead(&format!("{} {}", figures.description, lead(figures)));
    if let [dynamic, fixed, ..] = figures.arms.as_slice() {
        page.facts(&facts(dynamic, fixed));
        page.section("Dynamic against fixed thresholds");
        page.paragraph(
            "Every arm sees the same prices, the same population and the same luck. The fixed threshold of a factor is the mean of its dynamic maintenance margin: over the whole \
             history where there are bars, over the path where there are only waypoints, over pilot paths of a simulation. Its initial margin stands as far above it. “With foresight” \
             is the mean of the replayed days alone. Losses are per path; VaR is exceeded in at most 5 or 1 % of the paths, ES is the mean beyond.",
        );
    }
    page.table(&bad_debt_table(figures));
    page.table(&margin_table(figures));
    page.figure(&arms_chart(figures).figure());
    page.subsection("Bad debt by path");
    page.figure(&bad_debt_chart(whole).figure());
    page.subsection("Liquidations and the insurance fund");
    page.table(&liquidation_table(figures));
    page.table(&insurance_table(figures));
    page.section(&format!("The cascade of path {}, the worst under fixed thresholds", figures.worst_path));
    cascade(&mut page, whole);
    page.section("Prices");
    page.paragraph(&format!(
        "Prices are {}; before the venue's own liquidations move them. Relative to the start.",
        figures.prices_from
    ));
    fan_charts(&mut page, whole, figures);
    page.section("Assumptions");
    page.folded_text(
        "Scenario, as it was read",
        &toml::to_string_pretty(&whole.identity.definition).unwrap_or_default(),
    );
    page.footer(&notes());
    page.html()
}

fn lead(figures: &Figures) -> String {
    let request = &figures.request;
    format!("{} accounts on {} paths, seed {}.", number_of(request.accounts), number_of(request.paths), request.seed)
}

#[allow(clippy::cast_precision_loss)] // counts
fn number_of(count: u64) -> String {
    number(count as f64, 0)
}

fn notes() -> Vec<String> {
    [
        "Health, thresholds, liquidation plans and throughput are computed by the core that the program runs. Population, depth, keepers' delays and simulated returns are \
         assumptions of the scenario; figures compare arms under the same assumptions and do not forecast.",
        "Forced trades move prices by Y·σ·√(Q/daily volume), Q forgotten with a half-life, σ the larger of the core's estimate and the last hour's move. A liquidator whose sale \
         would cost more than his bonus waits.",
        "Bad debt is what failed accounts owed beyond what they had, at mid, before insurance pays; accounts that are insolvent at the end of a path count.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn facts(dynamic: &ArmFigures, fixed: &ArmFigures) -> [Fact; 4] {
    let ratio = dynamic.bad_debt_to_fixed;
    let words = ratio.map_or("–".to_owned(), |ratio| share(ratio, 0));
    [
        Fact::new(words, "bad debt of dynamic thresholds, of that under fixed ones of the same mean margin")
            .bad_if(ratio.is_some_and(|ratio| ratio > 1.0)),
        Fact::new(usd(dynamic.bad_debt_usd.at_99.expected_shortfall), "bad debt of dynamic thresholds, ES 99 %"),
        Fact::new(usd(fixed.bad_debt_usd.at_99.expected_shortfall), "bad debt of fixed thresholds, ES 99 %"),
        Fact::new(
            number_of(dynamic.by_unannounced_threshold),
            "liquidations by a threshold without notice and without a move of the price (must be 0)",
        )
        .bad_if(dynamic.by_unannounced_threshold > 0),
    ]
}

/// US dollars in thousands or millions.
pub(super) fn usd(value: f64) -> String {
    match value.abs() {
        size if size >= 1e7 => format!("${} m", number(value / 1e6, 1)),
        size if size >= 1e6 => format!("${} m", number(value / 1e6, 2)),
        size if size >= 1e3 => format!("${} k", number(value / 1e3, 0)),
        _ => format!("${}", number(value, 0)),
    }
}

fn headings(names: &[&str]) -> Table {
    let cells = names.iter().enumerate();
    Table::new(cells.map(|(index, name)| if index == 0 { Cell::words(*name) } else { Cell::number(*name) }).collect())
}

fn bad_debt_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "bad debt",
        "mean",
        "to fixed",
        "VaR 95 %",
        "ES 95 %",
        "VaR 99 %",
        "ES 99 %",
        "largest",
        "paths with any",
    ]);
    for arm in &figures.arms {
        let debt = &arm.bad_debt_usd;
        table.push(vec![
            Cell::words(&arm.name),
            Cell::number(usd(debt.mean)),
            Cell::number(arm.bad_debt_to_fixed.map_or("–".into(), |ratio| share(ratio, 0))),
            Cell::number(usd(debt.at_95.value_at_risk)),
            Cell::number(usd(debt.at_95.expected_shortfall)),
            Cell::number(usd(debt.at_99.value_at_risk)),
            Cell::number(usd(debt.at_99.expected_shortfall)),
            Cell::number(usd(debt.largest)),
            Cell::number(share(arm.paths_with_bad_debt, 1)),
        ]);
    }
    table
}

/// Mean maintenance margins: equal means are what makes arms comparable.
fn margin_table(figures: &Figures) -> Table {
    let names: Vec<&str> =
        std::iter::once("mean maintenance margin").chain(figures.factors.iter().map(String::as_str)).collect();
    let mut table = headings(&names);
    for arm in &figures.arms {
        let margins = arm.mean_margins.iter().map(|margin| Cell::number(share(*margin, 2)));
        table.push(std::iter::once(Cell::words(&arm.name)).chain(margins).collect());
    }
    table
}

fn liquidation_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "liquidations",
        "accounts",
        "at 95 %",
        "at 99 %",
        "value",
        "failed",
        "announced",
        "without notice",
        "throttled",
        "impact",
    ]);
    for arm in &figures.arms {
        let unannounced = Cell::number(number_of(arm.by_unannounced_threshold));
        table.push(vec![
            Cell::words(&arm.name),
            Cell::number(number(arm.liquidated_accounts.mean, 0)),
            Cell::number(number(arm.liquidated_accounts.at_95.value_at_risk, 0)),
            Cell::number(number(arm.liquidated_accounts.at_99.value_at_risk, 0)),
            Cell::number(usd(arm.liquidated_usd.mean)),
            Cell::number(number(arm.failed_accounts.mean, 1)),
            Cell::number(number_of(arm.by_announced_threshold)),
            if arm.by_unannounced_threshold > 0 { unannounced.bad() } else { unannounced },
            Cell::number(number_of(arm.throttled)),
            Cell::number(share(arm.largest_impact, 1)),
        ]);
    }
    table
}

fn insurance_table(figures: &Figures) -> Table {
    let mut table = headings(&[
        "insurance fund's loss",
        "mean",
        "VaR 95 %",
        "ES 95 %",
        "VaR 99 %",
        "ES 99 %",
        "lenders' loss, mean",
        "ES 99 %",
    ]);
    for arm in &figures.arms {
        let (fund, lenders) = (&arm.insurance_loss_usd, &arm.lenders_loss_usd);
        table.push(vec![
            Cell::words(&arm.name),
            Cell::number(usd(fund.mean)),
            Cell::number(usd(fund.at_95.value_at_risk)),
            Cell::number(usd(fund.at_95.expected_shortfall)),
            Cell::number(usd(fund.at_99.value_at_risk)),
            Cell::number(usd(fund.at_99.expected_shortfall)),
            Cell::number(usd(lenders.mean)),
            Cell::number(usd(lenders.at_99.expected_shortfall)),
        ]);
    }
    table
}

/// A short table for the terminal.
#[must_use]
pub fn terminal(figures: &Figures) -> String {
    let mut text =
        format!("{}: {}\n{} Prices: {}.\n", figures.scenario, figures.description, lead(figures), figures.prices_from);
    let _ = writeln!(
        text,
        "{:<24}{:>12}{:>10}{:>12}{:>12}{:>12}{:>14}{:>12}",
        "", "bad debt", "to fixed", "VaR 95 %", "ES 99 %", "liquidated", "fund ES 99 %", "no notice"
    );
    for arm in &figures.arms {
        let _ = writeln!(
            text,
            "{:<24}{:>12}{:>10}{:>12}{:>12}{:>12}{:>14}{:>12}",
            arm.name,
            usd(arm.bad_debt_usd.mean),
            arm.bad_debt_to_fixed.map_or("–".into(), |ratio| share(ratio, 0)),
            usd(arm.bad_debt_usd.at_95.value_at_risk),
            usd(arm.bad_debt_usd.at_99.expected_shortfall),
            usd(arm.liquidated_usd.mean),
            usd(arm.insurance_loss_usd.at_99.expected_shortfall),
            arm.by_unannounced_threshold,
        );
    }
    text
}
