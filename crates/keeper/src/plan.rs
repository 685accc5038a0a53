//! What to do next: a pure function of what is known.

mod liquidations;
mod refreshes;
mod takeover;

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::Pubkey;

use crate::settings::Settings;
use crate::snapshot::Snapshot;

/// One transaction's worth of work.
#[derive(Clone, Debug)]
pub enum Action {
    /// Brings newer publications into the Book.
    RefreshPrices {
        /// The oracle accounts that have one.
        oracles: Vec<Pubkey>,
    },
    /// Folds the grid step under way.
    RefreshRisk {
        /// The step.
        step: u64,
        /// Oracle accounts whose publication is a sample that the Book lacks.
        oracles: Vec<Pubkey>,
    },
    /// Books interest.
    Accrue,
    /// Takes over debt and collateral of an unhealthy account.
    Liquidate {
        /// The unhealthy account.
        liquidatee: Pubkey,
        /// Which collateral, which debt, how much at most.
        request: LiquidationRequest,
        /// Oracle accounts of the exchanged legs that have newer publications, to be refreshed in the same transaction.
        oracles: Vec<Pubkey>,
    },
    /// Writes off a debt that no asset stands behind.
    ResolveBankruptcy {
        /// The account.
        margin_account: Pubkey,
        /// The debt.
        reserve_index: u8,
    },
}

impl Action {
    /// What may still work where the program refuses the whole: one bad publication must keep out neither the others nor a liquidation.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        match self {
            Self::RefreshPrices { oracles } if oracles.len() > 1 => {
                let alone = |oracle: &Pubkey| Self::RefreshPrices { oracles: vec![*oracle] };
                oracles.iter().map(alone).collect()
            }
            Self::Liquidate { liquidatee, request, oracles } if !oracles.is_empty() => {
                vec![Self::Liquidate { liquidatee: *liquidatee, request: *request, oracles: Vec::new() }]
            }
            _ => Vec::new(),
        }
    }

    /// Names the instruction and what it is about; the same work bears the same name in every plan.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::RefreshPrices { oracles } => {
                let oracles: Vec<String> = oracles.iter().map(ToString::to_string).collect();
                format!("refresh_prices {}", oracles.join(" "))
            }
            Self::RefreshRisk { step, .. } => format!("refresh_risk {step}"),
            Self::Accrue => "accrue".to_owned(),
            Self::Liquidate { liquidatee, oracles, .. } if oracles.is_empty() => format!("liquidate {liquidatee}"),
            Self::Liquidate { liquidatee, .. } => format!("liquidate {liquidatee} at newer prices"),
            Self::ResolveBankruptcy { margin_account, reserve_index } => {
                format!("resolve_bankruptcy {margin_account} {reserve_index}")
            }
        }
    }
}

/// Everything worth doing now, most urgent first: interest and the grid step, which margin checks rest on and which are rarely due; then liquidations by
/// largest shortfall and bankruptcies; then prices.
///
/// Prices come last, because oracles may publish faster than transactions are confirmed: a keeper that first brought every publication would never liquidate.
/// Where prices are too old to liquidate at, no liquidation is planned, and where its legs have newer publications, it brings them itself.
///
/// Actions after the first are planned as if the first had not happened; look at the chain again before each.
#[must_use]
pub fn plan(snapshot: &Snapshot, settings: &Settings) -> Vec<Action> {
    let mut actions = Vec::new();
    actions.extend(refreshes::interest(snapshot, settings.accrue_seconds));
    if !settings.frozen_thresholds {
        actions.extend(refreshes::risk(snapshot));
    }
    actions.extend(liquidations::all(snapshot, &settings.margin_account));
    actions.extend(refreshes::prices(snapshot));
    actions
}
