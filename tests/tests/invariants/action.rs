//! One instruction of a random sequence, and who sends it.

use plimsoll_client::Instruction;

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
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 16] = [
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
    ];
}

/// An instruction with what the laws need to know of it.
pub(crate) struct Action {
    /// What it does.
    pub(crate) kind: Kind,
    /// Who signs: an index of the market's people; none: the admin alone.
    pub(crate) signer: Option<usize>,
    /// The instruction.
    pub(crate) instruction: Instruction,
    /// For a liquidation: the account that is liquidated and the one that takes over.
    pub(crate) liquidation: Option<(usize, usize)>,
    /// For a liquidation: collateral and debt reserve. For others: the reserve, twice.
    pub(crate) reserves: (u8, u8),
}
