//! Reading and checking one OHLCV file.

use super::{ScenarioError, price_units};

/// The columns, in order.
pub(super) const COLUMNS: [&str; 6] = ["open_time_seconds", "open", "high", "low", "close", "volume_base"];

/// The longest gap that is bridged by holding the last price, seconds.
pub const MAX_GAP_SECONDS: u64 = 6 * 3_600;

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub open_time: u64,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
}

/// A file's bars, evenly spaced but for gaps.
#[derive(Debug)]
pub(super) struct Bars {
    pub rows: Vec<Bar>,
    /// Length of a bar: the smallest distance between two rows.
    pub bar_seconds: u64,
    /// Gaps bridged.
    pub gaps: usize,
    /// Seconds without a bar, over all gaps.
    pub gap_seconds: u64,
}

struct Row<'a> {
    file: &'a str,
    line: u64,
}

impl Row<'_> {
    fn error(&self, field: usize, problem: impl Into<String>, remedy: &'static str) -> ScenarioError {
        ScenarioError::Row {
            file: self.file.to_owned(),
            line: self.line,
            field: COLUMNS.get(field).copied().unwrap_or("row"),
            problem: problem.into(),
            remedy,
        }
    }

    fn price(&self, record: &csv::StringRecord, field: usize) -> Result<f64, ScenarioError> {
        let text = record.get(field).unwrap_or("").trim();
        let price: f64 = text
            .parse()
            .map_err(|_| self.error(field, format!("\"{text}\" is not a number"), "use a decimal such as 187.25"))?;
        if price_units(price).is_none() {
            let problem = format!("{text} is not a price");
            return Err(self.error(
                field,
                problem,
                "prices must lie between 0.00000001 and 90 million; remove the row",
            ));
        }
        Ok(price)
    }

    fn bar(&self, record: &csv::StringRecord) -> Result<Bar, ScenarioError> {
        if record.len() != COLUMNS.len() {
            let problem = format!("{} fields instead of {}", record.len(), COLUMNS.len());
            return Err(self.error(usize::MAX, problem, "repair or remove the row"));
        }
        let text = record.get(0).unwrap_or("").trim();
        let open_time =
            text.parse().ok().filter(|seconds| (1..100_000_000_000).contains(seconds)).ok_or_else(|| {
                let problem = format!("\"{text}\" is not a Unix time in whole seconds");
                self.error(0, problem, "convert the time (milliseconds: divide by 1000)")
            })?;
        let volume = record.get(5).unwrap_or("").trim();
        if !volume.is_empty() && !volume.parse::<f64>().is_ok_and(|v| v.is_finite() && v >= 0.0) {
            let problem = format!("\"{volume}\" is not a volume");
            return Err(self.error(5, problem, "use a number of at least 0, or leave it empty"));
        }
        let [open, high, low, close] =
            [self.price(record, 1)?, self.price(record, 2)?, self.price(record, 3)?, self.price(record, 4)?];
        self.check_extremes(&Bar { open_time, open, high, low, close })
    }

    fn check_extremes(&self, bar: &Bar) -> Result<Bar, ScenarioError> {
        let Bar { open, high, low, close, .. } = *bar;
        if high < low {
            return Err(self.error(2, format!("high {high} is below low {low}"), "swap or correct them"));
        }
        for (field, price) in [(1, open), (4, close)] {
            if price > high || price < low {
                let problem = format!("{price} lies outside low {low} to high {high}");
                return Err(self.error(field, problem, "correct the row"));
            }
        }
        Ok(*bar)
    }
}

/// Reads a file's text and checks every row.
pub(super) fn read(file: &str, text: &str) -> Result<Bars, ScenarioError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut bars: Vec<Bar> = Vec::new();
    let mut lines: Vec<u64> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| ScenarioError::file(file, error.to_string(), "save it as UTF-8 CSV"))?;
        let row = Row { file, line: record.position().map_or(index as u64 + 1, csv::Position::line) };
        if index == 0 {
            check_header(file, &record)?;
            continue;
        }
        let bar = row.bar(&record)?;
        if let Some(before) = bars.last() {
            check_order(&row, before, &bar)?;
        }
        bars.push(bar);
        lines.push(row.line);
    }
    measure(file, bars, &lines)
}

fn check_header(file: &str, header: &csv::StringRecord) -> Result<(), ScenarioError> {
    if header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).eq(COLUMNS) {
        return Ok(());
    }
    let problem = format!("line 1: the columns are \"{}\"", header.iter().collect::<Vec<_>>().join(","));
    Err(ScenarioError::file(file, problem, format!("the first line must be {}", COLUMNS.join(","))))
}

fn check_order(row: &Row<'_>, before: &Bar, bar: &Bar) -> Result<(), ScenarioError> {
    if bar.open_time == before.open_time {
        return Err(row.error(0, format!("{} appears twice", bar.open_time), "remove one of the two rows"));
    }
    if bar.open_time < before.open_time {
        let problem = format!("{} comes after {}", bar.open_time, before.open_time);
        return Err(row.error(0, problem, "sort the rows by time"));
    }
    Ok(())
}

fn measure(file: &str, bars: Vec<Bar>, lines: &[u64]) -> Result<Bars, ScenarioError> {
    let spacing = || bars.windows(2).map(|pair| pair[1].open_time - pair[0].open_time);
    let Some(bar_seconds) = spacing().min() else {
        let problem = format!("{} data rows", bars.len());
        return Err(ScenarioError::file(file, problem, "give at least two, so that the bars have a length"));
    };
    let (mut gaps, mut gap_seconds) = (0, 0);
    for (spacing, line) in spacing().zip(lines.iter().skip(1)) {
        let row = Row { file, line: *line };
        if spacing % bar_seconds != 0 {
            let problem =
                format!("{spacing} s after the row before, which is no multiple of the bar's {bar_seconds} s");
            return Err(row.error(0, problem, "use bars of one length"));
        }
        let missing = spacing - bar_seconds;
        if missing > MAX_GAP_SECONDS {
            let problem = format!("{missing} s are missing before it");
            return Err(row.error(0, problem, "fill the gap or cut the file there; up to 6 hours are bridged"));
        }
        gaps += usize::from(missing > 0);
        gap_seconds += missing;
    }
    Ok(Bars { rows: bars, bar_seconds, gaps, gap_seconds })
}
