//! The report of a calibration: what would change first, then the evidence factor by factor.

use plimsoll_report::calendar::date;
use plimsoll_report::format::{duration, grouped, number, share};
use plimsoll_report::{Cell, Fact, Page, Table};

use super::accounts::AccountEffect;
use super::command::Report;
use super::effect::{FactorEffect, MarginChange};
use super::factor::Calibrated;
use super::findings::Basis;
use super::fragment::values;
use super::half_lives::Choice;
use super::panels;

/// The whole page.
pub(super) fn page(report: &Report) -> String {
    let mut page = Page::new("Calibration of risk parameters");
    let names: Vec<&str> = report.factors.iter().map(|factor| factor.symbol.as_str()).collect();
    page.lead(&format!(
        "{}, from price history. Every number stands beside the measurement that it follows from; variances and margins are computed by the program's own core.",
        names.join(", ")
    ));
    page.facts(&facts(report));
    if !report.cautions.is_empty() {
        page.section("Read this before adopting anything");
        page.list(&report.cautions);
    }
    page.section("The numbers");
    page.table(&summary(report));
    push_effects(&mut page, report);
    push_accounts(&mut page, &report.accounts);
    for factor in &report.factors {
        push_factor(&mut page, factor);
    }
    push_covariance(&mut page, report.covariance.as_ref());
    page.section("As a parameter file");
    page.paragraph("The same numbers as [[factors]] of a parameter file, checked by the reader of migrations/params.");
    page.folded_text("calibrate.toml", &report.toml);
    page.footer(&footer(report));
    page.html()
}

fn facts(report: &Report) -> Vec<Fact> {
    let at_end = |effect: &FactorEffect| effect.margins.iter().find(|one| one.market == "at the end").copied();
    let mut facts: Vec<Fact> = report
        .effects
        .iter()
        .filter_map(|effect| Some((effect, at_end(effect)?)))
        .map(|(effect, one)| {
            let value = format!("{} → {}", number(one.maintenance_before * 100.0, 1), share(one.maintenance_after, 1));
            Fact::new(value, format!("{}: maintenance margin at the volatility of the last bar", effect.symbol))
        })
        .collect();
    if !report.accounts.is_empty() {
        let fallen = report.accounts.iter().filter(|one| one.maintenance_before >= 0.0 && one.maintenance_after < 0.0);
        let count = fallen.count();
        let meaning =
            format!("of {} accounts healthy now would be liquidatable once the line has walked", report.accounts.len());
        facts.push(Fact::new(count.to_string(), meaning).bad_if(count > 0));
    }
    facts
}

fn summary(report: &Report) -> Table {
    let headings = ["σ_floor", "σ_stress", "ν", "k", "fast", "slow", "jumps", "spread", "Y", "MM", "IM"];
    let columns = std::iter::once(Cell::words("factor")).chain(headings.map(Cell::number)).collect();
    let mut table = Table::new(columns);
    for factor in &report.factors {
        let params = factor.params();
        let margins = report.margins.get(&factor.symbol);
        let margin = |of: fn(&(f64, f64)) -> f64| margins.map_or("–".to_owned(), |pair| share(of(pair), 1));
        let volume = factor.evidence.liquidity.volume.as_ref();
        let cells = [
            share(f64::from(params.sigma_floor_ppm) / 1e6, 2),
            share(f64::from(params.sigma_stress_ppm) / 1e6, 2),
            number(factor.evidence.tails.fit.degrees_of_freedom, 2),
            number(f64::from(params.tail_multiplier_ppm) / 1e6, 3),
            duration(params.half_life_fast_seconds.into()),
            duration(params.half_life_slow_seconds.into()),
            duration(params.half_life_jump_seconds.into()),
            share(f64::from(params.spread_ppm) / 1e6, 3),
            volume.map_or("–".to_owned(), |volume| number(volume.multiple(), 2)),
            margin(|pair| pair.0),
            margin(|pair| pair.1),
        ];
        table.push(std::iter::once(Cell::words(&factor.symbol)).chain(cells.map(Cell::number)).collect());
    }
    table
}

