//! The page: one HTML document without scripts or external resources.

use std::fmt::Write;

use crate::chart::MarkShape;
use crate::draw::{mark_element, mark_tag};
use crate::table::Table;

/// The style sheet that every page begins with.
pub const STYLE: &str = include_str!("page.css");

/// Text made safe for element content and attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A whole document around a body of HTML; `style` is added to [`STYLE`], the title is escaped.
#[must_use]
pub fn document(title: &str, style: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// What a legend explains: the class of the style sheet, and the words.
#[derive(Clone, Copy, Debug)]
pub enum LegendEntry<'a> {
    /// A line.
    Line(&'a str, &'a str),
    /// A mark.
    Mark(MarkShape, &'a str, &'a str),
    /// A shaded span of the horizontal axis.
    Band(&'a str),
    /// An area or a bar (the first class says which).
    Fill(&'a str, &'a str, &'a str),
}

/// A list of what lines and marks mean; the words are escaped.
#[must_use]
pub fn legend(entries: &[LegendEntry<'_>]) -> String {
    let mut list = "<ul class=\"legend\">".to_owned();
    for entry in entries {
        let (sample, text) = match entry {
            LegendEntry::Line(class, text) => (format!("<path class=\"line {class}\" d=\"M1 9h32\"/>"), text),
            LegendEntry::Mark(shape, class, text) => {
                (format!("{}</{}>", mark_element(*shape, class, 17.0, 9.0), mark_tag(*shape)), text)
            }
            LegendEntry::Band(text) => ("<rect class=\"band\" x=\"4\" width=\"26\" height=\"18\"/>".to_owned(), text),
            LegendEntry::Fill(shape, class, text) => {
                (format!("<rect class=\"{shape} {class}\" x=\"4\" width=\"26\" height=\"18\"/>"), text)
            }
        };
        let _ = write!(list, "<li><svg viewBox=\"0 0 34 18\" aria-hidden=\"true\">{sample}</svg>{}</li>", escape(text));
    }
    list + "</ul>\n"
}

/// A figure that a reader should take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The figure with its unit.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// Whether it is set off as what is wrong.
    pub bad: bool,
}

impl Fact {
    /// A figure.
    #[must_use]
    pub fn new(value: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { value: value.into(), meaning: meaning.into(), bad: false }
    }

    /// The same figure, set off where something is wrong.
    #[must_use]
    pub fn bad_if(self, bad: bool) -> Self {
        Self { bad, ..self }
    }
}

/// A page under construction, from top to bottom. All text is escaped.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    body: String,
}

impl Page {
    /// An empty page.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), body: String::new() }
    }

    /// The sentence under the title that says what was done.
    pub fn lead(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p class=\"lead\">{}</p>", escape(text));
    }

    /// The figures to take away.
    pub fn facts(&mut self, facts: &[Fact]) {
        self.body += "<div class=\"facts\">\n";
        for fact in facts {
            let class = if fact.bad { "fact bad" } else { "fact" };
            let (value, meaning) = (escape(&fact.value), escape(&fact.meaning));
            let _ = writeln!(self.body, "<div class=\"{class}\"><b>{value}</b><span>{meaning}</span></div>");
        }
        self.body += "</div>\n";
    }

    /// A heading of the second level.
    pub fn section(&mut self, heading: &str) {
        let _ = writeln!(self.body, "<h2>{}</h2>", escape(heading));
    }

    /// A heading of the third level.
    pub fn subsection(&mut self, heading: &str) {
        let _ = writeln!(self.body, "<h3>{}</h3>", escape(heading));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p>{}</p>", escape(text));
    }

    /// A paragraph set off.
    pub fn quote(&mut self, text: &str) {
        let _ = writeln!(self.body, "<blockquote><p>{}</p></blockquote>", escape(text));
    }

    /// A list.
    pub fn list(&mut self, items: &[String]) {
        self.body += "<ul>\n";
        for item in items {
            let _ = writeln!(self.body, "<li>{}</li>", escape(item));
        }
        self.body += "</ul>\n";
    }

    /// A chart's figure ([`crate::Chart::figure`], [`crate::BarChart::figure`]), as it is.
    pub fn figure(&mut self, html: &str) {
        self.body += html;
    }

    /// A table; nothing where it has no rows.
    pub fn table(&mut self, table: &Table) {
        if !table.is_empty() {
            self.body += &table.html();
        }
    }

    /// A table that opens on demand.
    pub fn folded_table(&mut self, summary: &str, table: &Table) {
        if !table.is_empty() {
            let summary = escape(summary);
            let _ = writeln!(self.body, "<details><summary>{summary}</summary>{}</details>", table.html());
        }
    }

    /// Text of a file, as it is, that opens on demand.
    pub fn folded_text(&mut self, summary: &str, text: &str) {
        let (summary, text) = (escape(summary), escape(text));
        let _ = writeln!(self.body, "<details><summary>{summary}</summary><pre>{text}</pre></details>");
    }

    /// Notes at the end.
    pub fn footer(&mut self, notes: &[String]) {
        self.body += "<footer>\n";
        for note in notes {
            self.paragraph(note);
        }
        self.body += "</footer>\n";
    }

    /// The finished document.
    #[must_use]
    pub fn html(&self) -> String {
        document(&self.title, "", &self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Cell;

    #[test]
    fn the_page_stands_alone_and_is_escaped() {
        let mut page = Page::new("a <b>");
        page.lead("lead & more");
        page.facts(&[Fact::new("1 %", "x"), Fact::new("2", "y<").bad_if(true)]);
        page.section("s");
        page.subsection("t");
        page.quote("q");
        page.list(&["<i>".to_owned()]);
        let mut table = Table::new(vec![Cell::words("w")]);
        page.table(&table);
        table.push(vec![Cell::words("cell")]);
        page.folded_table("all", &table);
        page.folded_text("file", "a = <1>");
        page.footer(&["end".to_owned()]);
        let html = page.html();
        for outside in ["http:", "https:", "src=", "<link", "<script", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(html.contains("<title>a &lt;b&gt;</title>") && html.contains("&lt;i&gt;"));
        assert_eq!(html.matches("<table>").count(), 1, "an empty table is left out");
        assert!(html.contains("<div class=\"fact bad\"><b>2</b>") && html.contains("<pre>a = &lt;1&gt;</pre>"));
    }

    #[test]
    fn a_legend_shows_what_is_drawn() {
        let html = legend(&[
            LegendEntry::Line("hue-0", "a"),
            LegendEntry::Mark(MarkShape::Diamond, "walk", "b"),
            LegendEntry::Band("c"),
            LegendEntry::Fill("bar", "hue-1", "d"),
        ]);
        assert!(html.contains("class=\"line hue-0\"") && html.contains("class=\"mark walk\" d=\"M17.0 0.0l9"));
        assert!(html.contains("class=\"band\"") && html.contains("class=\"bar hue-1\""));
    }

    #[test]
    fn both_files_are_written() {
        let folder = tempfile::tempdir().expect("a folder");
        crate::write(&folder.path().join("lab"), "one", "<p>", &[1, 2]).expect("written");
        let read = |name: &str| std::fs::read_to_string(folder.path().join("lab").join(name)).expect(name);
        assert_eq!(read("one.html"), "<p>");
        assert_eq!(read("one.json").split_whitespace().collect::<String>(), "[1,2]");
    }
}
