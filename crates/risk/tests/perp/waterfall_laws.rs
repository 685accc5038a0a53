//! INV-WATERFALL: who pays adds up to the deficit, and the winners share in proportion.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Amount, Price};
use proptest::prelude::*;

use crate::market::Market;
use crate::seeded::seeded;
use crate::{as_f64, price, profit};

/// What the pool's side of the market is worth at a price, rounded down.
fn pool_worth(market: &Market, mid: Price) -> i64 {
    let base = market.books.skew().unwrap().negated().unwrap();
    let pool = PerpPosition { base, entry: market.books.pool_quote, ..PerpPosition::default() };
    profit(&pool, mid)
}

proptest! {
    #![proptest_config(seeded(2048))]

    /// Insurance, pool and winners pay the deficit together; the failed account keeps what was its own to pay; the pool loses what it pays.
    #[test]
    fn haircuts_add_up_to_the_deficit(
        is_long in any::<bool>(),
        failed in 1_000i64..500_000_000_000,
        winners in prop::collection::vec(1_000i64..300_000_000_000, 0..4),
        others in prop::collection::vec(1_000i64..300_000_000_000, 0..3),
        entry in 0.1f64..0.5,
        part in 0.02f64..0.9,
        insurance in 0u64..10_000_000_000,
        limits in (0u64..10_000_000_000, 0u64..50_000_000_000),
        again in any::<bool>(),
    ) {
        let sign = if is_long { 1 } else { -1 };
        let count = 1 + winners.len() + others.len();
        let mut market = Market::new(count);
        market.trade(0, sign * failed, price(entry));
        for (account, size) in winners.iter().enumerate() {
            market.trade(1 + account, -sign * size, price(entry));
        }
        for (account, size) in others.iter().enumerate() {
            market.trade(1 + winners.len() + account, sign * size, price(entry));
        }
        market.books.insurance = market.books.insurance.plus(Amount(insurance)).unwrap();
        market.books.pool_quote.0 -= insurance as i64;
        let mid = price(entry * (1.0 - part * f64::from(sign as i32)));
        // a second failure finds a size factor below one
        let failing = if again && !others.is_empty() { vec![0, 1 + winners.len()] } else { vec![0] };
        for account in failing {
            for winner in 1..=winners.len() {
                market.touch(winner);
            }
            let before = (market.accounts.clone(), market.books, pool_worth(&market, mid));
            let loss = profit(&market.accounts[account], mid);
            let outcome = match market.fail(account, mid, limits.0, limits.1) {
                Ok(outcome) => outcome,
                Err(refused) => {
                    prop_assert!(matches!(refused, RiskError::NoDeficit | RiskError::WaterfallExhausted));
                    continue;
                }
            };
            market.assert_balanced();
            market.assert_open_interest();
            let paid = outcome.insurance.0 + outcome.pool.0 + outcome.winners.0;
            prop_assert_eq!(paid + outcome.unpaid.0, outcome.deficit.0);
            prop_assert_eq!(outcome.deficit.0 as i64, -loss);
            prop_assert_eq!(profit(&outcome.position, mid), loss + paid as i64);
            prop_assert!(outcome.pool.0 <= limits.1 && outcome.pool_share_used.0 <= limits.0.min(outcome.pool.0));
            // by size, and of the open loss at most
            let open_loss = -before.0[account].unrealised_down(mid).unwrap().0.min(0) as u128;
            let (closed, whole) = (outcome.closed_against_winners.0, before.0[account].base.magnitude().0);
            prop_assert!(u128::from(outcome.winners.0) * u128::from(whole) <= open_loss * u128::from(closed));
            prop_assert_eq!(outcome.books.insurance.0, before.1.insurance.0 - outcome.insurance.0);
            // two valuations, each rounded down
            let pool_lost = before.2 - pool_worth(&market, mid);
            prop_assert!((pool_lost - outcome.pool.0 as i64).abs() <= 2, "{pool_lost} {outcome:?}");
            assert_shared(&mut market, &before.0[1..=winners.len()], mid, outcome.winners.0 as f64);
        }
    }
}

/// Each winner lost his part of the sum, but for an atom or two of quote, and of base at what an atom cost.
fn assert_shared(market: &mut Market, before: &[PerpPosition], mid: Price, sum: f64) {
    let side: f64 = before.iter().map(|position| position.base.magnitude().0 as f64).sum();
    let mut lost_in_total = 0.0;
    for (account, position) in (1..).zip(before) {
        market.touch(account);
        let part = position.base.magnitude().0 as f64 / side;
        let lost = (profit(position, mid) - profit(&market.accounts[account], mid)) as f64;
        let allowed = 4.0 + 2.0 * (as_f64(mid) + sum / side);
        assert!((lost - sum * part).abs() <= allowed, "{lost} against {}", sum * part);
        lost_in_total += lost;
    }
    let count = before.len() as f64;
    assert!(
        (lost_in_total - if before.is_empty() { 0.0 } else { sum }).abs()
            <= (count + 1.0) * (4.0 + 2.0 * sum / side.max(1.0))
    );
}
