//! Unix seconds to and from the UTC calendar (proleptic Gregorian, no leap seconds).

const DAY_SECONDS: u64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day of the UTC calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Year.
    pub year: u64,
    /// Month, 1 to 12.
    pub month: u64,
    /// Day of the month, 1 to 31.
    pub day: u64,
}

/// Unix seconds of a calendar date and a time of day; `None` for a date that does not exist or lies before 1970.
#[must_use]
pub fn unix_seconds(date: Day, seconds_of_day: u64) -> Option<u64> {
    if seconds_of_day >= DAY_SECONDS || !(1970..=9999).contains(&date.year) {
        return None;
    }
    let days = days_from_civil(date)?;
    (civil_from_days(days) == date).then_some(days * DAY_SECONDS + seconds_of_day)
}

/// The UTC day of a Unix time.
#[must_use]
pub fn day_of(unix_seconds: u64) -> Day {
    civil_from_days(unix_seconds / DAY_SECONDS)
}

/// `2025-10-10 21:15`, in UTC.
#[must_use]
pub fn date_time(unix_seconds: u64) -> String {
    format!("{} {}", date(unix_seconds), time_of_day(unix_seconds))
}

/// `10 Oct`, in UTC.
#[must_use]
pub fn day_month(unix_seconds: u64) -> String {
    let Day { month, day, .. } = day_of(unix_seconds);
    format!("{day} {}", month_name(month))
}

/// `Oct 2025`, in UTC.
#[must_use]
pub fn month_year(unix_seconds: u64) -> String {
    let Day { year, month, .. } = day_of(unix_seconds);
    format!("{} {year}", month_name(month))
}

fn month_name(month: u64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// `2025-10-10`, in UTC.
#[must_use]
pub fn date(unix_seconds: u64) -> String {
    let Day { year, month, day } = day_of(unix_seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `21:15`, in UTC.
#[must_use]
pub fn time_of_day(unix_seconds: u64) -> String {
    let minutes = unix_seconds % DAY_SECONDS / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

// Both directions count days in 400-year eras whose years begin in March, so that the leap day is the last of its year.
const DAYS_TO_1970: u64 = 719_468;
const ERA_DAYS: u64 = 146_097;

fn days_from_civil(date: Day) -> Option<u64> {
    if !(1..=12).contains(&date.month) || !(1..=31).contains(&date.day) {
        return None;
    }
    let year = date.year - u64::from(date.month <= 2);
    let day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    let year_of_era = year % 400;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (year / 400 * ERA_DAYS + day_of_era).checked_sub(DAYS_TO_1970)
}

fn civil_from_days(days: u64) -> Day {
    let shifted = days + DAYS_TO_1970;
    let day_of_era = shifted % ERA_DAYS;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    Day {
        year: year_of_era + shifted / ERA_DAYS * 400 + u64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        assert_eq!(date_time(0), "1970-01-01 00:00");
        assert_eq!(date_time(951_782_400), "2000-02-29 00:00");
        assert_eq!(date_time(1_760_130_900), "2025-10-10 21:15");
        assert_eq!(unix_seconds(Day { year: 2025, month: 10, day: 10 }, 76_500), Some(1_760_130_900));
        assert_eq!(day_month(1_760_130_900), "10 Oct");
        assert_eq!(month_year(1_760_130_900), "Oct 2025");
        assert_eq!(date(1_760_130_900), "2025-10-10");
    }

    #[test]
    fn every_day_of_three_centuries_round_trips() {
        for days in 0..110_000 {
            assert_eq!(unix_seconds(civil_from_days(days), 0), Some(days * DAY_SECONDS));
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for (year, month, day) in [(2025, 2, 29), (2025, 4, 31), (2025, 13, 1), (2025, 0, 1), (1969, 12, 31)] {
            assert_eq!(unix_seconds(Day { year, month, day }, 0), None, "{year}-{month}-{day}");
        }
        assert_eq!(unix_seconds(Day { year: 2025, month: 1, day: 1 }, 86_400), None);
    }
}
