//! Reports that people read: one self-contained HTML page with charts in SVG and tables, beside a JSON file of the same figures.
//!
//! A page has neither scripts nor external resources; its colours follow the reader's light or dark setting, and every chart has a label that a screen
//! reader speaks. Text is escaped wherever it enters.

mod axis;
mod bars;
pub mod calendar;
mod chart;
mod draw;
pub mod format;
mod page;
mod table;

pub use axis::{Axis, Scale};
pub use bars::{BarChart, BarGroup};
pub use chart::{Chart, Mark, MarkShape, Series, Shape, histogram};
pub use page::{Fact, LegendEntry, Page, STYLE, document, escape, legend};
pub use table::{Cell, Table};

use std::path::Path;

use serde::Serialize;

/// Writes `<name>.html` and `<name>.json` into a directory, which is created if absent.
///
/// # Errors
/// The system's error, if the directory or a file cannot be written.
pub fn write(directory: &Path, name: &str, html: &str, figures: &impl Serialize) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    std::fs::write(directory.join(format!("{name}.json")), serde_json::to_string_pretty(figures)? + "\n")?;
    std::fs::write(directory.join(format!("{name}.html")), html)
}
