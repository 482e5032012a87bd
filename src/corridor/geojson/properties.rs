//! The properties of a feature, and the faults that reading them finds.

use serde_json::{Map, Value};

use crate::corridor::flaw::Fault;

/// How much of a value a message shows, characters.
pub(super) const SHOWN_MAX: usize = 40;

/// The properties of a feature.
///
/// A property that is `null` is absent: editors write it for every empty cell of a table.
pub(super) struct Properties<'a> {
    members: Option<&'a Map<String, Value>>,
    /// What was found wrong with the feature so far.
    pub(super) faults: Vec<Fault>,
}

impl<'a> Properties<'a> {
    /// Takes the properties of a feature.
    pub(super) fn of(properties: &'a Value) -> Self {
        let mut faults = Vec::new();
        let members = match properties {
            Value::Object(members) => Some(members),
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                faults.push(wrong_type("properties", properties, "an object"));
                None
            }
        };
        Self { members, faults }
    }

    /// Reads a text.
    pub(super) fn text(&mut self, property: &'static str) -> Option<String> {
        let value = self.value(property)?;
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.faults.push(wrong_type(property, value, "a text"));
        }
        text
    }

    /// Reads a list of texts; without it, there are none.
    pub(super) fn texts(&mut self, property: &'static str) -> Vec<String> {
        let Some(value) = self.value(property) else {
            return Vec::new();
        };
        let texts = value.as_array().and_then(|values| {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.faults
                .push(wrong_type(property, value, "a list of texts"));
        }
        texts.unwrap_or_default()
    }

    /// Reads a number.
    pub(super) fn number(&mut self, property: &'static str) -> Option<f64> {
        let value = self.value(property)?;
        let number = value.as_f64();
        if number.is_none() {
            self.faults.push(wrong_type(property, value, "a number"));
        }
        number
    }

    /// Returns the value of a property.
    pub(super) fn value(&self, property: &str) -> Option<&'a Value> {
        self.members?.get(property).filter(|value| !value.is_null())
    }
}

/// Writes a value for a message, its start if it is long.
pub(super) fn shown(value: &Value) -> String {
    cut(value.to_string())
}

/// Leaves of a text what a message shows.
pub(super) fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

pub(super) fn wrong_type(property: &'static str, found: &Value, wanted: &'static str) -> Fault {
    Fault::WrongType {
        property,
        found: shown(found),
        wanted,
    }
}
