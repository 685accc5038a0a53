//! What a parameter file may not say, and how the refusal reads. Each case changes the shipped mainnet file in one place.

mod bounds;
mod format;
mod rules;

use std::path::Path;

use plimsoll_params::{ParameterFile, ParamsError, Violation};

const SHIPPED: &str = include_str!("../../../../migrations/params/mainnet.toml");

fn violations_of(text: &str) -> Vec<Violation> {
    match ParameterFile::parse(Path::new("some.toml"), text) {
        Err(ParamsError::Invalid { violations, .. }) => violations,
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

/// The line, counted from 1, of the first line that begins so.
fn line_of(text: &str, beginning: &str) -> usize {
    text.lines().position(|line| line.starts_with(beginning)).unwrap_or_else(|| panic!("no line `{beginning}`")) + 1
}

/// The shipped file with the first line that begins `key = ` saying something else.
fn with(key: &str, value: &str) -> String {
    let line = line_of(SHIPPED, &format!("{key} = "));
    with_line(line, &format!("{key} = {value}"))
}

/// The line, counted from 1, of the first line after a header that begins so.
fn line_in(text: &str, header: &str, beginning: &str) -> usize {
    let above = line_of(text, header);
    let below = text.lines().skip(above).position(|line| line.starts_with(beginning));
    above + below.unwrap_or_else(|| panic!("no line `{beginning}` under `{header}`")) + 1
}

fn with_line(line: usize, replacement: &str) -> String {
    let lines = SHIPPED.lines().enumerate();
    lines.map(|(index, text)| if index + 1 == line { replacement } else { text }).collect::<Vec<_>>().join("\n")
}

/// Changing `key` gives exactly this complaint about it, at its line.
fn assert_refused(key: &str, value: &str, field: &str, message: &str) {
    let text = with(key, value);
    let expected =
        Violation { line: line_of(&text, &format!("{key} = ")), field: field.into(), message: message.into() };
    assert_eq!(violations_of(&text), [expected], "{key} = {value}");
}
