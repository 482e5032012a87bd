//! Converts one text and shows what is said about it, for tests.

use serde_json::Value;

use super::{Conversion, FileReport, Format, Given, Report};
use crate::corridor::Region;
use crate::units::Utc;

/// When every test converts.
const DATE: Utc = Utc::from_micros(1_770_000_000_000_000);

/// What a caller says who gives lines a width, and nothing else.
pub(super) fn wide() -> Given {
    Given {
        half_width_m: Some(250.0),
        ..Given::default()
    }
}

/// Converts a text of a file that is called `roads`.
pub(super) fn convert(format: Format, given: Given, text: &str) -> Result<(Value, Report), String> {
    let mut conversion = Conversion::new(given, Region::default());
    conversion.add("roads", format, text);
    let (collection, report) = conversion
        .finish(DATE)
        .map_err(|refused| refused.to_string())?;
    let collection = serde_json::from_str(&collection.to_string()).expect("JSON");
    Ok((collection, report))
}

/// Checks everything that is wrong with a text.
#[track_caller]
pub(super) fn check_refused(format: Format, text: &str, faults: &[&str]) {
    let refused = convert(format, wide(), text).map(|(collection, _)| collection.to_string());
    let faults: Vec<String> = faults
        .iter()
        .map(|fault| format!("roads: {fault}"))
        .collect();
    assert_eq!(refused, Err(faults.join("\n")), "{text:.300}");
}

/// Checks what a text comes to: `id: type coordinates`, or the name of a place, one a feature.
#[track_caller]
pub(super) fn check_read(format: Format, text: &str, features: &[&str]) {
    let (collection, _) = convert(format, wide(), text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(outline(&collection), features, "{text}");
}

/// Checks what is left out of a text, and what is warned of.
#[track_caller]
pub(super) fn check_report(format: Format, text: &str, left_out: &[&str], warnings: &[&str]) {
    let (_, report) = convert(format, wide(), text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(report.files[0].left_out, left_out, "{text}");
    assert_eq!(report.files[0].warnings, warnings, "{text}");
}

/// Returns the features that a document comes to, and the report about it.
#[track_caller]
pub(super) fn converted(format: Format, document: &Value) -> (Vec<Value>, FileReport) {
    let (mut collection, mut report) = convert(format, Given::default(), &document.to_string())
        .unwrap_or_else(|faults| panic!("{faults}"));
    let features = collection["features"].take();
    let features = serde_json::from_value(features).expect("a list");
    (features, report.files.remove(0))
}

/// Writes each feature on a line.
pub(super) fn outline(collection: &Value) -> Vec<String> {
    let features = collection["features"].as_array().expect("a list");
    let outline = features.iter().map(|feature| {
        let properties = &feature["properties"];
        let id = properties["id"].as_str().or(properties["name"].as_str());
        let geometry = &feature["geometry"];
        format!(
            "{}: {} {}",
            id.expect("an id or a name"),
            geometry["type"].as_str().expect("a type"),
            geometry["coordinates"]
        )
    });
    outline.collect()
}
