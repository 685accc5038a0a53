//! The waterfall of a perp deficit: the market's insurance, the pool, then the winning side through two lazily applied numbers.
//! See `docs/risk.md`, section 13.

use crate::error::Result;
use crate::perp::{PerpBooks, PerpPosition};
use crate::quantities::{Amount, Price, SignedAmount};

/// What a resolution depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpBankruptcyInputs {
    /// The failed position, touched.
    pub position: PerpPosition,
    /// The factor's mid price.
    pub mid: Price,
    /// The account's balance in the quote reserve (a debt negative) and the PnL at mid of all its positions.
    pub quote_net: SignedAmount,
    /// What is left of the share of its equity that the pool pays today.
    pub pool_share_left: Amount,
    /// The pool's equity at mid, which it cannot exceed; 0 where negative.
    pub pool_equity: Amount,
}

/// Who bears a deficit: `insurance + pool + winners = deficit`, to the atom (**INV-WATERFALL**), but for `unpaid`, which stays on the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpBankruptcy {
    /// What the account cannot pay of this market's loss.
    pub deficit: Amount,
    /// What the market's insurance pays.
    pub insurance: Amount,
    /// What the pool pays.
    pub pool: Amount,
    /// Of it, what counts against the pool's share of the day.
    pub pool_share_used: Amount,
    /// What the other side's positions pay together.
    pub winners: Amount,
    /// What nobody pays.
    pub unpaid: Amount,
    /// Base atoms closed against the other side; the rest of the position closes against the pool at mid.
    pub closed_against_winners: Amount,
    /// The market's books afterwards.
    pub books: PerpBooks,
    /// The failed position afterwards: no base, and the part of its loss that is its own to pay as `realised`.
    pub position: PerpPosition,
}

/// Plans the resolution of one market's deficit. Errors: [`crate::RiskError::NoDeficit`], [`crate::RiskError::WaterfallExhausted`] where nothing can be paid.
pub fn resolve_perp_bankruptcy(_books: &PerpBooks, _inputs: &PerpBankruptcyInputs) -> Result<PerpBankruptcy> {
    todo!()
}
