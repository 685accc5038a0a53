//! The keeper's edges: key files, refusals, events, facts.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use anchor_lang::Event;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll::error::PlimsollError;
use plimsoll::events::{PricesRefreshed, RiskRefreshed};
use plimsoll_client::Pubkey;
use plimsoll_keeper::facts::{Fact, JsonLines, Observer};
use plimsoll_keeper::refusal::Refusal;
use plimsoll_keeper::{events, keypair};
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction_error::TransactionError;

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn of(name: &str, text: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).expect("the build folder is writable");
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // nothing depends on its absence
        let _ = std::fs::remove_file(&self.0);
    }
}

fn refused(error: PlimsollError) -> TransactionError {
    TransactionError::InstructionError(1, InstructionError::Custom(error.into()))
}

#[test]
fn a_keypair_file_is_read() {
    let key = Keypair::new();
    let file = File::of("whole.json", &serde_json::to_string(&key.to_bytes().to_vec()).expect("JSON"));
    assert_eq!(keypair::read(&file.0).expect("a key").pubkey(), key.pubkey());
}

#[test]
fn a_missing_keypair_file_is_named() {
    let error = keypair::read(Path::new("no-such-key.json")).expect_err("no file").to_string();
    assert!(error.starts_with("cannot read the keypair file no-such-key.json: "), "{error}");
}

#[test]
fn a_malformed_keypair_file_is_refused_without_its_content() {
    let key = Keypair::new().to_bytes();
    let half = serde_json::to_string(&key[..32]).expect("JSON");
    let mut torn = key;
    torn[63] ^= 1;
    let torn = serde_json::to_string(&torn.to_vec()).expect("JSON");
    for (name, text) in [("half.json", half.as_str()), ("torn.json", &torn), ("text.json", "secret words")] {
        let file = File::of(name, text);
        let error = keypair::read(&file.0).expect_err(name).to_string();
        assert!(error.ends_with("it must hold a JSON array of the 64 bytes of an ed25519 keypair"), "{error}");
        assert!(!error.contains(text), "{error}");
    }
}

#[test]
fn a_lost_race_is_told_from_a_refusal() {
    let cases = [
        (PlimsollError::NotLiquidatable, true),
        (PlimsollError::StepAlreadyFolded, true),
        (PlimsollError::PriceNotNewer, true),
        (PlimsollError::LiquidatorHealth, false),
        (PlimsollError::PriceUncertain, false),
    ];
    for (error, is_race) in cases {
        let name = error.name();
        let log = [
            "Program log: Instruction: Liquidate".to_owned(),
            format!("Program log: AnchorError occurred. Error Code: {name}. Error Number: 1. Error Message: why."),
        ];
        assert_eq!(Refusal::new(&refused(error), &log), Refusal { error: name, is_race });
    }
}

#[test]
fn a_refusal_of_the_runtime_keeps_its_words() {
    let refusal = Refusal::new(&TransactionError::InsufficientFundsForFee, &[]);
    assert_eq!(refusal.error, TransactionError::InsufficientFundsForFee.to_string());
    assert!(!refusal.is_race);
}

#[test]
fn an_event_is_found_among_other_lines() {
    let book = Pubkey::new_from_array([7; 32]);
    let event = RiskRefreshed { book, step: 42, sampled: 3 };
    let log = [
        "Program log: Instruction: RefreshRisk".to_owned(),
        "Program data: not base64".to_owned(),
        format!("Program data: {}", BASE64_STANDARD.encode(event.data())),
    ];
    let found: RiskRefreshed = events::first(&log).expect("the event is there");
    assert_eq!((found.book, found.step, found.sampled), (book, 42, 3));
    assert!(events::first::<PricesRefreshed>(&log).is_none());
}

#[test]
fn facts_are_lines_of_json() {
    let mut written = Vec::new();
    let mut lines = JsonLines(&mut written);
    lines.observe(&Fact::Ready);
    lines.observe(&Fact::LostRace { what: "accrue".into(), error: "why".into(), signature: None });
    assert_eq!(
        String::from_utf8(written).expect("UTF-8"),
        "{\"event\":\"ready\"}\n{\"event\":\"lost_race\",\"what\":\"accrue\",\"error\":\"why\"}\n"
    );
}
