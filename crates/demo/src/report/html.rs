//! The page: plain words first, then charts, then every liquidation.

use std::fmt::Write;

use plimsoll_report::calendar::date_time;
use plimsoll_report::format::{dollars, grouped, percent};
use plimsoll_report::{LegendEntry, MarkShape, document, escape, legend};

use super::calls::{Calls, Ending};
use super::comparison::{self, walk_sentence};
use super::perp_panels::HUES;
use super::{Cause, Report, Run, call_page, panels, perp_page};

const STYLE: &str = include_str!("demo.css");
const LINES: [LegendEntry<'_>; 4] = [
    LegendEntry::Line("maintenance", "maintenance margin, moving"),
    LegendEntry::Line("initial", "initial margin, moving"),
    LegendEntry::Line("maintenance still", "maintenance margin, frozen"),
    LegendEntry::Line("initial still", "initial margin, frozen"),
];
const MARKS: [LegendEntry<'_>; 5] = [
    LegendEntry::Line("price", "price, USDC"),
    LegendEntry::Mark(MarkShape::Circle, "moving", "liquidation, moving thresholds"),
    LegendEntry::Mark(MarkShape::Diamond, "walk", "liquidation by the walk alone"),
    LegendEntry::Mark(MarkShape::Square, "frozen", "liquidation, frozen thresholds"),
    LegendEntry::Band("no price moved, the threshold walked"),
];

/// The whole page.
pub(super) fn page(report: &Report) -> String {
    let mut page = String::new();
    push_opening(&mut page, report);
    push_comparison(&mut page, report);
    push_walk(&mut page, report);
    push_factors(&mut page, report);
    push_totals(&mut page, report);
    call_page::push(&mut page, report);
    perp_page::push(&mut page, report);
    push_list(&mut page, "moving thresholds", &report.dynamic);
    push_list(&mut page, "frozen thresholds", &report.frozen);
    push_footer(&mut page, report);
    document(&format!("Plimsoll: {}", report.scenario), STYLE, &page)
}

fn push_opening(page: &mut String, report: &Report) {
    let _ = writeln!(
        page,
        "<p class=\"lead\">{} {} borrowers, {} traders of perpetuals and {} hedgers, played twice on a local node: once with liquidation thresholds that follow \
         volatility, once with the thresholds frozen at their first values.</p>\n<div class=\"facts\">",
        escape(&report.description),
        grouped(report.borrowers),
        grouped(report.traders),
        grouped(report.hedgers)
    );
    for (value, meaning) in facts(report) {
        let _ = writeln!(page, "<div class=\"fact\"><b>{value}</b><span>{meaning}</span></div>");
    }
    let (moving, frozen) = (&report.dynamic.totals, &report.frozen.totals);
    let errors = moving.conservation_error_atoms.max(frozen.conservation_error_atoms);
    let checks = grouped(moving.conservation_checks + frozen.conservation_checks);
    let (class, conserved) =
        if errors == 0 { ("", "to the atom".to_owned()) } else { (" bad", format!("{} atoms off", grouped(errors))) };
    let _ = writeln!(
        page,
        "<div class=\"fact{class}\"><b>{conserved}</b><span>vaults, claims and ledgers add up, at {checks} checks in both runs</span></div>\n</div>"
    );
}

/// The figures that a reader should take away, each with its meaning.
fn facts(report: &Report) -> [(String, String); 6] {
    let run = &report.dynamic;
    let liquidations = format!("liquidations of loans; {} with frozen thresholds", grouped(report.frozen.liquidations));
    let (perps, still) = (&run.perps, &report.frozen.perps);
    let positions = grouped(perps.liquidation_list.len() as u64);
    let positions_still = grouped(still.liquidation_list.len() as u64);
    let deficit = dollars(perps.waterfall_quote_atoms(|one| one.deficit_quote_atoms));
    let deficit_still = dollars(still.waterfall_quote_atoms(|one| one.deficit_quote_atoms));
    let worst = format!("{} points", percent(run.worst_hour_threshold_change_ppm.into()));
    [
        (grouped(run.liquidations), liquidations),
        (grouped(run.threshold_liquidations), "of them by the walk of the threshold alone".to_owned()),
        (worst, "largest threshold change within an hour".to_owned()),
        (grouped(run.calls.list.len() as u64), calls_fact(&run.calls)),
        (positions, format!("liquidations of perp positions; {positions_still} with frozen thresholds")),
        (deficit, format!("USDC of losses down the waterfall; {deficit_still} with frozen thresholds")),
    ]
}

fn calls_fact(calls: &Calls) -> String {
    let [cured, liquidated] = [Ending::Cured, Ending::Liquidated].map(|ending| grouped(calls.ended(ending)));
    format!("margin calls; {cured} cured, {liquidated} ended in a liquidation")
}

