//! INV-PRICE: the order in which publications are offered does not choose among them.

use plimsoll_client::instructions;
use plimsoll_tests::World;

use crate::feeds::{Feed, Publication};
use crate::laws::prices;
use crate::market::Market;

/// Prices of SOL published just after a boundary: the first one is the sample.
const AFTER_BOUNDARY: [(i64, i64); 3] = [(2, 20_300_000_000), (5, 19_800_000_000), (9, 20_600_000_000)];
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Offers the publications in this order to `refresh_prices`, then the first one to `refresh_risk`; returns SOL's variances.
fn variances_after(order: [usize; 3]) -> (u128, u128) {
    let mut market = Market::new(0);
    let seconds = i64::from(market.state.book.params.grid_seconds);
    market.world.advance(seconds);
    let boundary = market.world.now();
    market.world.advance(10);
    for feed in &mut market.feeds {
        let newest = feed.newest().price_e8;
        let prices =
            if feed.asset.index == 1 { AFTER_BOUNDARY } else { AFTER_BOUNDARY.map(|(after, _)| (after, newest)) };
        for (after, price_e8) in prices {
            feed.publish(price_e8, boundary + after);
        }
    }
    let Market { world, feeds, .. } = &mut market;
    for back in order {
        offer_all(world, feeds, |feed| feed.earlier(2 - back));
        // an older publication than the one in force is refused
        let oracles: Vec<_> = feeds.iter().map(|feed| feed.asset.oracle).collect();
        drop(world.send(&[instructions::refresh_prices(world.book, &oracles)], &[]));
    }
    let first_is_missing =
        world.book_state().factors[1].volatility.sample_step != world.book_state().step_at(boundary.unsigned_abs());
    let mut oracles = Vec::new();
    if first_is_missing {
        offer_all(world, feeds, |feed| feed.earlier(2));
        oracles = feeds.iter().map(|feed| feed.asset.oracle).collect();
    }
    world.must(&[instructions::refresh_risk(world.book, &oracles)], &[]);
    let book = world.book_state();
    let volatility = &book.factors[1].volatility;
    let result = (volatility.variance_fast.get(), volatility.variance_slow.get());
    market.state.book = book;
    prices::first_publication_is_the_sample(&market.state, &market.feeds).expect("INV-PRICE");
    result
}

fn offer_all(world: &mut World, feeds: &[Feed], choose: impl Fn(&Feed) -> Publication) {
    for feed in feeds {
        feed.offer(world, &choose(feed));
    }
}

#[test]
fn every_order_of_publications_leads_to_the_same_variance() {
    let first = variances_after(ORDERS[0]);
    for order in ORDERS {
        assert_eq!(variances_after(order), first, "order {order:?}");
    }
}
