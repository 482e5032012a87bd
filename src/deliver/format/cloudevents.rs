//! `CloudEvents` 1.0.2: the attributes in the body, or in headers.
//!
//! Source: the specification, version 1.0.2, and its JSON format and HTTP binding.

use serde::Serialize;

use crate::deliver::format::webhook::Feature;
use crate::deliver::format::{RenderError, Rendered, json};
use crate::monitor::alert::Alert;
use crate::units::Utc;

/// The version of the specification.
const SPEC_VERSION: &str = "1.0";

/// The type of the data.
const DATA_TYPE: &str = "application/geo+json";

#[derive(Serialize)]
struct Structured<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: &'static str,
    subject: &'a str,
    time: Utc,
    datacontenttype: &'static str,
    data: Feature<'a>,
}

/// Renders an event whose attributes stand beside its data.
pub(super) fn structured(alert: &Alert) -> Result<Rendered, RenderError> {
    let event = Structured {
        specversion: SPEC_VERSION,
        id: alert.id.to_string(),
        source: source(alert),
        kind: alert.event.name(),
        subject: alert.subject(),
        time: alert.occurred_at,
        datacontenttype: DATA_TYPE,
        data: Feature::of(alert),
    };
    let body = json(serde_json::to_vec(&event))?;
    Ok(Rendered::of(
        "application/cloudevents+json; charset=utf-8",
        body,
    ))
}

/// Renders an event whose attributes stand in headers.
pub(super) fn binary(alert: &Alert) -> Result<Rendered, RenderError> {
    Ok(Rendered {
        headers: vec![
            ("ce-specversion", SPEC_VERSION.to_owned()),
            ("ce-id", alert.id.to_string()),
            ("ce-source", source(alert)),
            ("ce-type", alert.event.name().to_owned()),
            ("ce-subject", percent_encoded(alert.subject())),
            ("ce-time", alert.occurred_at.to_string()),
        ],
        ..Rendered::of(DATA_TYPE, json(serde_json::to_vec(&Feature::of(alert)))?)
    })
}

/// Names the unit by a relative reference, as the attribute asks for.
fn source(alert: &Alert) -> String {
    format!("/corridord/{}", percent_encoded(&alert.unit.name))
}

/// Writes what may not stand in a header, or in a URI, by the numbers of its bytes.
///
/// Source: the HTTP protocol binding, version 1.0.2, section 3.1.3.2.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut written, byte| {
        match byte {
            b'%' | b'"' | 0..=b' ' | 0x7f..=0xff => {
                written.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
            }
            plain => written.push(char::from(plain)),
        }
        written
    })
}

/// Writes four bits as a hexadecimal digit.
fn digit(bits: u8) -> char {
    let digit = char::from_digit(u32::from(bits), 16);
    digit.unwrap_or_default().to_ascii_uppercase()
}
