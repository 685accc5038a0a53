//! Reading the keeper's key, without ever showing it.

use std::path::{Path, PathBuf};

use solana_keypair::Keypair;
use thiserror::Error;

/// Why a key could not be read. No variant carries what the file holds.
#[derive(Debug, Error)]
pub enum KeypairError {
    /// The file is missing or closed to this user.
    #[error("cannot read the keypair file {}: {source}; create one with `solana-keygen new` or pass another --keypair", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is no key.
    #[error("the keypair file {} is malformed: it must hold a JSON array of the 64 bytes of an ed25519 keypair", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// Reads a keypair file as Solana's tools write it.
///
/// # Errors
/// Where the file cannot be read, or its secret and public halves do not belong together.
pub fn read(path: &Path) -> Result<Keypair, KeypairError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| KeypairError::Unreadable { path: path.into(), source })?;
    let malformed = || KeypairError::Malformed { path: path.into() };
    let bytes: Vec<u8> = serde_json::from_str(&text).map_err(|_| malformed())?;
    Keypair::try_from(bytes.as_slice()).map_err(|_| malformed())
}
