//! Names and lengths: no catch-all names, no file over 300 lines.

use crate::{
    assert_none,
    repository::{SourceFile, files},
    rust_source::{Kind, product_tokens},
};

const MAX_LINES: usize = 300;
/// Files that are one table, which Anchor's macro wants in one piece.
const TABLES: [&str; 1] = ["programs/plimsoll/src/error.rs"];

/// The parts of a name in snake, kebab or camel case, in lower case.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut previous_is_lower = false;
    for letter in name.chars() {
        let starts_part = letter.is_uppercase() && previous_is_lower;
        if !letter.is_alphanumeric() || starts_part {
            parts.push(String::new());
        }
        if let (Some(part), true) = (parts.last_mut(), letter.is_alphanumeric()) {
            part.extend(letter.to_lowercase());
        }
        previous_is_lower = letter.is_lowercase() || letter.is_numeric();
    }
    parts
}

fn is_catch_all(name: &str) -> bool {
    let parts = parts(name);
    let banned = ["util", "utils", "helper", "helpers", "manager", "managers", "v2"];
    parts.iter().any(|part| banned.contains(&&**part)) || (parts.len() > 1 && parts[0] == "process")
}

fn catch_all_paths(file: &SourceFile) -> Vec<String> {
    if file.is_generated() || !file.path.split('/').any(is_catch_all) {
        return Vec::new();
    }
    vec![format!("{}: a catch-all name", file.path)]
}

/// Names that a Rust file gives; names of others (`PriceUpdateV2`) are theirs.
fn catch_all_definitions(file: &SourceFile) -> Vec<String> {
    let tokens = product_tokens(&file.path, &file.text);
    let defines = ["fn", "struct", "enum", "trait", "mod", "type", "const", "static"];
    let pairs = tokens.iter().zip(tokens.iter().skip(1));
    pairs
        .filter(|(keyword, name)| {
            name.kind == Kind::Word && defines.contains(&&*keyword.text) && is_catch_all(&name.text)
        })
        .map(|(_, name)| format!("{}:{}: a catch-all name: `{}`", file.path, name.line, name.text))
        .collect()
}

fn overlong(file: &SourceFile) -> Option<String> {
    let lines = file.text.lines().count();
    let is_long = lines > MAX_LINES && !TABLES.contains(&file.path.as_str());
    (is_long && !file.is_generated()).then(|| format!("{}: {lines} lines, at most {MAX_LINES}", file.path))
}

#[test]
fn paths_say_what_they_hold() {
    assert_none(&files().iter().flat_map(catch_all_paths).collect::<Vec<_>>());
}

#[test]
fn definitions_say_what_they_do() {
    let rust = files().into_iter().filter(|file| file.has_extension(&["rs"]));
    assert_none(&rust.flat_map(|file| catch_all_definitions(&file)).collect::<Vec<_>>());
}

#[test]
fn files_stay_short() {
    let source = files().into_iter().filter(|file| file.has_extension(&["rs", "ts", "tsx"]));
    assert_none(&source.filter_map(|file| overlong(&file)).collect::<Vec<_>>());
}

#[test]
fn catch_all_names_are_found() {
    for name in ["utils.rs", "math_helper", "AccountManager", "process_deposit", "PriceV2", "price-v2"] {
        assert!(is_catch_all(name), "{name}");
    }
    for name in ["utilisation", "process", "processed_slots", "v3", "manage", "helpful"] {
        assert!(!is_catch_all(name), "{name}");
    }
    assert_eq!(catch_all_paths(&SourceFile::new("src/utils/a.rs", "")).len(), 1);
    let text = "use a::PriceUpdateV2;\n// fn process_a\nfn process_b() {}\nstruct FeeManager;";
    assert_eq!(catch_all_definitions(&SourceFile::new("a.rs", text)).len(), 2);
}

#[test]
fn overlong_files_are_found() {
    let text = "\n".repeat(MAX_LINES);
    assert_eq!(overlong(&SourceFile::new("a.rs", &text)), None);
    assert!(overlong(&SourceFile::new("a.rs", &(text.clone() + "\n"))).is_some());
    assert_eq!(overlong(&SourceFile::new("src/generated/a.ts", &(text + "\n"))), None);
}
