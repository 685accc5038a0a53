//! What a reader should know before adopting a number.

use plimsoll_params::BookParams;
use plimsoll_report::format::{duration, number, significant};

use super::factor::Calibrated;
use super::findings::Basis;
use super::half_lives::Choice;

/// EMIR asks for ten years of history; less than a year is said aloud.
const SHORT_HISTORY_DAYS: usize = 365;

/// Of every factor, then of the Book.
pub(super) fn of(factors: &[Calibrated], covariance: Option<&Choice>, book: &BookParams) -> Vec<String> {
    let of_factors = factors.iter().flat_map(|factor| {
        let said = of_history(factor, book).into_iter().chain(of_numbers(factor));
        said.map(|caution| format!("{}: {caution}", factor.symbol))
    });
    of_factors.chain(covariance.and_then(|choice| of_covariance(choice, book))).collect()
}

fn of_history(factor: &Calibrated, book: &BookParams) -> Vec<String> {
    let mut cautions = Vec::new();
    let days = factor.evidence.levels.days.len();
    if days < SHORT_HISTORY_DAYS {
        cautions.push(format!(
            "σ_floor and σ_stress rest on {days} days. EMIR asks for ten years; bring a longer history with --lookback."
        ));
    }
    if factor.bar_seconds > u64::from(book.grid_seconds) {
        let (bar, grid) = (duration(factor.bar_seconds), duration(book.grid_seconds.into()));
        cautions.push(format!(
            "bars of {bar}, the program folds every {grid}: winsor_sigmas and halt_sigmas are those of the longer step."
        ));
    }
    if factor.is_borrowed {
        cautions.push("no parameters in force name it; feed, decimals and policies are another factor's.".to_owned());
    }
    cautions
}

fn of_numbers(factor: &Calibrated) -> Vec<String> {
    let mut cautions = Vec::new();
    let tails = &factor.evidence.tails;
    let own = tails.shortfall_long.max(tails.shortfall_short);
    if own > tails.multiplier {
        let (own, k) = (number(own, 2), number(tails.multiplier, 2));
        cautions
            .push(format!("the returns' own expected shortfall, {own} σ, is above k = {k}: the fitted t is too thin."));
    }
    for (name, choice) in [("fast", &factor.evidence.fast), ("slow", &factor.evidence.slow)] {
        if choice.at_edge() {
            cautions.push(format!("the {name} half-life is the shortest or the longest that was tried."));
        }
    }
    let kept = factor.findings.iter().filter(|one| one.basis == Basis::Kept);
    let kept: Vec<&str> = kept.map(|one| one.field).collect();
    if !kept.is_empty() {
        cautions.push(format!("not estimable and therefore kept: {}.", kept.join(", ")));
    }
    cautions
}

fn of_covariance(choice: &Choice, book: &BookParams) -> Option<String> {
    let in_force = book.covariance_half_life_seconds;
    if choice.best_seconds == in_force {
        return None;
    }
    let excess = choice.excess_of(in_force);
    let loses = excess.map_or(String::new(), |excess| format!(", which loses {} more", significant(excess)));
    let (best, kept) = (duration(choice.best_seconds.into()), duration(in_force.into()));
    Some(format!("[book] covariance_half_life_seconds: {best} forecasts best, {kept} is in force{loses}."))
}
