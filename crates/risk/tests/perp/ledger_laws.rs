//! The ledger's laws under random events: every atom is somewhere, and it does not matter when an owner looks.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use proptest::prelude::*;

use crate::market::Market;
use crate::seeded::seeded;
use crate::{base, price, quote};

const ACCOUNTS: usize = 5;

#[derive(Clone, Copy, Debug)]
enum Event {
    Trade(i64),
    Close,
    Fund(u64),
    Settle,
    Touch,
    Fail { share: u64, equity: u64 },
}

fn events() -> impl Strategy<Value = Vec<(usize, f64, Event)>> {
    let event = prop_oneof![
        5 => (-400_000_000_000i64..400_000_000_000).prop_filter("a size", |size| *size != 0).prop_map(Event::Trade),
        1 => Just(Event::Close),
        3 => (1u64..100_000).prop_map(Event::Fund),
        1 => Just(Event::Settle),
        1 => Just(Event::Touch),
        3 => (0u64..1_000_000_000, 0u64..20_000_000_000).prop_map(|(share, equity)| Event::Fail { share, equity }),
    ];
    prop::collection::vec((0..ACCOUNTS, 0.05f64..0.6, event), 1..60)
}

fn apply(market: &mut Market, account: usize, mid: f64, event: Event) {
    let mid = price(mid);
    match event {
        Event::Trade(delta) => market.trade(account, delta, mid),
        Event::Close => market.close(account, mid),
        Event::Fund(seconds) => market.update_funding(seconds, mid),
        Event::Settle => market.settle(account),
        Event::Touch => market.touch(account),
        Event::Fail { share, equity } => {
            let refused = market.fail(account, mid, share, equity).err();
            assert!(
                matches!(refused, None | Some(RiskError::NoDeficit | RiskError::WaterfallExhausted)),
                "{refused:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(seeded(1024))]

    /// INV-LEDGER after each event; and whenever an owner looks he finds what he would have, had everybody been reached at each event.
    #[test]
    fn every_atom_is_somewhere_and_lateness_changes_nothing(events in events()) {
        let mut market = Market::new(ACCOUNTS);
        for &(account, mid, event) in &events {
            apply(&mut market, account, mid, event);
            market.assert_balanced();
            market.assert_open_interest();
        }
        for account in 0..ACCOUNTS {
            market.touch(account);
            let (position, exact) = (&market.accounts[account], &market.model[account]);
            let allowed = market.waterfalls as f64 * 2.0 + exact.base.abs() * 1e-12;
            prop_assert!((position.base.0 as f64 - exact.base).abs() <= allowed + 1e-3, "{position:?} {exact:?}");
            let found = (position.entry.0 + position.realised.0) as f64;
            let allowed = 2.0 * events.len() as f64 + 40.0 * market.waterfalls as f64 + exact.quote.abs() * 1e-11;
            prop_assert!((found - exact.quote).abs() <= allowed, "{position:?} {exact:?}");
        }
        market.assert_balanced();
        // everybody leaves: nothing stays but what the sweep gives to the pool
        for account in 0..ACCOUNTS {
            market.close(account, price(0.2));
            market.settle(account);
        }
        market.assert_open_interest();
        market.books.sweep().unwrap();
        market.assert_balanced();
        prop_assert_eq!(market.books.skew(), Ok(base(0)));
        prop_assert!(market.accounts.iter().all(PerpPosition::is_empty));
    }

    /// Without a waterfall, what rounding leaves unapplied is never negative: less than an atom a touch and update.
    #[test]
    fn rounding_favours_the_pool(events in events()) {
        let mut market = Market::new(ACCOUNTS);
        for &(account, mid, event) in events.iter().filter(|(_, _, event)| !matches!(event, Event::Fail { .. })) {
            apply(&mut market, account, mid, event);
        }
        for account in 0..ACCOUNTS {
            market.touch(account);
        }
        let left = market.books.unapplied.0;
        prop_assert!(left >= 0 && left <= (events.len() * (ACCOUNTS + 2)) as i64, "{left}");
    }

    /// Entry and realised together change by the quote alone, also through zero; the closed part of an entry never exceeds it.
    #[test]
    fn a_trade_moves_its_quote_and_no_more(
        trades in prop::collection::vec((-1_000i64..1_000, -1_000_000i64..1_000_000), 1..20),
    ) {
        let (mut books, mut position) = (PerpBooks::EMPTY, PerpPosition::default());
        let mut sum = 0;
        for &(delta, paid) in &trades {
            let before = position;
            books.trade_with_pool(&mut position, base(delta), quote(paid)).unwrap();
            sum += paid;
            prop_assert_eq!(position.entry.0 + position.realised.0, sum);
            prop_assert_eq!(books.pool_quote.0, -sum);
            prop_assert_eq!(position.base.0, before.base.0 + delta);
            if position.base.is_zero() {
                prop_assert_eq!(books.skew(), Ok(base(0)));
            }
            // a reduction leaves ⌈entry·rest/size⌉
            if before.base.0.signum() * delta < 0 && delta.abs() <= before.base.0.abs() {
                let exact = before.entry.0 as f64 * (position.base.0 as f64 / before.base.0 as f64);
                let kept = position.entry.0 as f64 - exact;
                prop_assert!((-1e-6..1.0 + 1e-6).contains(&kept), "{kept}");
            }
        }
    }
}
