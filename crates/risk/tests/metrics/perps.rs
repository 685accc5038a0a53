//! Liquidation prices of accounts with perps, and bankruptcy prices of positions.

use plimsoll_risk::health::{CollateralWeights, CrossHealth, QuoteBalance, asset_weight_down, debt_weight_up};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::metrics::{FactorExposure, HealthyRange, QuoteNet, bankruptcy_price};
use plimsoll_risk::perp::margin::{PerpTerms, position_margin_up, size_margin_up};
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, SignedValue};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{INDEX_ONE, factor};

const START: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

/// A deposit and a perp position of one factor, and a balance in the quote reserve.
#[derive(Clone, Copy, Debug)]
struct Account {
    deposit: u64,
    position: PerpPosition,
    balance: i64,
    margin: Ratio,
    quote_margin: Ratio,
    size_per_atom: u64,
    /// What debts in other reserves require.
    required_elsewhere: i128,
}

impl Account {
    fn health(&self, mid: Price) -> CrossHealth {
        let terms = PerpTerms {
            mid,
            long_initial: mid,
            short_initial: mid,
            maintenance: self.margin,
            initial: self.margin,
            size_maintenance: self.size_per_atom,
            size_initial: self.size_per_atom,
            profit_weight: Ratio::ONE,
            impact: Impact::default(),
            impact_initial: Impact::default(),
        };
        let amount = Amount(self.balance.unsigned_abs());
        let balance = if self.balance < 0 {
            QuoteBalance { debt: amount, ..QuoteBalance::default() }
        } else {
            QuoteBalance { deposit: amount, ..QuoteBalance::default() }
        };
        let mut health = CrossHealth::default();
        let weights = CollateralWeights::FULL;
        health.add_deposit(Shares(self.deposit), INDEX_ONE, &factor(mid, self.margin), &weights).unwrap();
        health.add_perp(&self.position, &START, &terms).unwrap();
        health.add_quote(&balance, &factor(Price::from_bits(1 << 40), self.quote_margin), &weights).unwrap();
        health
    }

    fn maintenance(&self, mid: Price) -> SignedValue {
        SignedValue(self.health(mid).maintenance.0 - self.required_elsewhere)
    }

    fn range(&self, mid: Price) -> Option<HealthyRange> {
        let base = self.position.base;
        let size = size_margin_up(base.magnitude(), self.size_per_atom).unwrap();
        let mut exposure = FactorExposure::default();
        exposure.add_deposit(Amount(self.deposit), asset_weight_down(self.margin, Ratio::ONE)).unwrap();
        exposure.add_perp(base, position_margin_up(base.is_negative(), self.margin, size).unwrap()).unwrap();
        let profit = self.position.unrealised_down(mid).unwrap().0 + self.position.realised.0;
        let quote = QuoteNet {
            atoms: i128::from(self.balance) + i128::from(profit),
            price: Price::from_bits(1 << 40),
            asset_weight: asset_weight_down(self.quote_margin, Ratio::ONE),
            debt_weight: debt_weight_up(self.quote_margin).unwrap(),
        };
        exposure.healthy_range(self.maintenance(mid), mid, &quote).unwrap()
    }
}

fn opened(base: i64, entry: i64) -> PerpPosition {
    PerpPosition { base: SignedAmount(base), entry: SignedAmount(entry), ..PerpPosition::default() }
}

/// USDC per SOL.
fn usd(price: Price) -> f64 {
    price.to_bits() as f64 / 2f64.powi(40) * 1_000.0
}

fn sol(usd: f64) -> Price {
    Price::from_bits((usd / 1_000.0 * 2f64.powi(40)) as u64)
}

/// The worked example of section 10: 1,000 USDC and 10 SOL-PERP bought at 200.
fn worked_example() -> Account {
    Account {
        deposit: 0,
        position: opened(10_000_000_000, -2_000_000_000),
        balance: 1_000_000_000,
        margin: Ratio::from_ppm_up(100_000),
        quote_margin: Ratio::from_ppm_up(10_000),
        size_per_atom: ((1u128 << 96) / 10_000_000_000_000) as u64,
        required_elsewhere: 0,
    }
}

#[test]
fn the_worked_examples_liquidation_price() {
    let range = worked_example().range(sol(210.0)).unwrap();
    // 9.9·p − 990 = 1.01·p
    assert!((usd(range.lowest.unwrap()) - 111.361_080).abs() < 1e-5, "{range:?}");
    assert_eq!(range.highest, None);
}

