//! One instruction of a random sequence, and who sends it.

use plimsoll_client::Instruction;

use crate::feeds::Publication;

/// Kinds of instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Open,
    Close,
    SetDelegate,
    Deposit,
    Withdraw,
    Borrow,
    Repay,
    RefreshPrices,
    RefreshRisk,
    Accrue,
    Liquidate,
    ResolveBankruptcy,
    FundInsurance,
    SetFactorParams,
    SetReserveParams,
    SetBookParams,
    OpenIsolated,
    MoveCollateral,
    TransferPosition,
    PlaceMarket,
    PlaceLimit,
    PlaceStopLoss,
    PlaceTakeProfit,
    PlacePoolOrder,
    CancelOrder,
    ArmOrder,
    FillOrder,
    PoolDeposit,
    PoolWithdraw,
    UpdateFunding,
    SettlePnl,
    TakePerpOver,
    ClosePerpIntoPool,
    ResolvePerpBankruptcy,
    SetPerpParams,
    SetMarginMode,
    CallMargin,
    StressAccount,
    SetLiquidityProfile,
    SetScenarios,
    SetImpliedFeed,
    RefreshImplied,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 42] = [
        Self::Open,
        Self::Close,
        Self::SetDelegate,
        Self::Deposit,
        Self::Withdraw,
        Self::Borrow,
        Self::Repay,
        Self::RefreshPrices,
        Self::RefreshRisk,
        Self::Accrue,
        Self::Liquidate,
        Self::ResolveBankruptcy,
        Self::FundInsurance,
        Self::SetFactorParams,
        Self::SetReserveParams,
        Self::SetBookParams,
        Self::OpenIsolated,
        Self::MoveCollateral,
        Self::TransferPosition,
        Self::PlaceMarket,
        Self::PlaceLimit,
        Self::PlaceStopLoss,
        Self::PlaceTakeProfit,
        Self::PlacePoolOrder,
        Self::CancelOrder,
        Self::ArmOrder,
        Self::FillOrder,
        Self::PoolDeposit,
        Self::PoolWithdraw,
        Self::UpdateFunding,
        Self::SettlePnl,
        Self::TakePerpOver,
        Self::ClosePerpIntoPool,
        Self::ResolvePerpBankruptcy,
        Self::SetPerpParams,
        Self::SetMarginMode,
        Self::CallMargin,
        Self::StressAccount,
        Self::SetLiquidityProfile,
        Self::SetScenarios,
        Self::SetImpliedFeed,
        Self::RefreshImplied,
    ];

    /// Whether it may change thresholds, announcements or models for everybody.
    pub(crate) const fn is_of_the_book(self) -> bool {
        matches!(
            self,
            Self::RefreshRisk
                | Self::SetFactorParams
                | Self::SetReserveParams
                | Self::SetBookParams
                | Self::SetPerpParams
                | Self::SetLiquidityProfile
                | Self::SetScenarios
        )
    }

    /// Whether anybody may send it and thereby change an account that is not his.
    pub(crate) const fn is_open_to_anybody(self) -> bool {
        matches!(
            self,
            Self::Liquidate
                | Self::ResolveBankruptcy
                | Self::CancelOrder
                | Self::ArmOrder
                | Self::FillOrder
                | Self::PoolDeposit
                | Self::PoolWithdraw
                | Self::SettlePnl
                | Self::TakePerpOver
                | Self::ClosePerpIntoPool
                | Self::ResolvePerpBankruptcy
        )
    }
}

/// An instruction with what the laws need to know of it.
pub(crate) struct Action {
    /// What it does.
    pub(crate) kind: Kind,
    /// Who signs: an index of the market's people; none: the admin alone.
    pub(crate) signer: Option<usize>,
    /// The instruction.
    pub(crate) instruction: Instruction,
    /// For a liquidation of loans: the account that is liquidated and the one that takes over.
    pub(crate) liquidation: Option<(usize, usize)>,
    /// For a liquidation of loans: collateral and debt reserve. For others: the reserve, twice.
    pub(crate) reserves: (u8, u8),
    /// For perps: the market.
    pub(crate) market: u8,
    /// For an execution: slot and number of the order.
    pub(crate) order: Option<(u8, u64)>,
    /// For an execution: what the oracle's account carries.
    pub(crate) publication: Option<Publication>,
}

impl Action {
    /// An instruction of which the laws need to know no more.
    pub(crate) const fn new(kind: Kind, signer: Option<usize>, instruction: Instruction) -> Self {
        Self {
            kind,
            signer,
            instruction,
            liquidation: None,
            reserves: (0, 0),
            market: 0,
            order: None,
            publication: None,
        }
    }
}
