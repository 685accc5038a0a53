//! The report: what was to be reached, how it was tested, and per series the charts and tables behind it.

use plimsoll_report::calendar::date;
use plimsoll_report::format::{duration, grouped, number, share};
use plimsoll_report::{Cell, Fact, Page, Table};

use super::charts;
use super::figures::SeriesBacktest;
use super::run::Traced;
use super::screen::label;
use super::tables;

/// The page.
pub(super) fn html(traced: &[Traced], seed: u64) -> String {
    let mut page = Page::new("Backtest of the margins");
    let backtests: Vec<&SeriesBacktest> = traced.iter().map(|one| &one.figures).collect();
    page.lead(
        "Would the maintenance margin in force have covered what closing out could lose? Each price history calibrates on its older half and is \
         tested on its newer half; thresholds move step by step as on-chain, computed by the same core.",
    );
    page.facts(&facts(&backtests));
    page.section("What had to be reached");
    page.table(&targets(&backtests));
    page.list(&legend());
    page.paragraph(&sensitivity(&backtests));
    page.section("How it was tested");
    page.list(&method());
    for one in traced {
        series(&mut page, one);
    }
    page.section("Rules that prices cannot replay");
    page.list(&not_replayed());
    let worlds = format!(
        "P-values of Z2: 4,000 simulated worlds, seed {seed}. All figures stand in backtest.json beside this page."
    );
    page.footer(&[worlds]);
    page.html()
}

