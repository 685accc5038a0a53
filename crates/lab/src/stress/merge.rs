//! Reading parts and putting them together again.

use std::path::{Path, PathBuf};

use super::error::StressError;
use super::outcome::{Moment, Outcome};
use super::part::{Identity, Part, Timeline, worst_path};
use super::run::PathResult;
use super::table::Table;

/// Reads the parts in these directories and puts them together to what the run without shards would have been.
///
/// # Errors
/// [`StressError::Parts`] for parts of different runs, a path that is there twice, or one that is missing.
pub fn merge(directories: &[PathBuf]) -> Result<Part, StressError> {
    let mut parts = directories.iter().map(|directory| read(directory)).collect::<Result<Vec<Part>, _>>()?.into_iter();
    let no_part = || refuse(Path::new("."), "no directory of a part is given; name those that the shards wrote");
    let mut whole = parts.next().ok_or_else(no_part)?;
    let mut timelines = vec![std::mem::take(&mut whole.timeline)];
    for (part, directory) in parts.zip(&directories[1..]) {
        if part.identity != whole.identity {
            return Err(refuse(
                directory,
                "a part of another run: scenario, parameters, prices, accounts, paths, seed or version differ from the first part's",
            ));
        }
        whole.results.extend(part.results);
        timelines.push(part.timeline);
    }
    whole.results.sort_by_key(|result| result.path);
    check_complete(&whole, &directories[0])?;
    let worst = worst_path(&whole.results);
    whole.timeline = timelines.into_iter().find(|timeline| Some(timeline.path) == worst).unwrap_or_default();
    Ok(whole)
}

fn check_complete(whole: &Part, directory: &Path) -> Result<(), StressError> {
    let mut expected = 0;
    for result in &whole.results {
        if result.path < expected {
            return Err(refuse(directory, format!("path {} is there twice; name each part once", result.path)));
        }
        if result.path > expected {
            break;
        }
        expected += 1;
    }
    if expected == whole.identity.request.paths {
        return Ok(());
    }
    let paths = whole.identity.request.paths;
    Err(refuse(directory, format!("path {expected} of {paths} is in no part; name the directory of every shard")))
}

fn refuse(part: &Path, problem: impl Into<String>) -> StressError {
    StressError::Parts { part: part.into(), problem: problem.into() }
}

/// Reads one part.
///
/// # Errors
/// [`StressError::File`], or [`StressError::Parts`] for files of different runs or without a column.
pub fn read(directory: &Path) -> Result<Part, StressError> {
    let (outcomes, identity) = Table::read_parquet(&directory.join("outcomes.parquet"))?;
    let (fan, of_fan) = Table::read_parquet(&directory.join("fan.parquet"))?;
    let (moments, of_moments) = Table::read_parquet(&directory.join("timeline.parquet"))?;
    if of_fan != identity || of_moments != identity {
        return Err(refuse(directory, "its files are of different runs; write the shard again"));
    }
    let identity: Identity = serde_json::from_str(&identity)
        .map_err(|error| refuse(directory, format!("written by another version of the lab: {error}")))?;
    let missing = |problem: String| refuse(directory, problem);
    let mut results = results(&outcomes, &identity).map_err(missing)?;
    add_fan(&mut results, &fan, &identity).map_err(missing)?;
    let timeline = timeline(&moments, &identity).map_err(missing)?;
    Ok(Part { identity, results, timeline })
}

