//! What the formats that are XML have in common.

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::fault::Fault;
use super::format::without_mark;

/// How many elements, texts and comments a document may have: what it takes in memory grows with them.
const NODES_MAX: u32 = 10_000_000;

/// Why a document type is not read.
const DOCUMENT_TYPE: &str =
    "a document type is refused: what it declares could make the text grow without end";

/// A document, and where its lines begin.
pub(super) struct Xml<'a> {
    document: Document<'a>,
    /// Where each line but the first begins, bytes.
    lines: Vec<usize>,
}

impl<'a> Xml<'a> {
    /// Parses a text whose root must be called `root`.
    pub(super) fn parse(text: &'a str, root: &str, wanted: &'static str) -> Result<Self, Fault> {
        let text = without_mark(text);
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: NODES_MAX,
            ..ParsingOptions::default()
        };
        let document =
            Document::parse_with_options(text, options).map_err(|error| fault(&error))?;
        let found = document.root_element().tag_name().name();
        if found != root {
            return Err(Fault::Other {
                wanted,
                found: format!("its root is {found}"),
            });
        }
        let lines = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Ok(Self { document, lines })
    }

    /// Returns the element that everything else is in.
    pub(super) fn root(&self) -> Node<'_, 'a> {
        self.document.root_element()
    }

    /// Returns the line that an element begins at, from 1.
    pub(super) fn line(&self, node: Node<'_, '_>) -> usize {
        let at = node.range().start;
        self.lines.partition_point(|begin| *begin <= at) + 1
    }
}

/// Returns the elements right below one, each with its name without a prefix.
pub(super) fn children<'n, 'a>(
    node: Node<'n, 'a>,
) -> impl Iterator<Item = (&'n str, Node<'n, 'a>)> {
    let elements = node.children().filter(Node::is_element);
    elements.map(|element| (element.tag_name().name(), element))
}

/// Finds the first element of a name right below another.
pub(super) fn child<'n, 'a>(node: Node<'n, 'a>, name: &str) -> Option<Node<'n, 'a>> {
    children(node).find_map(|(found, element)| (found == name).then_some(element))
}

/// Returns the text of an element, without blanks around it; absent if there is nothing else.
pub(super) fn text(node: Node<'_, '_>) -> Option<String> {
    let texts = node.children().filter_map(|child| {
        let is_text = child.is_text();
        child.text().filter(|_| is_text)
    });
    let text: String = texts.collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the text of the first element of a name right below another.
pub(super) fn child_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    text(child(node, name)?)
}

/// Takes the position off the end of the XML reader's message.
fn fault(error: &Error) -> Fault {
    let at = error.pos();
    let reason = if matches!(error, Error::DtdDetected) {
        DOCUMENT_TYPE.to_owned()
    } else if matches!(error, Error::NodesLimitReached) {
        format!("there are more than {NODES_MAX} elements and texts")
    } else {
        let reason = error.to_string();
        let end = reason.rfind(" at ").unwrap_or(reason.len());
        reason[..end].to_owned()
    };
    Fault::Syntax {
        line: at.row as usize,
        column: at.col as usize,
        reason,
    }
}
