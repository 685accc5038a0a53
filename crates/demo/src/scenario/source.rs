//! What `SCENARIO=` may say.

use std::path::Path;

use super::history::AssetHistory;
use super::{ASSETS, Scenario, ScenarioError, definition, history};

/// The scenarios that come with the project: name and text. The first is the default.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("october-2025", include_str!("../../scenarios/october-2025.toml")),
    ("march-2020", include_str!("../../scenarios/march-2020.toml")),
    ("ftx-2022", include_str!("../../scenarios/ftx-2022.toml")),
    ("calm", include_str!("../../scenarios/calm.toml")),
    ("gap", include_str!("../../scenarios/gap.toml")),
];

/// Loads the scenario that `value` names: a built-in name (empty: the default), a `.toml` definition, a `.csv` history
/// whose file name tells the asset (`sol-5m.csv`), or histories by asset: `SOL=sol.csv,BTC=btc.csv`.
///
/// `seed` replaces a definition's own seed and means nothing to a history.
///
/// # Errors
/// [`ScenarioError`], which says where the trouble is and what to do.
pub fn load(value: &str, seed: Option<u64>) -> Result<Scenario, ScenarioError> {
    let value = value.trim();
    if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == value || value.is_empty()) {
        return definition::parse(name, text, seed);
    }
    if has_extension(value, "toml") {
        return definition::parse(value, &read(value)?, seed);
    }
    if !has_extension(value, "csv") {
        let known = BUILT_IN.map(|(name, _)| name).join(", ");
        return Err(ScenarioError::Unknown { name: value.to_owned(), known });
    }
    let mut files: Vec<(usize, &str, String)> = Vec::new();
    for part in value.split(',').map(str::trim) {
        let (asset, path) = asset_and_path(part)?;
        if files.iter().any(|(given, ..)| *given == asset) {
            return Err(ScenarioError::file(value, format!("{} is given twice", ASSETS[asset]), "remove one"));
        }
        files.push((asset, path, read(path)?));
    }
    let histories: Vec<AssetHistory<'_>> =
        files.iter().map(|(asset, file, text)| AssetHistory { asset: *asset, file, text }).collect();
    let name = Path::new(files[0].1).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    history::parse(&name, &histories)
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn read(path: &str) -> Result<String, ScenarioError> {
    std::fs::read_to_string(path)
        .map_err(|error| ScenarioError::Unreadable { file: path.to_owned(), reason: error.to_string() })
}

/// `SOL=path` or a path whose file name contains an asset's symbol as a word.
fn asset_and_path(part: &str) -> Result<(usize, &str), ScenarioError> {
    let position = |word: &str| ASSETS.iter().position(|symbol| symbol.eq_ignore_ascii_case(word));
    if let Some((symbol, path)) = part.split_once('=') {
        let asset = position(symbol.trim()).ok_or_else(|| {
            let problem = format!("asset \"{}\" is not one of {}", symbol.trim(), ASSETS.join(", "));
            ScenarioError::file(part, problem, "write asset=path, for example SOL=sol.csv")
        })?;
        return Ok((asset, path.trim()));
    }
    let stem = Path::new(part).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let asset = stem.split(|c: char| !c.is_ascii_alphanumeric()).find_map(position);
    let unnamed = || {
        let problem = format!("the file name holds none of {}", ASSETS.join(", "));
        ScenarioError::file(part, problem, "write asset=path, for example SOL=sol.csv")
    };
    Ok((asset.ok_or_else(unnamed)?, part))
}
