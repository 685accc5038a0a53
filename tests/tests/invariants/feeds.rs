//! Oracle feeds whose publications form a chain, as an oracle's do: each names the time of the one before.

use plimsoll_client::oracle::Quote;
use plimsoll_tests::world::EXPONENT;
use plimsoll_tests::{Asset, World};

/// One publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Publication {
    /// Price in 10⁻⁸ of a quote token.
    pub price_e8: i64,
    /// When it was published.
    pub(crate) publish_time: i64,
    /// When the one before was.
    pub(crate) prev_publish_time: i64,
}

impl Publication {
    /// Half the width of its confidence interval.
    pub(crate) const fn confidence_e8(&self) -> u64 {
        self.price_e8.unsigned_abs() / 2_000
    }
}

/// An asset's oracle.
pub(crate) struct Feed {
    /// The asset.
    pub(crate) asset: Asset,
    /// Where its price is drawn back to.
    pub base_e8: i64,
    publications: Vec<Publication>,
}

impl Feed {
    /// The feed of an asset that the world has just listed.
    pub(crate) fn of(world: &World, asset: Asset) -> Self {
        let (price_e8, now) = (world.published_price(&asset), world.now());
        let first = Publication { price_e8, publish_time: now, prev_publish_time: now - 1 };
        Self { asset, base_e8: price_e8, publications: vec![first] }
    }

    /// The newest publication.
    pub(crate) fn newest(&self) -> Publication {
        *self.publications.last().expect("a feed begins with a publication")
    }

    /// The publication `back` before the newest one.
    pub(crate) fn earlier(&self, back: usize) -> Publication {
        let index = self.publications.len().saturating_sub(1 + back);
        self.publications[index]
    }

    /// The one publication that an order of this due time fills on.
    pub(crate) fn first_after(&self, due_seconds: u64) -> Option<Publication> {
        let due = i64::try_from(due_seconds).ok()?;
        let after = self.publications.partition_point(|one| one.publish_time < due);
        self.publications.get(after).copied()
    }

    /// Publishes once a second at most.
    pub(crate) fn publish(&mut self, price_e8: i64, now: i64) {
        let newest = self.newest();
        if now > newest.publish_time {
            self.publications.push(Publication { price_e8, publish_time: now, prev_publish_time: newest.publish_time });
        }
    }

    /// The one publication that may be the sample of a grid step.
    pub(crate) fn sample_of(&self, step: u64, grid_seconds: u32) -> Option<Publication> {
        let boundary = i64::try_from(step).expect("a step of our days") * i64::from(grid_seconds);
        let end = boundary + i64::from(grid_seconds);
        self.publications
            .iter()
            .copied()
            .find(|one| one.prev_publish_time < boundary && (boundary..end).contains(&one.publish_time))
    }

    /// Writes a publication into the oracle's account.
    pub(crate) fn offer(&self, world: &mut World, publication: &Publication) {
        let quote = Quote {
            feed_id: self.asset.feed_id,
            price: publication.price_e8,
            confidence: publication.confidence_e8(),
            exponent: EXPONENT,
            publish_time: publication.publish_time,
            prev_publish_time: publication.prev_publish_time,
        };
        world.publish_quote(self.asset.oracle, &quote);
    }
}
