//! Writes the IDL of an Anchor program: `plimsoll-idl PROGRAM_FOLDER OUTPUT_FILE`.
//!
//! Anchor's builder compiles the program's tests with the feature `idl-build` and collects what they print, as `anchor idl build`
//! does. The output is the same for the same source: every list is sorted by name.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result, bail, ensure};

fn main() -> Result<()> {
    // With the variable set, the builder would install a toolchain through rustup and build with that one.
    ensure!(
        env::var_os("RUSTUP_TOOLCHAIN").is_none(),
        "RUSTUP_TOOLCHAIN is set; run `env -u RUSTUP_TOOLCHAIN plimsoll-idl …`, as `make idl` does"
    );
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [program, output] = arguments.as_slice() else {
        bail!("usage: plimsoll-idl PROGRAM_FOLDER OUTPUT_FILE");
    };
    write_idl(program, output)
}

fn write_idl(program: &Path, output: &Path) -> Result<()> {
    let program = fs::canonicalize(program).with_context(|| format!("no program in {}", program.display()))?;
    let idl = IdlBuilder::new().program_path(program).cargo_args(vec!["--lib".to_owned()]).build()?;
    let json = serde_json::to_string_pretty(&idl)? + "\n";

    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(output, json).with_context(|| format!("cannot write {}", output.display()))
}
