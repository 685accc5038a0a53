//! The program's events, read back from a transaction's log.

use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What precedes an event's bytes in a log.
const DATA_PREFIX: &str = "Program data: ";

/// The first event of a type in a log. None where there is none.
///
/// Only for transactions that call nothing but the program: others could write lines that look alike.
#[must_use]
pub fn first<E: AnchorDeserialize + Discriminator>(log: &[String]) -> Option<E> {
    log.iter().find_map(|line| {
        let bytes = BASE64_STANDARD.decode(line.strip_prefix(DATA_PREFIX)?).ok()?;
        let mut body = bytes.strip_prefix(E::DISCRIMINATOR)?;
        E::deserialize(&mut body).ok()
    })
}
