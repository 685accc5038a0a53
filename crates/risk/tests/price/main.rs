//! Prices: screening, the jump guard, the stable price and the bands.
// doubles judge integers here
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod bands;
mod jump;
mod screening;
mod stable;

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{PriceParameters, PriceTerms, Quote};
use plimsoll_risk::quantities::Price;

const NOW: u64 = 1_760_000_000;
const PARAMETERS: PriceParameters = PriceParameters {
    max_age_seconds: 60,
    liquidation_max_age_seconds: 5,
    max_confidence_ppm: 20_000,
    confidence_multiple_ppm: 2_000_000,
    age_sigmas_ppm: 3_000_000,
    halt_sigmas_ppm: 8_000_000,
    halt_min_ppm: 50_000,
    confirm_seconds: 2,
    base_decimals: 9,
    quote_decimals: 6,
};

fn terms() -> PriceTerms {
    PARAMETERS.terms().unwrap()
}

fn price(value: f64) -> Price {
    Price::from_bits((value * 2f64.powi(40)) as u64)
}

fn as_f64(price: Price) -> f64 {
    price.to_bits() as f64 / 2f64.powi(40)
}

fn quote(value: f64, publish_time_seconds: u64) -> Quote {
    Quote {
        mid: price(value),
        confidence: price(value / 2_000.0),
        publish_time_seconds,
        prev_publish_time_seconds: publish_time_seconds - 1,
    }
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    for broken in [
        PriceParameters { max_age_seconds: 9, ..PARAMETERS },
        PriceParameters { liquidation_max_age_seconds: 61, ..PARAMETERS },
        PriceParameters { max_confidence_ppm: 200_001, ..PARAMETERS },
        PriceParameters { confidence_multiple_ppm: u32::MAX, ..PARAMETERS },
        PriceParameters { age_sigmas_ppm: 0, ..PARAMETERS },
        PriceParameters { halt_sigmas_ppm: 0, ..PARAMETERS },
        PriceParameters { halt_min_ppm: 0, ..PARAMETERS },
        PriceParameters { confirm_seconds: 0, ..PARAMETERS },
        PriceParameters { base_decimals: 19, ..PARAMETERS },
        PriceParameters { quote_decimals: 19, ..PARAMETERS },
    ] {
        assert_eq!(broken.terms(), Err(RiskError::ParameterOutOfBounds));
    }
}
