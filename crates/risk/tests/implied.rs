//! Implied volatility from an oracle: what is accepted, and that it can only raise.
#![allow(clippy::cast_possible_wrap, clippy::cast_precision_loss)]

#[path = "seeded/mod.rs"]
mod seeded;

use plimsoll_risk::RiskError;
use plimsoll_risk::price::Publication;
use plimsoll_risk::quantities::Variance;
use plimsoll_risk::threshold::current_variance;
use plimsoll_risk::volatility::{IMPLIED_MAX_AGE_SECONDS, ImpliedVolatility};
use proptest::prelude::*;
use seeded::seeded;

const NOW: u64 = 1_700_000_000;

/// Percent a year in hundredths, published now.
const fn published(hundredths: i64) -> Publication {
    Publication {
        price: hundredths,
        confidence: 0,
        exponent: -2,
        publish_time_seconds: NOW as i64,
        prev_publish_time_seconds: NOW as i64 - 1,
    }
}

fn accepted(publication: &Publication) -> Result<ImpliedVolatility, RiskError> {
    ImpliedVolatility::default().accept(publication, NOW)
}

fn daily(variance: Variance) -> f64 {
    variance.to_bits() as f64 / 2f64.powi(96)
}

#[test]
fn percent_a_year_become_variance_a_day() {
    // 80 % a year is 4.1874 % a day, 19.1 % a year as good as one
    for (hundredths, sigma) in [(8_000, 0.041_874), (1_910, 0.009_997)] {
        let variance = accepted(&published(hundredths)).unwrap().variance;
        assert!((daily(variance).sqrt() - sigma).abs() < 5e-7, "{variance:?} {sigma}");
    }
    // exactly: 50 %² / 365 rounded up
    let variance = accepted(&published(5_000)).unwrap().variance;
    assert_eq!(variance.to_bits(), (1u128 << 96).div_ceil(4 * 365));
}

#[test]
fn an_absurd_volatility_is_refused() {
    for (hundredths, expected) in
        [(100, true), (99, false), (100_000, true), (100_001, false), (0, false), (-5_000, false)]
    {
        let found = accepted(&published(hundredths)).map(|_| ());
        assert_eq!(found, if expected { Ok(()) } else { Err(RiskError::ImpliedAbsurd) }, "{hundredths}");
    }
    let absurd = |price, exponent| accepted(&Publication { price, exponent, ..published(0) });
    assert_eq!(absurd(i64::MAX, 6), Err(RiskError::ImpliedAbsurd));
    assert_eq!(absurd(i64::MAX, -18).map(|_| ()), Ok(()), "9.2 %");
    assert_eq!(absurd(1, -18), Err(RiskError::ImpliedAbsurd));
    // less than 2⁻⁴⁰ below one percent, and above a thousand
    assert_eq!(absurd(999_999_999_999_999_999, -18), Err(RiskError::ImpliedAbsurd));
    assert_eq!(absurd(1_000_000_000_000_000_001, -15), Err(RiskError::ImpliedAbsurd));
}

#[test]
fn an_exponent_outside_the_feeds_is_refused() {
    for exponent in [-19, 7, i32::MIN, i32::MAX] {
        assert_eq!(accepted(&Publication { exponent, ..published(8_000) }), Err(RiskError::PriceExponent));
    }
}

#[test]
fn a_confidence_above_a_tenth_is_refused() {
    let with = |confidence| accepted(&Publication { confidence, ..published(8_009) }).map(|_| ());
    assert_eq!(with(800), Ok(()));
    assert_eq!(with(801), Err(RiskError::PriceUncertain));
    assert_eq!(with(u64::MAX), Err(RiskError::PriceUncertain));
}

#[test]
fn a_publication_is_new_fresh_and_not_from_the_future() {
    let at = |publish_time_seconds| accepted(&Publication { publish_time_seconds, ..published(8_000) }).map(|_| ());
    let (now, age) = (NOW as i64, IMPLIED_MAX_AGE_SECONDS as i64);
    assert_eq!(at(now - age), Ok(()));
    assert_eq!(at(now - age - 1), Err(RiskError::PriceStale));
    assert_eq!(at(now + 30), Ok(()));
    assert_eq!(at(now + 31), Err(RiskError::PriceFromFuture));
    assert_eq!(at(-1), Err(RiskError::PriceNotNewer));
    let known = accepted(&published(8_000)).unwrap();
    assert_eq!(known.accept(&published(9_000), NOW), Err(RiskError::PriceNotNewer));
    let newer = Publication { publish_time_seconds: now + 1, ..published(9_000) };
    assert!(known.accept(&newer, NOW).unwrap().variance > known.variance);
}

#[test]
fn it_counts_for_twice_its_greatest_age() {
    let known = accepted(&published(8_000)).unwrap();
    assert_eq!(known.counted(NOW - 5), known.variance, "published ahead of the clock");
    assert_eq!(known.counted(NOW + 2 * IMPLIED_MAX_AGE_SECONDS), known.variance);
    assert_eq!(known.counted(NOW + 2 * IMPLIED_MAX_AGE_SECONDS + 1), Variance::ZERO);
    assert_eq!(ImpliedVolatility::default().counted(NOW), Variance::ZERO);
}

proptest! {
    #![proptest_config(seeded(8192))]

    /// Whatever is published, and whenever it is read, σ_now is never lower than without a feed; what is refused changes nothing.
    #[test]
    fn it_raises_and_never_lowers(
        price: i64, shift in 0u32..63, confidence: u64, exponent in -20i32..8, time in -20_000i64..2_000, read in 0u64..20_000,
        fast in 0u128..1 << 100, slow in 0u128..1 << 100, held in 100i64..100_000,
    ) {
        let (fast, slow) = (Variance::from_bits(fast), Variance::from_bits(slow));
        let known = accepted(&published(held)).unwrap();
        let publication = Publication {
            price: price >> shift,
            confidence: confidence >> 1 >> shift,
            exponent,
            publish_time_seconds: NOW as i64 + time,
            prev_publish_time_seconds: 0,
        };
        let later = known.accept(&publication, NOW).unwrap_or(known);
        prop_assert!(later.publish_time_seconds >= known.publish_time_seconds);
        let now = current_variance(fast, slow, later.counted(NOW + read));
        prop_assert!(now >= fast.max(slow));
        if read > 2 * IMPLIED_MAX_AGE_SECONDS + 30 {
            prop_assert_eq!(now, fast.max(slow));
        }
    }

    /// Rounded up: (percent/100)²/365, off by less than 2⁻³⁸ of it.
    #[test]
    fn the_variance_is_rounded_up(hundredths in 100i64..=100_000) {
        let found = accepted(&published(hundredths)).unwrap().variance.to_bits();
        let square = u128::from(hundredths.unsigned_abs()).pow(2);
        // hundredths² / (10⁸ · 365), with 96 fractional bits in two steps
        let exact = (square << 90) / 36_500_000_000 * 64;
        prop_assert!(found >= exact && found <= exact + (exact >> 38) + 64, "{found} {exact}");
    }
}
