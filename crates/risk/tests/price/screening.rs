//! Screening: what a publication must be to enter, and the price it becomes.

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{PriceParameters, Publication};
use plimsoll_risk::quantities::Price;
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{NOW, PARAMETERS, as_f64, terms};

/// SOL at 200.00 ± 0.10 USD, published now.
fn sol() -> Publication {
    Publication {
        price: 20_000_000_000,
        confidence: 10_000_000,
        exponent: -8,
        publish_time_seconds: NOW.cast_signed(),
        prev_publish_time_seconds: NOW.cast_signed() - 1,
    }
}

#[test]
fn a_publication_becomes_quote_atoms_per_base_atom() {
    let quote = sol().screen(NOW - 1, NOW, &terms()).unwrap();
    // 200 USD per SOL are 200·10⁶ per 10⁹ atoms: 0.2
    assert_eq!(quote.mid.to_bits(), 219_902_325_555); // 0.2·2^40 = 219 902 325 555.2, to the nearest
    assert_eq!(quote.confidence.to_bits(), 109_951_163); // 0.0001·2^40 = 109 951 162.78, up
    assert_eq!((quote.publish_time_seconds, quote.prev_publish_time_seconds), (NOW, NOW - 1));
}

/// INV-PRICE: a publication that is no newer than the price in force, or too old, does not enter.
#[test]
fn each_check_has_its_error() {
    let refuse = |change: fn(&mut Publication)| {
        let mut publication = sol();
        change(&mut publication);
        publication.screen(NOW - 100, NOW, &terms()).unwrap_err()
    };
    assert_eq!(refuse(|p| p.price = 0), RiskError::PriceNotPositive);
    assert_eq!(refuse(|p| p.price = i64::MIN), RiskError::PriceNotPositive);
    assert_eq!(refuse(|p| p.exponent = -19), RiskError::PriceExponent);
    assert_eq!(refuse(|p| p.exponent = 7), RiskError::PriceExponent);
    assert_eq!(refuse(|p| p.publish_time_seconds = NOW.cast_signed() - 100), RiskError::PriceNotNewer);
    assert_eq!(refuse(|p| p.publish_time_seconds = -1), RiskError::PriceNotNewer);
    assert_eq!(refuse(|p| p.publish_time_seconds = NOW.cast_signed() + 31), RiskError::PriceFromFuture);
    assert_eq!(refuse(|p| p.publish_time_seconds = NOW.cast_signed() - 61), RiskError::PriceStale);
    assert_eq!(refuse(|p| p.confidence = 400_000_001), RiskError::PriceUncertain);
    assert_eq!(refuse(|p| p.confidence = u64::MAX), RiskError::PriceUncertain);
    assert_eq!(refuse(|p| (p.price, p.confidence) = (90_000, 0)), RiskError::PriceTooSmall);
    assert_eq!(refuse(|p| (p.price, p.confidence, p.exponent) = (9_000_000, 0, 0)), RiskError::PriceTooLarge);
    assert_eq!(refuse(|p| (p.price, p.confidence, p.exponent) = (i64::MAX, 0, 6)), RiskError::PriceTooLarge);
}

#[test]
fn the_edges_of_each_check_pass() {
    let accept = |change: fn(&mut Publication)| {
        let mut publication = sol();
        change(&mut publication);
        publication.screen(NOW - 100, NOW, &terms()).unwrap()
    };
    assert_eq!(accept(|p| p.publish_time_seconds = NOW.cast_signed() + 30).age_seconds(NOW), 0);
    assert_eq!(accept(|p| p.publish_time_seconds = NOW.cast_signed() - 60).age_seconds(NOW), 60);
    // 2 % with 32 fractional bits is 5 parts in 10¹⁰ below 2 %
    accept(|p| p.confidence = 399_999_995);
    assert!(accept(|p| (p.price, p.confidence) = (96_000, 0)).mid.to_bits() >= Price::MIN_MANTISSA);
    assert_eq!(accept(|p| (p.price, p.confidence, p.exponent) = (8_192_000, 0, 0)).mid.to_bits(), Price::MAX_MANTISSA);
}

proptest! {
    #![proptest_config(seeded(256))]

    #[test]
    fn screening_never_panics(price in any::<i64>(), confidence in any::<u64>(), exponent in any::<i32>(), time in any::<i64>(), prev in any::<i64>(), now in any::<u64>(), newest in any::<u64>()) {
        let publication = Publication { price, confidence, exponent, publish_time_seconds: time, prev_publish_time_seconds: prev };
        if let Ok(quote) = publication.screen(newest, now, &terms()) {
            prop_assert!((Price::MIN_MANTISSA..=Price::MAX_MANTISSA).contains(&quote.mid.to_bits()));
            prop_assert!(quote.publish_time_seconds > newest);
        }
    }

    #[test]
    fn small_exponents_and_many_decimals_never_panic(price in 1i64.., exponent in -18i32..=6, base in 0u8..=12, quote in 0u8..=12) {
        let terms = PriceParameters { base_decimals: base, quote_decimals: quote, ..PARAMETERS }.terms().unwrap();
        let publication = Publication { price, exponent, ..sol() };
        if let Ok(screened) = publication.screen(NOW - 1, NOW, &terms) {
            let power = exponent + i32::from(quote) - i32::from(base);
            let exact = price as f64 * 10f64.powi(power);
            prop_assert!((as_f64(screened.mid) / exact - 1.0).abs() < 1e-6);
        }
    }
}
