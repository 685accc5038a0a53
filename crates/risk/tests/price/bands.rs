//! The bands: initial margin against the account, liquidations of stale legs in its favour.

use plimsoll_risk::price::{initial_band, is_fresh_for_liquidation, liquidation_band};
use plimsoll_risk::quantities::{Price, Ratio};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{NOW, as_f64, price, quote, terms};

#[test]
fn bands_stand_against_the_account() {
    let fresh = quote(0.2, NOW);
    let sigma = Ratio::from_ppm_up(40_000);
    let band = initial_band(&fresh, price(0.2), sigma, NOW + 60, &terms()).unwrap();
    assert!((as_f64(band.asset) - 0.1998).abs() < 1e-9 && (as_f64(band.debt) - 0.2002).abs() < 1e-9);
    let stable_below = initial_band(&fresh, price(0.15), sigma, NOW, &terms()).unwrap();
    assert_eq!((stable_below.asset, stable_below.debt), (price(0.15), band.debt));
    let stable_above = initial_band(&fresh, price(0.3), sigma, NOW, &terms()).unwrap();
    assert_eq!((stable_above.asset, stable_above.debt), (band.asset, price(0.3)));
    // 3·4 %·√(240/86400) = 0.632 % of mid, on top of 2·confidence
    let stale = initial_band(&fresh, price(0.2), sigma, NOW + 240, &terms()).unwrap();
    assert!((as_f64(stale.debt) - 0.2 * (1.001 + 0.006_324_555)).abs() < 1e-9);
    assert_eq!(initial_band(&fresh, price(0.2), sigma, NOW + 301, &terms()).unwrap().asset, Price::ZERO);
}

/// INV-PRICE: a liquidation exchanges at a price of at most `liquidation_max_age_seconds`.
#[test]
fn liquidations_of_stale_legs_count_the_favourable_edge() {
    let fresh = quote(0.2, NOW);
    let sigma = Ratio::from_ppm_up(40_000);
    let at_mid = liquidation_band(&fresh, sigma, NOW + 5, &terms()).unwrap();
    assert_eq!((at_mid.asset, at_mid.debt), (fresh.mid, fresh.mid));
    assert!(is_fresh_for_liquidation(&fresh, NOW + 5, &terms()));
    let edge = liquidation_band(&fresh, sigma, NOW + 6, &terms()).unwrap();
    assert!(edge.asset > fresh.mid && edge.debt < fresh.mid);
    assert!(!is_fresh_for_liquidation(&fresh, NOW + 6, &terms()));
}

proptest! {
    #![proptest_config(seeded(256))]

    #[test]
    fn age_loosens_nothing(value in 0.0001f64..8_000.0, sigma in 100u32..1_000_000, age in 0u64..4_000_000, more in 0u64..40_000_000, s in 0.5f64..2.0) {
        let (quote, sigma) = (quote(value, NOW), Ratio::from_ppm_up(sigma));
        let younger = initial_band(&quote, price(value * s), sigma, NOW + age, &terms()).unwrap();
        let older = initial_band(&quote, price(value * s), sigma, NOW + age + more, &terms()).unwrap();
        prop_assert!(older.asset <= younger.asset && older.debt >= younger.debt);
        prop_assert!(younger.asset <= quote.mid && younger.debt >= quote.mid);
    }
}
