//! Screening, the jump guard, the stable price and the bands.
// doubles judge integers here
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{
    HOURS, JumpDecision, JumpGuard, PriceParameters, PriceTerms, Publication, Quote, StablePrice, initial_band,
    is_fresh_for_liquidation, is_jump, liquidation_band,
};
use plimsoll_risk::quantities::{Price, Ratio, Variance};
use proptest::prelude::*;

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

/// 4 % per √day: 8σ over 60 seconds is 0.84 %, so the 5 % decide; over a day 32 %.
fn variance() -> Variance {
    Variance::from_root(Ratio::from_ppm_up(40_000)).unwrap()
}

#[test]
fn a_publication_becomes_quote_atoms_per_base_atom() {
    let quote = sol().screen(NOW - 1, NOW, &terms()).unwrap();
    // 200 USD per SOL are 200·10⁶ per 10⁹ atoms: 0.2
    assert_eq!(quote.mid.to_bits(), 219_902_325_555); // 0.2·2^40 = 219 902 325 555.2, to the nearest
    assert_eq!(quote.confidence.to_bits(), 109_951_163); // 0.0001·2^40 = 109 951 162.78, up
    assert_eq!(
        (quote.publish_time_seconds, quote.prev_publish_time_seconds),
        (NOW, NOW - 1)
    );
}

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
    assert_eq!(
        refuse(|p| p.publish_time_seconds = NOW.cast_signed() - 100),
        RiskError::PriceNotNewer
    );
    assert_eq!(refuse(|p| p.publish_time_seconds = -1), RiskError::PriceNotNewer);
    assert_eq!(
        refuse(|p| p.publish_time_seconds = NOW.cast_signed() + 31),
        RiskError::PriceFromFuture
    );
    assert_eq!(
        refuse(|p| p.publish_time_seconds = NOW.cast_signed() - 61),
        RiskError::PriceStale
    );
    assert_eq!(refuse(|p| p.confidence = 400_000_001), RiskError::PriceUncertain);
    assert_eq!(refuse(|p| p.confidence = u64::MAX), RiskError::PriceUncertain);
    assert_eq!(
        refuse(|p| (p.price, p.confidence) = (90_000, 0)),
        RiskError::PriceTooSmall
    );
    assert_eq!(
        refuse(|p| (p.price, p.confidence, p.exponent) = (9_000_000, 0, 0)),
        RiskError::PriceTooLarge
    );
    assert_eq!(
        refuse(|p| (p.price, p.confidence, p.exponent) = (i64::MAX, 0, 6)),
        RiskError::PriceTooLarge
    );
}

#[test]
fn the_edges_of_each_check_pass() {
    let accept = |change: fn(&mut Publication)| {
        let mut publication = sol();
        change(&mut publication);
        publication.screen(NOW - 100, NOW, &terms()).unwrap()
    };
    assert_eq!(
        accept(|p| p.publish_time_seconds = NOW.cast_signed() + 30).age_seconds(NOW),
        0
    );
    assert_eq!(
        accept(|p| p.publish_time_seconds = NOW.cast_signed() - 60).age_seconds(NOW),
        60
    );
    // 2 % with 32 fractional bits is 5 parts in 10¹⁰ below 2 %
    accept(|p| p.confidence = 399_999_995);
    assert!(accept(|p| (p.price, p.confidence) = (96_000, 0)).mid.to_bits() >= Price::MIN_MANTISSA);
    assert_eq!(
        accept(|p| (p.price, p.confidence, p.exponent) = (8_192_000, 0, 0))
            .mid
            .to_bits(),
        Price::MAX_MANTISSA
    );
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    for broken in [
        PriceParameters {
            max_age_seconds: 9,
            ..PARAMETERS
        },
        PriceParameters {
            liquidation_max_age_seconds: 61,
            ..PARAMETERS
        },
        PriceParameters {
            max_confidence_ppm: 200_001,
            ..PARAMETERS
        },
        PriceParameters {
            confidence_multiple_ppm: u32::MAX,
            ..PARAMETERS
        },
        PriceParameters {
            age_sigmas_ppm: 0,
            ..PARAMETERS
        },
        PriceParameters {
            halt_sigmas_ppm: 0,
            ..PARAMETERS
        },
        PriceParameters {
            halt_min_ppm: 0,
            ..PARAMETERS
        },
        PriceParameters {
            confirm_seconds: 0,
            ..PARAMETERS
        },
        PriceParameters {
            base_decimals: 19,
            ..PARAMETERS
        },
        PriceParameters {
            quote_decimals: 19,
            ..PARAMETERS
        },
    ] {
        assert_eq!(broken.terms(), Err(RiskError::ParameterOutOfBounds));
    }
}

