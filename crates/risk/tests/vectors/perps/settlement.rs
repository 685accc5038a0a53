//! What an account can pay of a loss.

use plimsoll_risk::perp::settlement::QuoteWeights;
use plimsoll_risk::quantities::{Price, SignedValue};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

#[derive(Deserialize, Debug)]
struct PayableCase {
    price: Text<u64>,
    asset: Text<u64>,
    debt: Text<u64>,
    deposit: Text<u64>,
    balances_health: Text<i128>,
    payable_expected: Expected,
}

#[test]
fn perp_payable() {
    for case in cases::<PayableCase>(include_str!("../perp_payable.json")) {
        let weights = QuoteWeights { price: case.price.price(), asset: case.asset.ratio(), debt: case.debt.ratio() };
        let found = weights.payable_down(case.deposit.amount(), SignedValue(case.balances_health.0)).unwrap();
        assert!(found >= case.deposit.amount(), "{case:?}");
        let atoms_per_unit = 2f64.powi(Price::FRACTION_BITS.cast_signed()) / case.price.0 as f64;
        case.payable_expected.assert_near(found.0, 0, Side::Down, 3.0 + 3.0 * atoms_per_unit);
    }
}
