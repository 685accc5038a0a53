//! Every instruction has a test file of its name.

use std::collections::BTreeSet;

use crate::{assert_none, repository::files};

fn without_test<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let paths: BTreeSet<&str> = paths.collect();
    let instructions = paths.iter().filter(|path| path.starts_with("programs/plimsoll/src/instructions/"));
    instructions
        .filter_map(|path| Some((path, path.rsplit('/').next()?.strip_suffix(".rs")?)))
        .filter(|(_, name)| *name != "mod" && !paths.contains(&*format!("tests/tests/instructions/{name}.rs")))
        .map(|(path, name)| format!("{path}: no tests/tests/instructions/{name}.rs"))
        .collect()
}

#[test]
fn every_instruction_has_its_test_file() {
    let files = files();
    assert_none(&without_test(files.iter().map(|file| &*file.path)));
}

#[test]
fn a_missing_test_file_is_found() {
    let paths = [
        "programs/plimsoll/src/instructions/mod.rs",
        "programs/plimsoll/src/instructions/trader/mod.rs",
        "programs/plimsoll/src/instructions/trader/deposit.rs",
        "programs/plimsoll/src/instructions/trader/repay.rs",
        "tests/tests/instructions/deposit.rs",
    ];
    assert_eq!(
        without_test(paths.into_iter()),
        ["programs/plimsoll/src/instructions/trader/repay.rs: no tests/tests/instructions/repay.rs"]
    );
}
