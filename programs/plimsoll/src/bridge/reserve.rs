//! A reserve's stored books as the core's structs, and back.

use plimsoll_risk::position::ReserveTotals;
use plimsoll_risk::quantities::{Amount, Index, Ratio, Shares};
use plimsoll_risk::ramp::Ramp;

use crate::state::{Reserve, Wide};

impl Reserve {
    /// The books.
    #[must_use]
    #[inline(always)]
    pub const fn totals(&self) -> ReserveTotals {
        ReserveTotals {
            liquidity: Amount(self.liquidity_atoms),
            deposit_shares: Shares(self.total_deposit_shares),
            debt_shares: Shares(self.total_debt_shares),
            deposit_index: Index::from_bits(self.deposit_index.get()),
            debt_index: Index::from_bits(self.debt_index.get()),
            insurance: Amount(self.insurance_atoms),
        }
    }

    /// Stores the books.
    #[inline(always)]
    pub const fn set_totals(&mut self, totals: &ReserveTotals) {
        self.liquidity_atoms = totals.liquidity.0;
        self.total_deposit_shares = totals.deposit_shares.0;
        self.total_debt_shares = totals.debt_shares.0;
        self.deposit_index = Wide::new(totals.deposit_index.to_bits());
        self.debt_index = Wide::new(totals.debt_index.to_bits());
        self.insurance_atoms = totals.insurance.0;
    }

    /// The walk of the maintenance collateral weight.
    #[must_use]
    #[inline(always)]
    pub const fn weight_ramp(&self) -> Ramp {
        Ramp {
            from: Ratio::from_bits(self.weight_from),
            to: Ratio::from_bits(self.weight_to),
            start_seconds: self.weight_start_seconds,
            end_seconds: self.weight_end_seconds,
        }
    }

    /// Stores the walk.
    pub const fn set_weight_ramp(&mut self, ramp: &Ramp) {
        self.weight_from = ramp.from.to_bits();
        self.weight_to = ramp.to.to_bits();
        self.weight_start_seconds = ramp.start_seconds;
        self.weight_end_seconds = ramp.end_seconds;
    }
}
