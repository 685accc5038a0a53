//! What a change of parameters does: fields, margins, accounts, and files that say what they may not.

use std::path::PathBuf;

use plimsoll_lab::calibrate::command::{Args, Report, calibrate};
use plimsoll_lab::calibrate::effect::{field_changes, margins};
use plimsoll_lab::calibrate::fragment::{in_place, values};
use plimsoll_lab::series::synthetic::Synthetic;
use plimsoll_params::{FactorParams, ParameterFile, Symbol};
use plimsoll_risk::quantities::{Ratio, Variance};

use crate::{args, mainnet, written};

fn in_force() -> ParameterFile {
    ParameterFile::read(&mainnet()).expect("mainnet's parameters")
}

fn sol() -> FactorParams {
    let file = in_force();
    file.factor(&Symbol::try_from("SOL".to_owned()).expect("a symbol")).expect("SOL").params.clone()
}

/// 60 days of SOL calibrated, with these accounts.
fn with_accounts(accounts: &str) -> Result<Report, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), "sol.csv", &Synthetic { days: 60, ..Synthetic::default() });
    let file = folder.path().join("accounts.toml");
    std::fs::write(&file, accounts).expect("written");
    let accounts: Option<PathBuf> = Some(file);
    let args = Args { accounts, ..args(&[("SOL", &path)], folder.path()) };
    calibrate(&args).map_err(|error| error.to_string())
}

#[test]
fn fields_that_change_are_listed_with_their_change() {
    let before = sol();
    let after = FactorParams { sigma_floor_ppm: 33_000, spread_ppm: 500, ..before.clone() };
    let changes = field_changes(&before, &after);
    let found: Vec<_> = changes.iter().map(|one| (one.field, one.before, one.after)).collect();
    assert_eq!(found, [("sigma_floor_ppm", 30_000, 33_000), ("spread_ppm", 1_000, 500)]);
    assert!((changes[0].change.expect("known") - 0.1).abs() < 1e-12);
    assert_eq!(field_changes(&before, &before), []);
    assert_eq!(values(&before).len(), FactorParams::BOUNDS.len(), "every field is there");
}

/// Section 4 of the risk model by hand: es = k·√((1 − w)·σ² + w·σ_stress²)·√h, and what closing out costs.
#[test]
fn margins_are_those_of_the_model() {
    let (file, params) = (in_force(), sol());
    let sigma: f64 = 0.20;
    let current = Variance::from_root(Ratio::from_ppm_up(200_000)).expect("a variance");
    let found = margins("x", &file.book, &params, current).expect("margins");
    let blended = 0.75 * sigma * sigma + 0.25 * 0.115 * 0.115;
    let expected = 3.691_51 * blended.sqrt() * (5_400.0_f64 / 86_400.0).sqrt() + 0.0005 + 0.05 + 0.005;
    let maintenance = plimsoll_lab::calibrate::effect::real(found.maintenance);
    assert!((maintenance - expected).abs() < 1e-6, "{maintenance} {expected}");
    let initial = plimsoll_lab::calibrate::effect::real(found.initial);
    assert!((initial - 1.25 * expected).abs() < 1e-6, "{initial}");
}

#[test]
fn accounts_are_judged_before_and_after() {
    let report = with_accounts(
        "[prices]\nUSDC = 1.0\n[[accounts]]\nname = \"lender\"\ndeposits = { SOL = 10, USDC = 5.5 }\n\
         [[accounts]]\nname = \"borrower\"\ndeposits = { SOL = 100 }\ndebts = { USDC = 1000 }\n",
    )
    .expect("judged");
    let [lender, borrower] = &report.accounts[..] else { panic!("two accounts") };
    let price = report.factors[0].last_price;
    assert!((lender.equity - 10.0 * price - 5.5).abs() < 1e-3, "{} {price}", lender.equity);
    assert!((borrower.equity - 100.0 * price + 1_000.0).abs() < 1e-2);
    let effect = &report.effects[0];
    let at_end = effect.margins.iter().find(|one| one.market == "at the end").expect("three markets");
    // USDC's margin of 5 % stands: its debt counts 1 + m + m²
    let expected = 100.0 * price * (1.0 - at_end.maintenance_after) - 1_000.0 * (1.0 + 0.05 + 0.0025);
    assert!((borrower.maintenance_after - expected).abs() < 0.05, "{} {expected}", borrower.maintenance_after);
    let expected = 100.0 * price * (1.0 - at_end.maintenance_before) - 1_000.0 * (1.0 + 0.05 + 0.0025);
    assert!((borrower.maintenance_before - expected).abs() < 0.05);
    assert!(borrower.initial_after < borrower.maintenance_after);
}

#[test]
fn accounts_that_say_what_they_may_not_are_refused_with_their_field() {
    let account = |body: &str| format!("[[accounts]]\nname = \"a\"\n{body}\n");
    for (text, words) in [
        (account("deposits = { DOGE = 1 }"), "accounts[0].deposits.DOGE: no reserve has this symbol"),
        (
            account("deposits = { USDC = 1 }"),
            "accounts[0].deposits.USDC: USDC has no price; calibrate it, or name its price",
        ),
        (account("debts = { SOL = -1 }"), "accounts[0].debts.SOL: -1 is not an amount of tokens"),
        (account("debts = { SOL = 1e30 }"), "accounts[0].debts.SOL: 1000000000000000000000000000000 is not an amount"),
        (account("owes = 3"), "field line 3: unknown field `owes`"),
        ("[prices]\nUSDC = 0\n".to_owned() + &account("debts = { USDC = 1 }"), "0 is not a price that a Book can hold"),
        ("accounts = 3".to_owned(), "invalid type"),
    ] {
        let refusal = with_accounts(&text).expect_err("must be refused");
        assert!(refusal.contains("accounts.toml") && refusal.contains(words), "{refusal}");
    }
}

#[test]
fn a_calibrated_factor_takes_the_place_of_the_one_in_force() {
    let report = with_accounts("accounts = []").expect("calibrates");
    let text = std::fs::read_to_string(mainnet()).expect("mainnet's parameters");
    let whole = in_place(&mainnet(), &text, &report.factors).expect("accepted by the reader of parameter files");
    let file = ParameterFile::parse(&mainnet(), &whole).expect("accepted");
    let symbols: Vec<&str> = file.factors.iter().map(|factor| factor.symbol.as_str()).collect();
    assert_eq!(symbols, ["USDC", "SOL", "BTC", "ETH"], "a factor's position is its index in the Book");
    assert_eq!(file.factors[1], report.factors[0].listing);
    let before = in_force();
    assert_eq!((&file.factors[0], &file.factors[2..]), (&before.factors[0], &before.factors[2..]), "the others stay");
    assert_eq!((file.book, file.reserves), (before.book, before.reserves));
}
