//! What the code on the chain must not do: no floats in the core, no panics in core and program, one file that names an oracle vendor.

use crate::{
    assert_none,
    repository::{SourceFile, files_under},
    rust_source::{Kind, Token, product_tokens},
};

const CORE: &str = "crates/risk/src/";
const PROGRAM: &str = "programs/plimsoll/src/";

fn violations(file: &SourceFile, what: &str, breaks: impl Fn(&[Token], usize) -> bool) -> Vec<String> {
    let tokens = product_tokens(&file.path, &file.text);
    (0..tokens.len())
        .filter(|&index| breaks(&tokens, index))
        .map(|index| format!("{}:{}: {what}: `{}`", file.path, tokens[index].line, tokens[index].text))
        .collect()
}

fn floats(file: &SourceFile) -> Vec<String> {
    violations(file, "a float", |tokens, index| match tokens[index].kind {
        Kind::Word => matches!(&*tokens[index].text, "f32" | "f64"),
        // `pair.0.1` is a mark and a literal that looks like a float, `0.0..0.1` is not a field access
        Kind::Literal => {
            let is_mark = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.text == ".");
            let is_field = is_mark(index.checked_sub(1)) && !is_mark(index.checked_sub(2));
            is_float_literal(&tokens[index].text) && !is_field
        }
        Kind::Mark => false,
    })
}

fn is_float_literal(literal: &str) -> bool {
    let is_decimal = literal.starts_with(|first: char| first.is_ascii_digit())
        && !["0x", "0b", "0o"].iter().any(|prefix| literal.starts_with(prefix));
    let rest = literal.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '_');
    is_decimal && rest.starts_with(['.', 'e', 'E', 'f'])
}

fn panics(file: &SourceFile) -> Vec<String> {
    violations(file, "can panic", |tokens, index| {
        if tokens[index].kind != Kind::Word {
            return false;
        }
        let before = index.checked_sub(1).map_or("", |at| &*tokens[at].text);
        let after = tokens.get(index + 1).map_or("", |token| &*token.text);
        match &*tokens[index].text {
            "unwrap" | "expect" | "unwrap_err" | "expect_err" => before == "." || before == ":",
            "panic" | "unreachable" | "todo" | "unimplemented" => after == "!",
            // `const _: () = assert!(…)` and `const { assert!(…) }` are settled when they compile
            "assert" | "assert_eq" | "assert_ne" => after == "!" && !["=", "const"].contains(&before),
            _ => false,
        }
    })
}

fn oracle_vendors(file: &SourceFile) -> Vec<String> {
    let may_name_it = file.path.ends_with("/oracle.rs");
    let lines = file.text.lines().enumerate().filter(|(_, line)| {
        let line = line.to_lowercase();
        !may_name_it && ["pyth", "switchboard", "chainlink"].iter().any(|vendor| line.contains(vendor))
    });
    lines.map(|(index, line)| format!("{}:{}: names an oracle vendor: {line}", file.path, index + 1)).collect()
}

fn rust_files_under(folders: &[&str]) -> Vec<SourceFile> {
    let files: Vec<SourceFile> = files_under(folders).into_iter().filter(|file| file.has_extension(&["rs"])).collect();
    assert!(!files.is_empty(), "no Rust files under {folders:?}");
    files
}

#[test]
fn the_core_holds_no_floats() {
    assert_none(&rust_files_under(&[CORE]).iter().flat_map(floats).collect::<Vec<_>>());
}

#[test]
fn core_and_program_cannot_panic() {
    assert_none(&rust_files_under(&[CORE, PROGRAM]).iter().flat_map(panics).collect::<Vec<_>>());
}

#[test]
fn only_the_oracle_file_names_a_vendor() {
    assert_none(&rust_files_under(&[PROGRAM]).iter().flat_map(oracle_vendors).collect::<Vec<_>>());
}

#[test]
fn floats_are_found() {
    for text in
        ["fn a(x: f64) {}", "const A: T = T(1.5);", "const A: T = 1e9 as T;", "fn a() { 0.0..b }", "fn a() { 2_f32; }"]
    {
        assert_eq!(floats(&SourceFile::new("a.rs", text)).len(), 1, "{text}");
    }
    for text in
        ["// 1.5 f64\nfn a() { x.0.1 }", "const A: usize = 1_000usize;", "const A: u8 = 0x1e;", "fn a() { 0..1 }"]
    {
        assert_none(&floats(&SourceFile::new("a.rs", text)));
    }
}

#[test]
fn panics_are_found() {
    for text in ["a.unwrap()", "a.expect(\"b\")", "a.map(Option::unwrap)", "panic!()", "unreachable!()", "assert!(a)"] {
        let body = format!("fn a() {{ {text} }}");
        assert_eq!(panics(&SourceFile::new("a.rs", &body)).len(), 1, "{text}");
    }
    for text in ["a.unwrap_or(b)", "\"a.unwrap()\"", "unwrap(a)"] {
        assert_none(&panics(&SourceFile::new("a.rs", &format!("fn a() {{ {text} }}"))));
    }
    assert_none(&panics(&SourceFile::new(
        "a.rs",
        "const _: () = assert!(A == 8);\nfn b() { const { assert!(A > 0) } }\n#[cfg(test)]\nmod tests { fn a() { b.unwrap() } }",
    )));
}

#[test]
fn vendors_are_found() {
    let text = "use x;\nuse pyth_sdk_solana::y;";
    assert_eq!(oracle_vendors(&SourceFile::new("src/lib.rs", text)).len(), 1);
    assert_none(&oracle_vendors(&SourceFile::new("src/oracle.rs", text)));
}
