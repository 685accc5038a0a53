//! Keys, types and words; how errors read.

use std::path::Path;

use plimsoll_params::{ParameterFile, ParamsError, Violation};

use crate::{SHIPPED, assert_refused, line_of, violations_of, with, with_line};

#[test]
fn a_missing_key_is_reported_at_its_table() {
    let text = with_line(line_of(SHIPPED, "grace_seconds"), "");
    let expected = Violation {
        line: line_of(SHIPPED, "[book]"),
        field: "book".into(),
        message: "missing field `grace_seconds`".into(),
    };
    assert_eq!(violations_of(&text), [expected]);
}

#[test]
fn an_unknown_key_is_refused_in_every_table() {
    for (header, field) in [
        ("cluster", "color"),
        ("[group]", "group.color"),
        ("[book]", "book.color"),
        ("[[factors]]", "factors[0].color"),
        ("[factors.params]", "factors[0].params.color"),
        ("[[reserves]]", "reserves[0].color"),
        ("[reserves.params]", "reserves[0].params.color"),
        ("[pool]", "pool.color"),
        ("[pool.params]", "pool.params.color"),
        ("[[perp_markets]]", "perp_markets[0].color"),
        ("[perp_markets.params]", "perp_markets[0].params.color"),
    ] {
        let line = line_of(SHIPPED, header);
        let header_line = SHIPPED.lines().nth(line - 1).unwrap();
        let found = violations_of(&with_line(line, &format!("{header_line}\ncolor = 1")));
        assert_eq!(found.len(), 1, "{header}");
        assert_eq!((found[0].line, found[0].field.as_str()), (line + 1, field));
        assert!(found[0].message.starts_with("unknown field `color`, expected"), "{}", found[0].message);
    }
}

#[test]
fn a_wrong_type_is_refused_at_its_value() {
    assert_refused("grid_seconds", "\"300\"", "book.grid_seconds", "invalid type: string \"300\", expected u32");
    assert_refused("grid_seconds", "300.0", "book.grid_seconds", "invalid type: floating point `300.0`, expected u32");
    assert_refused("grid_seconds", "-300", "book.grid_seconds", "invalid value: integer `-300`, expected u32");
    assert_refused(
        "account_share_ppm",
        "4_294_967_296",
        "book.account_share_ppm",
        "invalid value: integer `4294967296`, expected u32",
    );
    assert_refused("pegged", "1", "factors[0].pegged", "invalid type: integer `1`, expected a boolean");
}

#[test]
fn words_are_those_of_the_format() {
    let cases = [
        (
            "cluster",
            "\"testnet\"",
            "cluster",
            "unknown variant `testnet`, expected one of `localnet`, `devnet`, `mainnet`",
        ),
        ("oracle_kind", "\"pyth\"", "factors[0].oracle_kind", "unknown variant `pyth`, expected `pull` or `push`"),
        (
            "token_program",
            "\"token\"",
            "reserves[0].token_program",
            "unknown variant `token`, expected `spl-token` or `token-2022`",
        ),
        ("admin", "\"nobody\"", "group.admin", "`nobody` is not the base58 form of 32 bytes, nor the word `deployer`"),
        (
            "mint",
            "\"EPjFWdd5\"",
            "reserves[0].mint",
            "`EPjFWdd5` is not the base58 form of 32 bytes, nor the word `create`",
        ),
        (
            "feed_id",
            "\"eaa020\"",
            "factors[0].feed_id",
            "`eaa020` is neither 64 hexadecimal digits (pull) nor a base58 address (push)",
        ),
        ("quote", "\"US DC\"", "group.quote", "`US DC` is not a symbol: 1 to 16 of A-Z a-z 0-9 . - _"),
    ];
    for (key, value, field, message) in cases {
        assert_refused(key, value, field, message);
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let line = line_of(SHIPPED, "grid_seconds");
    let found = violations_of(&with("grid_seconds", "300\ngrid_seconds = 300"));
    let expected = Violation { line: line + 1, field: "grid_seconds".into(), message: "duplicate key".into() };
    assert_eq!(found, [expected]);
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let found = violations_of(&with("grid_seconds", ""));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].line, line_of(SHIPPED, "grid_seconds"));
}

#[test]
fn several_violations_are_reported_together_one_per_line() {
    let text = with("grid_seconds", "1_000").replacen("pegged = false", "pegged = true", 1).replacen(
        "margin_min_ppm = 80_000",
        "margin_min_ppm = 20_000",
        1,
    );
    let error = ParameterFile::parse(Path::new("some.toml"), &text).unwrap_err().to_string();
    let grid = line_of(&text, "grid_seconds");
    let grace = line_of(&text, "grace_seconds");
    let margin = line_of(&text, "margin_min_ppm = 20_000");
    let expected = [
        format!("some.toml:{grid}: book.grid_seconds: 1000 does not divide 86400"),
        format!("some.toml:{grace}: book.grace_seconds: must be a multiple of grid_seconds (1000)"),
        format!("some.toml:{margin}: factors[1].params.margin_min_ppm: must be at least 50000 for a pegged asset"),
    ];
    assert_eq!(error, expected.join("\n"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = ParameterFile::read(Path::new("no/such.toml")).unwrap_err();
    assert!(matches!(error, ParamsError::Unreadable { .. }));
    assert!(error.to_string().starts_with("no/such.toml: cannot be read: "));
}