fn push_effects(page: &mut Page, report: &Report) {
    if report.effects.is_empty() {
        return;
    }
    page.section("What would change");
    page.paragraph(&format!(
        "Against {}. Margins are those of a path at rest, without a jump: calm at σ_floor, at the end with σ_now of the last bar, stressed at σ_stress (all measured). \
         Maintenance margin walks there at the speed that the Book allows.",
        report.against.as_deref().unwrap_or_default()
    ));
    page.table(&margin_table(&report.effects));
    for effect in &report.effects {
        page.folded_table(&format!("{}: {} fields change", effect.symbol, effect.fields.len()), &field_table(effect));
    }
}

fn margin_table(effects: &[FactorEffect]) -> Table {
    let mut table = Table::new(vec![
        Cell::words("factor"),
        Cell::words("market"),
        Cell::number("σ a day"),
        Cell::number("MM in force"),
        Cell::number("MM calibrated"),
        Cell::number("change"),
        Cell::number("IM in force"),
        Cell::number("IM calibrated"),
    ]);
    for effect in effects {
        for one in &effect.margins {
            let MarginChange { maintenance_before, maintenance_after, .. } = one;
            let points = (maintenance_after - maintenance_before) * 100.0;
            let sign = if points > 0.0 { "+" } else { "" };
            table.push(vec![
                Cell::words(&effect.symbol),
                Cell::words(one.market),
                Cell::number(share(one.sigma, 2)),
                Cell::number(share(*maintenance_before, 2)),
                Cell::number(share(*maintenance_after, 2)),
                Cell::number(format!("{sign}{} points", number(points, 2))),
                Cell::number(share(one.initial_before, 2)),
                Cell::number(share(one.initial_after, 2)),
            ]);
        }
    }
    table
}

fn field_table(effect: &FactorEffect) -> Table {
    let headings =
        vec![Cell::words("field"), Cell::number("in force"), Cell::number("calibrated"), Cell::number("change")];
    let mut table = Table::new(headings);
    for one in &effect.fields {
        let change = one.change.map_or("–".to_owned(), |change| share(change, 1));
        let sign = if one.after > one.before { "+" } else { "" };
        table.push(vec![
            Cell::words(one.field),
            Cell::number(grouped(one.before)),
            Cell::number(grouped(one.after)),
            Cell::number(format!("{sign}{change}")),
        ]);
    }
    table
}

fn push_accounts(page: &mut Page, accounts: &[AccountEffect]) {
    if accounts.is_empty() {
        return;
    }
    page.subsection("Accounts, quote units");
    let headings = ["equity", "maintenance health in force", "calibrated", "initial health in force", "calibrated"];
    let mut table = Table::new(std::iter::once(Cell::words("account")).chain(headings.map(Cell::number)).collect());
    let health = |value: f64| {
        let cell = Cell::number(number(value, 2));
        if value < 0.0 { cell.bad() } else { cell }
    };
    for one in accounts {
        table.push(vec![
            Cell::words(&one.name),
            Cell::number(number(one.equity, 2)),
            health(one.maintenance_before),
            health(one.maintenance_after),
            health(one.initial_before),
            health(one.initial_after),
        ]);
    }
    page.table(&table);
}

fn push_factor(page: &mut Page, factor: &Calibrated) {
    let (from, to) = factor.span_seconds;
    let evidence = &factor.evidence;
    page.section(&factor.symbol);
    page.paragraph(&format!(
        "{}: {} bars of {}, {} to {}; {} bars are missing in {} gaps. σ_floor, σ_stress and the slow half-life are from {}.",
        factor.file,
        grouped(factor.bars as u64),
        duration(factor.bar_seconds),
        date(from),
        date(to),
        grouped(factor.gaps.missing_bars),
        grouped(factor.gaps.count),
        evidence.levels.file,
    ));
    push_charts(page, factor);
    page.subsection("What was measured, with its evidence");
    page.table(&evidence_table(factor, |basis| basis != Basis::Policy));
    let policies = evidence_table(factor, |basis| basis == Basis::Policy);
    page.folded_table("Decisions that no history measures: kept as they are", &policies);
}

