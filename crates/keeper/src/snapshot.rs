//! What a keeper knows of the chain at one moment.

use std::collections::BTreeMap;

use plimsoll::state::{Book, MarginAccount};
use plimsoll_client::Pubkey;

use crate::oracle::Publication;

/// One moment of a group, as far as a keeper cares.
pub struct Snapshot {
    /// The node's clock, Unix time: the program's own notion of now.
    pub now_seconds: u64,
    /// The Book.
    pub book: Box<Book>,
    /// What the oracle accounts say; those that cannot be read are left out.
    pub publications: Vec<Publication>,
    /// Every margin account of the group, the keeper's own included.
    pub accounts: BTreeMap<Pubkey, Box<MarginAccount>>,
}