fn results(table: &Table, identity: &Identity) -> Result<Vec<PathResult>, String> {
    let (paths, arms) = (table.integers_of("path")?, table.integers_of("arm")?);
    let number = |name| table.numbers_of(name);
    let count = |name| table.integers_of(name);
    let margins = identity
        .symbols()
        .map(|symbol| table.numbers_of(&format!("mean_margin_{symbol}")))
        .collect::<Result<Vec<_>, _>>()?;
    let mut results: Vec<PathResult> = Vec::new();
    for row in 0..table.rows() {
        let outcome = Outcome {
            bad_debt_usd: number("bad_debt_usd")?[row],
            lenders_loss_usd: number("lenders_loss_usd")?[row],
            insurance_loss_usd: number("insurance_loss_usd")?[row],
            failed_accounts: count("failed_accounts")?[row].cast_unsigned(),
            liquidated_accounts: count("liquidated_accounts")?[row].cast_unsigned(),
            by_announced_threshold: count("by_announced_threshold")?[row].cast_unsigned(),
            by_unannounced_threshold: count("by_unannounced_threshold")?[row].cast_unsigned(),
            liquidated_usd: number("liquidated_usd")?[row],
            bonus_usd: number("bonus_usd")?[row],
            reduced_usd: number("reduced_usd")?[row],
            opened_usd: number("opened_usd")?[row],
            throttled: count("throttled")?[row].cast_unsigned(),
            delayed: count("delayed")?[row].cast_unsigned(),
            declined: count("declined")?[row].cast_unsigned(),
            largest_impact: number("largest_impact")?[row],
            mean_margins: margins.iter().map(|margins| margins[row]).collect(),
        };
        if arms[row] == 0 {
            results.push(PathResult { path: paths[row].cast_unsigned(), outcomes: Vec::new(), fan: Vec::new() });
        }
        let expected = results.last().map(|result| (result.path.cast_signed(), result.outcomes.len() as u64));
        if expected != Some((paths[row], arms[row].cast_unsigned())) {
            return Err(format!("outcomes.parquet, row {row}: arms are not complete or not in order"));
        }
        results.last_mut().into_iter().for_each(|result| result.outcomes.push(outcome.clone()));
    }
    Ok(results)
}

fn add_fan(results: &mut [PathResult], table: &Table, identity: &Identity) -> Result<(), String> {
    let (paths, times) = (table.integers_of("path")?, table.integers_of("at_seconds")?);
    let prices = columns(table, identity, "price_usd")?;
    for row in 0..table.rows() {
        let result = results.binary_search_by_key(&paths[row], |result| result.path.cast_signed());
        let index = result.map_err(|_| format!("fan.parquet, row {row}: path {} has no outcome", paths[row]))?;
        let at_row = prices.iter().map(|prices| prices[row]).collect();
        results[index].fan.push((times[row].cast_unsigned(), at_row));
    }
    Ok(())
}

fn timeline(table: &Table, identity: &Identity) -> Result<Timeline, String> {
    let (prices, margins) = (columns(table, identity, "price_usd")?, columns(table, identity, "margin")?);
    let initial = columns(table, identity, "initial_margin")?;
    let (arms, times) = (table.integers_of("arm")?, table.integers_of("at_seconds")?);
    let (liquidated, bad_debt) = (table.numbers_of("liquidated_usd")?, table.numbers_of("bad_debt_usd")?);
    let path = table.integers_of("path")?.first().map_or(0, |path| path.cast_unsigned());
    let mut timeline = Timeline { path, ..Timeline::default() };
    for row in 0..table.rows() {
        let at_row = |columns: &[&[f64]]| columns.iter().map(|column| column[row]).collect();
        timeline.arms[usize::from(arms[row] == 1)].push(Moment {
            at_seconds: times[row].cast_unsigned(),
            prices_usd: at_row(&prices),
            margins: at_row(&margins),
            initial_margins: at_row(&initial),
            liquidated_usd: liquidated[row],
            bad_debt_usd: bad_debt[row],
        });
    }
    Ok(timeline)
}

/// The columns of a quantity, one for each factor.
fn columns<'a>(table: &'a Table, identity: &Identity, quantity: &str) -> Result<Vec<&'a [f64]>, String> {
    identity.symbols().map(|symbol| table.numbers_of(&format!("{quantity}_{symbol}"))).collect()
}
