//! A TOML file as sections that remember their lines: all errors are collected, none ends the
//! reading.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use strsim::levenshtein;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::config::flaw::Flaw;

/// A parsed file, and the flaws found in it so far.
#[derive(Debug)]
pub(super) struct Document<'i> {
    source: String,
    text: &'i str,
    root: Spanned<DeTable<'i>>,
    flaws: RefCell<Vec<Flaw>>,
}

impl<'i> Document<'i> {
    /// Parses `text`.
    ///
    /// # Errors
    ///
    /// All errors of syntax, and those alone: what stands around one cannot be judged.
    pub(super) fn parse(source: &str, text: &'i str) -> Result<Self, Vec<Flaw>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let document = Self {
            source: source.to_owned(),
            text,
            root,
            flaws: RefCell::new(Vec::new()),
        };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.tell(at, "", error.message());
        }
        if document.flaws.borrow().is_empty() {
            Ok(document)
        } else {
            Err(document.into_flaws())
        }
    }

    /// Returns the table that everything else stands in.
    pub(super) fn root(&self) -> Section<'_, 'i> {
        Section::new(self, self.root.get_ref(), self.root.span(), String::new())
    }

    /// Returns every flaw, in the order of the file.
    pub(super) fn into_flaws(self) -> Vec<Flaw> {
        let mut flaws = self.flaws.into_inner();
        flaws.sort_by_key(|flaw| flaw.line);
        flaws
    }

    fn tell(&self, at: usize, key: &str, message: &str) {
        let before = self.text.get(..at).filter(|_| !self.text.is_empty());
        let line = before.map(|before| before.matches('\n').count() + 1);
        self.flaws.borrow_mut().push(Flaw {
            source: self.source.clone(),
            line,
            key: key.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// A table of the document; asks for its keys one by one and refuses those nobody asked for.
#[derive(Debug)]
pub(super) struct Section<'d, 'i> {
    document: &'d Document<'i>,
    table: &'d DeTable<'i>,
    span: Range<usize>,
    path: String,
    asked: BTreeSet<&'static str>,
}

/// A value with the place that it stands at, so that a later check can name it.
#[derive(Clone, Debug)]
pub(super) struct Located<T> {
    pub(super) value: T,
    at: usize,
    key: String,
}

impl<'d, 'i> Section<'d, 'i> {
    fn new(
        document: &'d Document<'i>,
        table: &'d DeTable<'i>,
        span: Range<usize>,
        path: String,
    ) -> Self {
        Self {
            document,
            table,
            span,
            path,
            asked: BTreeSet::new(),
        }
    }

    /// Says that the value at `place` is wrong: the configuration as a whole will be refused.
    pub(super) fn refuse<T>(&self, place: &Located<T>, message: &str) {
        self.document.tell(place.at, &place.key, message);
    }

    /// Says that something about the section as a whole is wrong.
    pub(super) fn refuse_whole(&self, key: &str, message: &str) {
        self.document.tell(self.span.start, &self.key(key), message);
    }

    /// Says whether the key is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Reads a text that must be there.
    pub(super) fn text_required(&mut self, key: &'static str) -> Option<Located<String>> {
        if !self.has(key) {
            self.asked.insert(key);
            self.refuse_whole(key, "is missing");
            return None;
        }
        self.text(key)
    }

    /// Reads a text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Located<String>> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// Reads a finite number.
    pub(super) fn number(&mut self, key: &'static str) -> Option<Located<f64>> {
        self.value(key, "a number", |value| match value {
            DeValue::Integer(integer) => integer.as_str().replace('_', "").parse().ok(),
            DeValue::Float(float) => {
                let number: f64 = float.as_str().replace('_', "").parse().ok()?;
                number.is_finite().then_some(number)
            }
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        })
    }

    /// Reads a whole number, 0 or more.
    pub(super) fn count(&mut self, key: &'static str) -> Option<Located<u32>> {
        self.value(key, "a whole number, 0 or more", |value| {
            let integer = value.as_integer()?;
            u32::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        })
    }

    /// Reads a span such as `"5 min"` or `"30s"`.
    pub(super) fn span(&mut self, key: &'static str) -> Option<Located<Duration>> {
        self.value(
            key,
            "a span of time such as \"5 min\" or \"30s\"",
            |value| parse_span(value.as_str()?),
        )
    }

    /// Reads a yes or no.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key, "true or false", DeValue::as_bool);
        value.map(|located| located.value)
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Located<Vec<Located<String>>>> {
        let path = self.key(key);
        self.value(key, "a list of texts", |value| {
            let list: &DeArray<'_> = value.as_array()?;
            let texts = list.iter().enumerate().map(|(index, item)| {
                Some(Located {
                    value: item.get_ref().as_str()?.to_owned(),
                    at: item.span().start,
                    key: format!("{path}[{index}]"),
                })
            });
            texts.collect()
        })
    }

    /// Opens a table.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Section<'d, 'i>> {
        self.asked.insert(key);
        let item = self.table.get(key)?;
        let path = self.key(key);
        let table = item.get_ref().as_table();
        if table.is_none() {
            let at = item.span().start;
            self.document.tell(at, &path, "must be a table");
        }
        Some(Section::new(self.document, table?, item.span(), path))
    }

    /// Opens a list of tables, `[[link]]`; the path of the first is `link[0]`.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Section<'d, 'i>> {
        self.asked.insert(key);
        let Some(item) = self.table.get(key) else {
            return Vec::new();
        };
        let path = self.key(key);
        let Some(list) = item.get_ref().as_array() else {
            let message = format!("must be a list of tables: write [[{key}]]");
            self.document.tell(item.span().start, &path, &message);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in list.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match item.get_ref().as_table() {
                Some(table) => {
                    sections.push(Section::new(self.document, table, item.span(), path));
                }
                None => self
                    .document
                    .tell(item.span().start, &path, "must be a table"),
            }
        }
        sections
    }

    /// Refuses every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _value) in self.table {
            let name: &str = key.get_ref();
            if !self.asked.contains(name) {
                let mut known: Vec<&str> = self.asked.iter().copied().collect();
                known.sort_by_key(|known| levenshtein(known, name));
                let message = match known.first() {
                    Some(nearest) if levenshtein(nearest, name) <= 2 => {
                        format!("unknown key; did you mean `{nearest}`?")
                    }
                    Some(_) | None => {
                        known.sort_unstable();
                        format!("unknown key; the keys here are {}", known.join(", "))
                    }
                };
                self.document
                    .tell(key.span().start, &self.key(name), &message);
            }
        }
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(&DeValue<'i>) -> Option<T>,
    ) -> Option<Located<T>> {
        self.asked.insert(key);
        let item = self.table.get(key)?;
        let (at, key) = (item.span().start, self.key(key));
        if let Some(value) = read(item.get_ref()) {
            return Some(Located { value, at, key });
        }
        self.document.tell(at, &key, &format!("must be {wanted}"));
        None
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

/// Reads a span of time with its units, `5 min`, `1h 30m`, `250 ms`; absent if it is none.
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let span: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str, read: impl FnOnce(&mut Section<'_, '_>)) -> Vec<String> {
        let flaws = Document::parse("unit.toml", text).map(|document| {
            let mut root = document.root();
            read(&mut root);
            root.finish();
            document.into_flaws()
        });
        let flaws = flaws.unwrap_or_else(|syntax| syntax);
        flaws.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_error_is_found_with_its_line_and_key() {
        let text =
            "[unit]\nname = 7\nnmae = 'x'\n[[link]]\naddress = 'a'\n[[link]]\nadress = 'b'\n";
        let found = flaws(text, |root| {
            let mut unit = root.section("unit").unwrap();
            assert!(unit.text("name").is_none());
            unit.finish();
            for mut link in root.sections("link") {
                link.text_required("address");
                link.finish();
            }
        });
        assert_eq!(
            found,
            [
                "unit.toml:2: unit.name: must be a text",
                "unit.toml:3: unit.nmae: unknown key; did you mean `name`?",
                "unit.toml:6: link[1].address: is missing",
                "unit.toml:7: link[1].adress: unknown key; did you mean `address`?",
            ]
        );
    }

    #[test]
    fn a_syntax_error_names_its_line_and_hides_what_it_spoils() {
        let found = flaws("[unit]\nname = \"x\nnmae = 7\n", |root| {
            root.section("unit");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("unit.toml:2: "), "{found:?}");
    }

    #[test]
    fn values_are_read_in_their_units() {
        let text = "a = 1_000\nb = 2.5\nc = 0x10\nd = '1h 30m'\ne = ['x', 'y']\nf = nan\ng = -1\n";
        let found = flaws(text, |root| {
            assert!((root.number("a").unwrap().value - 1000.0).abs() < 1e-9);
            assert!((root.number("b").unwrap().value - 2.5).abs() < 1e-9);
            assert_eq!(root.count("c").unwrap().value, 16);
            assert_eq!(root.span("d").unwrap().value, Duration::from_secs(5400));
            assert_eq!(root.texts("e").unwrap().value.len(), 2);
            assert!(root.number("f").is_none());
            assert!(root.count("g").is_none());
        });
        assert_eq!(
            found,
            [
                "unit.toml:6: f: must be a number",
                "unit.toml:7: g: must be a whole number, 0 or more",
            ]
        );
    }

    #[test]
    fn spans_need_a_unit_and_are_not_negative() {
        assert_eq!(parse_span("5 min"), Some(Duration::from_secs(300)));
        assert_eq!(parse_span("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_span("30"), None);
        assert_eq!(parse_span("-3s"), None);
    }
}
