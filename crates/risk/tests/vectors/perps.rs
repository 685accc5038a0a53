//! Sections 10 to 13: perpetuals.

mod accounts;
mod liquidations;
mod markets;
mod orders;
mod pool;
mod settlement;
mod trading;

use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount};

use crate::Text;

/// The conversions that every file of perps needs.
impl Text<i64> {
    const fn signed(self) -> SignedAmount {
        SignedAmount(self.0)
    }
}

impl Text<u64> {
    const fn amount(self) -> Amount {
        Amount(self.0)
    }

    const fn price(self) -> Price {
        Price::from_bits(self.0)
    }

    const fn ratio(self) -> Ratio {
        Ratio::from_bits(self.0)
    }
}
