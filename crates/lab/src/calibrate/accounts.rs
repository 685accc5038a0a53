//! Accounts whose health is computed before and after a change of parameters, by the core.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use plimsoll_params::{ParameterFile, ReserveListing, Symbol};
use plimsoll_risk::health::{CollateralWeights, CrossHealth, FactorTerms};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::quantities::{Index, Price, Ratio, Shares};
use serde::Deserialize;

use super::effect::Margins;
use super::error::CalibrateError;

/// Of a price's mantissa.
const FRACTION_BITS: i32 = Price::FRACTION_BITS.cast_signed();

/// A file of accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFile {
    /// Prices of factors without a history, in quote units of a whole token.
    #[serde(default)]
    pub prices: BTreeMap<String, f64>,
    /// The accounts.
    pub accounts: Vec<Account>,
}

/// One account: whole tokens by reserve.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What it is called.
    pub name: String,
    /// Deposits.
    #[serde(default)]
    pub deposits: BTreeMap<String, f64>,
    /// Debts.
    #[serde(default)]
    pub debts: BTreeMap<String, f64>,
}

/// Healths of one account, in quote units.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AccountEffect {
    /// What it is called.
    pub name: String,
    /// Deposits less debts at mid.
    pub equity: f64,
    /// Maintenance health in force.
    pub maintenance_before: f64,
    /// Maintenance health calibrated.
    pub maintenance_after: f64,
    /// Initial health in force.
    pub initial_before: f64,
    /// Initial health calibrated.
    pub initial_after: f64,
}

impl AccountFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`CalibrateError::Unreadable`], or [`CalibrateError::Accounts`] with the place of what is wrong.
    pub fn read(path: &Path) -> Result<Self, CalibrateError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CalibrateError::Unreadable { file: file.clone(), reason: error.to_string() })?;
        toml::from_str(&text).map_err(|error| {
            let line =
                text.bytes().take(error.span().map_or(0, |span| span.start)).filter(|byte| *byte == b'\n').count() + 1;
            let problem = error.message().replace('\n', " ");
            CalibrateError::Accounts { file, field: format!("line {line}"), problem }
        })
    }
}

/// Prices and margins of every factor, before and after.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// Price of a whole token, in quote units.
    pub prices: HashMap<String, f64>,
    /// In force.
    pub before: HashMap<String, Margins>,
    /// Calibrated, and in force where nothing was.
    pub after: HashMap<String, Margins>,
}

/// The healths of every account.
///
/// # Errors
/// [`CalibrateError::Accounts`] with the field of a reserve or price that is not there, or an amount that is none.
pub fn effects(
    path: &Path,
    file: &AccountFile,
    params: &ParameterFile,
    market: &Market,
) -> Result<Vec<AccountEffect>, CalibrateError> {
    let name = path.display().to_string();
    let books = Books { file: &name, params, market };
    file.accounts.iter().enumerate().map(|(place, account)| books.effect(place, account)).collect()
}

struct Books<'a> {
    file: &'a str,
    params: &'a ParameterFile,
    market: &'a Market,
}

impl Books<'_> {
    fn effect(&self, place: usize, account: &Account) -> Result<AccountEffect, CalibrateError> {
        let before = self.health(place, account, &self.market.before)?;
        let after = self.health(place, account, &self.market.after)?;
        let unit = 10_f64.powi(i32::from(self.quote_decimals()));
        #[allow(clippy::cast_precision_loss)] // for a report
        let quote = |value: i128| value as f64 / unit;
        Ok(AccountEffect {
            name: account.name.clone(),
            equity: quote(before.equity().0),
            maintenance_before: quote(before.maintenance.0),
            maintenance_after: quote(after.maintenance.0),
            initial_before: quote(before.initial.0),
            initial_after: quote(after.initial.0),
        })
    }

    fn health(
        &self,
        place: usize,
        account: &Account,
        margins: &HashMap<String, Margins>,
    ) -> Result<CrossHealth, CalibrateError> {
        let mut health = CrossHealth::default();
        let index = Index::ONE;
        for (list, amounts) in [("deposits", &account.deposits), ("debts", &account.debts)] {
            for (symbol, amount) in amounts {
                let field = format!("accounts[{place}].{list}.{symbol}");
                let refused = |problem: String| self.refusal(field.clone(), problem);
                let reserve = self.reserve(symbol).ok_or_else(|| refused("no reserve has this symbol".to_owned()))?;
                let terms = self.terms(reserve, margins).map_err(&refused)?;
                let shares = self.shares(reserve, *amount).map_err(&refused)?;
                let too_large = |error| refused(format!("the core refuses it: {error}"));
                if list == "deposits" {
                    let mantissa = index.mantissa48_down().map_err(too_large)?;
                    health.add_deposit(shares, mantissa, &terms, &weights(reserve)).map_err(too_large)?;
                } else {
                    // at an index of exactly one, what is owed is what the shares say
                    let mantissa = index.mantissa48_down().map_err(too_large)?;
                    health.add_debt(shares, mantissa, &terms).map_err(too_large)?;
                }
            }
        }
        Ok(health)
    }

    fn refusal(&self, field: String, problem: String) -> CalibrateError {
        CalibrateError::Accounts { file: self.file.to_owned(), field, problem }
    }

    fn reserve(&self, symbol: &str) -> Option<&ReserveListing> {
        self.params.reserve(&Symbol::try_from(symbol.to_owned()).ok()?)
    }

    fn decimals(&self, reserve: &ReserveListing) -> u8 {
        self.params.factor(&reserve.factor).map_or(0, |factor| factor.base_decimals)
    }

    fn quote_decimals(&self) -> u8 {
        self.params.reserve(&self.params.group.quote).map_or(0, |reserve| self.decimals(reserve))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // checked bounds
    fn shares(&self, reserve: &ReserveListing, amount: f64) -> Result<Shares, String> {
        let atoms = amount * 10_f64.powi(i32::from(self.decimals(reserve)));
        if (0.0..u64::MAX as f64).contains(&atoms) {
            return Ok(Shares(atoms.round() as u64));
        }
        Err(format!("{amount} is not an amount of tokens; use a number from 0 up"))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates, and the core's bounds are checked
    fn terms(&self, reserve: &ReserveListing, margins: &HashMap<String, Margins>) -> Result<FactorTerms, String> {
        let factor = reserve.factor.as_str();
        let price = self
            .market
            .prices
            .get(factor)
            .copied()
            .ok_or_else(|| format!("{factor} has no price; calibrate it, or name its price under [prices]"))?;
        let margins = margins.get(factor).ok_or_else(|| format!("{factor} has no margins; list it in --against"))?;
        let power = i32::from(self.quote_decimals()) - i32::from(self.decimals(reserve));
        let bits = (price * 10_f64.powi(power) * 2_f64.powi(FRACTION_BITS)).round() as u64;
        if !(Price::MIN_MANTISSA..=Price::MAX_MANTISSA).contains(&bits) {
            return Err(format!("{price} is not a price that a Book can hold"));
        }
        let mid = Price::from_bits(bits);
        let Margins { maintenance, initial } = *margins;
        let none = Impact { unit: 0, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };
        Ok(FactorTerms {
            mid,
            asset_initial: mid,
            debt_initial: mid,
            maintenance,
            initial,
            impact: none,
            impact_initial: none,
        })
    }
}

fn weights(reserve: &ReserveListing) -> CollateralWeights {
    CollateralWeights {
        initial: Ratio::from_ppm_down(reserve.params.collateral_weight_initial_ppm),
        maintenance: Ratio::from_ppm_down(reserve.params.collateral_weight_maintenance_ppm),
    }
}
