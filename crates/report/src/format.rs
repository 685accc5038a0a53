//! Numbers as people read them.

/// `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Quote atoms as whole dollars, rounded to the nearest: `1,234,567`.
#[must_use]
pub fn dollars(quote_atoms: u64) -> String {
    grouped(quote_atoms / 1_000_000 + u64::from(quote_atoms % 1_000_000 >= 500_000))
}

/// Quote atoms as dollars and cents with a sign, rounded to the nearest cent: `-1,234.57`.
#[must_use]
pub fn signed_cents(quote_atoms: i64) -> String {
    let cents = (quote_atoms.unsigned_abs() + 5_000) / 10_000;
    let sign = if quote_atoms < 0 && cents > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", grouped(cents / 100), cents % 100)
}

/// A price in quote atoms, with the decimals that its size wants: `122,800`, `187.25`, `0.9998`.
#[must_use]
pub fn price(quote_atoms: u64) -> String {
    match quote_atoms {
        10_000_000_000.. => dollars(quote_atoms),
        10_000_000.. => {
            let cents = (quote_atoms + 5_000) / 10_000;
            format!("{}.{:02}", grouped(cents / 100), cents % 100)
        }
        _ => {
            let parts = (quote_atoms + 50) / 100;
            format!("{}.{:04}", parts / 10_000, parts % 10_000)
        }
    }
}

/// Parts per million as percent with two decimals, rounded to the nearest: `12.34`.
#[must_use]
pub fn percent(ppm: u64) -> String {
    let hundredths = (ppm + 50) / 100;
    format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100)
}

/// A number with thousands separated and this many decimals: `-1,234.50`; `–` where it is none.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "-" } else { "" };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A fraction as percent with this many decimals: `12.3 %`.
#[must_use]
pub fn share(fraction: f64, decimals: usize) -> String {
    if fraction.is_finite() { format!("{} %", number(fraction * 100.0, decimals)) } else { number(fraction, 0) }
}

/// A number with three significant digits: `0.00123`, `12.3`, `1,230`.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small number of decimals
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return number(value, 0);
    }
    let decimals = (2.0 - value.abs().log10().floor()).clamp(0.0, 12.0);
    number(value, decimals as usize)
}

/// A number with three significant digits and no trailing zeros, for ticks: `0.05`, `2.5`, `1,200`.
#[must_use]
pub fn trimmed(value: f64) -> String {
    let text = significant(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A duration in the unit that its size wants: `45 s`, `30 min`, `12 h`, `15 d`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let (divisor, unit) = match seconds {
        ..120 => (1.0, "s"),
        120..7_200 => (60.0, "min"),
        7_200..172_800 => (3_600.0, "h"),
        _ => (86_400.0, "d"),
    };
    #[allow(clippy::cast_precision_loss)] // seconds are far below 2^52
    let value = seconds as f64 / divisor;
    let decimals = usize::from(value.fract() > 0.05 && value < 100.0);
    format!("{} {unit}", number(value, decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn money_rounds_to_the_nearest() {
        assert_eq!(dollars(1_499_999), "1");
        assert_eq!(dollars(1_234_500_000), "1,235");
        assert_eq!(signed_cents(-1_234_567_890), "-1,234.57");
        assert_eq!(signed_cents(-1), "0.00");
    }

    #[test]
    fn prices_show_the_decimals_that_their_size_wants() {
        assert_eq!(price(122_800_400_000), "122,800");
        assert_eq!(price(187_254_000), "187.25");
        assert_eq!(price(3_435_000_000), "3,435.00");
        assert_eq!(price(999_800), "0.9998");
        assert_eq!(price(9_999_990), "10.0000");
    }

    #[test]
    fn percent_has_two_decimals() {
        assert_eq!(percent(123_449), "12.34");
        assert_eq!(percent(1_000_000), "100.00");
    }

    #[test]
    fn floating_point_numbers_read_like_others() {
        assert_eq!(number(-1_234.5, 2), "-1,234.50");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(f64::NAN, 2), "–");
        assert_eq!(share(0.12345, 1), "12.3 %");
        let figures = [0.001_234, 12.34, 1_234.0, 0.0].map(significant);
        assert_eq!(figures, ["0.00123", "12.3", "1,234", "0"]);
        assert_eq!([0.05, 2.5, -10.0, 1_200.0, 0.0].map(trimmed), ["0.05", "2.5", "-10", "1,200", "0"]);
    }

    #[test]
    fn durations_have_the_unit_that_their_size_wants() {
        assert_eq!([45, 1_800, 43_200, 1_296_000, 5_400].map(duration), ["45 s", "30 min", "12 h", "15 d", "90 min"]);
    }
}