fn push_comparison(page: &mut String, report: &Report) {
    *page += "<h2>Side by side</h2>\n<div class=\"scroll\"><table><thead><tr><th></th><th>moving thresholds</th>\
              <th>frozen thresholds</th></tr></thead><tbody>\n";
    for row in comparison::rows(report) {
        let class = if row.label.starts_with(' ') { " class=\"sub\"" } else { "" };
        let (label, moving, frozen) = (row.label.trim_start(), row.moving, row.frozen);
        let _ = writeln!(page, "<tr><td{class}>{label}</td><td>{moving}</td><td>{frozen}</td></tr>");
    }
    *page += "</tbody></table></div>\n<p>Value liquidated is the debt repaid. Equity kept compares the borrowers' equity at the end \
              with that at the start, price losses included and what came in on margin calls taken off. The threshold change is that of a maintenance margin, in \
              percentage points of a position's value. A share of the pool is compared with its value after the first step.</p>\n";
}

fn push_walk(page: &mut String, report: &Report) {
    *page += "<h2>Liquidated by the walk alone</h2>\n";
    let mut any = false;
    for liquidation in report.dynamic.walk_liquidations().take(3) {
        any = true;
        let _ = writeln!(page, "<blockquote><p>{}</p></blockquote>", escape(&walk_sentence(liquidation)));
    }
    let more = report.dynamic.threshold_liquidations.saturating_sub(3);
    if more > 0 {
        let _ = writeln!(page, "<p>{} more are in the list below.</p>", grouped(more));
    }
    if !any {
        *page += "<p>None in this scenario: whenever an account was liquidated, one of its prices had moved in the hour before.</p>\n";
    }
}

fn push_factors(page: &mut String, report: &Report) {
    let factors = panels::moving_factors(report);
    for factor in &factors {
        let symbol = escape(&factor.symbol);
        let _ = writeln!(
            page,
            "<section><h2>{symbol}</h2>\n<h3>Price and liquidations, times in UTC</h3>\n{}",
            legend(&MARKS)
        );
        let _ = writeln!(page, "<div class=\"plot\">{}</div>", panels::price_chart(report, factor));
        let _ = writeln!(page, "<h3>Thresholds, percent of a position's value</h3>\n{}", legend(&LINES));
        let _ = writeln!(page, "<div class=\"plot\">{}</div></section>", panels::threshold_chart(report, factor));
    }
    if factors.is_empty() {
        *page += "<p>No price moved by more than two percent.</p>\n";
        return;
    }
    let factors_by_hue = HUES.into_iter().zip(&factors);
    let hues: Vec<LegendEntry<'_>> =
        factors_by_hue.map(|(class, factor)| LegendEntry::Line(class, &factor.symbol)).collect();
    let _ = writeln!(
        page,
        "<section><h2>Volatility</h2>\n<h3>Volatility in force, percent per √day</h3>\n{}<div class=\"plot\">{}</div></section>",
        legend(&hues),
        panels::sigma_chart(report, &factors)
    );
}

fn push_totals(page: &mut String, report: &Report) {
    let _ = writeln!(
        page,
        "<section><h2>Liquidations over time</h2>\n<h3>Value liquidated so far, USDC</h3>\n{}<div class=\"plot\">{}</div></section>",
        legend(&[
            LegendEntry::Line("moving-sum", "moving thresholds"),
            LegendEntry::Line("frozen-sum", "frozen thresholds")
        ]),
        panels::cumulative_chart(report)
    );
}

fn push_list(page: &mut String, name: &str, run: &Run) {
    let _ = writeln!(
        page,
        "<details><summary>All {} liquidations of loans with {name}</summary><div class=\"scroll\"><table><thead><tr><th>time, UTC</th>\
         <th class=\"words\">borrower</th><th class=\"words\">seized</th><th class=\"words\">repaid</th>\
         <th>repaid, USDC</th><th>seized, USDC</th><th class=\"words\">cause</th><th class=\"words\">keeper</th></tr></thead><tbody>",
        grouped(run.liquidations)
    );
    for one in &run.liquidation_list {
        let (class, cause) = match one.cause {
            Cause::Price => ("", "price"),
            Cause::Threshold => (" class=\"walk\"", "threshold alone"),
        };
        let _ = writeln!(
            page,
            "<tr{class}><td>{}</td><td class=\"words\" title=\"{}\">{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td>\
             <td>{}</td><td>{}</td><td class=\"words\">{cause}</td><td class=\"words\">{}</td></tr>",
            date_time(one.time_seconds),
            escape(&one.account),
            escape(&one.borrower),
            escape(&one.collateral),
            escape(&one.debt),
            dollars(one.repaid_quote_atoms),
            dollars(one.seized_quote_atoms),
            escape(&one.keeper),
        );
    }
    *page += "</tbody></table></div></details>\n";
}

fn push_footer(page: &mut String, report: &Report) {
    *page += "<footer>\n";
    for note in &report.notes {
        let _ = writeln!(page, "<p>{}</p>", escape(note));
    }
    let _ = writeln!(
        page,
        "<p>Scenario {}, seed {}, {} steps of {} minutes, both runs in {:.0} seconds. Program SHA-256 {}.</p>\n</footer>",
        escape(&report.scenario),
        report.seed,
        grouped(report.steps),
        report.step_seconds / 60,
        report.seconds,
        escape(&report.program_sha256)
    );
}
