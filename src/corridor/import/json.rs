//! What the formats that are JSON have in common.

use serde_json::Value;

use super::fault::Fault;
use super::format::without_mark;

/// How much of a value a message shows, characters.
const SHOWN_MAX: usize = 40;

/// Reads a text as JSON; nesting is bounded by the reader.
pub(super) fn parse(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(without_mark(text)).map_err(|error| {
        let reason = error.to_string();
        let end = reason.rfind(" at line ").unwrap_or(reason.len());
        Fault::Syntax {
            line: error.line(),
            column: error.column(),
            reason: reason[..end].to_owned(),
        }
    })
}

/// Writes a value for a message, its start if it is long.
pub(super) fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}

/// Writes a text for a message, its start if it is long.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads a text that is not blank.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}
