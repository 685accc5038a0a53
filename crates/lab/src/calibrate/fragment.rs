//! Calibrated factors as TOML: the `[[factors]]` of a parameter file, and a whole file with them in the place of those in force.

use std::fmt::Write;
use std::path::Path;

use plimsoll_params::{FactorParams, ParameterFile};

use super::error::CalibrateError;
use super::factor::Calibrated;
use super::findings::Basis;

/// The parameters of mainnet: what is kept where no others are given.
pub const MAINNET: &str = include_str!("../../../../migrations/params/mainnet.toml");
/// A comment reaches no further than this column.
const COLUMNS: usize = 160;

/// One factor as TOML, its evidence above each number.
///
/// # Errors
/// [`std::fmt::Error`] never: a string takes every text.
#[must_use]
pub fn factor(calibrated: &Calibrated) -> String {
    let listing = &calibrated.listing;
    let oracle = serde_json::to_value(listing.oracle_kind).ok();
    let oracle = oracle.as_ref().and_then(serde_json::Value::as_str).unwrap_or("pull");
    let mut text = String::new();
    push_comment(&mut text, &heading(calibrated));
    if calibrated.is_borrowed {
        push_comment(
            &mut text,
            "feed_id, oracle_kind, base_decimals and pegged are another factor's: no parameters in force name this one. Put its own in their place.",
        );
    }
    let _ = write!(
        text,
        "[[factors]]\nsymbol = \"{}\"\nfeed_id = \"{}\"\noracle_kind = \"{oracle}\"\nbase_decimals = {}\npegged = {}\n",
        calibrated.symbol, listing.feed_id, listing.base_decimals, listing.pegged
    );
    push_comment(&mut text, "the median of daily volatilities");
    let (fast, slow) = (grouped(listing.seed_sigma_fast_ppm.into()), grouped(listing.seed_sigma_slow_ppm.into()));
    let _ = write!(text, "seed_sigma_fast_ppm = {fast}\nseed_sigma_slow_ppm = {slow}\n");
    let _ = write!(text, "implied_feed_id = \"{}\"\n\n[factors.params]\n", listing.implied_feed_id);
    push_params(&mut text, calibrated);
    push_liquidity(&mut text, calibrated);
    text
}

/// The first profile: volume as measured, where the history has one; depth and spread are the steward's to say.
fn push_liquidity(text: &mut String, calibrated: &Calibrated) {
    let profile = &calibrated.listing.liquidity;
    let _ = writeln!(text, "\n[factors.liquidity]");
    for (field, value) in [
        ("depth_quote_atoms", profile.depth_quote_atoms),
        ("daily_volume_quote_atoms", profile.daily_volume_quote_atoms),
        ("spread_ppm", profile.spread_ppm.into()),
        ("spread_deviation_ppm", profile.spread_deviation_ppm.into()),
    ] {
        let _ = writeln!(text, "{field} = {}", grouped(value));
    }
}

fn heading(calibrated: &Calibrated) -> String {
    let (from, to) = calibrated.span_seconds;
    let date = plimsoll_report::calendar::date;
    let impact = calibrated.evidence.liquidity.volume.as_ref().map_or(
        "Square-root impact: not estimable, the history has no volume.".to_owned(),
        |volume| {
            format!(
                "Square-root impact: Y = {:.2} (returns {:.2}, half ranges {:.2}, in the bars of the largest volume; exponent {:.2}), ADV {} quote units.",
                volume.multiple(),
                volume.multiple_of_returns,
                volume.multiple_of_ranges,
                volume.exponent,
                plimsoll_report::format::number(volume.average_day_quote, 0)
            )
        },
    );
    let depth = calibrated.evidence.liquidity.depth_quote.map_or(String::new(), |depth| {
        format!(
            " Depth within 2 %: {} quote units (10 % quantile of the column), for depth_quote_atoms of a perp market.",
            plimsoll_report::format::number(depth, 0)
        )
    });
    format!(
        "{}: {} bars of {} s, {} to {}; {} of them missing in {} gaps. {impact}{depth}",
        calibrated.symbol,
        plimsoll_report::format::grouped(calibrated.bars as u64),
        calibrated.bar_seconds,
        date(from),
        date(to),
        calibrated.gaps.missing_bars,
        calibrated.gaps.count
    )
}

