//! Initial margin of a crowded market.

use plimsoll_risk::RiskError;
use plimsoll_risk::liquidity::{crowded_margin_up, crowding_up};
use plimsoll_risk::quantities::{Ratio, Value};
use proptest::prelude::*;

use crate::number;
use crate::seeded::seeded;

#[test]
fn crowding_begins_at_its_start_and_is_whole_at_the_cap() {
    let cap = Value(1_000_000);
    let at = |interest| crowding_up(Value(interest), cap, 400_000).unwrap();
    assert_eq!([at(0), at(400_000), at(1_000_000), at(2_000_000)], [Ratio::ZERO, Ratio::ZERO, Ratio::ONE, Ratio::ONE]);
    assert_eq!(at(700_000), Ratio::from_ppm_up(500_000));
    // a third of the way: 2³²/3 rounded up
    assert_eq!(at(600_000).to_bits(), (1u64 << 32).div_ceil(3));
    assert_eq!(at(400_001).to_bits(), (1u64 << 32).div_ceil(600_000));
}

#[test]
fn a_market_without_room_is_crowded() {
    assert_eq!(crowding_up(Value(0), Value(0), 500_000), Ok(Ratio::ONE));
    assert_eq!(crowding_up(Value(99), Value(100), 1_000_000), Ok(Ratio::ZERO));
    assert_eq!(crowding_up(Value(100), Value(100), 1_000_000), Ok(Ratio::ONE));
    assert_eq!(crowding_up(Value(0), Value(100), 1_000_001), Err(RiskError::ParameterOutOfBounds));
}

#[test]
fn the_published_margin_of_open_interest() {
    // dYdX v4: 20 % initial margin, open interest of 1.234567 between 1 and 2 million: 387,653 ppm
    let crowding = crowding_up(Value(1_234_567), Value(2_000_000), 500_000).unwrap();
    let margin = crowded_margin_up(Ratio::from_ppm_up(200_000), crowding).unwrap();
    assert!((number(margin) - 0.387_653_6).abs() < 1e-9, "{margin:?}");
    // 28.123456789123 between 25 and 60 million: 27.1392 %, 135,697 on 500,000
    let crowding = crowding_up(Value(28_123_456_789_123), Value(60_000_000_000_000), 416_667).unwrap();
    let margin = crowded_margin_up(Ratio::from_ppm_up(200_000), crowding).unwrap();
    // the start is a whole number of parts per million here
    assert!((number(margin) - 0.271_393_3).abs() < 1e-6, "{margin:?}");
}

#[test]
fn a_margin_above_one_needs_no_more() {
    let above = Ratio::from_ppm_up(1_200_000);
    assert_eq!(crowded_margin_up(above, Ratio::ONE), Ok(above));
    assert_eq!(crowded_margin_up(Ratio::from_ppm_up(300_000), Ratio::ONE), Ok(Ratio::ONE));
    assert_eq!(crowded_margin_up(Ratio::from_ppm_up(300_000), Ratio::ZERO), Ok(Ratio::from_ppm_up(300_000)));
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// Rounded up, rising with open interest, falling with the cap, and so is the margin.
    #[test]
    fn crowding_rises_with_open_interest(
        cap in 1u64..1 << 60, shift in 0u32..50, interest: u64, more in 1u64..1 << 40, start_ppm in 0u32..1_000_000, margin in 0u64..=1 << 32,
    ) {
        let cap = (cap >> shift).max(1);
        let interest = interest % (cap + 1);
        let at = |interest, cap| crowding_up(Value(interest), Value(cap), start_ppm).unwrap();
        let crowding = at(interest, cap);
        prop_assert!(crowding <= Ratio::ONE);
        prop_assert!(at(interest + more, cap) >= crowding && at(interest, cap + more) <= crowding);
        // f·cap·(10⁶ − start) against 10⁶·interest − start·cap, exactly
        let (wide_cap, start) = (u128::from(cap), u128::from(start_ppm));
        let beyond = (u128::from(interest) * 1_000_000).saturating_sub(start * wide_cap);
        let span = wide_cap * (1_000_000 - start);
        prop_assert!(u128::from(crowding.to_bits()) * span >= beyond << 32);
        let without_crowding = crowded_margin_up(Ratio::from_bits(margin), Ratio::ZERO).unwrap();
        let crowded = crowded_margin_up(Ratio::from_bits(margin), crowding).unwrap();
        prop_assert!(crowded >= without_crowding && crowded <= Ratio::ONE);
    }
}
