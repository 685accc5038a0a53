//! The page's part about perpetuals: the pool, the markets, the waterfall.

use std::fmt::Write;

use plimsoll_report::calendar::date_time;
use plimsoll_report::format::{dollars, grouped, signed_cents};
use plimsoll_report::{LegendEntry, escape, legend};

use super::Report;
use super::comparison::withdrawal_sentence;
use super::perp_panels::{HUES, MarketChart, market_chart, pool_chart};
use super::perps::{Counterparty, Deficit, Perps, Side};

/// Appends the whole part.
pub(super) fn push(page: &mut String, report: &Report) {
    let _ = writeln!(
        page,
        "<section><h2>Perpetuals</h2>\n<p>{} traders hold positions against one pool of liquidity. Every order waits for the first publication \
         after its delay, so nobody chooses a price; keepers arm and fill the orders, book funding, liquidate and resolve.</p>",
        grouped(report.traders)
    );
    let _ = writeln!(
        page,
        "<h3>Equity of the pool, thousand USDC</h3>\n{}<div class=\"plot\">{}</div>",
        legend(&[
            LegendEntry::Line("moving-sum", "moving thresholds"),
            LegendEntry::Line("frozen-sum", "frozen thresholds")
        ]),
        pool_chart(report)
    );
    push_withdrawals(page, &report.dynamic.perps);
    push_markets(page, report);
    *page += "</section>\n";
    push_waterfall(page, "moving thresholds", &report.dynamic.perps);
    push_waterfall(page, "frozen thresholds", &report.frozen.perps);
    push_list(page, "moving thresholds", &report.dynamic.perps);
    push_list(page, "frozen thresholds", &report.frozen.perps);
}

fn push_withdrawals(page: &mut String, perps: &Perps) {
    for withdrawal in &perps.withdrawal_list {
        let _ = writeln!(page, "<blockquote><p>{}</p></blockquote>", escape(&withdrawal_sentence(withdrawal)));
    }
}

fn push_markets(page: &mut String, report: &Report) {
    let markets = HUES.into_iter().zip(&report.dynamic.perps.markets);
    let hues: Vec<LegendEntry<'_>> = markets.map(|(class, market)| LegendEntry::Line(class, &market.symbol)).collect();
    for (heading, which) in [
        ("Skew: longs less shorts, thousand USDC", MarketChart::Skew),
        ("Open interest, longs and shorts, thousand USDC", MarketChart::OpenInterest),
        ("Funding rate, percent a day; above zero longs pay", MarketChart::FundingRate),
        ("Funding paid so far, thousand USDC", MarketChart::FundingPaid),
    ] {
        let chart = market_chart(report, which);
        let _ = writeln!(page, "<h3>{heading}</h3>\n{}<div class=\"plot\">{chart}</div>", legend(&hues));
    }
}

fn push_waterfall(page: &mut String, name: &str, perps: &Perps) {
    let _ = writeln!(page, "<h3>The waterfall with {name}</h3>");
    if perps.deficit_list.is_empty() {
        *page += "<p>Not reached: no account lost more than it had, so nobody else paid for one.</p>\n";
        return;
    }
    *page += "<div class=\"scroll\"><table><thead><tr><th>time, UTC</th><th class=\"words\">trader</th><th class=\"words\">market</th>\
              <th>deficit, USDC</th><th>insurance</th><th>pool</th><th>winners</th><th>closed against them</th></tr></thead><tbody>\n";
    for one in &perps.deficit_list {
        push_deficit(page, one);
    }
    *page += "</tbody></table></div>\n<p>Insurance pays first, then what the pool earned in that market and its share of the day, then all winning \
              positions by the same fraction.</p>\n";
}

fn push_deficit(page: &mut String, one: &Deficit) {
    let cents = |quote_atoms: u64| signed_cents(i64::try_from(quote_atoms).unwrap_or(i64::MAX));
    let _ = writeln!(
        page,
        "<tr><td>{}</td><td class=\"words\" title=\"{}\">{}</td><td class=\"words\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
         <td>{}</td></tr>",
        date_time(one.time_seconds),
        escape(&one.account),
        escape(&one.trader),
        escape(&one.market),
        cents(one.deficit_quote_atoms),
        cents(one.insurance_quote_atoms),
        cents(one.pool_quote_atoms),
        cents(one.winners_quote_atoms),
        cents(one.closed_quote_atoms),
    );
}

fn push_list(page: &mut String, name: &str, perps: &Perps) {
    let _ = writeln!(
        page,
        "<details><summary>All {} liquidations of positions with {name}</summary><div class=\"scroll\"><table><thead><tr>\
         <th>time, UTC</th><th class=\"words\">trader</th><th class=\"words\">market</th><th class=\"words\">side</th>\
         <th>closed, USDC</th><th class=\"words\">taken over by</th><th class=\"words\">keeper</th></tr></thead><tbody>",
        grouped(perps.liquidation_list.len() as u64)
    );
    for one in &perps.liquidation_list {
        let side = if one.side == Side::Long { "long" } else { "short" };
        let counterparty = if one.counterparty == Counterparty::Pool { "the pool" } else { "the keeper" };
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"words\" title=\"{}\">{}</td><td class=\"words\">{}</td><td class=\"words\">{side}</td>\
             <td>{}</td><td class=\"words\">{counterparty}</td><td class=\"words\">{}</td></tr>",
            date_time(one.time_seconds),
            escape(&one.account),
            escape(&one.trader),
            escape(&one.market),
            dollars(one.closed_quote_atoms),
            escape(&one.keeper),
        );
    }
    *page += "</tbody></table></div></details>\n";
}
