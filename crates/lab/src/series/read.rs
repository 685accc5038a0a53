//! Reading a file and checking what only all rows together can show: order, even spacing, gaps.

use std::path::Path;

use super::error::SeriesError;
use super::row::{Header, Row};
use super::{Bar, Gaps, MAX_MISSING_SHARE, Series};

impl Series {
    /// Reads and checks a CSV file.
    ///
    /// # Errors
    /// [`SeriesError`], with file, line and field.
    pub fn read(path: &Path) -> Result<Self, SeriesError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text),
            Err(error) => Err(SeriesError::Unreadable { file: name, reason: error.to_string() }),
        }
    }

    /// Checks the text of a CSV file, whose name only serves errors and reports.
    ///
    /// # Errors
    /// [`SeriesError`], with file, line and field.
    pub fn parse(name: &str, text: &str) -> Result<Self, SeriesError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut records = reader.records();
        let Some(first) = records.next() else {
            return Err(SeriesError::TooShort { file: name.to_owned(), rows: 0 });
        };
        let header = Header::of(name, &first.map_err(|error| not_csv(name, &error))?)?;
        let (mut bars, mut lines): (Vec<Bar>, Vec<u64>) = (Vec::new(), Vec::new());
        for record in records {
            let record = record.map_err(|error| not_csv(name, &error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row { file: name, line, header: &header, record: &record };
            let bar = row.bar()?;
            if let Some(before) = bars.last() {
                row.check_order(before, &bar)?;
            }
            bars.push(bar);
            lines.push(line);
        }
        measured(name, bars, &lines)
    }
}

fn not_csv(file: &str, error: &csv::Error) -> SeriesError {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = error.to_string();
    SeriesError::Row { file: file.to_owned(), line, field: "row", problem, remedy: "save the file as UTF-8 CSV" }
}

/// The series of bars that are in order, once their spacing is known to be even and their gaps to be few.
fn measured(name: &str, bars: Vec<Bar>, lines: &[u64]) -> Result<Series, SeriesError> {
    let spacing: Vec<u64> = bars.windows(2).map(|pair| pair[1].open_time_seconds - pair[0].open_time_seconds).collect();
    let Some(bar_seconds) = spacing.iter().copied().min() else {
        return Err(SeriesError::TooShort { file: name.to_owned(), rows: bars.len() });
    };
    // the line of the later row of each pair
    let later = || lines.iter().copied().skip(1);
    if let Some((seconds, line)) = spacing.iter().zip(later()).find(|(seconds, _)| *seconds % bar_seconds != 0) {
        return Err(SeriesError::Row {
            file: name.to_owned(),
            line,
            field: "open_time_seconds",
            problem: format!("{seconds} s after the row before, which is no multiple of the bar's {bar_seconds} s"),
            remedy: "use bars of one length",
        });
    }
    let gaps = Gaps::of(spacing.iter().copied(), bar_seconds);
    let expected = bars.len() as u64 + gaps.missing_bars;
    #[allow(clippy::cast_precision_loss)] // counts of bars
    let too_many = gaps.missing_bars as f64 > MAX_MISSING_SHARE * expected as f64;
    if too_many {
        let longest = spacing.iter().zip(later()).max_by_key(|(seconds, _)| **seconds);
        let line = longest.map_or(0, |(_, line)| line);
        return Err(SeriesError::Gaps { file: name.to_owned(), line, missing: gaps.missing_bars, expected });
    }
    Ok(Series { name: name.to_owned(), bars, bar_seconds, gaps })
}
