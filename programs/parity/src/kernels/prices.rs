//! Publications, bands and the stable price.

use plimsoll_risk::price::{
    self, JumpDecision, JumpGuard, PriceParameters, PriceTerms, Publication, Quote, StablePrice,
};
use plimsoll_risk::quantities::{Price, Ratio, Variance};

use crate::source::Source;
use crate::transcript::Transcript;

const NOW_SECONDS: u64 = 1_760_000_000;

/// Terms that mostly keep to their bounds.
fn terms(source: &mut Source, transcript: &mut Transcript) -> Option<PriceTerms> {
    let max_age_seconds = source.parameter(10, 3_600);
    let parameters = PriceParameters {
        max_age_seconds,
        liquidation_max_age_seconds: source.parameter(1, max_age_seconds.max(1)),
        max_confidence_ppm: source.parameter(1, 200_000),
        confidence_multiple_ppm: source.parameter(0, 10_000_000),
        age_sigmas_ppm: source.parameter(1_000_000, 20_000_000),
        halt_sigmas_ppm: source.parameter(4_000_000, 50_000_000),
        halt_min_ppm: source.parameter(10_000, 1_000_000),
        confirm_seconds: source.parameter(1, 20),
        base_decimals: source.between(0, 12).to_le_bytes()[0],
        quote_decimals: source.between(4, 8).to_le_bytes()[0],
    };
    let terms = transcript.refusal(parameters.terms())?;
    transcript.write([terms.max_confidence, terms.confidence_multiple, terms.age_sigmas]);
    transcript.write([terms.halt_squared, terms.halt_min]);
    Some(terms)
}

fn publication(source: &mut Source) -> Publication {
    let price = source.sized(44);
    #[allow(clippy::cast_possible_truncation)] // below 24
    let exponent = source.between(0, 24) as i32 - 18;
    let publish_time_seconds = NOW_SECONDS.saturating_sub(source.sized(8)).cast_signed();
    Publication {
        price: if source.one_in(100) { source.any() } else { price }.cast_signed(),
        confidence: price >> source.between(3, 20),
        exponent: if source.one_in(4) { exponent } else { -8 },
        publish_time_seconds,
        prev_publish_time_seconds: publish_time_seconds - source.sized(9).cast_signed(),
    }
}

fn quote(source: &mut Source) -> Quote {
    let mid = source.between(1 << 20, 1 << 53) >> source.below(33);
    Quote {
        mid: Price::from_bits(mid),
        confidence: Price::from_bits(mid >> source.between(3, 20)),
        publish_time_seconds: NOW_SECONDS - source.sized(24),
        prev_publish_time_seconds: NOW_SECONDS - source.sized(25),
    }
}

fn write_quote(transcript: &mut Transcript, quote: &Quote) {
    transcript.write([quote.mid, quote.confidence]);
    transcript.write([quote.publish_time_seconds, quote.prev_publish_time_seconds]);
}

fn write_guard(transcript: &mut Transcript, guard: &JumpGuard) {
    transcript.write(guard.pending.is_some());
    if let Some(pending) = &guard.pending {
        write_quote(transcript, pending);
    }
    transcript.write([guard.spent_sixtieths, guard.spent_at_seconds]);
    transcript.write(guard.is_pending(NOW_SECONDS));
}

#[inline(never)]
pub(super) fn publications(source: &mut Source, transcript: &mut Transcript) {
    let Some(terms) = terms(source, transcript) else {
        return;
    };
    let newest_seconds = NOW_SECONDS - source.sized(16);
    let screened = publication(source).screen(newest_seconds, NOW_SECONDS, &terms);
    let Some(arriving) = transcript.refusal(screened) else {
        return;
    };
    write_quote(transcript, &arriving);

    let earlier = |source: &mut Source, age_bits| Quote {
        mid: Price::from_bits(source.near(arriving.mid.to_bits())),
        publish_time_seconds: arriving.publish_time_seconds.saturating_sub(source.sized(age_bits)),
        ..arriving
    };
    let in_force = earlier(source, 20);
    let mut guard = JumpGuard {
        pending: source.one_in(2).then(|| earlier(source, 6)),
        spent_sixtieths: source.below(4_000),
        spent_at_seconds: arriving.publish_time_seconds.saturating_sub(source.sized(12)),
    };
    let volatility = Ratio::from_bits(source.sized(31));
    let Some(variance) = transcript.keep(Variance::from_root(volatility)) else {
        return;
    };
    for _ in 0..2 {
        let Some((decision, after)) = transcript.refusal(guard.judge(&in_force, arriving, variance, &terms)) else {
            return;
        };
        transcript.write(matches!(decision, JumpDecision::Pending));
        if let JumpDecision::Accepted(quote) = decision {
            write_quote(transcript, &quote);
        }
        write_guard(transcript, &after);
        guard = after;
    }
}

#[inline(never)]
pub(super) fn bands(source: &mut Source, transcript: &mut Transcript) {
    let Some(terms) = terms(source, transcript) else {
        return;
    };
    let quote = quote(source);
    let stable = Price::from_bits(source.near(quote.mid.to_bits()));
    let volatility = Ratio::from_bits(if source.one_in(20) { source.any() } else { source.sized(32) });
    let initial = price::initial_band(&quote, stable, volatility, NOW_SECONDS, &terms);
    let liquidation = price::liquidation_band(&quote, volatility, NOW_SECONDS, &terms);
    for band in [initial, liquidation] {
        transcript.write(band.map(|band| [band.asset, band.debt]));
    }
    transcript.write(price::is_fresh_for_liquidation(&quote, NOW_SECONDS, &terms));
}

#[inline(never)]
pub(super) fn stable_prices(source: &mut Source, transcript: &mut Transcript) {
    let first = Price::from_bits(source.between(1 << 20, 1 << 53) >> source.below(33));
    let mut hourly = [0; price::HOURS];
    let mut stable = StablePrice::start(first, NOW_SECONDS, &mut hourly);
    let mut at_seconds = NOW_SECONDS;
    for hour in &mut hourly {
        *hour = source.near(*hour);
    }
    for _ in 0..4 {
        at_seconds += source.sized(18);
        let price = Price::from_bits(source.near(stable.price.to_bits()));
        let Some(after) = transcript.refusal(stable.update(price, at_seconds, &mut hourly)) else {
            return;
        };
        transcript.write(after.price);
        transcript.write([after.updated_at_seconds, after.hour_weight_seconds]);
        transcript.write(after.hour_sum);
        stable = after;
    }
    transcript.write(hourly);
}
