//! `plimsoll-lab calibrate`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use plimsoll_params::{BookParams, FactorListing, ParameterFile, Symbol};
use plimsoll_report::format::{duration, number, share};

pub use super::options::Args;

use super::accounts::{self, AccountEffect, AccountFile, Market};
use super::cautions;
use super::effect::{self, FactorEffect, Margins, real};
use super::error::CalibrateError;
use super::factor::{Calibrated, Source, file_name};
use super::fold::variance;
use super::fragment::{self, MAINNET};
use super::half_lives::{Choice, choose_covariance};
use super::options::{Rules, named};
use super::page;
use crate::series::{Series, align};

/// The covariance is to be right about the day ahead.
const DAY_SECONDS: u64 = 86_400;

/// Everything that a calibration found: `calibrate.json`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    /// How the numbers are chosen.
    pub rules: Rules,
    /// The parameters in force, where they were given.
    pub against: Option<String>,
    /// The calibrated factors.
    pub factors: Vec<Calibrated>,
    /// Half-lives of the covariance, for two factors or more.
    pub covariance: Option<Choice>,
    /// Calibrated maintenance and initial margin at σ_now of the last bar.
    pub margins: BTreeMap<String, (f64, f64)>,
    /// What would change for the factors that have parameters in force.
    pub effects: Vec<FactorEffect>,
    /// What would change for the accounts.
    pub accounts: Vec<AccountEffect>,
    /// What a reader should know before adopting a number.
    pub cautions: Vec<String>,
    /// The `[[factors]]` of a parameter file.
    pub toml: String,
}

/// Calibrates, writes `calibrate.{html,json,toml}` and prints a summary.
///
/// # Errors
/// What is wrong with an option, a file or a history.
pub fn run(args: &Args) -> Result<()> {
    let report = calibrate(args)?;
    plimsoll_report::write(&args.out, "calibrate", &page::page(&report), &report)
        .with_context(|| format!("cannot write to {}", args.out.display()))?;
    let toml = args.out.join("calibrate.toml");
    std::fs::write(&toml, &report.toml).with_context(|| format!("cannot write {}", toml.display()))?;
    for line in summary(&report) {
        println!("{line}");
    }
    println!("written: {}/calibrate.html, .json and .toml", args.out.display());
    Ok(())
}

/// The calibration without its files.
///
/// # Errors
/// [`CalibrateError`].
pub fn calibrate(args: &Args) -> Result<Report, CalibrateError> {
    args.rules.check()?;
    let in_force = InForce::read(args.against.as_deref())?;
    let sources = sources(args, &in_force.file)?;
    let book = &in_force.file.book;
    let factors: Vec<Calibrated> =
        sources.iter().map(|source| source.calibrate(book, &args.rules)).collect::<Result<_, _>>()?;
    let covariance = covariance(&sources, book, &args.rules)?;
    let toml: String = factors.iter().map(|one| fragment::factor(one) + "\n").collect();
    fragment::in_place(Path::new(&in_force.name), &in_force.text, &factors)?;
    let after: BTreeMap<String, Margins> = factors
        .iter()
        .map(|one| Ok((one.symbol.clone(), at_end(book, one, one.params())?)))
        .collect::<Result<_, CalibrateError>>()?;
    let effects = if args.against.is_some() { effects(&in_force, &factors)? } else { Vec::new() };
    let accounts =
        args.accounts.as_deref().map_or(Ok(Vec::new()), |path| account_effects(path, &in_force.file, &factors))?;
    Ok(Report {
        rules: args.rules.clone(),
        against: args.against.as_ref().map(|path| file_name(&path.display().to_string())),
        cautions: cautions::of(&factors, covariance.as_ref(), book),
        margins: after.into_iter().map(|(symbol, one)| (symbol, (real(one.maintenance), real(one.initial)))).collect(),
        factors,
        covariance,
        effects,
        accounts,
        toml,
    })
}

/// The parameters in force, or mainnet's, from which is kept what nothing measures.
struct InForce {
    name: String,
    text: String,
    file: ParameterFile,
}

impl InForce {
    fn read(path: Option<&Path>) -> Result<Self, CalibrateError> {
        let Some(path) = path else {
            let name = "migrations/params/mainnet.toml";
            let file = ParameterFile::parse(Path::new(name), MAINNET)?;
            return Ok(Self { name: name.to_owned(), text: MAINNET.to_owned(), file });
        };
        let file = ParameterFile::read(path)?;
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CalibrateError::Unreadable { file: name.clone(), reason: error.to_string() })?;
        Ok(Self { name, text, file })
    }
}

