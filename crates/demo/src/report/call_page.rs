//! The page's part about margin calls and hedgers.

use std::fmt::Write;

use plimsoll_report::calendar::date_time;
use plimsoll_report::escape;
use plimsoll_report::format::{dollars, grouped, signed_cents};

use super::Report;
use super::calls::{Calls, Ending, MarginCall};

/// Appends the whole part.
pub(super) fn push(page: &mut String, report: &Report) {
    let calls = &report.dynamic.calls;
    let _ = writeln!(page, "<section><h2>Margin calls</h2>\n<p>{}</p>\n<p>{}</p>", summary(calls), hedgers(report));
    push_list(page, "moving thresholds", calls);
    push_list(page, "frozen thresholds", &report.frozen.calls);
    *page += "</section>\n";
}

/// What became of the calls, in words.
fn summary(calls: &Calls) -> String {
    let kept = match (calls.walk_liquidations, calls.uncalled_walk_liquidations) {
        (0, _) => "No account was liquidated by the walk alone.".to_owned(),
        (all, 0) => format!(
            "All {} liquidations by the walk alone, of loans and of positions, were of accounts called before.",
            grouped(all)
        ),
        (all, uncalled) => {
            format!("Of {} liquidations by the walk alone {} had no call before them.", grouped(all), grouped(uncalled))
        }
    };
    format!(
        "Whatever raises a maintenance margin is announced an hour ahead, so the moment at which it meets an account is known. Keepers call such accounts; \
         every second owner answers. {} calls were made: {} were cured, {} of these by owners who paid in {} USDC, {} ended in a liquidation and {} stood at \
         the end. {kept} Where a price moves there is no notice: {} liquidations came without a call.",
        grouped(calls.list.len() as u64),
        grouped(calls.ended(Ending::Cured)),
        grouped(calls.cured_by_owners()),
        dollars(calls.topped_up_quote_atoms()),
        grouped(calls.ended(Ending::Liquidated)),
        grouped(calls.ended(Ending::Open)),
        grouped(calls.price_liquidations),
    )
}

fn hedgers(report: &Report) -> String {
    let hedgers = &report.dynamic.calls.hedgers;
    format!(
        "{} of {} hedgers entered portfolio margin as soon as it opened: they hold a token and sell it short, or are long one market and short another. At \
         their largest, legs of {} USDC required {} USDC; one by one, as in cross margin, they would have required {}. {} of the hedgers were liquidated. \
         With frozen thresholds nothing is ever announced, portfolio margin stays closed, and they hedge in cross margin.",
        grouped(hedgers.in_portfolio),
        grouped(hedgers.count),
        dollars(hedgers.largest_gross_quote_atoms),
        dollars(hedgers.requirement_quote_atoms),
        dollars(hedgers.cross_requirement_quote_atoms),
        grouped(hedgers.liquidated),
    )
}

fn push_list(page: &mut String, name: &str, calls: &Calls) {
    if calls.list.is_empty() {
        let _ = writeln!(page, "<p>No account was called with {name}.</p>");
        return;
    }
    let _ = writeln!(
        page,
        "<details><summary>All {} margin calls with {name}</summary><div class=\"scroll\"><table><thead><tr><th>called, UTC</th>\
         <th class=\"words\">owner</th><th>deadline, UTC</th><th>missing then, USDC</th><th>paid in, USDC</th><th class=\"words\">ending</th>\
         <th>ended, UTC</th></tr></thead><tbody>",
        grouped(calls.list.len() as u64)
    );
    for call in &calls.list {
        push_call(page, call);
    }
    *page += "</tbody></table></div></details>\n";
}

fn push_call(page: &mut String, call: &MarginCall) {
    let ending = match call.ending {
        Ending::Cured => "cured",
        Ending::Liquidated => "liquidated",
        Ending::Open => "stands",
    };
    let cents = |quote_atoms: u64| signed_cents(i64::try_from(quote_atoms).unwrap_or(i64::MAX));
    let _ = writeln!(
        page,
        "<tr><td>{}</td><td class=\"words\" title=\"{}\">{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"words\">{ending}</td><td>{}</td></tr>",
        date_time(call.called_seconds),
        escape(&call.account),
        escape(&call.owner),
        date_time(call.deadline_seconds),
        cents(call.shortfall_quote_atoms),
        cents(call.topped_up_quote_atoms),
        call.ended_seconds.map(date_time).unwrap_or_default(),
    );
}
