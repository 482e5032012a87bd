//! Our properties in formats that have nothing but texts.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::json::shortened;

/// The properties that are numbers.
const NUMBERS: [&str; 6] = [
    "half_width_m",
    "radius_m",
    "km_start",
    "km_end",
    "altitude_min_m",
    "altitude_max_m",
];

/// Adds a property; those that nobody knows stay texts.
pub(super) fn insert(
    properties: &mut Map<String, Value>,
    property: &str,
    text: &str,
) -> Result<(), Fault> {
    let text = text.trim();
    let value = if NUMBERS.contains(&property) {
        let number: Option<f64> = text.parse().ok();
        let number = number.and_then(serde_json::Number::from_f64);
        Value::Number(number.ok_or_else(|| Fault::Property {
            property: property.to_owned(),
            found: format!("\"{}\"", shortened(text)),
            wanted: "a number",
        })?)
    } else {
        text.into()
    };
    properties.insert(property.to_owned(), value);
    Ok(())
}
