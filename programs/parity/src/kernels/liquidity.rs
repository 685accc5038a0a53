//! The tide, impact, profiles, measured volume, crowding, implied volatility.

use plimsoll_risk::announcement::{Tide, walk_up};
use plimsoll_risk::liquidity::{
    Impact, ImpactTerms, LegSide, LiquidityProfile, MeasuredVolume, crowded_margin_up, crowding_up,
};
use plimsoll_risk::perp::funding::paid_ahead_up;
use plimsoll_risk::price::Publication;
use plimsoll_risk::quantities::{DailyRate, Price, Ratio, SignedAmount, Value};
use plimsoll_risk::volatility::ImpliedVolatility;

use super::accounts::{margin, price};
use crate::source::Source;
use crate::transcript::Transcript;

const NOW_SECONDS: u64 = 1_760_000_000;
/// The largest impact is four margins.
const LARGEST_MULTIPLE: u64 = 4 << 32;

/// None in half of the cases, else one that binds for legs of 2²⁰ to 2⁵⁰ quote atoms, or, once in ten, any.
#[inline(never)]
pub(super) fn impact(source: &mut Source) -> Impact {
    if source.one_in(2) {
        return Impact::default();
    }
    if source.one_in(10) {
        let (long, short) = (Ratio::from_bits(source.any()), Ratio::from_bits(source.any()));
        return Impact { unit: source.any(), concentrated_long: long, concentrated_short: short };
    }
    let mut multiple = || Ratio::from_bits(source.between(0, LARGEST_MULTIPLE) >> source.below(30));
    let (concentrated_long, concentrated_short) = (multiple(), multiple());
    Impact { unit: source.between(1 << 38, 1 << 54) >> source.below(12), concentrated_long, concentrated_short }
}

#[inline(never)]
fn write_impact(transcript: &mut Transcript, impact: &Impact) {
    transcript.write(impact.unit);
    transcript.write([impact.concentrated_long, impact.concentrated_short]);
}

#[inline(never)]
fn side(source: &mut Source) -> LegSide {
    LegSide::of_position(source.one_in(2))
}

#[inline(never)]
pub(super) fn impacts(source: &mut Source, transcript: &mut Transcript) {
    let terms = ImpactTerms {
        multiple_ppm: source.parameter(0, 10_000_000),
        shortfall_multiple_ppm: source.parameter(1_000_000, 20_000_000),
        horizon_seconds: source.parameter(60, 864_000),
        daily_volume: Value(source.any()),
        concentration_share_ppm: source.parameter(0, 1_000_000),
        long: Value(source.any()),
        short: Value(source.any()),
    };
    let Some(announced) = transcript.refusal(Impact::new(&terms)) else {
        return;
    };
    write_impact(transcript, &announced);
    let in_force = impact(source);
    let worst = in_force.worst(&announced);
    write_impact(transcript, &worst);
    let Some(walked) = transcript.refusal(in_force.walked_up(&announced, Ratio::from_bits(source.between(0, 1 << 32))))
    else {
        return;
    };
    write_impact(transcript, &walked);
    for impact in [walked, announced, worst] {
        let (value, margin, side) = (Value(source.any()), margin(source), side(source));
        transcript.write(impact.multiple_up(value, side));
        transcript.write(impact.addition_up(margin, value, side));
        transcript.write(impact.margin_up(margin, value, side));
    }
}

#[inline(never)]
pub(super) fn announcements(source: &mut Source, transcript: &mut Transcript) {
    let tide = Tide { announced_seconds: source.any(), grace_seconds: source.sized(32) };
    let midway = tide.announced_seconds.saturating_add(tide.grace_seconds + source.below(tide.grace_seconds.max(1)));
    for now_seconds in [source.any(), midway] {
        let walked = tide.walked_down(now_seconds);
        transcript.write(walked);
        transcript.write(tide.is_over(now_seconds));
        transcript.write(walk_up(source.any(), source.any(), walked));
    }
    transcript.write(walk_up(source.any(), source.any(), Ratio::from_bits(source.any())));
}