#[test]
fn a_hedge_has_a_liquidation_price_on_either_side() {
    // 12.3 SOL held, 10 SOL-PERP sold at 200, other debts: a profit counts for less than the SOL lose, and a loss for more than they gain
    let hedged = Account {
        deposit: 12_300_000_000,
        position: opened(-10_000_000_000, 2_000_000_000),
        balance: 0,
        size_per_atom: 0,
        required_elsewhere: 1_985_000_000,
        ..worked_example()
    };
    let range = hedged.range(sol(180.0)).unwrap();
    // 0.07·p + 1,980 = 1,985 while the profit is a deposit; 2,020.2 − 0.131·p = 1,985 while it is a debt
    assert!((usd(range.lowest.unwrap()) - 71.428_571).abs() < 1e-4, "{range:?}");
    assert!((usd(range.highest.unwrap()) - 268.702_290).abs() < 1e-4, "{range:?}");
    assert_eq!(hedged.range(sol(300.0)), Some(range), "from outside too");
    let poorer = Account { required_elsewhere: 2_010_000_000, ..hedged };
    assert_eq!(poorer.range(sol(180.0)), None, "each line alone reaches zero, both at once nowhere");
    let insolvent = Account { position: opened(10_000_000_000, -9_000_000_000_000), deposit: 0, ..hedged };
    assert!(usd(insolvent.range(sol(180.0)).unwrap().lowest.unwrap()) > 900_000.0);
    let short = Account { position: opened(-10_000_000_000, 0), deposit: 0, ..hedged };
    assert_eq!(short.range(sol(180.0)), None, "unhealthy at any price");
    let free = Account { position: opened(0, 0), deposit: 0, required_elsewhere: 0, ..hedged };
    assert_eq!(free.range(sol(180.0)), Some(HealthyRange { lowest: None, highest: None }), "not exposed");
}

#[test]
fn bankruptcy_prices() {
    let btc = |usd: f64| Price::from_bits((usd / 100.0 * 2f64.powi(40)) as u64);
    let of = |base: i64, equity: i128, share: Ratio| {
        bankruptcy_price(SignedAmount(base), btc(50_000.0), SignedValue(equity), share)
    };
    // dYdX v4: one BTC (eight decimals) at 50,000 in an account of 750
    assert_eq!(of(100_000_000, 750_000_000, Ratio::ONE), Ok(Some(btc(49_250.0))));
    assert_eq!(of(-100_000_000, 750_000_000, Ratio::ONE), Ok(Some(btc(50_750.0))));
    assert_eq!(of(100_000_000, 750_000_000, Ratio::from_bits(1 << 31)), Ok(Some(btc(49_625.0))));
    assert_eq!(of(100_000_000, -750_000_000, Ratio::ONE), Ok(Some(btc(50_750.0))), "bankrupt already");
    assert_eq!(of(100_000_000, 50_000_000_000, Ratio::ONE), Ok(None), "a price of zero");
    assert_eq!(of(0, 750_000_000, Ratio::ONE), Ok(None));
    // a third of an atom more per base atom: rounded to the side on which it is reached sooner
    let third = |base: i64| of(base, 1, Ratio::ONE).unwrap().unwrap().to_bits();
    assert_eq!(third(3), btc(50_000.0).to_bits() - (1 << 40) / 3);
    assert_eq!(third(-3), btc(50_000.0).to_bits() + (1 << 40) / 3);
}

prop_compose! {
    fn any_account()(
        deposit in prop_oneof![Just(0), 0u64..1 << 44],
        base in -(1i64 << 42)..1 << 42,
        entry in -(1i64 << 46)..1 << 46,
        balance in -(1i64 << 46)..1 << 46,
        margin in 0u64..1 << 31,
        quote_margin in prop_oneof![Just(0), 0u64..1 << 29],
        size_per_atom in 0u64..1 << 50,
        required_elsewhere in prop_oneof![Just(0), 0i128..1 << 46],
    ) -> Account {
        Account {
            deposit,
            position: opened(base, entry),
            balance,
            margin: Ratio::from_bits(margin),
            quote_margin: Ratio::from_bits(quote_margin),
            size_per_atom,
            required_elsewhere,
        }
    }
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// Health, summed anew at the bounds, changes its sign there; between them the account is healthy.
    #[test]
    fn health_changes_sign_at_the_bounds(account in any_account(), mid in (1u64 << 36)..1 << 42) {
        let health_at = |bits: u64| account.maintenance(Price::from_bits(bits)).0;
        // an atom a leg and a unit of the price's last place for each base atom
        let slack = 8 + i128::from((account.deposit + account.position.base.magnitude().0) >> 38);
        let Some(range) = account.range(Price::from_bits(mid)) else {
            for bits in (20..53).map(|bit| 1 << bit).chain([mid]) {
                prop_assert!(bits > 1 << 48 || health_at(bits) <= slack, "{} at {bits}", health_at(bits));
            }
            return Ok(());
        };
        let (lowest, highest) = (range.lowest.map(Price::to_bits), range.highest.map(Price::to_bits));
        for bound in [lowest, highest].into_iter().flatten().filter(|&bound| bound < 1 << 48) {
            prop_assert!(health_at(bound).abs() <= slack, "{range:?} {}", health_at(bound));
        }
        let (lower, upper) = (lowest.unwrap_or(Price::MIN_MANTISSA), highest.unwrap_or(1 << 48).min(1 << 48));
        prop_assert!(lower > upper || health_at(lower.midpoint(upper)) >= -slack, "{range:?}");
        if health_at(mid).abs() > slack {
            prop_assert_eq!(health_at(mid) > 0, (lower..=upper).contains(&mid), "{:?} {}", range, health_at(mid));
        }
    }
}
