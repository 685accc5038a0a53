//! Who holds what: a seeded population of loans and perps with realistic sizes and leverage.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::FactorTerms;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Amount, Price, SignedAmount, Value};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Beta, Distribution, Exp1, StandardNormal};
use serde::{Deserialize, Serialize};

use super::holding::{Holding, Kind};
use super::venue::{QUOTE, QUOTE_ATOMS_PER_USD, Venue};

/// How a population is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationTerms {
    /// Median equity of an account; equities are log-normal.
    pub equity_median_usd: f64,
    /// Standard deviation of the logarithm of equities.
    pub equity_log_deviation: f64,
    /// The part of accounts that hold a perp; the others hold a loan.
    pub perp_share: f64,
    /// The part of either kind that bets on a fall.
    pub short_share: f64,
    /// The part of the allowed size that an account takes is a Beta variable: its first …
    pub use_alpha: f64,
    /// … and second parameter.
    pub use_beta: f64,
    /// Mean life of a loan; lives are exponential, and who closes opens anew.
    pub loan_life_hours: f64,
    /// Mean life of a perp position.
    pub perp_life_hours: f64,
    /// Mean time after which a liquidated trader is back.
    pub return_hours: f64,
    /// The part of owners who look at their account once an hour, and reduce it when it is called or its health is below `warn_fraction` of its size.
    pub attentive_share: f64,
    /// See `attentive_share`.
    pub warn_fraction: f64,
}

/// How fast liquidators are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeeperTerms {
    /// Mean time until a liquidation that is due lands; times are exponential.
    pub delay_seconds: f64,
    /// The same while the network is congested …
    pub congested_delay_seconds: f64,
    /// … which it is while a price has moved by more than this within an hour.
    pub congested_from_percent: f64,
}

impl KeeperTerms {
    /// The probability that a liquidation lands within a tick.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // seconds
    pub fn landing_probability(&self, hour_return: f64, tick_seconds: u64) -> f64 {
        let is_congested = hour_return * 100.0 > self.congested_from_percent;
        let delay = if is_congested { self.congested_delay_seconds } else { self.delay_seconds };
        if delay > 0.0 { 1.0 - (-(tick_seconds as f64) / delay).exp() } else { 1.0 }
    }
}

/// A uniform number in [0, 1) of an account at a time, the same in every arm of a path (SplitMix64's finaliser, Steele, Lea and Flood 2014).
#[must_use]
#[allow(clippy::cast_precision_loss)] // 53 bits
pub fn luck(seed: u64, stream: u64, now_seconds: u64) -> f64 {
    let mut bits = seed ^ stream.rotate_left(17) ^ now_seconds.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for multiplier in [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB] {
        bits = (bits ^ (bits >> 30)).wrapping_mul(multiplier);
    }
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// One position's owner, drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// What he bets on.
    pub kind: Kind,
    /// The factor that he bets on.
    pub factor: usize,
    /// What he brings, quote atoms.
    pub equity: Value,
    /// The part of the size that initial margin allows which he takes.
    pub part_of_limit: f64,
    /// How long he holds.
    pub life_seconds: u64,
    /// How long he stays away after a liquidation.
    pub away_seconds: u64,
    /// Whether he looks at his account, …
    pub is_attentive: bool,
    /// … and at which second of the hour.
    pub looks_at_second: u64,
}

