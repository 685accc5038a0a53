//! The oracle: the only file that names a vendor. It reads Pyth's pull accounts (posted price updates) and its older push accounts.

use anchor_lang::prelude::*;
use plimsoll_risk::price::Publication;
use pyth_sdk_solana::state::{PriceStatus, load_price_account};
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

use crate::error::PlimsollError;
use crate::state::factor::{ORACLE_PULL, ORACLE_PUSH};
use crate::state::{Book, Factor};

/// Owner of the pull accounts.
pub const PULL_ORACLE_PROGRAM: Pubkey = pyth_solana_receiver_sdk::ID;
/// Owner of the push accounts on mainnet.
pub const PUSH_ORACLE_PROGRAM: Pubkey = pubkey!("FsJ3A3u2vn5cTVofAjvy6y5kwABJAqYWpe4975bi2epH");

/// What an oracle account says, and of what.
pub(crate) struct OraclePublication {
    /// `ORACLE_PULL` or `ORACLE_PUSH`.
    pub kind: u8,
    /// The feed id, or the push account's address.
    pub feed_id: [u8; 32],
    /// The publication.
    pub publication: Publication,
}

/// Reads an oracle account of either kind. Each check has its own refusal.
pub(crate) fn read(account: &AccountInfo) -> Result<OraclePublication> {
    if *account.owner == PULL_ORACLE_PROGRAM {
        return read_pull(account);
    }
    require_keys_eq!(*account.owner, PUSH_ORACLE_PROGRAM, PlimsollError::OracleOwner);
    read_push(account)
}

/// Reads an account of the pull oracle; an account of anybody else is refused.
pub(crate) fn read_pull(account: &AccountInfo) -> Result<OraclePublication> {
    require_keys_eq!(*account.owner, PULL_ORACLE_PROGRAM, PlimsollError::OracleOwner);
    let data = account.try_borrow_data()?;
    let update = PriceUpdateV2::try_deserialize(&mut &data[..]).map_err(|_| PlimsollError::OracleData)?;
    require!(update.verification_level == VerificationLevel::Full, PlimsollError::OracleNotVerified);
    let message = update.price_message;
    Ok(OraclePublication {
        kind: ORACLE_PULL,
        feed_id: message.feed_id,
        publication: Publication {
            price: message.price,
            confidence: message.conf,
            exponent: message.exponent,
            publish_time_seconds: message.publish_time,
            prev_publish_time_seconds: message.prev_publish_time,
        },
    })
}

fn read_push(account: &AccountInfo) -> Result<OraclePublication> {
    let data = account.try_borrow_data()?;
    let price = load_price_account::<32, ()>(&data).map_err(|_| PlimsollError::OracleData)?;
    require!(price.agg.status == PriceStatus::Trading, PlimsollError::OracleNotTrading);
    Ok(OraclePublication {
        kind: ORACLE_PUSH,
        feed_id: account.key.to_bytes(),
        publication: Publication {
            price: price.agg.price,
            confidence: price.agg.conf,
            exponent: price.expo,
            publish_time_seconds: price.timestamp,
            prev_publish_time_seconds: price.prev_timestamp,
        },
    })
}

/// The listed factor that follows a feed, with its index.
pub(crate) fn factor_of<'a>(book: &'a mut Book, oracle: &OraclePublication) -> Result<(usize, &'a mut Factor)> {
    let mut factors = book.factors.iter_mut().enumerate();
    factors.find(|(_, factor)| follows(factor, oracle)).ok_or_else(|| PlimsollError::OracleFeed.into())
}

/// Reads the publication of the feed that one factor follows; another feed is refused.
pub(crate) fn publication_for(factor: &Factor, account: &AccountInfo) -> Result<Publication> {
    let oracle = read(account)?;
    require!(follows(factor, &oracle), PlimsollError::OracleFeed);
    Ok(oracle.publication)
}

fn follows(factor: &Factor, oracle: &OraclePublication) -> bool {
    factor.is_listed() && factor.feed_id == oracle.feed_id && factor.oracle_kind == oracle.kind
}
