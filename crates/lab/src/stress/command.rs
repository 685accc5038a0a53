//! The commands `stress` and `merge`.

use std::path::{Path, PathBuf};

use plimsoll_params::ParameterFile;

use super::definition::{Definition, Model, Source};
use super::error::StressError;
use super::figures::Figures;
use super::merge::merge;
use super::part::{Part, Shard};
use super::report;
use super::run::{Request, Run};

/// The parameters that a run uses unless it is told others: those of mainnet.
const MAINNET: &str = include_str!("../../../../migrations/params/mainnet.toml");
/// A path's accounts stay below this, or their random streams would overlap.
const ACCOUNTS_MAX: u64 = 100_000;
/// The same for paths.
const PATHS_MAX: u64 = super::run::PILOT_FROM;

/// Simulate crashes and cascades of liquidations.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// october-2025, march-2020, monte-carlo, or a TOML file in their format
    #[arg(long, default_value = "monte-carlo")]
    pub scenario: String,
    /// Draw returns by this model instead of the scenario's
    #[arg(long)]
    pub model: Option<Model>,
    /// Accounts of each path
    #[arg(long, default_value_t = 500)]
    pub accounts: u64,
    /// Paths; a replay draws a new population for each [default: 1000, of a replay 40]
    #[arg(long)]
    pub paths: Option<u64>,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Directory of price histories: replays use their bars, bootstrap and filter resample them
    #[arg(long)]
    pub prices: Option<PathBuf>,
    /// Parameter file [default: that of mainnet]
    #[arg(long)]
    pub params: Option<PathBuf>,
    /// Play only this share of the paths, and write a part for `merge`
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Where to write
    #[arg(long, default_value = "target/lab/stress")]
    pub out: PathBuf,
}

/// Put the parts of shards together: report and figures as of one run.
#[derive(Clone, Debug, clap::Args)]
pub struct MergeArgs {
    /// Directories that shards wrote
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    /// Where to write
    #[arg(long, default_value = "target/lab/stress")]
    pub out: PathBuf,
}

/// Runs `stress`, and prints its figures.
///
/// # Errors
/// [`StressError`].
pub fn run(args: &Args) -> anyhow::Result<()> {
    print!("{}", stress(args)?);
    Ok(())
}

/// Runs `merge`, and prints its figures.
///
/// # Errors
/// [`StressError`].
pub fn run_merge(args: &MergeArgs) -> anyhow::Result<()> {
    print!("{}", merge_parts(args)?);
    Ok(())
}

/// Runs `stress`; returns what to print.
///
/// # Errors
/// [`StressError`], before anything is written where an option or a file is wrong.
pub fn stress(args: &Args) -> Result<String, StressError> {
    let shard = args.shard.as_deref().map(Shard::parse).transpose()?;
    let source = Source::find(&args.scenario)?;
    let definition = chosen(&source, args)?;
    let request = request(args, &definition)?;
    let parameters = read_parameters(args.params.as_deref())?;
    let run = Run::prepare(&source, definition, &parameters, args.prices.as_deref(), request)?;
    let Some(shard) = shard else {
        return write_whole(&Part::play(&run, Shard::WHOLE)?, &args.out);
    };
    let directory = args.out.join(format!("part-{}-of-{}", shard.index, shard.count));
    let part = Part::play(&run, shard)?;
    part.write(&directory)?;
    Ok(format!("{} of {} paths in {}\n", part.results.len(), run.request.paths, directory.display()))
}

/// Runs `merge`; returns what to print.
///
/// # Errors
/// [`StressError`].
pub fn merge_parts(args: &MergeArgs) -> Result<String, StressError> {
    write_whole(&merge(&args.parts)?, &args.out)
}

fn write_whole(whole: &Part, out: &Path) -> Result<String, StressError> {
    let problem = |error: &dyn std::fmt::Display| StressError::File { file: out.into(), problem: error.to_string() };
    let figures = Figures::of(whole).map_err(|error| problem(&error))?;
    whole.write(out)?;
    whole.outcomes().write_csv(&out.join("outcomes.csv"))?;
    let html = report::html(whole, &figures);
    plimsoll_report::write(out, "stress", &html, &figures).map_err(|error| problem(&error))?;
    Ok(report::terminal(&figures) + &format!("report: {}\n", out.join("stress.html").display()))
}

/// The scenario with the model that the command line asks for.
fn chosen(source: &Source, args: &Args) -> Result<Definition, StressError> {
    let mut definition = source.definition()?;
    if let Some(model) = args.model {
        let Some(simulated) = &mut definition.simulated else {
            let value = format!("{model:?}");
            let problem = format!("scenario {} replays prices; use monte-carlo", args.scenario);
            return Err(StressError::Option { option: "model", value, problem });
        };
        simulated.model = model;
    }
    Ok(definition)
}

fn request(args: &Args, definition: &Definition) -> Result<Request, StressError> {
    let paths = args.paths.unwrap_or(if definition.replay.is_some() { 40 } else { 1_000 });
    let check = |option, value: u64, most: u64| {
        let problem = format!("out of range; use 1 to {most}");
        if (1..=most).contains(&value) {
            Ok(())
        } else {
            Err(StressError::Option { option, value: value.to_string(), problem })
        }
    };
    check("accounts", args.accounts, ACCOUNTS_MAX)?;
    check("paths", paths, PATHS_MAX)?;
    Ok(Request { accounts: args.accounts, paths, seed: args.seed })
}

fn read_parameters(file: Option<&Path>) -> Result<ParameterFile, StressError> {
    let read = match file {
        Some(file) => ParameterFile::read(file),
        None => ParameterFile::parse(Path::new("mainnet.toml"), MAINNET),
    };
    let file = file.map_or_else(|| PathBuf::from("mainnet.toml"), Path::to_path_buf);
    read.map_err(|error| StressError::File { file, problem: error.to_string() })
}