/// A stream of random numbers for one purpose of one path, independent of all others.
#[must_use]
pub fn stream(seed: u64, stream: u64) -> ChaCha12Rng {
    let mut generator = ChaCha12Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

/// The stream of an account's `generation`-th position: the same in every arm of a path, whatever happened before.
#[must_use]
pub const fn account_stream(path: u64, account: u64, generation: u64) -> u64 {
    // paths stay below 2²⁷, accounts below 2²⁰, generations below 2¹⁶; price streams have the highest bit clear
    1 << 63 | path << 36 | account << 16 | generation
}

impl PopulationTerms {
    /// Draws one position; `shares` are the factors' parts of all accounts.
    pub fn draw(&self, shares: &[f64], generator: &mut ChaCha12Rng) -> Draw {
        let is_perp = generator.random_bool(self.perp_share);
        let is_short = generator.random_bool(self.short_share);
        let kind = match (is_perp, is_short) {
            (true, false) => Kind::PerpLong,
            (true, true) => Kind::PerpShort,
            (false, false) => Kind::LoanLong,
            (false, true) => Kind::LoanShort,
        };
        let normal: f64 = StandardNormal.sample(generator);
        let equity_usd = self.equity_median_usd * (self.equity_log_deviation * normal).exp();
        let mean_hours = if is_perp { self.perp_life_hours } else { self.loan_life_hours };
        let part_of_limit = Beta::new(self.use_alpha, self.use_beta).map_or(1.0, |beta| beta.sample(generator));
        Draw {
            kind,
            factor: pick(shares, generator.random()),
            equity: Value(to_atoms(equity_usd.clamp(100.0, 1e9) * QUOTE_ATOMS_PER_USD)),
            part_of_limit,
            life_seconds: exponential_seconds(mean_hours, generator),
            away_seconds: exponential_seconds(self.return_hours, generator),
            is_attentive: generator.random_bool(self.attentive_share),
            looks_at_second: generator.random_range(0..3_600),
        }
    }
}

fn exponential_seconds(mean_hours: f64, generator: &mut ChaCha12Rng) -> u64 {
    let life: f64 = Exp1.sample(generator);
    to_atoms((life * mean_hours * 3_600.0).max(60.0))
}

/// The index whose cumulated share first passes `point`, which is uniform in [0, 1); the quote's share is zero.
fn pick(shares: &[f64], point: f64) -> usize {
    let total: f64 = shares.iter().sum();
    let mut left = point * total;
    for (index, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return index;
        }
    }
    shares.len().saturating_sub(1)
}

/// A float of whole atoms as an integer, rounded toward zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Rust's cast saturates
#[must_use]
pub fn to_atoms(atoms: f64) -> u64 {
    atoms as u64
}

/// Halvings after which a size is exact enough.
const HALVINGS: u32 = 24;
/// No owner takes more than this many times his equity.
const LEVERAGE_MAX: u64 = 50;

/// Opens what an owner wants: the drawn part of the largest size that initial health allows.
///
/// # Errors
/// The core's refusal of a valuation.
pub fn open(draw: &Draw, terms: &[FactorTerms], venue: &Venue) -> Result<Holding, RiskError> {
    let (mut allowed, mut refused) = (0, draw.equity.0.saturating_mul(LEVERAGE_MAX));
    for _ in 0..HALVINGS {
        let middle = allowed + (refused - allowed) / 2;
        let health = of_size(draw, Value(middle), terms)?.health(terms, venue)?;
        if health.admit().is_ok() { allowed = middle } else { refused = middle }
    }
    #[allow(clippy::cast_precision_loss)] // a size needs no more than 53 bits
    let size = to_atoms(allowed as f64 * draw.part_of_limit);
    of_size(draw, Value(size), terms)
}

/// A holding of this size in quote atoms, opened at mid.
fn of_size(draw: &Draw, size: Value, terms: &[FactorTerms]) -> Result<Holding, RiskError> {
    let (price, quote) = (terms[draw.factor].mid, terms[QUOTE].mid);
    let equity = atoms_of(draw.equity, quote);
    let borrowed = atoms_of(size, quote);
    let empty = Holding {
        kind: draw.kind,
        factor: draw.factor,
        deposit: equity,
        debt: Amount::ZERO,
        perp: PerpPosition::default(),
    };
    Ok(match draw.kind {
        Kind::LoanLong => Holding { deposit: atoms_of(draw.equity.plus(size)?, price), debt: borrowed, ..empty },
        Kind::LoanShort => Holding { deposit: equity.plus(borrowed)?, debt: atoms_of(size, price), ..empty },
        Kind::PerpLong | Kind::PerpShort => {
            let mut holding = empty;
            let base = SignedAmount::received(atoms_of(size, price))?;
            let paid = SignedAmount::paid(Amount(price.value_up(base.magnitude())?.0))?;
            if draw.kind.is_long() {
                holding.trade(base, paid)?;
            } else {
                let received = SignedAmount::received(Amount(price.value_down(base.magnitude())?.0))?;
                holding.trade(base.negated()?, received)?;
            }
            holding
        }
    })
}

/// The atoms that a value buys, rounded down.
fn atoms_of(value: Value, price: Price) -> Amount {
    let atoms = (u128::from(value.0) << Price::FRACTION_BITS).checked_div(u128::from(price.to_bits())).unwrap_or(0);
    Amount(u64::try_from(atoms).unwrap_or(u64::MAX))
}
