//! Kernels against values from 200-bit arithmetic, and against laws.
// doubles judge integers here
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unreadable_literal
)]

use plimsoll_risk::RiskError;
use plimsoll_risk::math::{
    EXP_LIMIT_BITS, blend_up, decay_factor, exp_bits, fraction31_down, ln_bits, scale_decimal_down,
    scale_decimal_nearest, scale_decimal_up, sqrt_down, sqrt_fraction32_up, sqrt_up, times_root_up, wide_mul_div_down,
    wide_mul_div_up, wide_mul_shift_down, wide_mul_shift_up,
};
use proptest::prelude::*;

/// (mantissa, ln with 48 fractional bits)
const LOGARITHMS: &[(u64, i64)] = &[
    (1, 0),
    (2, 195103586505167),
    (3, 309231868366897),
    (10, 648120085424803),
    (1048576, 3902071730103350),
    (1048577, 3902071998538678),
    (1099511627776, 7804143460206699),
    (1099511627775, 7804143460206443),
    (1099511627777, 7804143460206955),
    (9007199254740992, 10340490084773876),
    (9007199254740991, 10340490084773876),
    (9223372036854775808, 12291525949825551),
    (18446744073709551615, 12486629536330718),
    (164926744166400, 9214511912918034),
    (21990232555, 6703006875855605),
    (1864771720708096, 9897199216634126),
    (290983517, 5485603103118573),
    (138875344909, 7221759164436458),
    (755567143245982, 9642907609108166),
    (818672718, 5776765820644155),
    (400949098169, 7520195190055907),
    (4233135601241112, 10127953627379418),
    (14361245150, 6583080208792355),
    (11290844, 4571013641390955),
    (280684145761261, 9364180208255645),
    (378135318, 5559345463583276),
    (610891260094001, 9583080193608560),
    (16714730, 4681435777893985),
    (1248185683750, 7839841506526458),
    (944896567331, 7761487076887067),
];

/// (elapsed, half-life, 2^(−elapsed/half-life) with 63 fractional bits)
const DECAYS: &[(u64, u32, u64)] = &[
    (300, 43200, 9179081813338271375),
    (300, 1296000, 9221892258739759001),
    (300, 432000, 9218933414708958493),
    (300, 21600, 9135004269511071859),
    (43200, 43200, 4611686018427387904),
    (600, 43200, 9135004269511071859),
    (86400, 43200, 2305843009213693952),
    (1, 31536000, 9223371834129184346),
    (900, 432000, 9210062577468715656),
    (123456, 43200, 1272368459067542299),
    (1000000, 21600, 106737),
    (259200, 1296000, 8029411722173644933),
    (2678400, 43200, 2),
];

/// (x with 48 fractional bits, e^x with 64)
const EXPONENTIALS: &[(i64, u128)] = &[
    (0, 18446744073709551616),
    (1, 18446744073709617152),
    (-1, 18446744073709486080),
    (281474976710656, 50143449209799256683),
    (-281474976710656, 6786177901268885275),
    (140737488355328, 30413539329486470295),
    (8444249301319680, 197130661655584132723172888230484),
    (-8444249301319680, 1726177),
    (12345678901234, 19273836303164545724),
    (-987654321098766, 552133654359484605),
    (1407374883554057, 2737739563143525171590),
    (-656774945658198, 1788817073518662940),
];

#[test]
fn logarithms_are_within_two_units() {
    for &(mantissa, expected) in LOGARITHMS {
        let error = ln_bits(mantissa).unwrap() - expected;
        assert!(error.abs() <= 2, "ln {mantissa} is off by {error}");
    }
    assert_eq!(ln_bits(0), Err(RiskError::PriceNotPositive));
}

#[test]
fn logarithms_hold_at_every_segment_border() {
    // a double knows a logarithm below 64 to 2⁻⁴⁸
    for segment in 128..=256u64 {
        for offset in [-1i64, 0, 1] {
            let mantissa = (segment << 44).checked_add_signed(offset).unwrap();
            let error = ln_bits(mantissa).unwrap() as f64 / 2f64.powi(48) - (mantissa as f64).ln();
            assert!(error.abs() < 2f64.powi(-46), "ln {mantissa} is off by {error}");
        }
    }
}

#[test]
fn decays_are_within_their_bound() {
    for &(elapsed, half_life, expected) in DECAYS {
        let error = decay_factor(elapsed, half_life).unwrap().abs_diff(expected);
        assert!(error <= 1 << 11, "2^(-{elapsed}/{half_life}) is off by {error}");
    }
    assert_eq!(decay_factor(0, 1), Ok(1 << 63));
    assert_eq!(decay_factor(63, 1), Ok(0));
    assert_eq!(decay_factor(u64::MAX, 1), Ok(0));
    assert_eq!(decay_factor(1, 0), Err(RiskError::DivisionByZero));
}