fn push_params(text: &mut String, calibrated: &Calibrated) {
    for (field, value) in values(calibrated.params()) {
        if let Some(finding) = calibrated.findings.iter().find(|one| one.field == field) {
            let basis = match finding.basis {
                Basis::Measured => "",
                Basis::Kept => "KEPT: ",
                Basis::Policy => "policy: ",
            };
            push_comment(text, &format!("{basis}{}", finding.evidence));
        }
        let _ = writeln!(text, "{field} = {}", grouped(value));
    }
}

/// The fields of a factor's parameters with their values, in their order.
#[must_use]
pub fn values(params: &FactorParams) -> Vec<(&'static str, u64)> {
    let json = serde_json::to_value(params).unwrap_or_default();
    // fields of 64 bits are decimal strings
    let number = |value: &serde_json::Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    FactorParams::BOUNDS.iter().filter_map(|(field, _)| Some((*field, number(json.get(field)?)?))).collect()
}

fn grouped(number: u64) -> String {
    plimsoll_report::format::grouped(number).replace(',', "_")
}

fn push_comment(text: &mut String, words: &str) {
    let mut column = COLUMNS;
    for word in words.split_whitespace() {
        let length = word.chars().count() + 1;
        if column + length > COLUMNS {
            let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            let _ = write!(text, "{newline}#");
            column = 1;
        }
        let _ = write!(text, " {word}");
        column += length;
    }
    text.push('\n');
}

/// The text of a parameter file with calibrated factors in the place of those of the same name, or behind the others; checked as any parameter file.
///
/// # Errors
/// [`CalibrateError::Refused`] with line and field.
pub fn in_place(file: &Path, text: &str, factors: &[Calibrated]) -> Result<String, CalibrateError> {
    let mut blocks = blocks_of(text);
    for calibrated in factors {
        let fragment = factor(calibrated);
        let is_factor = |block: &String| table_line(block) == Some("[[factors]]");
        let named = format!("symbol = \"{}\"", calibrated.symbol);
        let is_named = |block: &String| is_factor(block) && block.lines().any(|line| line.trim() == named);
        if let Some(block) = blocks.iter_mut().find(|block| is_named(block)) {
            *block = fragment + "\n";
        } else {
            let last = blocks.iter().rposition(is_factor).map_or(blocks.len(), |place| place + 1);
            blocks.insert(last, fragment + "\n");
            for block in blocks.iter_mut().filter(|block| table_line(block) == Some("[[scenarios]]")) {
                *block = with_shock(block, &calibrated.symbol);
            }
        }
    }
    let whole = blocks.concat();
    ParameterFile::parse(file, &whole).map_err(CalibrateError::Refused)?;
    Ok(whole)
}

/// A row of the scenario grid in which a new factor stands still, until somebody says how it moves.
fn with_shock(row: &str, symbol: &str) -> String {
    let line =
        |line: &str| match line.strip_prefix("shocks_ppm = ").and_then(|shocks| shocks.trim_end().strip_suffix('}')) {
            Some(shocks) => format!("shocks_ppm = {}, {symbol} = 0 }}\n", shocks.trim_end()),
            None => line.to_owned(),
        };
    row.split_inclusive('\n').map(line).collect()
}

/// A file's arrays of tables, each with the comments above it; what stands before the first one is a block too.
fn blocks_of(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut pending = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("[[") {
            blocks.push(std::mem::take(&mut pending));
        } else if line.starts_with('#') {
            pending += line;
            continue;
        }
        if let Some(block) = blocks.last_mut() {
            *block += &std::mem::take(&mut pending);
            *block += line;
        }
    }
    if let Some(block) = blocks.last_mut() {
        *block += &pending;
    }
    blocks
}

fn table_line(block: &str) -> Option<&str> {
    block.lines().map(str::trim).find(|line| line.starts_with("[["))
}
