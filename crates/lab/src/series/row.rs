//! The columns of a price history, and one row of it.

use super::Bar;
use super::error::SeriesError;

/// The columns, those that must be there first.
pub(super) const COLUMNS: [&str; 8] =
    ["open_time_seconds", "open", "high", "low", "close", "volume_base", "depth_quote", "spread"];
/// How many of them must be there.
const REQUIRED: usize = 5;
const TIME: usize = 0;
const HIGH: usize = 2;
const VOLUME: usize = 5;
/// Prices between these can be told from a slip of the decimal point.
const PRICES: std::ops::RangeInclusive<f64> = 1e-12..=1e12;
/// Wider than this, a market has no price.
const SPREAD_MAX: f64 = 0.5;
/// Unix seconds of the years 1970 to 5138: beyond them a time is in milliseconds.
const TIMES: std::ops::Range<u64> = 1..100_000_000_000;

/// Where each column of [`COLUMNS`] stands in the file.
pub(super) struct Header {
    places: [Option<usize>; COLUMNS.len()],
    width: usize,
}

impl Header {
    /// Reads the first line.
    pub(super) fn of(file: &str, record: &csv::StringRecord) -> Result<Self, SeriesError> {
        let error = |field: &str, problem, remedy: &str| SeriesError::Column {
            file: file.to_owned(),
            field: field.to_owned(),
            problem,
            remedy: remedy.to_owned(),
        };
        let mut places = [None; COLUMNS.len()];
        for (place, name) in record.iter().enumerate() {
            let name = name.trim_start_matches('\u{feff}').trim();
            let Some(column) = COLUMNS.iter().position(|known| *known == name) else {
                let remedy = format!("remove or rename it; the columns are {}", COLUMNS.join(", "));
                return Err(error(name, "unknown column", &remedy));
            };
            if places[column].replace(place).is_some() {
                return Err(error(name, "the column stands there twice", "remove one of the two"));
            }
        }
        match COLUMNS.iter().zip(places).take(REQUIRED).find(|(_, place)| place.is_none()) {
            Some((missing, _)) => {
                Err(error(missing, "the column is missing", "add it; the first line names the columns"))
            }
            None => Ok(Self { places, width: record.len() }),
        }
    }
}

/// One row with its place in the file.
pub(super) struct Row<'a> {
    pub file: &'a str,
    pub line: u64,
    pub header: &'a Header,
    pub record: &'a csv::StringRecord,
}

impl Row<'_> {
    pub(super) fn error(&self, field: &'static str, problem: String, remedy: &'static str) -> SeriesError {
        SeriesError::Row { file: self.file.to_owned(), line: self.line, field, problem, remedy }
    }

    /// The checked bar.
    pub(super) fn bar(&self) -> Result<Bar, SeriesError> {
        if self.record.len() != self.header.width {
            let problem = format!("{} fields instead of {}", self.record.len(), self.header.width);
            return Err(self.error("row", problem, "repair or remove the row"));
        }
        let bar = Bar {
            open_time_seconds: self.time()?,
            open: self.price(1)?,
            high: self.price(2)?,
            low: self.price(3)?,
            close: self.price(4)?,
            volume_base: self.optional(VOLUME, 0.0..=f64::MAX, "use a number of at least 0, or leave it empty")?,
            depth_quote: self.optional(
                6,
                f64::MIN_POSITIVE..=f64::MAX,
                "use a quote value above 0, or leave it empty",
            )?,
            spread: self.optional(7, 0.0..=SPREAD_MAX, "use a part of the price from 0 to 0.5, or leave it empty")?,
        };
        self.check_extremes(&bar)?;
        Ok(bar)
    }

    fn text(&self, column: usize) -> Option<&str> {
        let place = self.header.places.get(column).copied().flatten()?;
        self.record.get(place).map(str::trim)
    }

    fn time(&self) -> Result<u64, SeriesError> {
        let text = self.text(TIME).unwrap_or_default();
        text.parse().ok().filter(|seconds| TIMES.contains(seconds)).ok_or_else(|| {
            let problem = format!("\"{text}\" is not a Unix time in whole seconds");
            self.error(COLUMNS[TIME], problem, "convert the time (milliseconds: divide by 1000)")
        })
    }

    fn price(&self, column: usize) -> Result<f64, SeriesError> {
        let text = self.text(column).unwrap_or_default();
        let number = text.parse::<f64>().ok().filter(|price| price.is_finite());
        let price = number.ok_or_else(|| {
            self.error(COLUMNS[column], format!("\"{text}\" is not a number"), "use a decimal such as 187.25")
        })?;
        if PRICES.contains(&price) {
            return Ok(price);
        }
        let problem = format!("{text} is not a price");
        Err(self.error(COLUMNS[column], problem, "prices lie between 1e-12 and 1e12; remove the row"))
    }

    fn optional(
        &self,
        column: usize,
        bounds: std::ops::RangeInclusive<f64>,
        remedy: &'static str,
    ) -> Result<Option<f64>, SeriesError> {
        let Some(text) = self.text(column).filter(|text| !text.is_empty()) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.map(Some).ok_or_else(|| {
            self.error(COLUMNS[column], format!("\"{text}\" is outside what the column can say"), remedy)
        })
    }

    fn check_extremes(&self, bar: &Bar) -> Result<(), SeriesError> {
        let Bar { open, high, low, close, .. } = *bar;
        if high < low {
            return Err(self.error(COLUMNS[HIGH], format!("high {high} is below low {low}"), "swap or correct them"));
        }
        let outside = [("open", open), ("close", close)].into_iter().find(|(_, price)| *price > high || *price < low);
        match outside {
            Some((field, price)) => {
                Err(self.error(field, format!("{price} lies outside low {low} to high {high}"), "correct the row"))
            }
            None => Ok(()),
        }
    }

    /// That this row's bar follows the one before it.
    pub(super) fn check_order(&self, before: &Bar, bar: &Bar) -> Result<(), SeriesError> {
        let (earlier, time) = (before.open_time_seconds, bar.open_time_seconds);
        if time == earlier {
            return Err(self.error(COLUMNS[TIME], format!("{time} appears twice"), "remove one of the two rows"));
        }
        if time < earlier {
            return Err(self.error(COLUMNS[TIME], format!("{time} comes after {earlier}"), "sort the rows by time"));
        }
        Ok(())
    }
}
