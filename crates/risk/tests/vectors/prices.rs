//! Section 2: screening, jump guard, stable price, bands.

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{
    HOURS, JumpDecision, JumpGuard, PriceTerms, Publication, Quote, StablePrice, initial_band,
    is_fresh_for_liquidation, liquidation_band,
};
use plimsoll_risk::quantities::{Price, Ratio, Variance};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const PRICE_BITS: u32 = Price::FRACTION_BITS;

const TERMS: PriceTerms = PriceTerms {
    max_age_seconds: 60,
    liquidation_max_age_seconds: 5,
    max_confidence: Ratio::from_ppm_down(20_000),
    confidence_multiple: Ratio::from_ppm_up(2_000_000),
    age_sigmas: Ratio::from_ppm_up(3_000_000),
    halt_squared: Ratio::from_ppm_down(64_000_000),
    halt_min: Ratio::from_ppm_down(50_000),
    confirm_seconds: 2,
    atom_power: 0,
};

#[derive(Deserialize, Debug)]
struct Screening {
    price: Text<i64>,
    confidence: Text<u64>,
    exponent: i32,
    publish_time: i64,
    factor_publish_time: u64,
    now: u64,
    max_age_seconds: u64,
    max_confidence: Text<u64>,
    base_decimals: i32,
    quote_decimals: i32,
    refusals: Vec<String>,
    price_expected: Expected,
}

fn rule_of(refusal: RiskError) -> &'static str {
    match refusal {
        RiskError::PriceNotPositive => "price_not_positive",
        RiskError::PriceExponent => "exponent",
        RiskError::PriceNotNewer => "not_newer",
        RiskError::PriceFromFuture => "future",
        RiskError::PriceStale => "stale",
        RiskError::PriceUncertain => "uncertain",
        RiskError::PriceTooSmall => "too_small",
        RiskError::PriceTooLarge => "too_large",
        other => panic!("{other}"),
    }
}

#[test]
fn prices_screening() {
    for case in cases::<Screening>(include_str!("prices_screening.json")) {
        let terms = PriceTerms {
            max_age_seconds: case.max_age_seconds,
            max_confidence: Ratio::from_bits(case.max_confidence.0),
            atom_power: case.quote_decimals - case.base_decimals,
            ..TERMS
        };
        let publication = Publication {
            price: case.price.0,
            confidence: case.confidence.0,
            exponent: case.exponent,
            publish_time_seconds: case.publish_time,
            prev_publish_time_seconds: case.publish_time - 1,
        };
        match publication.screen(case.factor_publish_time, case.now, &terms) {
            Ok(quote) => {
                assert!(case.refusals.is_empty(), "{case:?}");
                case.price_expected.assert_near(quote.mid.to_bits(), PRICE_BITS, Side::Both, 1.0);
            }
            Err(refusal) => assert!(case.refusals.iter().any(|rule| rule == rule_of(refusal)), "{case:?}"),
        }
    }
}

#[derive(Deserialize, Debug)]
struct Tick {
    price: Text<u64>,
    publish_time: u64,
}

impl Tick {
    fn quote(&self) -> Quote {
        Quote { mid: Price::from_bits(self.price.0), publish_time_seconds: self.publish_time, ..Quote::default() }
    }
}

#[derive(Deserialize, Debug)]
struct Jump {
    price: Text<u64>,
    publish_time: u64,
    pending: Option<Tick>,
    pending_seconds_spent: u64,
    arriving: Tick,
    halt_min: Text<u64>,
    halt_sigmas: Text<u64>,
    confirm_seconds: u64,
    variance: Text<u128>,
    outcome: String,
    price_after: Text<u64>,
    publish_time_after: u64,
    pending_after: Option<Tick>,
}

#[test]
fn prices_jump_guard() {
    for case in cases::<Jump>(include_str!("prices_jump_guard.json")) {
        let halt_sigmas = Ratio::from_bits(case.halt_sigmas.0);
        let terms = PriceTerms {
            halt_min: Ratio::from_bits(case.halt_min.0),
            halt_squared: halt_sigmas.times_down(halt_sigmas).unwrap(),
            confirm_seconds: case.confirm_seconds,
            ..TERMS
        };
        let in_force = Tick { price: case.price, publish_time: case.publish_time };
        let guard = JumpGuard {
            pending: case.pending.as_ref().map(Tick::quote),
            spent_sixtieths: 60 * case.pending_seconds_spent,
            spent_at_seconds: case.arriving.publish_time,
        };
        let (decision, after) = guard
            .judge(&in_force.quote(), case.arriving.quote(), Variance::from_bits(case.variance.0), &terms)
            .unwrap();
        let price = match decision {
            JumpDecision::Accepted(quote) => quote,
            JumpDecision::Pending => in_force.quote(),
        };
        let expected = (Price::from_bits(case.price_after.0), case.publish_time_after);
        assert_eq!((price.mid, price.publish_time_seconds), expected, "{case:?}");
        assert_eq!(after.pending, case.pending_after.as_ref().map(Tick::quote), "{case:?}");
        let stays = matches!(decision, JumpDecision::Pending);
        assert_eq!(stays, ["pends", "waits"].contains(&case.outcome.as_str()), "{case:?}");
    }
}