#[test]
fn riskmetrics_decays_are_reproduced() {
    // λ = 0.94 and 0.97 a day have half-lives of 11.2023 and 22.7566 days; λ over 5 minutes, 1 hour and 3 days as published
    let half_life = (11.202_306_5 * 86_400.0_f64).round() as u32;
    for (seconds, expected) in [(86_400, 0.94), (300, 0.999_785_177_9), (3_600, 0.997_425_178_7), (259_200, 0.830_584)]
    {
        let found = decay_factor(seconds, half_life).unwrap() as f64 / 2f64.powi(63);
        assert!((found - expected).abs() < 1e-6, "{seconds} s: {found}");
    }
    let slower = decay_factor(86_400, (22.756_6 * 86_400.0_f64).round() as u32).unwrap() as f64 / 2f64.powi(63);
    assert!((slower - 0.97).abs() < 1e-6);
}

#[test]
fn exponentials_are_within_their_bound() {
    for &(x, expected) in EXPONENTIALS {
        let error = exp_bits(x).abs_diff(expected);
        assert!(error <= (expected >> 46).max(1), "exp {x} is off by {error}");
    }
    let limit = i64::try_from(EXP_LIMIT_BITS).unwrap();
    assert_eq!(exp_bits(i64::MAX), exp_bits(limit));
    assert_eq!(exp_bits(i64::MIN), exp_bits(-limit));
}