fn judge(guard: JumpGuard, in_force: &Quote, arriving: Quote) -> (JumpDecision, JumpGuard) {
    guard.judge(in_force, arriving, variance(), &terms()).unwrap()
}

#[test]
fn a_calm_step_enters_and_changes_no_guard() {
    let in_force = quote(0.2, NOW);
    let arriving = quote(0.209, NOW + 1);
    assert_eq!(
        judge(JumpGuard::default(), &in_force, arriving),
        (JumpDecision::Accepted(arriving), JumpGuard::default())
    );
    // 10 % within a day is no jump at 4 % a day
    assert!(!is_jump(&in_force, &quote(0.22, NOW + 86_400), variance(), &terms()).unwrap());
    assert!(is_jump(&in_force, &quote(0.22, NOW + 600), variance(), &terms()).unwrap());
    // the first price of a factor has nothing to jump from
    assert!(!is_jump(&Quote::default(), &arriving, variance(), &terms()).unwrap());
}

#[test]
fn a_jump_waits_and_the_nearer_of_two_enters() {
    let in_force = quote(0.2, NOW);
    let (decision, guard) = judge(JumpGuard::default(), &in_force, quote(0.16, NOW + 10));
    assert_eq!(decision, JumpDecision::Pending);
    assert!(guard.is_pending(NOW + 40) && !guard.is_pending(NOW + 41));
    assert_eq!(guard.newest_seconds(&in_force), NOW + 10);

    // too soon to confirm
    assert_eq!(
        judge(guard, &in_force, quote(0.15, NOW + 11)),
        (JumpDecision::Pending, guard)
    );
    let deeper = judge(guard, &in_force, quote(0.15, NOW + 12));
    assert_eq!(deeper.0, JumpDecision::Accepted(quote(0.16, NOW + 10)));
    let nearer = judge(guard, &in_force, quote(0.17, NOW + 12));
    assert_eq!(nearer.0, JumpDecision::Accepted(quote(0.17, NOW + 12)));
    assert_eq!((nearer.1.pending, nearer.1.spent_sixtieths), (None, 120));
}

#[test]
fn a_jump_is_dropped_by_a_calm_price_by_age_and_by_the_other_side() {
    let in_force = quote(0.2, NOW);
    let (_, guard) = judge(JumpGuard::default(), &in_force, quote(0.16, NOW + 10));
    let (calm, after) = judge(guard, &in_force, quote(0.199, NOW + 13));
    assert_eq!(
        (calm, after.pending),
        (JumpDecision::Accepted(quote(0.199, NOW + 13)), None)
    );
    let late = quote(0.16, NOW + 41);
    assert_eq!(judge(guard, &in_force, late).1.pending, Some(late));
    let other_side = quote(0.24, NOW + 13);
    assert_eq!(judge(guard, &in_force, other_side).1.pending, Some(other_side));
}

#[test]
fn nobody_holds_a_market_still() {
    // jumps that alternate between the sides and never confirm, one every two seconds
    let in_force = quote(0.2, NOW);
    let mut guard = JumpGuard::default();
    let mut pending_seconds = 0;
    for second in (10..3_600).step_by(2) {
        let value = if second % 4 == 0 { 0.15 } else { 0.25 };
        match judge(guard, &in_force, quote(value, NOW + second)) {
            (JumpDecision::Pending, next) => guard = next,
            (JumpDecision::Accepted(accepted), next) => {
                assert_eq!(accepted, quote(value, NOW + second));
                assert_eq!(next.pending, None);
                pending_seconds = second - 10;
                break;
            }
        }
    }
    // 60 s and what was regained in the meantime
    assert!((60..=64).contains(&pending_seconds), "{pending_seconds}");
}