fn legend() -> Vec<String> {
    [
        "Long, short: windows whose worst close-out lost more than the es part of the margin in force at their start, without buffer, bonus and spread. At most: the largest \
         number that Kupiec's test of 1\u{a0}% does not reject at 95\u{a0}%.",
        "Average: the es part over the margin of the unmitigated EWMA (same half-life, k and horizon; no floor, stress, notice). Limit 2.",
        "1 d rise: the worst rise within a day over the EWMA's, both at the same average margin. Limit 0.5.",
        "Shortfall: what losses exceeded the margin by, in all, over the same of a threshold that never moves, at the same average margin. Limit 1 for hourly bars, 1.05 for others.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn facts(backtests: &[&SeriesBacktest]) -> Vec<Fact> {
    let targets = || backtests.iter().flat_map(|one| &one.targets);
    let (reached, all) = (targets().filter(|target| target.reached).count(), targets().count());
    let windows: u64 = backtests.iter().map(|one| one.windows).sum();
    let worst = |index: usize| {
        let measured = backtests.iter().filter_map(|one| one.targets.get(index)).map(|target| target.measured);
        measured.fold(f64::NAN, f64::max)
    };
    vec![
        Fact::new(format!("{reached} of {all}"), "figures reached").bad_if(reached < all),
        Fact::new(grouped(windows), "windows tested, longs and shorts each"),
        Fact::new(format!("{}×", number(worst(2), 2)), "the unmitigated EWMA's average margin, at most (limit 2)"),
        Fact::new(format!("{}×", number(worst(3), 2)), "its worst one-day rise at equal average, at most (limit 0.5)"),
    ]
}

fn targets(backtests: &[&SeriesBacktest]) -> Table {
    let mut columns = vec![Cell::words("Series"), Cell::number("Windows"), Cell::number("At most")];
    columns.extend(["Long", "Short", "Average", "1 d rise", "Shortfall"].map(Cell::number));
    let mut table = Table::new(columns);
    for one in backtests {
        let bound = Cell::number(grouped(one.kupiec_high));
        let mut row = vec![Cell::words(label(&one.series)), Cell::number(grouped(one.windows)), bound];
        row.extend(one.targets.iter().map(tables::target));
        table.push(row);
    }
    table
}

/// How many figures are reached where parameters are chosen otherwise, and which are not.
fn sensitivity(backtests: &[&SeriesBacktest]) -> String {
    let tried = || {
        let variants =
            backtests.iter().flat_map(|one| one.sensitivity.iter().skip(1).map(move |variant| (one, variant)));
        variants.flat_map(|(one, variant)| variant.targets.iter().map(move |target| (one, variant, target)))
    };
    let missed: Vec<String> = tried()
        .filter(|(_, _, target)| !target.reached)
        .map(|(one, variant, target)| {
            let (measured, limit) = (number(target.measured, 2), number(target.limit, 2));
            format!("{}, {} ({}): {measured}, limit {limit}", label(&one.series), target.what, variant.name)
        })
        .collect();
    let (reached, all) = (tried().count() - missed.len(), tried().count());
    let which = if missed.is_empty() { String::new() } else { format!(" Missed: {}.", missed.join("; ")) };
    format!(
        "With parameters chosen otherwise (the last table of each series), {reached} of {all} figures are reached.{which}"
    )
}

fn method() -> Vec<String> {
    [
        "Each bar is published as the oracle would: its open at the boundary (the sample of the step), its extremes and its close within it. The crank folds at every \
         boundary, through gaps too; jump guard, winsorising, range and announced path are the core's own.",
        "A window begins at a boundary, on the margin announced an hour before, and lasts the margin period of risk; windows do not overlap. The loss is that of the worst \
         price in the window, for a long and for a short; a short's margin counts m, though the core asks m + m².",
        "A position has one side, so that each side is tested against 1\u{a0}%. Windows in which either side failed are listed too.",
        "From the older half: the fast half-life of the lowest out-of-sample QLIKE at the horizon; σ_floor and σ_stress, the 20\u{a0}% and 95\u{a0}% quantiles of the volatility that \
         this half-life saw; ν by maximum likelihood on standardised returns over the horizon, and with it k. Everything else is the model's default: slow half-life 15 d, \
         weight of stress 25\u{a0}%, winsorising at 6 σ, an hour's notice.",
        "Expected shortfall is tested on losses at the end of the horizon, which is what es forecasts. Z1 and Z2 are 0 where it is true and negative where it understates the risk.",
        "A rise is the largest from any level to a later one within the time named, in points of the position's value.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn not_replayed() -> Vec<String> {
    [
        "dYdX v4 raises initial margin with a market's open interest and never maintenance margin. The histories have no open interest, and a made-up one would decide the result; \
         for maintenance its rule is the fixed threshold above.",
        "Hyperliquid's tiers depend on the position's size alone: through time each is a fixed threshold, shown at its published level, not at equal average. Its engine liquidates within \
         seconds against an order book, which this horizon does not grant it. Assets without published tiers have no such row.",
        "Mango's stable price enters initial margin alone; its maintenance margin is the fixed threshold. Bars show the stable price at most four prices a bar, so that it lags less than \
         on-chain within an hour's crash.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn series(page: &mut Page, traced: &Traced) {
    let figures = &traced.figures;
    page.section(&label(&figures.series));
    page.paragraph(&format!(
        "Calibrated on {} to {}, tested to {}: {} windows of {} on a grid of {}. Bars missing in the file: {}.",
        date(figures.calibrated_from_seconds),
        date(figures.tested_from_seconds),
        date(figures.tested_until_seconds),
        grouped(figures.windows),
        duration(figures.horizon_seconds),
        duration(figures.grid_seconds),
        figures.missing_bars,
    ));
    page.table(&tables::calibration(&figures.calibration));
    page.subsection("Margins through the tested half");
    page.figure(&charts::margins(traced));
    let (worst_day, figure) = charts::worst_day(traced);
    page.subsection(&format!("Around the unmitigated EWMA's worst day, {}", date(worst_day)));
    page.figure(&figure);
    page.subsection("Coverage");
    page.table(&tables::coverage(figures));
    page.paragraph(&format!(
        "Kupiec does not reject {} to {} failures of a side; fewer mean that the margin is more cautious than 99\u{a0}%. Probabilities below 0.05 reject: that failures are 1\u{a0}% of \
         windows, that they come independently, both. The light is the Basel Committee's. Excess: the largest loss beyond the margin. Either: windows in which one side failed.",
        figures.kupiec_low, figures.kupiec_high
    ));
    page.subsection("Procyclicality");
    page.table(&tables::procyclicality(figures));
    page.subsection("Expected shortfall");
    page.table(&tables::shortfall(figures));
    page.paragraph(&format!(
        "Losses at the end of {} beyond value at risk, which is {} of es for this ν.",
        duration(figures.horizon_seconds),
        share(tables::value_at_risk_share(&figures.calibration), 0),
    ));
    page.subsection("With other parameters");
    page.table(&tables::sensitivity(figures));
    if figures.sensitivity.iter().any(|variant| variant.name == "in force") {
        page.paragraph(
            "In force: es of the parameter file at this horizon. Those numbers may have been chosen with the tested half in sight, so they prove less than the others.",
        );
    }
}
