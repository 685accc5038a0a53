//! Tables.

use std::fmt::Write;

use crate::page::escape;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    class: &'static str,
}

impl Cell {
    /// A number, aligned right.
    #[must_use]
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "" }
    }

    /// Words, aligned left.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "words" }
    }

    /// Words of several lines, aligned left.
    #[must_use]
    pub fn prose(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "words prose" }
    }

    /// The same cell, set off as what is wrong.
    #[must_use]
    pub fn bad(self) -> Self {
        let class = if self.class.is_empty() { "bad" } else { "words bad" };
        Self { class, ..self }
    }

    /// The same cell, set off as what was to be reached and is.
    #[must_use]
    pub fn good(self) -> Self {
        let class = if self.class.is_empty() { "good" } else { "words good" };
        Self { class, ..self }
    }
}

/// A table; its first column is aligned left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table with these headings, each aligned as its column is to be.
    #[must_use]
    pub fn new(columns: Vec<Cell>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Appends a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as HTML.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = "<div class=\"scroll\"><table><thead><tr>".to_owned();
        push_cells(&mut html, "th scope=\"col\"", "th", &self.columns);
        html += "</tr></thead><tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            push_cells(&mut html, "td", "td", row);
            html += "</tr>\n";
        }
        html + "</tbody></table></div>\n"
    }
}

fn push_cells(html: &mut String, opening: &str, closing: &str, cells: &[Cell]) {
    for cell in cells {
        let class = if cell.class.is_empty() { String::new() } else { format!(" class=\"{}\"", cell.class) };
        let _ = write!(html, "<{opening}{class}>{}</{closing}>", escape(&cell.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped_and_aligned() {
        let mut table = Table::new(vec![Cell::words("a<b"), Cell::number("n")]);
        assert!(table.is_empty());
        table.push(vec![Cell::words("x"), Cell::number("1").bad()]);
        table.push(vec![Cell::prose("y & z"), Cell::number("2").good()]);
        let html = table.html();
        assert!(html.contains("<th scope=\"col\" class=\"words\">a&lt;b</th>"));
        assert!(html.contains("<td class=\"bad\">1</td>") && html.contains("<td class=\"good\">2</td>"));
        assert!(html.contains("<td class=\"words prose\">y &amp; z</td>"));
    }
}
