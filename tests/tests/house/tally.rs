//! The sum that ends `.ci/run` reads the closing lines of every runner, and nothing else.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::repository::root;

fn tally(log: &str) -> String {
    let mut awk = Command::new("awk")
        .args(["-f", ".ci/tally.awk"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("awk runs");
    awk.stdin.take().expect("a pipe").write_all(log.as_bytes()).expect("awk reads");
    let output = awk.wait_with_output().expect("awk ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("awk writes text").trim().to_owned()
}

#[test]
fn every_runner_is_read() {
    let cases = [
        ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s", "12 0"),
        ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", "3 2"),
        ("     Summary [   0.009s] 5 tests run: 4 passed, 1 failed, 0 skipped", "4 1"),
        ("# pass 7\n# fail 1", "7 1"),
        ("ℹ pass 7\nℹ fail 0", "7 0"),
        ("      Tests  1 failed | 3 passed (4)", "3 1"),
        ("      Tests  3 passed (3)", "3 0"),
        ("Ran 5 tests in 0.001s\n\nOK", "5 0"),
        ("Ran 6 tests in 0.001s\n\nFAILED (failures=1, errors=2, skipped=1)", "2 3"),
        ("===== 1 failed, 2 passed, 1 error in 0.03s =====", "2 2"),
        ("\u{1b}[32mtest result: ok. 1 passed; 0 failed\u{1b}[0m", "1 0"),
    ];
    for (log, sum) in cases {
        assert_eq!(tally(log), sum, "{log}");
    }
}

#[test]
fn runners_are_added_and_other_lines_ignored() {
    assert_eq!(tally("test result: ok. 2 passed; 0 failed\nOK\n9 passed, 9 failed\n# pass 3\n# fail 1"), "5 1");
    assert_eq!(tally(""), "0 0");
}
