//! The files of the repository as git sees them.

use std::{fs, path::PathBuf, process::Command};

/// A file by its path from the root of the repository.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl SourceFile {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn has_extension(&self, extensions: &[&str]) -> bool {
        extensions.iter().any(|extension| self.path.ends_with(&format!(".{extension}")))
    }

    pub(crate) fn is_generated(&self) -> bool {
        self.path.split('/').any(|part| part == "generated")
    }
}

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every file that is tracked, or new and not ignored: a rule must speak before the commit.
pub(crate) fn files() -> Vec<SourceFile> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let paths = String::from_utf8(listing.stdout).expect("paths are UTF-8");
    let files: Vec<SourceFile> = paths
        .split_terminator('\0')
        .filter_map(|path| Some((path, fs::read(root().join(path)).ok()?))) // deleted but not yet committed
        .map(|(path, bytes)| SourceFile::new(path, &String::from_utf8_lossy(&bytes)))
        .collect();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "the listing misses the workspace");
    files
}

/// The files below one of the folders.
pub(crate) fn files_under(folders: &[&str]) -> Vec<SourceFile> {
    files().into_iter().filter(|file| folders.iter().any(|folder| file.path.starts_with(folder))).collect()
}