#[derive(Deserialize)]
struct StableStep {
    stable: Text<u64>,
    delay: Text<u64>,
    price: Text<u64>,
    elapsed_seconds: u64,
    stable_expected: Expected,
}

#[test]
fn prices_stable_step() {
    const HOUR: u64 = 1_759_996_800;
    for case in cases::<StableStep>(include_str!("prices_stable_step.json")) {
        let mut hourly = [case.delay.0; HOURS];
        let before =
            StablePrice { price: Price::from_bits(case.stable.0), updated_at_seconds: HOUR, ..StablePrice::default() };
        let after = before.update(Price::from_bits(case.price.0), HOUR + case.elapsed_seconds, &mut hourly).unwrap();
        // the growth of each second is a ratio
        let relative = 1e-9 + case.elapsed_seconds.min(600) as f64 * 2f64.powi(-32);
        let tolerance = 2.0 + relative * case.stable.0 as f64;
        case.stable_expected.assert_near(after.price.to_bits(), PRICE_BITS, Side::Both, tolerance);
    }
}

#[derive(Deserialize)]
struct Segment {
    updates: u64,
    every_seconds: u64,
    price: Text<u64>,
    stable_expected: Expected,
    delay_expected: Expected,
}

#[derive(Deserialize)]
struct StablePath {
    start_price: Text<u64>,
    start_time: u64,
    segments: Vec<Segment>,
}

#[test]
fn prices_stable_path() {
    for case in cases::<StablePath>(include_str!("prices_stable_path.json")) {
        let mut hourly = [0; HOURS];
        let mut now = case.start_time;
        let mut stable = StablePrice::start(Price::from_bits(case.start_price.0), now, &mut hourly);
        for segment in case.segments {
            let mut delay = 0;
            for _ in 0..segment.updates {
                now += segment.every_seconds;
                stable = stable.update(Price::from_bits(segment.price.0), now, &mut hourly).unwrap();
                delay = hourly[usize::try_from(stable.updated_at_seconds / 3_600).unwrap() % HOURS];
            }
            for (found, expected) in
                [(stable.price.to_bits(), segment.stable_expected), (delay, segment.delay_expected)]
            {
                let tolerance = 2.0 + 1e-6 * expected.units(PRICE_BITS);
                expected.assert_near(found, PRICE_BITS, Side::Both, tolerance);
            }
        }
    }
}

#[derive(Deserialize)]
struct Bands {
    mid: Text<u64>,
    confidence: Text<u64>,
    stable: Text<u64>,
    variance_now: Text<u128>,
    confidence_multiple: Text<u64>,
    age_sigmas: Text<u64>,
    age_seconds: u64,
    max_age_seconds: u64,
    liquidation_max_age_seconds: u64,
    half_expected: Expected,
    asset_initial_expected: Expected,
    debt_initial_expected: Expected,
    asset_liquidation_expected: Expected,
    debt_liquidation_expected: Expected,
    exchangeable: bool,
}

fn half_when_liquidated(case: &Bands) -> f64 {
    case.asset_liquidation_expected.units(PRICE_BITS) - case.mid.0 as f64
}

#[test]
fn prices_bands() {
    for case in cases::<Bands>(include_str!("prices_bands.json")) {
        let terms = PriceTerms {
            max_age_seconds: case.max_age_seconds,
            liquidation_max_age_seconds: case.liquidation_max_age_seconds,
            confidence_multiple: Ratio::from_bits(case.confidence_multiple.0),
            age_sigmas: Ratio::from_bits(case.age_sigmas.0),
            ..TERMS
        };
        let quote = Quote {
            mid: Price::from_bits(case.mid.0),
            confidence: Price::from_bits(case.confidence.0),
            ..Quote::default()
        };
        let volatility = Variance::from_bits(case.variance_now.0).root_up();
        let stable = Price::from_bits(case.stable.0);
        let initial = initial_band(&quote, stable, volatility, case.age_seconds, &terms).unwrap();
        let bare = initial_band(&quote, Price::ZERO, volatility, case.age_seconds, &terms).unwrap();
        let liquidation = liquidation_band(&quote, volatility, case.age_seconds, &terms).unwrap();
        let half = bare.debt.to_bits() - case.mid.0;
        let widest = case.half_expected.units(PRICE_BITS).max(half_when_liquidated(&case));
        let tolerance = 4.0 + 1e-8 * (case.mid.0 as f64 + widest);
        for (found, expected, side) in [
            (half, &case.half_expected, Side::Up),
            (initial.asset.to_bits(), &case.asset_initial_expected, Side::Down),
            (initial.debt.to_bits(), &case.debt_initial_expected, Side::Up),
            (liquidation.asset.to_bits(), &case.asset_liquidation_expected, Side::Up),
            (liquidation.debt.to_bits(), &case.debt_liquidation_expected, Side::Down),
        ] {
            expected.assert_near(found, PRICE_BITS, side, tolerance);
        }
        assert_eq!(is_fresh_for_liquidation(&quote, case.age_seconds, &terms), case.exchangeable);
    }
}