fn sources(args: &Args, file: &ParameterFile) -> Result<Vec<Source>, CalibrateError> {
    let factors = named("factor", &args.factors)?;
    let lookbacks = named("lookback", &args.lookbacks)?;
    if let Some((unknown, _)) = lookbacks.iter().find(|(symbol, _)| factors.iter().all(|(known, _)| known != symbol)) {
        let problem = format!("{unknown} has no --factor");
        return Err(CalibrateError::Named { option: "lookback", problem });
    }
    let source = |(symbol, path): &(String, std::path::PathBuf)| {
        let series = Series::read(path)?;
        let longer = lookbacks.iter().find(|(known, _)| known == symbol);
        let lookback = longer.map(|(_, path)| Series::read(path)).transpose()?;
        let (kept, is_borrowed) = listing(file, symbol)?;
        Source::new(symbol, &series, lookback.as_ref(), kept, is_borrowed)
    };
    factors.iter().map(source).collect()
}

/// The listing of a factor; of the first one that is not pegged where the file does not name it.
fn listing(file: &ParameterFile, symbol: &str) -> Result<(FactorListing, bool), CalibrateError> {
    let name =
        Symbol::try_from(symbol.to_owned()).map_err(|problem| CalibrateError::Named { option: "factor", problem })?;
    if let Some(listing) = file.factor(&name) {
        return Ok((listing.clone(), false));
    }
    let other = file.factors.iter().find(|factor| !factor.pegged).or_else(|| file.factors.first());
    let problem = || format!("{symbol} is not listed, and no other factor is whose policies it could take");
    let other = other.ok_or_else(|| CalibrateError::Named { option: "factor", problem: problem() })?;
    Ok((FactorListing { symbol: name, ..other.clone() }, true))
}

fn covariance(sources: &[Source], book: &BookParams, rules: &Rules) -> Result<Option<Choice>, CalibrateError> {
    let series: Vec<Series> = sources.iter().map(|source| source.series.clone()).collect();
    let Some(aligned) = align(&series).filter(|aligned| aligned.len() > 1) else { return Ok(None) };
    let bar_seconds = aligned[0].bar_seconds;
    let folded = sources
        .iter()
        .zip(&aligned)
        .map(|(source, series)| source.fold_again(series, book))
        .collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = aligned.iter().map(|one| one.name.as_str()).collect();
    let choice = choose_covariance(&names.join(", "), &folded, &rules.half_lives_covariance, bar_seconds, DAY_SECONDS);
    choice.map(Some)
}

fn at_end(
    book: &BookParams,
    factor: &Calibrated,
    params: &plimsoll_params::FactorParams,
) -> Result<Margins, CalibrateError> {
    effect::margins(&factor.file, book, params, variance(factor.current_sigma.powi(2)))
}

fn effects(in_force: &InForce, factors: &[Calibrated]) -> Result<Vec<FactorEffect>, CalibrateError> {
    let known = factors.iter().filter(|factor| !factor.is_borrowed);
    let pairs = known.filter_map(|factor| Some((factor, in_force.file.factor(&factor.listing.symbol)?)));
    pairs
        .map(|(factor, listing)| effect::of_factor(&in_force.name, &in_force.file.book, &listing.params, factor))
        .collect()
}

fn account_effects(
    path: &Path,
    file: &ParameterFile,
    factors: &[Calibrated],
) -> Result<Vec<AccountEffect>, CalibrateError> {
    let accounts = AccountFile::read(path)?;
    let mut market = Market::default();
    market.prices.extend(accounts.prices.clone());
    for listing in &file.factors {
        let symbol = listing.symbol.as_str();
        let calibrated = factors.iter().find(|factor| factor.symbol == symbol);
        let seed = f64::from(listing.seed_sigma_slow_ppm) / 1e6;
        let current = variance(calibrated.map_or(seed, |factor| factor.current_sigma).powi(2));
        let name = path.display().to_string();
        let before = effect::margins(&name, &file.book, &listing.params, current)?;
        let params = calibrated.map_or(&listing.params, Calibrated::params);
        let after = effect::margins(&name, &file.book, params, current)?;
        market.before.insert(symbol.to_owned(), before);
        market.after.insert(symbol.to_owned(), after);
        market.prices.extend(calibrated.map(|factor| (symbol.to_owned(), factor.last_price)));
    }
    accounts::effects(path, &accounts, file, &market)
}

/// A few lines for the terminal.
fn summary(report: &Report) -> Vec<String> {
    let mut lines = vec!["factor    floor   stress      ν      k     fast     slow       MM       IM".to_owned()];
    for factor in &report.factors {
        let params = factor.params();
        let (maintenance, initial) = report.margins.get(&factor.symbol).copied().unwrap_or((f64::NAN, f64::NAN));
        lines.push(format!(
            "{:<7} {:>7} {:>8} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8}",
            factor.symbol,
            share(f64::from(params.sigma_floor_ppm) / 1e6, 2),
            share(f64::from(params.sigma_stress_ppm) / 1e6, 2),
            number(factor.evidence.tails.fit.degrees_of_freedom, 2),
            number(f64::from(params.tail_multiplier_ppm) / 1e6, 3),
            duration(params.half_life_fast_seconds.into()),
            duration(params.half_life_slow_seconds.into()),
            share(maintenance, 2),
            share(initial, 2),
        ));
    }
    lines.extend(report.cautions.iter().map(|caution| format!("  {caution}")));
    lines
}
