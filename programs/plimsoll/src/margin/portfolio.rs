//! Health of portfolio accounts, and the ladder of losses of any account. `docs/risk.md`, section 16.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::{ADMITTED_LEG_LIMIT, CrossHealth};
use plimsoll_risk::portfolio::{
    AheadInputs, InitialInputs, PortfolioHealth, SCENARIOS, initial_health, losses_up, maintenance_health,
};
use plimsoll_risk::quantities::SignedValue;

use super::liquidation::portfolio_inputs;
use super::netted::{Netted, Weights};
use super::outlook::Growth;
use super::{AccountHealth, cross_health};
use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::MODE_PORTFOLIO;
use crate::state::{Book, MarginAccount};

/// Initial and maintenance health of an account in portfolio mode, whatever its own is.
#[inline(never)]
pub(super) fn health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<AccountHealth> {
    let cross = cross_health(book, account, now_seconds)?;
    let mut netted = Netted::empty(book, account, Weights::Present, now_seconds);
    netted.add_legs(account)?;
    netted.health(account, &cross)
}

/// Refuses an account that may not take more risk: `InitialHealthNegative`, or `LegTooLarge` where all its legs together reach the limit of one.
#[inline(never)]
pub(super) fn require_initial_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<()> {
    let mut netted = Netted::empty(book, account, Weights::LowestAhead, now_seconds);
    netted.add_legs(account)?;
    let mut initial = netted.initial_health(&netted.maintenance_health(NO_FLOOR)?, NO_FLOOR)?;
    if initial.is_negative() {
        // cross health is a floor of portfolio health, asked only where it decides
        initial = cross_health(book, account, now_seconds)?.initial;
    }
    netted.refusal(initial).map_or(Ok(()), Err).or_refuse()
}

/// Portfolio health without the floor of cross health.
const NO_FLOOR: SignedValue = SignedValue(i128::MIN);

/// Initial health in portfolio mode, debts and funding grown to the horizon. Where it is not negative, no requirement of the hour ahead is above what
/// the account counts.
#[inline(never)]
pub(super) fn grown_initial_health(
    book: &Book,
    account: &MarginAccount,
    growth: &Growth,
    now_seconds: u64,
) -> Result<SignedValue> {
    let mut netted = Netted::empty(book, account, Weights::LowestAhead, now_seconds);
    netted.growth = Some(growth);
    netted.add_legs(account)?;
    netted.initial_health(&netted.maintenance_health(NO_FLOOR)?, NO_FLOOR)
}

/// Initial health with the lowest weights of the walk ahead.
#[inline(never)]
fn initial_health_ahead(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<SignedValue> {
    let mut netted = Netted::empty(book, account, Weights::LowestAhead, now_seconds);
    netted.add_legs(account)?;
    netted.initial_health(&netted.maintenance_health(NO_FLOOR)?, NO_FLOOR)
}

impl Netted<'_> {
    /// Healths in portfolio mode, of legs with the weights of the moment.
    #[inline(never)]
    fn health(&self, account: &MarginAccount, cross: &CrossHealth) -> Result<AccountHealth> {
        let maintenance = self.maintenance_health(cross.maintenance)?;
        let initial = if self.is_weight_falling {
            initial_health_ahead(self.book, account, self.moment.now_seconds)?.max(cross.initial)
        } else {
            self.initial_health(&maintenance, cross.initial)?
        };
        Ok(AccountHealth { initial, maintenance: maintenance.health, refusal: self.refusal(initial) })
    }

    #[inline(never)]
    fn maintenance_health(&self, cross: SignedValue) -> Result<PortfolioHealth> {
        let (book, margins) = (self.book, &self.thresholds.maintenance);
        let inputs = portfolio_inputs(book, &self.maintenance, margins, self.moment.walked);
        maintenance_health(&inputs, cross).or_refuse()
    }

    #[inline(never)]
    fn initial_health(&self, maintenance: &PortfolioHealth, cross: SignedValue) -> Result<SignedValue> {
        let (book, thresholds) = (self.book, &self.thresholds);
        let inputs = InitialInputs {
            exposures: &self.initial,
            margins: &thresholds.initial,
            newest: book.models(self.moment.walked).newest,
            maintenance: portfolio_inputs(book, &self.maintenance, &thresholds.maintenance, self.moment.walked),
            ahead: AheadInputs { highest: &thresholds.highest, lowest: &thresholds.lowest, added: self.added_ahead },
            initial_gap: book.largest_gap_up(self.exposed()),
        };
        initial_health(&inputs, maintenance, cross).or_refuse()
    }

    /// Factors that the account is exposed to: a position that is closed and not settled holds its factor and risks nothing by it.
    #[inline(never)]
    fn exposed(&self) -> u16 {
        let legs = self.maintenance.gross().iter().zip(self.initial.gross()).enumerate();
        legs.filter(|(_, (maintenance, initial))| **maintenance | **initial != 0)
            .fold(0, |exposed, (index, _)| exposed | 1u16.wrapping_shl(u32::try_from(index).unwrap_or(0)))
    }

    /// Why an account with this initial health may take no more risk. All its legs together stay below the limit of one leg in cross, so that their
    /// products with margins can be summed at prices 2¹⁰ higher.
    fn refusal(&self, initial: SignedValue) -> Option<RiskError> {
        if initial.is_negative() {
            return Some(RiskError::InitialHealthNegative);
        }
        (self.total >= u128::from(ADMITTED_LEG_LIMIT.0)).then_some(RiskError::LegTooLarge)
    }
}

/// What `stress_account` returns. Health and losses are quote atoms; what does not fit 63 bits is refused.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StressReport {
    /// Assets less debts at mid.
    pub equity_quote_atoms: i64,
    /// Maintenance health in the account's mode.
    pub maintenance_health_quote_atoms: i64,
    /// What maintenance requires of the equity: equity less maintenance health.
    pub maintenance_requirement_quote_atoms: i64,
    /// Rows of the newest grid in use.
    pub rows: u8,
    /// What each of them loses at mid and the maintenance margins of the present step, rounded up; a gain is negative. Zero past the rows in use.
    pub losses_quote_atoms: [i64; SCENARIOS],
}

/// Maintenance health, its requirement and the losses of every row of the newest grid, for an account of any mode.
#[inline(never)]
pub fn stress(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<StressReport> {
    let cross = cross_health(book, account, now_seconds)?;
    let mut netted = Netted::empty(book, account, Weights::Present, now_seconds);
    netted.add_legs(account)?;
    netted.report(account, &cross)
}

impl Netted<'_> {
    #[inline(never)]
    fn report(&self, account: &MarginAccount, cross: &CrossHealth) -> Result<StressReport> {
        let mut maintenance = cross.maintenance;
        if account.mode == MODE_PORTFOLIO {
            maintenance = self.maintenance_health(cross.maintenance)?.health;
        }
        let equity = cross.equity().0;
        let newest = self.book.model_newest.model();
        Ok(StressReport {
            equity_quote_atoms: narrow(equity)?,
            maintenance_health_quote_atoms: narrow(maintenance.0)?,
            maintenance_requirement_quote_atoms: narrow(equity.saturating_sub(maintenance.0))?,
            rows: u8::try_from(newest.scenarios.len()).unwrap_or(u8::MAX),
            losses_quote_atoms: losses_up(&self.maintenance, &self.thresholds.maintenance, &newest).or_refuse()?,
        })
    }
}

fn narrow(value: i128) -> Result<i64> {
    i64::try_from(value).map_err(|_| PlimsollError::Overflow.into())
}
