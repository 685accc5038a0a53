//! The same figures, bit for bit, whatever the threads and shards.

use std::path::{Path, PathBuf};

use plimsoll_lab::stress::command::{Args, MergeArgs, merge_parts, stress};
use plimsoll_lab::stress::part::Shard;
use plimsoll_lab::stress::table::{Column, Table};

fn args(scenario: &str, out: &Path) -> Args {
    Args {
        scenario: scenario.into(),
        model: None,
        accounts: 60,
        paths: Some(7),
        seed: 5,
        prices: None,
        params: None,
        shard: None,
        out: out.into(),
    }
}

fn read(directory: &Path, name: &str) -> String {
    std::fs::read_to_string(directory.join(name)).expect(name)
}

/// Runs all shards of a run, each on a pool of its own size; returns the directories of their parts.
fn shards(scenario: &str, count: u64, out: &Path) -> Vec<PathBuf> {
    let run = |index: u64| {
        let args = Args { shard: Some(format!("{index}/{count}")), ..args(scenario, out) };
        let threads = usize::try_from(index).expect("few");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| stress(&args)).expect("played");
        out.join(format!("part-{index}-of-{count}"))
    };
    (1..=count).map(run).collect()
}

#[test]
fn merged_shards_are_the_run_without_shards() {
    for scenario in ["monte-carlo", "march-2020"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (whole, merged) = (folder.path().join("whole"), folder.path().join("merged"));
        stress(&args(scenario, &whole)).expect("played");
        for count in [2, 3] {
            let mut parts = shards(scenario, count, folder.path());
            parts.reverse();
            merge_parts(&MergeArgs { parts, out: merged.clone() }).expect("merged");
            for name in ["stress.json", "stress.html", "outcomes.csv"] {
                assert_eq!(read(&merged, name), read(&whole, name), "{scenario}, {count} shards, {name}");
            }
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    stress(&args("monte-carlo", &one)).expect("played");
    stress(&Args { seed: 6, ..args("monte-carlo", &other) }).expect("played");
    assert_ne!(read(&one, "outcomes.csv"), read(&other, "outcomes.csv"));
}

#[test]
fn parts_that_do_not_make_a_run_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let parts = shards("march-2020", 2, folder.path());
    let other =
        stress(&Args { seed: 9, shard: Some("2/2".into()), ..args("march-2020", &folder.path().join("other")) });
    other.expect("played");
    let merge = |parts: Vec<PathBuf>| {
        let refused = merge_parts(&MergeArgs { parts, out: folder.path().join("merged") });
        refused.expect_err("refused").to_string()
    };
    assert!(merge(vec![parts[0].clone()]).contains("path 1 of 7 is in no part"));
    assert!(merge(vec![parts[0].clone(), parts[0].clone()]).contains("path 0 is there twice"));
    let foreign = folder.path().join("other/part-2-of-2");
    assert!(merge(vec![parts[0].clone(), foreign]).contains("a part of another run"));
    assert!(merge(vec![folder.path().join("nowhere")]).contains("outcomes.parquet"));
    std::fs::write(parts[1].join("fan.parquet"), "no parquet").expect("written");
    assert!(merge(parts).contains("fan.parquet"));
    assert!(!folder.path().join("merged").exists(), "a refusal writes nothing");
}

#[test]
fn shards_share_all_paths_and_none_twice() {
    let mut paths: Vec<u64> = (1..=4).flat_map(|index| Shard { index, count: 4 }.paths(10)).collect();
    paths.sort_unstable();
    assert_eq!(paths, (0..10).collect::<Vec<u64>>());
    assert_eq!(Shard::parse("2/4").expect("a shard"), Shard { index: 2, count: 4 });
}

#[test]
fn a_table_comes_back_from_parquet_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.parquet");
    let numbers = [0.1 + 0.2, f64::MIN_POSITIVE, -1e300];
    let table = Table::default()
        .integers("i", [0, 1 << 40, 7])
        .numbers("n", numbers)
        .words("w", ["a".into(), String::new(), "größer".into()]);
    table.write_parquet(&path, "{\"run\":1}").expect("written");
    let (read, identity) = Table::read_parquet(&path).expect("read");
    assert_eq!((read, identity.as_str()), (table, "{\"run\":1}"));
}

#[test]
fn columns_are_named_and_typed() {
    let table = Table { columns: vec![("n".into(), Column::Numbers(vec![1.0]))] };
    assert!(table.integers_of("n").is_err() && table.numbers_of("m").is_err() && table.numbers_of("n").is_ok());
}