fn push_charts(page: &mut Page, factor: &Calibrated) {
    let evidence = &factor.evidence;
    page.subsection("Volatility of days, percent");
    page.figure(&panels::days(factor));
    page.subsection("Volatility as the core folds it, percent per √day");
    page.figure(&panels::current(factor));
    page.subsection("Half-life of the fast variance");
    page.figure(&panels::losses(
        &format!("Loss of forecasts by the fast variance of {}", factor.symbol),
        &evidence.fast,
    ));
    page.subsection("Half-life of the slow variance");
    page.figure(&panels::losses(
        &format!("Loss of forecasts by the slow variance of {}", factor.symbol),
        &evidence.slow,
    ));
    page.subsection("The tail");
    page.paragraph(&format!(
        "Returns over {}, each divided by σ_now as it was known before. On the dashed line the returns lie as the distribution says.",
        duration(evidence.tails.span_seconds)
    ));
    page.figure(&panels::tails(&factor.symbol, &evidence.tails));
    if let Some(decay) = &evidence.jumps {
        page.subsection("After jumps");
        page.figure(&panels::decay(&factor.symbol, decay));
    }
    if let Some(volume) = &evidence.liquidity.volume {
        page.subsection("Impact");
        page.figure(&panels::impact(&factor.symbol, volume));
    }
}

fn evidence_table(factor: &Calibrated, shows: fn(Basis) -> bool) -> Table {
    let headings = vec![Cell::words("field"), Cell::number("value"), Cell::words("basis"), Cell::words("evidence")];
    let mut table = Table::new(headings);
    let fields = values(factor.params()).into_iter().zip(&factor.findings);
    for ((field, value), finding) in fields.filter(|(_, finding)| shows(finding.basis)) {
        let basis = match finding.basis {
            Basis::Measured => "measured",
            Basis::Kept => "kept",
            Basis::Policy => "policy",
        };
        table.push(vec![
            Cell::words(field),
            Cell::number(grouped(value)),
            Cell::words(basis),
            Cell::prose(&finding.evidence),
        ]);
    }
    table
}

fn push_covariance(page: &mut Page, choice: Option<&Choice>) {
    page.section("Covariance");
    let Some(choice) = choice else {
        page.paragraph("Its half-life needs two factors with bars of one length and common times: not estimated.");
        return;
    };
    page.paragraph(&format!(
        "One half-life for all pairs: {} has the least loss of forecasts {} ahead (older half {}, newer half {}). It stands in [book].",
        duration(choice.best_seconds.into()),
        duration(choice.ahead_seconds),
        duration(choice.best_older_seconds.into()),
        duration(choice.best_newer_seconds.into())
    ));
    page.figure(&panels::losses("Loss of forecasts of the covariance", choice));
}

fn footer(report: &Report) -> Vec<String> {
    let rules = &report.rules;
    vec![
        format!(
            "Rules: σ_floor at the {} quantile, σ_stress at {}, expected shortfall at {}, winsor_sigmas at {}, halt_sigmas at {}, Hill from {} of the returns, \
             liquidations up to {} of a quiet day's volume.",
            share(rules.floor_quantile, 0),
            share(rules.stress_quantile, 0),
            share(rules.tail_probability, 1),
            share(rules.winsor_quantile, 2),
            share(rules.halt_quantile, 3),
            share(rules.hill_share, 1),
            share(rules.participation, 1)
        ),
        "ν by maximum likelihood (McNeil, Frey and Embrechts), QLIKE after Patton (2011), spreads after Abdi and Ranaldo (2017) and Corwin and Schultz (2012), the square-root law \
         after Donier and Bonart (2015). From bars alone the sign of the flow is unknown: Y is what the largest bars show, an order of magnitude."
            .to_owned(),
    ]
}