#[test]
fn decimals_are_exact() {
    // SOL at 200.12345678 with 9 decimals, in a quote of 6: 0.20012345678 quote atoms per atom
    let exact = 20_012_345_678u128 << 41;
    let nearest = (exact / 10u128.pow(11)).div_ceil(2);
    assert_eq!(u128::from(scale_decimal_nearest(20_012_345_678, -11).unwrap()), nearest);
    assert_eq!(scale_decimal_down(3, 2), Ok(300 << 40));
    assert_eq!(scale_decimal_up(1, -36), Ok(1));
    assert_eq!(scale_decimal_down(1, -36), Ok(0));
    assert_eq!(scale_decimal_down(u64::MAX, 0), Err(RiskError::Overflow));
    assert_eq!(scale_decimal_down(1, 37), Err(RiskError::Overflow));
    assert_eq!(scale_decimal_down(1, i32::MIN), Err(RiskError::Overflow));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn logarithm_of_a_product_is_the_sum(a in 1u64..1 << 31, b in 1u64..1 << 31) {
        let error = ln_bits(a * b).unwrap() - ln_bits(a).unwrap() - ln_bits(b).unwrap();
        prop_assert!(error.abs() <= 6);
    }

    #[test]
    fn logarithm_never_falls_by_more_than_its_error(a in 1u64..u64::MAX) {
        prop_assert!(ln_bits(a + 1).unwrap() >= ln_bits(a).unwrap() - 4);
    }

    #[test]
    fn exponential_undoes_the_logarithm(x in (1u64 << 34)..(1 << 40)) {
        let found = exp_bits(ln_bits(x).unwrap());
        prop_assert!(found.abs_diff(u128::from(x) << 64) <= (u128::from(x) << 64) >> 44);
    }

    #[test]
    fn decays_compose_and_fall(a in 0u64..1 << 22, b in 0u64..1 << 22, half_life in 3_600u32..31_536_000) {
        let [of_a, of_b, of_both] = [a, b, a + b].map(|elapsed| decay_factor(elapsed, half_life).unwrap());
        let product = ((u128::from(of_a) * u128::from(of_b)) >> 63) as u64;
        prop_assert!(product.abs_diff(of_both) <= 1 << 13);
        prop_assert!(of_both <= of_a.saturating_add(1 << 12) && of_a <= 1 << 63);
    }

    #[test]
    fn roots_enclose(x in any::<u128>(), shift in 0u32..128) {
        let x = x >> shift;
        let (low, high) = (u128::from(sqrt_down(x)), u128::from(sqrt_up(x)));
        prop_assert!(low * low <= x);
        prop_assert!(high == u128::from(u64::MAX) || high * high >= x);
        prop_assert!(high - low <= (low >> 30) + 1);
    }

    #[test]
    fn roots_are_monotone(x in any::<u128>(), shift in 0u32..128) {
        let x = (x >> shift).max(1);
        prop_assert!(sqrt_down(x - 1) <= sqrt_down(x) && sqrt_up(x - 1) <= sqrt_up(x));
    }

    #[test]
    fn squares_have_exact_roots(root in 0u64..1 << 32, shift in 0u32..32) {
        let square = u128::from(root).pow(2) << (2 * shift);
        prop_assert_eq!(sqrt_down(square), root << shift);
        prop_assert_eq!(sqrt_up(square), root << shift);
    }

    #[test]
    fn multiples_of_roots_are_rounded_up_and_monotone(multiplier in any::<u64>(), multiplier_shift in 0u32..64, x in any::<u64>(), shift in 0u32..64) {
        let (multiplier, x) = (multiplier >> multiplier_shift, x >> shift);
        let found = u128::from(times_root_up(multiplier, x));
        let exact = multiplier as f64 * (x as f64).sqrt() * 2f64.powi(-32);
        prop_assert!(found as f64 <= exact * (1.0 + 2f64.powi(-30)) + 1.0, "{found} {exact}");
        prop_assert!(found as f64 >= exact * (1.0 - 1e-14), "{found} {exact}");
        // found·2³² ≥ multiplier·√x, both squared
        if let Some(square) = u128::from(multiplier).pow(2).checked_mul(x.into()) {
            prop_assert!(found * found >= square.div_ceil(1 << 64));
        }
        prop_assert!(u128::from(times_root_up(multiplier, x.saturating_sub(1))) <= found);
        prop_assert!(u128::from(times_root_up(multiplier.saturating_sub(1), x)) <= found);
    }

    #[test]
    fn multiples_of_the_roots_of_squares_are_exact(multiplier in any::<u64>(), root in 0u64..1 << 32) {
        let exact = (u128::from(multiplier) * u128::from(root)).div_ceil(1 << 32);
        prop_assert_eq!(u128::from(times_root_up(multiplier, root * root)), exact);
    }

    #[test]
    fn fraction_roots_are_upper_bounds(x in any::<u64>()) {
        let root = u128::from(sqrt_fraction32_up(x));
        prop_assert!(root * root >= u128::from(x) << 32);
    }

    #[test]
    fn decimals_agree_with_long_arithmetic(value in any::<u64>(), power in -20i32..=0) {
        let (numerator, divisor) = (u128::from(value) << 40, 10u128.pow(power.unsigned_abs()));
        let floor = u64::try_from(numerator / divisor).map_err(|_| RiskError::Overflow);
        let ceil = u64::try_from(numerator.div_ceil(divisor)).map_err(|_| RiskError::Overflow);
        prop_assert_eq!(scale_decimal_down(value, power), floor);
        prop_assert_eq!(scale_decimal_up(value, power), ceil);
    }

    #[test]
    fn wide_products_agree_with_each_other(a in any::<u128>(), b in any::<u64>(), c in 1u128..) {
        let (shifted, divided) = (wide_mul_shift_down::<64>(a, b), wide_mul_div_down(a, b.into(), 1 << 64));
        prop_assert_eq!(shifted, divided);
        prop_assert_eq!(wide_mul_shift_up::<64>(a, b), wide_mul_div_up(a, b.into(), 1 << 64));
        prop_assert_eq!(wide_mul_shift_down::<32>(a, b), wide_mul_div_down(a, b.into(), 1 << 32));
        // a·c/c = a for every divisor, through the 256-bit path
        prop_assert_eq!(wide_mul_div_down(a, c, c), Ok(a));
        prop_assert_eq!(wide_mul_div_up(a, c, c), Ok(a));
    }

    #[test]
    fn wide_quotients_are_floors(a in any::<u128>(), b in any::<u128>(), c in 1u128..) {
        let (smaller, larger) = (b.min(c), b.max(c));
        let down = wide_mul_div_down(a, smaller, larger).unwrap();
        let up = wide_mul_div_up(a, smaller, larger).unwrap();
        prop_assert!(up - down <= 1);
        // modulo 2^128 the remainder is exact
        let remainder = a.wrapping_mul(smaller).wrapping_sub(down.wrapping_mul(larger));
        prop_assert!(remainder < larger);
        prop_assert_eq!(up == down, remainder == 0);
    }

    #[test]
    fn blends_stay_between(old in any::<u128>(), new in any::<u128>(), keep in 0u64..=1 << 63) {
        let blended = blend_up(old, new, keep);
        prop_assert!(blended >= old.min(new) && blended <= old.max(new));
    }

    #[test]
    fn fractions_are_close_from_below(a in any::<u64>(), b in 1u64..) {
        let (smaller, larger) = (a.min(b), a.max(b));
        let exact = smaller as f64 / larger as f64;
        prop_assert!((fraction31_down(smaller, larger) as f64 / 2f64.powi(31) - exact).abs() < 2f64.powi(-29));
    }
}

#[test]
fn fraction_of_nothing_is_zero() {
    assert_eq!(fraction31_down(0, 0), 0);
    assert_eq!(wide_mul_div_down(1, 1, 0), Err(RiskError::DivisionByZero));
    assert_eq!(wide_mul_div_down(u128::MAX, u128::MAX, 1), Err(RiskError::Overflow));
}
