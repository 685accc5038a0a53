//! The ids of docs/invariants.md: each is cited by a test, and each that is cited stands there.

use std::collections::BTreeSet;

use crate::{
    assert_none,
    repository::{SourceFile, files},
};

const DOCUMENT: &str = "docs/invariants.md";

/// The ids `INV-…` in a text: capitals, digits and hyphens.
fn ids(text: &str) -> BTreeSet<&str> {
    text.match_indices("INV-")
        .map(|(start, _)| {
            let tail = &text[start..];
            let end =
                tail.find(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'));
            tail[..end.unwrap_or(tail.len())].trim_end_matches('-')
        })
        .filter(|id| *id != "INV")
        .collect()
}

fn violations(files: &[SourceFile]) -> Vec<String> {
    let own = "tests/tests/house/"; // the texts on which this rule is tried
    let code =
        files.iter().filter(|file| file.has_extension(&["rs", "py", "ts", "tsx"]) && !file.path.starts_with(own));
    let (mut cited, mut tested) = (BTreeSet::new(), BTreeSet::new());
    for file in code {
        let found = ids(&file.text);
        if file.path.starts_with("tests/") || file.path.contains("/tests/") {
            tested.extend(&found);
        }
        cited.extend(found);
    }
    let documented = files.iter().find(|file| file.path == DOCUMENT).map(|file| ids(&file.text)).unwrap_or_default();

    let mut violations: Vec<String> =
        documented.difference(&tested).map(|id| format!("{DOCUMENT}: {id} is cited by no test")).collect();
    violations.extend(cited.difference(&documented).map(|id| format!("{id} is cited, and not in {DOCUMENT}")));
    if documented.is_empty() {
        violations.push(format!("{DOCUMENT}: names no invariant"));
    }
    violations
}

#[test]
fn invariants_are_cited_both_ways() {
    assert_none(&violations(&files()));
}

#[test]
fn missing_citations_are_found() {
    let document = SourceFile::new(DOCUMENT, "**INV-1** vaults. INV-2: shares; INV-SOLVENCY-3.");
    let test = SourceFile::new("tests/tests/a.rs", "// INV-1, INV-9");
    let code = SourceFile::new("programs/plimsoll/src/lib.rs", "// INV-2, INV-8");
    assert_eq!(
        violations(&[document, test, code]),
        [
            "docs/invariants.md: INV-2 is cited by no test",
            "docs/invariants.md: INV-SOLVENCY-3 is cited by no test",
            "INV-8 is cited, and not in docs/invariants.md",
            "INV-9 is cited, and not in docs/invariants.md",
        ]
    );
    assert_eq!(violations(&[]), ["docs/invariants.md: names no invariant"]);
}
