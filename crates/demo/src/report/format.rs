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
}
