//! Names and addresses, checked as they are read.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

const DEPLOYER_WORD: &str = "deployer";
const CREATE_WORD: &str = "create";
const NONE_WORD: &str = "none";
const SYMBOL_BYTES_MAX: usize = 16;

/// A Solana address; written in base58.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(pub [u8; 32]);

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        match bs58::decode(&text).onto(&mut bytes) {
            Ok(32) => Ok(Self(bytes)),
            _ => Err(format!("`{text}` is not the base58 form of 32 bytes")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bs58::encode(self.0).into_string())
    }
}

/// What identifies an oracle: the feed id of a Pyth pull feed, in 64 hexadecimal digits, or the address of a Pyth push account, in base58.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct FeedId(pub [u8; 32]);

impl TryFrom<String> for FeedId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        hex_bytes(&text)
            .or_else(|| Address::try_from(text.clone()).ok().map(|address| address.0))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is neither 64 hexadecimal digits (pull) nor a base58 address (push)"))
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

fn hex_bytes(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (position, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * position..2 * position + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The oracle feed of a factor's implied volatility, in percent a year; written `none` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ImpliedFeed {
    /// No feed.
    None,
    /// This pull feed.
    Feed(FeedId),
}

impl TryFrom<String> for ImpliedFeed {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == NONE_WORD {
            return Ok(Self::None);
        }
        let feed = hex_bytes(&text).map(|bytes| Self::Feed(FeedId(bytes)));
        feed.ok_or_else(|| format!("`{text}` is neither 64 hexadecimal digits nor the word `{NONE_WORD}`"))
    }
}

impl fmt::Display for ImpliedFeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str(NONE_WORD),
            Self::Feed(feed) => feed.fmt(formatter),
        }
    }
}

/// The name of a factor or reserve: 1 to 16 letters, digits, `.`, `-` or `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Symbol(String);

impl Symbol {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as accounts store it: padded with zeros.
    #[must_use]
    pub fn to_padded(&self) -> [u8; SYMBOL_BYTES_MAX] {
        let mut padded = [0; SYMBOL_BYTES_MAX];
        for (slot, byte) in padded.iter_mut().zip(self.0.bytes()) {
            *slot = byte;
        }
        padded
    }
}

impl TryFrom<String> for Symbol {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if (1..=SYMBOL_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is not a symbol: 1 to {SYMBOL_BYTES_MAX} of A-Z a-z 0-9 . - _"))
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who holds a role: an address, or whoever deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Role {
    /// The signer of the deployment; written `deployer`.
    Deployer,
    /// This address.
    Address(Address),
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == DEPLOYER_WORD {
            return Ok(Self::Deployer);
        }
        Address::try_from(text).map(Self::Address).map_err(|cause| format!("{cause}, nor the word `{DEPLOYER_WORD}`"))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployer => formatter.write_str(DEPLOYER_WORD),
            Self::Address(address) => address.fmt(formatter),
        }
    }
}

/// Where a reserve's token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum MintSource {
    /// The deployment creates a test token with its factor's decimals; written `create`.
    Create,
    /// This mint.
    Address(Address),
}

impl TryFrom<String> for MintSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == CREATE_WORD {
            return Ok(Self::Create);
        }
        Address::try_from(text).map(Self::Address).map_err(|cause| format!("{cause}, nor the word `{CREATE_WORD}`"))
    }
}

impl fmt::Display for MintSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create => formatter.write_str(CREATE_WORD),
            Self::Address(address) => address.fmt(formatter),
        }
    }
}

/// The program that owns a mint and its token accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenProgram {
    /// SPL Token.
    #[serde(rename = "spl-token")]
    SplToken,
    /// Token-2022.
    #[serde(rename = "token-2022")]
    Token2022,
}

macro_rules! serialize_as_displayed {
    ($($kind:ty),+) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+};
}

serialize_as_displayed!(Address, FeedId, ImpliedFeed, Symbol, Role, MintSource);
