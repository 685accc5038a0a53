//! Buckets that let liquidations through no faster than the market can absorb them.

use crate::error::{Result, RiskError};
use crate::quantities::{Ratio, Value};

/// A bucket's size and how fast it fills; the program keeps both above zero when parameters are set, so that no bucket stays empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BucketTerms {
    /// The value that a full bucket lets through at once.
    pub capacity: Value,
    /// The value that it gains each second.
    pub refill_per_second: Value,
}

impl BucketTerms {
    /// The terms of one account's own bucket: `account_share` of the smaller of two factors' buckets, which it refills in the same time.
    pub fn of_account(self, other: Self, account_share: Ratio) -> Result<Self> {
        let smaller = if other.capacity < self.capacity { other } else { self };
        Ok(Self {
            capacity: account_share.of_down(smaller.capacity)?,
            refill_per_second: account_share.of_down(smaller.refill_per_second)?,
        })
    }
}

/// How much liquidation value may still pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bucket {
    /// Value left at `updated_at`.
    pub available: Value,
    /// Unix seconds of the last refill.
    pub updated_at: u64,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub const fn full(terms: &BucketTerms, now_seconds: u64) -> Self {
        Self { available: terms.capacity, updated_at: now_seconds }
    }

    /// Adds what has flowed in since the last refill, up to the capacity. A clock that stands still or runs backwards adds nothing.
    #[must_use]
    pub fn refilled(self, terms: &BucketTerms, now_seconds: u64) -> Self {
        let elapsed = now_seconds.saturating_sub(self.updated_at);
        // whatever saturates lies above the capacity
        let inflow = terms.refill_per_second.0.saturating_mul(elapsed);
        Self {
            available: Value(self.available.0.saturating_add(inflow)).min(terms.capacity),
            updated_at: self.updated_at.max(now_seconds),
        }
    }

    /// Takes a value out, or [`RiskError::ThroughputExhausted`].
    pub fn take(self, value: Value) -> Result<Self> {
        let available = self.available.minus(value).map_err(|_| RiskError::ThroughputExhausted)?;
        Ok(Self { available, ..self })
    }

    /// Takes a value out as far as there is one: for an urgent liquidation, which passes regardless.
    #[must_use]
    pub fn drain(self, value: Value) -> Self {
        Self { available: Value(self.available.0.saturating_sub(value.0)), ..self }
    }
}
