//! The committed figures, and the compilers that they hold for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::measure::Row;

/// A figure may worsen by this much before the gate closes.
const TOLERANCE_PERCENT: u64 = 2;

/// Figures and what they were measured with.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    compiler: Vec<String>,
    rows: Vec<Row>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn snapshot_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compute/snapshot.json")
}

/// Prints the table.
pub(crate) fn print(rows: &[Row]) {
    println!("{:<23} | {:<31} | {:>7}", "instruction", "case", "cu");
    for row in rows {
        println!("{:<23} | {:<31} | {:>7}", row.instruction, row.case, row.cu);
    }
}

/// Writes `target/compute.json`.
pub(crate) fn write(rows: &[Row]) {
    let folder = root().join("target");
    fs::create_dir_all(&folder).expect("the target folder");
    let json = serde_json::to_string_pretty(rows).expect("rows are plain");
    fs::write(folder.join("compute.json"), json + "\n").expect("compute.json");
}

/// Versions of what builds the program: `toolchain/build.sh --version` names them.
fn compiler() -> Vec<String> {
    let output = Command::new(root().join("toolchain/versions.sh")).output().expect("toolchain/versions.sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Fails where a figure worsened under the compilers of the snapshot; says so where they differ.
/// `UPDATE_SNAPSHOT=1` writes the figures anew.
pub(crate) fn compare(rows: &[Row]) {
    let current = Snapshot { compiler: compiler(), rows: rows.to_vec() };
    if std::env::var_os("UPDATE_SNAPSHOT").is_some() {
        let json = serde_json::to_string_pretty(&current).expect("rows are plain");
        fs::write(snapshot_file(), json + "\n").expect("snapshot.json");
        return;
    }
    let text = fs::read_to_string(snapshot_file()).expect("the snapshot is committed");
    let committed: Snapshot = serde_json::from_str(&text).expect("the snapshot is JSON");
    if committed.compiler != current.compiler {
        println!("not compared: the snapshot holds for {:?}, this is {:?}", committed.compiler, current.compiler);
        return;
    }
    let worsened = worsened(&committed.rows, rows);
    assert!(worsened.is_empty(), "worse than the snapshot by over {TOLERANCE_PERCENT} %:\n{}", worsened.join("\n"));
}

/// The rows of `before` that are missing from `now` or worse than tolerated.
pub(crate) fn worsened(before: &[Row], now: &[Row]) -> Vec<String> {
    let limit = |cu: u64| cu * (100 + TOLERANCE_PERCENT) / 100;
    let verdict = |old: &Row| match now.iter().find(|row| row.is(&old.instruction, &old.case)) {
        Some(new) if new.cu <= limit(old.cu) => None,
        Some(new) => Some(format!("{} | {}: {} was {}", old.instruction, old.case, new.cu, old.cu)),
        None => Some(format!("{} | {}: gone", old.instruction, old.case)),
    };
    before.iter().filter_map(verdict).collect()
}
