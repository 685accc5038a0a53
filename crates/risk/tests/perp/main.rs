//! Perpetuals: the ledger and its laws, fills, funding, orders, the pool, and the waterfall.
// doubles judge integers here
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod fill;
mod funding;
mod ledger;
mod ledger_laws;
mod market;
mod orders;
mod pool;
mod waterfall;
mod waterfall_laws;

use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount};

/// 200 USDC a SOL, in quote atoms (10⁻⁶) per base atom (10⁻⁹).
const SOL: Price = Price::from_bits(219_902_325_555);
/// Base atoms of one SOL.
const ONE_SOL: i64 = 1_000_000_000;

/// Quote atoms per base atom.
fn price(quote_per_base: f64) -> Price {
    Price::from_bits((quote_per_base * 2f64.powi(40)) as u64)
}

const fn ppm(parts: u32) -> Ratio {
    Ratio::from_ppm_down(parts)
}

fn as_f64(price: Price) -> f64 {
    price.to_bits() as f64 / 2f64.powi(40)
}

const fn base(atoms: i64) -> SignedAmount {
    SignedAmount(atoms)
}

const fn quote(atoms: i64) -> SignedAmount {
    SignedAmount(atoms)
}

const fn atoms(count: u64) -> Amount {
    Amount(count)
}

/// A position's profit at a price, booked and unrealised.
fn profit(position: &PerpPosition, price: Price) -> i64 {
    position.unrealised_down(price).unwrap().plus(position.realised).unwrap().0
}
