//! From bytes of the text to lines and fields, and back.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Violation;

/// Knows where in a text each field stands.
pub(crate) struct Locator<'a> {
    text: &'a str,
    fields: Vec<Field>,
}

struct Field {
    path: String,
    key: core::ops::Range<usize>,
    value: core::ops::Range<usize>,
}

impl<'a> Locator<'a> {
    /// Of a text that is no TOML it knows the fields that the parser could make out.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut fields = Vec::new();
        let (table, _) = DeTable::parse_recoverable(text);
        collect_table(table.get_ref(), "", &mut fields);
        Self { text, fields }
    }

    /// The line of a field; of its nearest parent where the field is missing.
    pub(crate) fn line_of(&self, path: &str) -> usize {
        let named = self.fields.iter().find(|field| field.path == path);
        match (named, path.rfind(['.', '['])) {
            (Some(field), _) => self.line_at(field.key.start),
            (None, Some(parent_end)) => self.line_of(path.get(..parent_end).unwrap_or_default()),
            (None, None) => 1,
        }
    }

    /// A parser's error, with its line and the field in which it arose; where the parser could not place it, with the words it stumbled over.
    pub(crate) fn explain(&self, error: &toml::de::Error) -> Violation {
        let span = error.span().unwrap_or_default();
        let holds = |field: &&Field| field.key.contains(&span.start) || field.value.contains(&span.start);
        let innermost = self.fields.iter().filter(holds).max_by_key(|field| field.path.len());
        let words = self.text.get(span.clone()).unwrap_or_default().trim();
        Violation {
            line: self.line_at(span.start),
            field: innermost.map_or(words, |field| &field.path).to_owned(),
            message: error.message().replace('\n', " "),
        }
    }

    fn line_at(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

fn collect_table(table: &DeTable<'_>, parent: &str, fields: &mut Vec<Field>) {
    for (key, value) in table {
        let separator = if parent.is_empty() { "" } else { "." };
        let path = format!("{parent}{separator}{}", key.get_ref());
        collect_value(key.span(), value, path, fields);
    }
}

fn collect_value(key: core::ops::Range<usize>, value: &Spanned<DeValue<'_>>, path: String, fields: &mut Vec<Field>) {
    match value.get_ref() {
        DeValue::Table(table) => collect_table(table, &path, fields),
        DeValue::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                collect_value(element.span(), element, format!("{path}[{position}]"), fields);
            }
        }
        _ => {}
    }
    fields.push(Field { path, key, value: value.span() });
}
