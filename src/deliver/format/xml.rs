//! Elements of XML, written in their order.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::deliver::format::RenderError;

/// An element with attributes, text or elements in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    inner: Vec<Element>,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: None,
            inner: Vec::new(),
        }
    }

    /// An element with a text in it.
    pub(super) fn text(name: &'static str, text: &str) -> Self {
        Self {
            text: Some(printable(text)),
            ..Self::new(name)
        }
    }

    pub(super) fn with(mut self, attribute: &'static str, value: &str) -> Self {
        self.attributes.push((attribute, printable(value)));
        self
    }

    pub(super) fn holding(mut self, inner: impl IntoIterator<Item = Self>) -> Self {
        self.inner.extend(inner);
        self
    }

    /// Writes a document of it.
    pub(super) fn document(&self) -> Result<Vec<u8>, RenderError> {
        let mut writer = Writer::new(Vec::new());
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        let written = writer
            .write_event(Event::Decl(declaration))
            .and_then(|()| self.write(&mut writer));
        match written {
            Ok(()) => Ok(writer.into_inner()),
            Err(source) => Err(RenderError::Xml { source }),
        }
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let attributes = self.attributes.iter();
        let element = writer
            .create_element(self.name)
            .with_attributes(attributes.map(|(name, value)| (*name, value.as_str())));
        match &self.text {
            Some(text) => element.write_text_content(BytesText::new(text))?,
            None if self.inner.is_empty() => element.write_empty()?,
            None => element.write_inner_content(|writer| {
                self.inner.iter().try_for_each(|inner| inner.write(writer))
            })?,
        };
        Ok(())
    }
}

/// Leaves out what XML has no way to write.
///
/// Source: XML 1.0, section 2.2.
fn printable(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let allowed = |c: &char| allowed(c) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_written_as_text() {
        let element = Element::new("a")
            .with("b", "<\"&'>")
            .holding([Element::text("c", "1 < 2 & \u{1}3"), Element::new("d")]);
        let written = String::from_utf8(element.document().unwrap()).unwrap();
        let read = roxmltree::Document::parse(&written).unwrap();
        let root = read.root_element();
        assert_eq!(root.attribute("b"), Some("<\"&'>"));
        assert_eq!(
            root.first_element_child().unwrap().text(),
            Some("1 < 2 & 3")
        );
    }
}