fn profile(source: &mut Source, near: &LiquidityProfile) -> LiquidityProfile {
    let spread = |source: &mut Source, near: u32| u32::try_from(source.near(near.into())).unwrap_or(u32::MAX);
    LiquidityProfile {
        depth: Value(source.near(near.depth.0)),
        daily_volume: Value(source.near(near.daily_volume.0)),
        spread_ppm: spread(source, near.spread_ppm),
        spread_deviation_ppm: spread(source, near.spread_deviation_ppm),
    }
}

#[inline(never)]
pub(super) fn profiles(source: &mut Source, transcript: &mut Transcript) {
    let old = LiquidityProfile {
        depth: Value(source.between(1_000, 1 << 62)),
        daily_volume: Value(source.between(1_000, 1 << 62)),
        spread_ppm: source.parameter(0, 200_000),
        spread_deviation_ppm: source.parameter(0, 200_000),
    };
    let new = profile(source, &old);
    let set_seconds = NOW_SECONDS - source.between(21_000, 26_000);
    transcript.write(old.require_step(&new, set_seconds, NOW_SECONDS).map(|()| true));
    transcript.write(LiquidityProfile::default().require_step(&new, 0, NOW_SECONDS).map(|()| true));
    transcript.write(new.charged_spread_ppm(source.parameter(0, 200_000)));
    transcript.write(new.counted_depth(Value(source.any())));

    let mut measured = MeasuredVolume::default();
    let mut now_seconds = NOW_SECONDS;
    for _ in 0..4 {
        now_seconds += source.sized(18);
        measured = measured.with(Value(source.any()), now_seconds);
        transcript.write(measured.day);
        transcript.write([measured.today, measured.last_day]);
        let at = now_seconds + source.sized(18);
        transcript.write(measured.counted(new.daily_volume, source.parameter(0, 20_000_000), at));
    }
}

#[inline(never)]
pub(super) fn crowds(source: &mut Source, transcript: &mut Transcript) {
    let cap = Value(source.any());
    let crowding = crowding_up(Value(source.near(cap.0)), cap, source.parameter(0, 1_000_000));
    if let Some(crowding) = transcript.keep(crowding) {
        transcript.write(crowded_margin_up(margin(source), crowding));
    }
    transcript.write(crowded_margin_up(margin(source), Ratio::from_bits(source.between(0, 1 << 32))));
    let rate = DailyRate::from_bits(source.sized(48).cast_signed());
    let rate = if source.one_in(2) { DailyRate::from_bits(-rate.to_bits()) } else { rate };
    let base = SignedAmount(source.sized(40).cast_signed());
    let base = if source.one_in(2) { SignedAmount(-base.0) } else { base };
    transcript.write(paid_ahead_up(rate, base, price(source), source.sized(20)));
    transcript.write(paid_ahead_up(rate, SignedAmount(source.any().cast_signed()), Price::MAX, source.any()));
}

#[inline(never)]
pub(super) fn implieds(source: &mut Source, transcript: &mut Transcript) {
    let published = NOW_SECONDS.saturating_sub(source.sized(13)).cast_signed();
    #[allow(clippy::cast_possible_truncation)] // below 26
    let exponent = -(source.between(0, 12) as i32);
    let percent = source.between(1, 1_000) * 10u64.pow(exponent.unsigned_abs());
    let price = source.near(percent);
    let publication = Publication {
        price: if source.one_in(50) { source.any() } else { price }.cast_signed(),
        confidence: price >> source.between(2, 40),
        exponent: if source.one_in(50) { -19 } else { exponent },
        publish_time_seconds: published,
        prev_publish_time_seconds: published - 1,
    };
    let known = ImpliedVolatility {
        publish_time_seconds: NOW_SECONDS - source.between(1 << 10, 1 << 16),
        ..Default::default()
    };
    if let Some(accepted) = transcript.refusal(known.accept(&publication, NOW_SECONDS)) {
        transcript.write(accepted.variance);
        transcript.write(accepted.publish_time_seconds);
        transcript.write(accepted.counted(NOW_SECONDS + source.sized(14)));
    }
}