#[test]
fn the_budget_comes_back_within_an_hour() {
    let spent = JumpGuard {
        pending: None,
        spent_sixtieths: 3_600,
        spent_at_seconds: NOW,
    };
    let jump = |at| judge(spent, &quote(0.2, NOW), quote(0.16, at)).0;
    assert!(matches!(jump(NOW), JumpDecision::Accepted(_)));
    assert_eq!(jump(NOW + 60), JumpDecision::Pending);
}

/// Steps the price to `value` and updates every minute; the stable prices after 1, 2 and 25 hours.
fn stable_after_step(value: f64) -> [f64; 3] {
    let start = NOW / 3_600 * 3_600;
    let mut hourly = [0; HOURS];
    let mut stable = StablePrice::start(price(1.0), start, &mut hourly);
    let mut at_hour = |hours: u64, stable: &mut StablePrice| {
        while stable.updated_at_seconds < start + hours * 3_600 {
            *stable = stable
                .update(price(value), stable.updated_at_seconds + 60, &mut hourly)
                .unwrap();
        }
        as_f64(stable.price)
    };
    [1, 2, 25].map(|hours| at_hour(hours, &mut stable))
}

#[test]
fn mangos_stable_prices_are_reproduced() {
    // published to within 0.1; the last depends on where in the hour the step falls
    let [hour, two_hours, day] = stable_after_step(10.0);
    assert!((hour - 1.7806).abs() < 1e-4 && (two_hours - 2.3089).abs() < 1e-3 && (day - 7.4452).abs() < 1e-2);
    // the same recursion in doubles
    assert!((hour - 1.780_573_177).abs() < 1e-7, "{hour}");
    assert!((two_hours - 2.309_791_167).abs() < 1e-6, "{two_hours}");
    assert!((day - 7.437_249_106).abs() < 1e-5, "{day}");
    let [hour, ..] = stable_after_step(0.5);
    assert!((hour - 0.559_750_441).abs() < 1e-7, "{hour}");
}

#[test]
fn close_updates_are_skipped_and_long_gaps_fill_the_day() {
    let mut hourly = [0; HOURS];
    let stable = StablePrice::start(price(1.0), NOW, &mut hourly);
    assert_eq!(stable.update(price(2.0), NOW + 9, &mut hourly), Ok(stable));
    let ten = stable.update(price(1.04), NOW + 10, &mut hourly).unwrap();
    assert!((as_f64(ten.price) - 1.003).abs() < 1e-8);
    let next_year = ten.update(price(1.04), NOW + 31_536_000, &mut hourly).unwrap();
    assert!(hourly.iter().all(|&average| average == price(1.04).to_bits()));
    assert!(next_year.price <= price(1.04));
}

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
    assert_eq!(
        initial_band(&fresh, price(0.2), sigma, NOW + 301, &terms())
            .unwrap()
            .asset,
        Price::ZERO
    );
}

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
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(3), ..ProptestConfig::default() })]

    #[test]
    fn age_loosens_nothing(value in 0.0001f64..8_000.0, sigma in 100u32..1_000_000, age in 0u64..4_000_000, more in 0u64..40_000_000, s in 0.5f64..2.0) {
        let (quote, sigma) = (quote(value, NOW), Ratio::from_ppm_up(sigma));
        let younger = initial_band(&quote, price(value * s), sigma, NOW + age, &terms()).unwrap();
        let older = initial_band(&quote, price(value * s), sigma, NOW + age + more, &terms()).unwrap();
        prop_assert!(older.asset <= younger.asset && older.debt >= younger.debt);
        prop_assert!(younger.asset <= quote.mid && younger.debt >= quote.mid);
    }

    #[test]
    fn stable_price_moves_at_most_its_rate(target in 0.001f64..1_000.0, seconds in 10u64..100_000) {
        let mut hourly = [0; HOURS];
        let start = StablePrice::start(price(1.0), NOW, &mut hourly);
        let moved = as_f64(start.update(price(target), NOW + seconds, &mut hourly).unwrap().price);
        let rate = 0.0003 * seconds.min(600) as f64;
        prop_assert!(moved >= 1.0 - rate - 1e-9 && moved <= 1.0 + rate + 1e-9);
        prop_assert!((moved - 1.0) * (target - 1.0) >= 0.0);
    }

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
