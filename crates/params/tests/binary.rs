//! `plimsoll-params` as deploy.ts calls it.

use std::process::{Command, Output};

fn plimsoll_params(arguments: &[&str]) -> Output {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    Command::new(env!("CARGO_BIN_EXE_plimsoll-params"))
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("the binary runs")
}

#[test]
fn a_valid_file_is_printed_as_json() {
    let output = plimsoll_params(&["migrations/params/localnet.toml"]);
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("standard output is JSON");
    assert_eq!(json["cluster"], "localnet");
    assert_eq!(json["book"]["grid_seconds"], 900);
}

#[test]
fn a_refused_file_exits_with_1_and_says_file_line_and_field() {
    let file = "crates/params/tests/files/book_without_dust.toml";
    let output = plimsoll_params(&[file]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let expected = format!("{file}:6: book: missing field `dust_quote_atoms`\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in [&[][..], &["one.toml", "two.toml"]] {
        let output = plimsoll_params(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stderr, b"usage: plimsoll-params <file.toml>\n");
    }
}
