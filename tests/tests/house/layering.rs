//! Who may know whom: the dependencies that `cargo metadata` reports, against the layers of docs/architecture.md.

use std::process::Command;

use serde_json::{Value, json};

use crate::{assert_none, repository::root};

/// What a package may depend on, `dev-dependencies` aside.
struct Layer {
    package: &'static str,
    /// packages of this workspace
    inner: &'static [&'static str],
    /// packages from outside; `None`: any
    outer: Option<&'static [&'static str]>,
}

/// The client speaks in the types of program, core and parameters, so whoever may know the client may name them.
const THROUGH_CLIENT: &[&str] = &["plimsoll-client", "plimsoll", "plimsoll-risk", "plimsoll-params"];

#[rustfmt::skip] // a table
const LAYERS: &[Layer] = &[
    Layer { package: "plimsoll-risk", inner: &[], outer: Some(&["fixed"]) },
    Layer { package: "sbf-builtins", inner: &[], outer: Some(&["solana-compiler-builtins"]) },
    Layer { package: "plimsoll", inner: &["plimsoll-risk", "sbf-builtins"],
            outer: Some(&["anchor-lang", "anchor-spl", "borsh", "bytemuck", "pyth-sdk-solana", "pyth-solana-receiver-sdk"]) },
    Layer { package: "plimsoll-parity", inner: &["plimsoll-risk", "sbf-builtins"], outer: Some(&["anchor-lang", "bytemuck"]) },
    Layer { package: "plimsoll-params", inner: &["plimsoll-risk"], outer: None },
    Layer { package: "plimsoll-report", inner: &[], outer: Some(&["serde", "serde_json"]) },
    Layer { package: "plimsoll-lab", inner: &["plimsoll-risk", "plimsoll-params", "plimsoll-report"], outer: None },
    Layer { package: "risk-wasm", inner: &["plimsoll-risk"], outer: None },
    Layer { package: "plimsoll-client", inner: &["plimsoll", "plimsoll-risk", "plimsoll-params"], outer: None },
    Layer { package: "plimsoll-keeper", inner: THROUGH_CLIENT, outer: None },
    Layer { package: "plimsoll-indexer", inner: THROUGH_CLIENT, outer: None },
    Layer { package: "plimsoll-cli", inner: THROUGH_CLIENT, outer: None },
    Layer { package: "plimsoll-demo", outer: None,
            inner: &["plimsoll-client", "plimsoll", "plimsoll-risk", "plimsoll-params", "plimsoll-keeper", "plimsoll-report"] },
    Layer { package: "plimsoll-idl", inner: &[], outer: None },
];

/// Tests may know everything.
const TESTS: &str = "plimsoll-tests";

fn violations(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().expect("cargo metadata lists packages");
    packages.iter().filter(|package| package["name"] != TESTS).flat_map(package_violations).collect()
}

fn package_violations(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().expect("a package has a name");
    let Some(layer) = LAYERS.iter().find(|layer| layer.package == name) else {
        return vec![format!("{name} has no layer: give it one in tests/tests/house/layering.rs")];
    };
    let dependencies = package["dependencies"].as_array().expect("a package lists its dependencies");
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| {
            let other = dependency["name"].as_str().expect("a dependency has a name");
            let is_inner = dependency["path"].is_string();
            let allowed = if is_inner { Some(layer.inner) } else { layer.outer };
            let is_allowed = allowed.is_none_or(|allowed| allowed.contains(&other));
            (!is_allowed).then(|| format!("{name} may not depend on {other}"))
        })
        .collect()
}

#[test]
fn packages_keep_to_their_layers() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    assert_none(&violations(&metadata));
}

#[test]
fn broken_layers_are_found() {
    let inner = |name: &str| json!({ "name": name, "kind": null, "path": "crates" });
    let outer = |name: &str, kind: Value| json!({ "name": name, "kind": kind });
    let metadata = json!({ "packages": [
        { "name": "plimsoll-risk", "dependencies": [outer("fixed", Value::Null), outer("libm", Value::Null), outer("cc", json!("build"))] },
        { "name": "plimsoll-lab", "dependencies": [inner("plimsoll-risk"), inner("plimsoll-client"), outer("csv", Value::Null)] },
        { "name": "plimsoll", "dependencies": [outer("proptest", json!("dev"))] },
        { "name": "plimsoll-tests", "dependencies": [inner("plimsoll-keeper")] },
        { "name": "plimsoll-new", "dependencies": [] },
    ]});
    assert_eq!(
        violations(&metadata),
        [
            "plimsoll-risk may not depend on libm",
            "plimsoll-risk may not depend on cc",
            "plimsoll-lab may not depend on plimsoll-client",
            "plimsoll-new has no layer: give it one in tests/tests/house/layering.rs",
        ]
    );
}
