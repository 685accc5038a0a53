//! The keeper's edges: key files, refusals, events, facts.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use anchor_lang::Event;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll::error::PlimsollError;
use plimsoll::events::{
    MarginCallCleared, MarginCalled, MarginWarned, OrderArmed, OrderFilled, PricesRefreshed, RiskRefreshed,
};
use plimsoll::margin::CALLED_BY_WALK;
use plimsoll_client::Pubkey;
use plimsoll_client::instructions::OrderKey;
use plimsoll_keeper::facts::{Fact, JsonLines, Observer};
use plimsoll_keeper::plan::Action;
use plimsoll_keeper::refusal::Refusal;
use plimsoll_keeper::{events, keypair, outcome};
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
        (PlimsollError::AlreadyLiquidatable, true),
        (PlimsollError::StepAlreadyFolded, true),
        (PlimsollError::PriceNotNewer, true),
        (PlimsollError::OrderMissing, true),
        (PlimsollError::OrderTooEarly, true),
        (PlimsollError::PublicationNotFirst, true),
        (PlimsollError::NoDeficit, true),
        (PlimsollError::NothingToSettle, true),
        (PlimsollError::LiquidatorHealth, false),
        (PlimsollError::HealthNotImproved, false),
        (PlimsollError::WorstPriceBreached, false),
        (PlimsollError::PoolRequirement, false),
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

#[test]
fn facts_are_told_in_words() {
    let (signature, margin_account) = (String::new(), "Ann".to_owned());
    let filled = Fact::OrderFilled {
        signature: signature.clone(),
        margin_account: margin_account.clone(),
        market: 2,
        order_id: 7,
        base_atoms: -5,
        quote_atoms: 900,
        executor_fee_atoms: 3,
    };
    assert_eq!(filled.to_string(), "filled order 7 of Ann in market 2: -5 base atoms, +900 quote atoms; earned 3");
    let settled = Fact::PnlSettled { signature: signature.clone(), margin_account, market: 2, settled_atoms: -4 };
    assert_eq!(settled.to_string(), "settled -4 quote atoms of Ann in market 2");
    let folded = Fact::RiskRefreshed { signature, step: 9, sampled: 0b101 };
    assert_eq!(folded.to_string(), "folded step 9 with 2 samples");
}

#[test]
fn a_call_and_its_end_are_told_from_a_look_that_changed_nothing() {
    let margin_account = Pubkey::new_from_array([1; 32]);
    let action = Action::CallMargin { margin_account };
    let called =
        MarginCalled { margin_account, deadline_seconds: 900, shortfall_quote_atoms: 7, reason: CALLED_BY_WALK };
    let (cleared, warned) = (
        MarginCallCleared { margin_account },
        MarginWarned { margin_account, maintenance_health_quote_atoms: 1, daily_deviation_quote_atoms: 2 },
    );
    let fact = |data: Vec<u8>| {
        let log = [format!("Program data: {}", BASE64_STANDARD.encode(data))];
        outcome::fact(&action, "s", &log).expect("a fact")
    };
    assert_eq!(
        fact(called.data()).to_string(),
        format!("called {margin_account}: by 900 what is announced will leave it 7 quote atoms short")
    );
    assert_eq!(fact(cleared.data()).to_string(), format!("cleared the margin call of {margin_account}"));
    assert!(matches!(fact(warned.data()), Fact::LostRace { .. }), "a warning is no call");
}

#[test]
fn what_somebody_else_did_first_is_no_success() {
    let action = Action::UpdateFunding { market: 1 };
    let lost = Fact::LostRace {
        what: "update_funding 1".into(),
        error: "the funding was booked in this second".into(),
        signature: Some("s".into()),
    };
    assert_eq!(outcome::fact(&action, "s", &[]), Some(lost));
}

/// Somebody else armed the order in between, so that arming it again has filled it.
#[test]
fn the_log_decides_between_armed_and_filled() {
    let order = OrderKey { margin_account: Pubkey::new_from_array([1; 32]), slot: 0, id: 7 };
    let action = Action::ArmOrder { order, oracle: Pubkey::default() };
    let margin_account = order.margin_account;
    let armed = OrderArmed { margin_account, market: 2, order_slot: 0, order_id: 7, armed_seconds: 1 };
    let filled = OrderFilled {
        margin_account,
        executor: margin_account,
        market: 2,
        order_id: 7,
        base_atoms: 5,
        quote_atoms: -900,
        fee_atoms: 1,
        executor_fee_atoms: 3,
        price: 1,
        publish_time_seconds: 2,
        skew_after_base_atoms: 5,
    };
    let log = |data: Vec<u8>| [format!("Program data: {}", BASE64_STANDARD.encode(data))];
    let fact = |data| outcome::fact(&action, "s", &log(data));
    assert!(matches!(fact(armed.data()), Some(Fact::OrderArmed { order_id: 7, .. })));
    assert!(matches!(fact(filled.data()), Some(Fact::OrderFilled { executor_fee_atoms: 3, .. })));
    assert_eq!(outcome::fact(&action, "s", &[]), None);
}
