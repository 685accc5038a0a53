//! What a keeper can do: one transaction each.

use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::Pubkey;
use plimsoll_client::instructions::OrderKey;

/// One transaction's worth of work. `oracles`, where an action has them, are accounts with publications that the Book lacks and the action depends
/// on: they are refreshed in the same transaction.
#[derive(Clone, Debug)]
pub enum Action {
    /// Brings newer publications into the Book.
    RefreshPrices {
        /// The oracle accounts that have one.
        oracles: Vec<Pubkey>,
    },
    /// Brings newer implied volatilities into the Book.
    RefreshImplied {
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
    /// Books the funding of a market.
    UpdateFunding {
        /// The market.
        market: u8,
    },
    /// Calls an account, or clears its call.
    CallMargin {
        /// The account.
        margin_account: Pubkey,
    },
    /// Takes over debt and collateral of an unhealthy account.
    Liquidate {
        /// The unhealthy account.
        liquidatee: Pubkey,
        /// Which collateral, which debt, how much at most.
        request: LiquidationRequest,
        /// News of the exchanged legs.
        oracles: Vec<Pubkey>,
    },
    /// Takes over a position of an unhealthy account, or closes it against the pool.
    LiquidatePerp {
        /// The unhealthy account.
        liquidatee: Pubkey,
        /// Which market, how much at most, and who takes the other side.
        request: PerpLiquidationRequest,
        /// News of the market's factor and of the quote's.
        oracles: Vec<Pubkey>,
    },
    /// Writes off a debt that no asset stands behind.
    ResolveBankruptcy {
        /// The account.
        margin_account: Pubkey,
        /// The debt.
        reserve_index: u8,
    },
    /// Distributes a perp loss that no asset stands behind.
    ResolvePerpBankruptcy {
        /// The account.
        margin_account: Pubkey,
        /// The market.
        market: u8,
    },
    /// Moves what an account has realised in a market to or from its balance.
    SettlePnl {
        /// The account.
        margin_account: Pubkey,
        /// The market.
        market: u8,
    },
    /// Shows that an order's condition holds.
    ArmOrder {
        /// The order.
        order: OrderKey,
        /// An account of its market's oracle: the instruction asks for one and does not read it.
        oracle: Pubkey,
    },
    /// Fills an armed order.
    FillOrder {
        /// The order.
        order: OrderKey,
        /// The account that carries the first publication since it was due.
        oracle: Pubkey,
        /// That account, where the Book's price is older.
        oracles: Vec<Pubkey>,
    },
    /// Carries out a request to the pool.
    ExecutePoolOrder {
        /// The request.
        order: OrderKey,
        /// News of the markets that the pool has a side in.
        oracles: Vec<Pubkey>,
    },
    /// Closes a position of a market that is being delisted.
    SettleDelisted {
        /// The account.
        margin_account: Pubkey,
        /// The market.
        market: u8,
        /// The account that carries the first publication since the settlement time, until the price is fixed.
        oracle: Pubkey,
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
            Self::RefreshImplied { oracles } if oracles.len() > 1 => {
                let alone = |oracle: &Pubkey| Self::RefreshImplied { oracles: vec![*oracle] };
                oracles.iter().map(alone).collect()
            }
            Self::Liquidate { liquidatee, request, oracles } if !oracles.is_empty() => {
                vec![Self::Liquidate { liquidatee: *liquidatee, request: *request, oracles: Vec::new() }]
            }
            Self::LiquidatePerp { liquidatee, request, oracles } if !oracles.is_empty() => {
                vec![Self::LiquidatePerp { liquidatee: *liquidatee, request: *request, oracles: Vec::new() }]
            }
            _ => Vec::new(),
        }
    }

    /// Names the instruction and what it is about; the same work bears the same name in every plan.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::RefreshPrices { oracles } => format!("refresh_prices {}", list(oracles)),
            Self::RefreshImplied { oracles } => format!("refresh_implied {}", list(oracles)),
            Self::RefreshRisk { step, .. } => format!("refresh_risk {step}"),
            Self::Accrue => "accrue".to_owned(),
            Self::UpdateFunding { market } => format!("update_funding {market}"),
            Self::CallMargin { margin_account } => format!("call_margin {margin_account}"),
            Self::Liquidate { liquidatee, oracles, .. } => {
                format!("liquidate {liquidatee}{}", at_newer_prices(oracles))
            }
            Self::LiquidatePerp { liquidatee, request, oracles } => {
                let side = if request.against_pool { " against the pool" } else { "" };
                format!("liquidate_perp {liquidatee} {}{side}{}", request.market, at_newer_prices(oracles))
            }
            Self::ResolveBankruptcy { margin_account, reserve_index } => {
                format!("resolve_bankruptcy {margin_account} {reserve_index}")
            }
            Self::ResolvePerpBankruptcy { margin_account, market } => {
                format!("resolve_perp_bankruptcy {margin_account} {market}")
            }
            Self::SettlePnl { margin_account, market } => format!("settle_pnl {margin_account} {market}"),
            Self::ArmOrder { order, .. } => format!("execute_order {} (arm)", name(order)),
            Self::FillOrder { order, .. } => format!("execute_order {}", name(order)),
            Self::ExecutePoolOrder { order, .. } => format!("execute_pool_order {}", name(order)),
            Self::SettleDelisted { margin_account, market, .. } => {
                format!("settle_delisted_market {margin_account} {market}")
            }
        }
    }

    /// The margin account that the action changes, besides the keeper's own.
    #[must_use]
    pub const fn touched(&self) -> Option<Pubkey> {
        match self {
            Self::RefreshPrices { .. }
            | Self::RefreshImplied { .. }
            | Self::RefreshRisk { .. }
            | Self::Accrue
            | Self::UpdateFunding { .. } => None,
            Self::Liquidate { liquidatee, .. } | Self::LiquidatePerp { liquidatee, .. } => Some(*liquidatee),
            Self::CallMargin { margin_account }
            | Self::ResolveBankruptcy { margin_account, .. }
            | Self::ResolvePerpBankruptcy { margin_account, .. }
            | Self::SettlePnl { margin_account, .. }
            | Self::SettleDelisted { margin_account, .. } => Some(*margin_account),
            Self::ArmOrder { order, .. } | Self::FillOrder { order, .. } | Self::ExecutePoolOrder { order, .. } => {
                Some(order.margin_account)
            }
        }
    }
}

fn list(oracles: &[Pubkey]) -> String {
    oracles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

const fn at_newer_prices(oracles: &[Pubkey]) -> &'static str {
    if oracles.is_empty() { "" } else { " at newer prices" }
}

fn name(order: &OrderKey) -> String {
    format!("{} {}", order.margin_account, order.id)
}
