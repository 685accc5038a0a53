//! What must not be published: keys, hosts of package registries, folders of one machine. And one address, said twice.

use crate::{
    assert_none,
    repository::{SourceFile, files},
};

const KEYPAIR_BYTES: usize = 64;

/// Solana's command-line tools write a keypair as a JSON list of 64 bytes.
fn is_keypair(file: &SourceFile) -> bool {
    let is_key_file = file.path.ends_with("keypair.json") || file.has_extension(&["pem", "key", "env"]);
    let bytes: Option<Vec<u8>> = serde_json::from_str(&file.text).ok();
    is_key_file || bytes.is_some_and(|bytes| bytes.len() == KEYPAIR_BYTES)
}

fn lines_with<'a>(file: &'a SourceFile, breaks: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = String> + 'a {
    let lines = file.text.lines().enumerate().filter(move |(_, line)| breaks(line));
    lines.map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim()))
}

/// A lock file with addresses, or a URL whose host serves packages.
fn names_registry_host(line: &str) -> bool {
    let serves_packages = |host: &str| {
        let marks = ["registry", "mirror", "proxy", "artifactory", "nexus", "deb.debian", "pypi", "npmjs"];
        marks.iter().any(|mark| host.contains(mark))
    };
    let hosts = line.split("://").skip(1).filter_map(|rest| rest.split(['/', ' ', '"']).next());
    hosts.into_iter().any(serves_packages) || line.contains("\"resolved\": \"http")
}

/// An absolute path into a folder that differs from machine to machine. `target/tmp/` or `$HOME/work/` are none.
fn names_machine_path(line: &str) -> bool {
    // in two pieces, so that this file does not name them
    let folders =
        [["/ro", "ot/"], ["/ho", "me/"], ["/wo", "rk/"], ["/t", "mp/"], ["/Us", "ers/"]].map(|halves| halves.concat());
    folders.iter().any(|folder| {
        line.match_indices(folder.as_str()).any(|(start, _)| {
            let before = line[..start].chars().next_back();
            !before.is_some_and(|letter| letter.is_alphanumeric() || "._-})/*".contains(letter))
        })
    })
}

fn declared_address(program: &str) -> Option<&str> {
    program.split_once("declare_id!(\"")?.1.split('"').next()
}

#[test]
fn no_keypair_is_published() {
    let keypairs = files().into_iter().filter(is_keypair);
    assert_none(&keypairs.map(|file| format!("{}: a keypair", file.path)).collect::<Vec<_>>());
}

#[test]
fn no_registry_host_is_named() {
    assert_none(&files().iter().flat_map(|file| lines_with(file, names_registry_host)).collect::<Vec<_>>());
}

#[test]
fn no_machine_path_is_named() {
    assert_none(&files().iter().flat_map(|file| lines_with(file, names_machine_path)).collect::<Vec<_>>());
}

#[test]
fn anchor_knows_the_declared_address() {
    let files = files();
    let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| &*file.text).unwrap_or_default();
    let address = declared_address(text("programs/plimsoll/src/lib.rs")).expect("the program declares its address");
    assert!(text("Anchor.toml").contains(&format!("plimsoll = \"{address}\"")), "Anchor.toml does not name {address}");
}

#[test]
fn keypairs_are_found() {
    let bytes = |count: usize| format!("{:?}", vec![7; count]);
    assert!(is_keypair(&SourceFile::new("id.json", &bytes(KEYPAIR_BYTES))));
    assert!(is_keypair(&SourceFile::new("plimsoll-keypair.json", "")));
    assert!(!is_keypair(&SourceFile::new("vector.json", &bytes(KEYPAIR_BYTES - 1))));
}

#[test]
fn registry_hosts_are_found() {
    let scheme = "https:/";
    assert!(names_registry_host(&format!("{scheme}/registry.example/a")));
    assert!(names_registry_host(&format!("deb {scheme}/mirror.example bookworm")));
    assert!(names_registry_host(&format!("\"resolved\"{} \"{scheme}/a.example/b.tgz\"", ':')));
    assert!(!names_registry_host("source = \"registry+https://github.com/rust-lang/crates.io-index\""));
    assert!(!names_registry_host("see https://docs.rs/registry"));
}

#[test]
fn machine_paths_are_found() {
    let tmp = ["/t", "mp/"].concat();
    assert!(names_machine_path(&format!("cp a {tmp}b")));
    assert!(names_machine_path(&format!("\"{tmp}b\"")));
    assert!(!names_machine_path(&format!("target{tmp}b")));
    assert!(!names_machine_path(&format!("${{HOME}}{tmp}b")));
}

#[test]
fn the_declared_address_is_read() {
    assert_eq!(declared_address("use a;\ndeclare_id!(\"Abc\");"), Some("Abc"));
    assert_eq!(declared_address("use a;"), None);
}
