//! What ED-269 and ED-318 say of a zone in the same words.

use serde_json::{Map, Value};

use super::country;
use super::draft::{Draft, Geometry, Reading};
use super::fault::{Fault, Note, Whereabouts};
use super::json;
use super::limits::{self, Ends, Unit};
use super::schedule;

/// A zone in our properties, without a geometry.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    identifier: String,
    properties: Map<String, Value>,
}

impl Zone {
    /// Reads the members of a zone; the two formats call its restriction and its times differently.
    pub(super) fn of(
        zone: &Value,
        restriction: &str,
        times: &str,
        feature: &Whereabouts,
        reading: &mut Reading,
    ) -> Result<Self, Fault> {
        let identifier = json::text(zone.get("identifier"));
        let identifier = identifier.ok_or_else(|| {
            Fault::property(
                "identifier",
                zone.get("identifier"),
                "a text that is not empty",
            )
        })?;
        let mut properties = Map::new();
        let mut keep = |property: &str, value: Option<Value>| {
            if let Some(value) = value {
                properties.insert(property.to_owned(), value);
            }
        };
        keep("name", localised(zone.get("name")));
        keep("restriction", localised(zone.get(restriction)));
        keep(
            "reason",
            zone.get("reason").filter(|it| it.is_array()).cloned(),
        );
        keep("conditions", localised(zone.get("restrictionConditions")));
        keep("message", localised(zone.get("message")));
        keep("authority", authority(zone.get("zoneAuthority")));
        if let Some(code) = json::text(zone.get("country")) {
            keep(
                "country",
                Some(country::alpha_2(code).unwrap_or(code).into()),
            );
            if country::alpha_2(code).is_none() {
                reading.note(feature, Note::Country(code.to_owned()));
            }
        }
        let (active, notes) = schedule::active(zone.get(times), times)?;
        for note in notes {
            reading.note(feature, note);
        }
        keep("active", active);
        Ok(Self {
            identifier: identifier.to_owned(),
            properties,
        })
    }

    /// Adds the altitude band, and returns the unit that it is in.
    pub(super) fn limit(
        &mut self,
        limits: &Value,
        path: &str,
        unit: Option<&Value>,
        ends: Ends,
        feature: &Whereabouts,
        reading: &mut Reading,
    ) -> Result<Unit, Fault> {
        let unit = Unit::of(unit, path)?;
        let note = limits::band(limits, path, unit, ends, &mut self.properties)?;
        if let Some(note) = note {
            reading.note(feature, note);
        }
        Ok(unit)
    }

    /// Puts the zone together with one of its geometries.
    pub(super) fn draft(
        self,
        feature: &Whereabouts,
        part: Option<usize>,
        geometry: Geometry,
        radius_m: Option<f64>,
    ) -> Draft {
        let mut properties = self.properties;
        if let Some(radius_m) = radius_m {
            properties.insert("radius_m".to_owned(), radius_m.into());
        }
        Draft {
            feature: feature.clone(),
            id: Some(self.identifier),
            part,
            properties,
            geometry,
        }
    }
}

/// Reads a text, or of a text in several languages the English one or the first.
fn localised(value: Option<&Value>) -> Option<Value> {
    if let Some(text) = json::text(value) {
        return Some(text.into());
    }
    let texts = value?.as_array()?;
    let is_english = |text: &&Value| {
        let language = text.get("lang").and_then(Value::as_str).unwrap_or_default();
        language == "en" || language.starts_with("en-")
    };
    let chosen = texts.iter().find(is_english).or(texts.first())?;
    let text = json::text(Some(chosen)).or_else(|| json::text(chosen.get("text")));
    text.map(Value::from)
}

/// Writes who is responsible for a zone, and how to reach them.
fn authority(value: Option<&Value>) -> Option<Value> {
    let authorities = value?.as_array()?.iter().filter_map(|authority| {
        let parts = [
            "name",
            "service",
            "contactName",
            "phone",
            "email",
            "siteURL",
        ];
        let parts = parts.map(|part| localised(authority.get(part)));
        let parts: Vec<Value> = parts.into_iter().flatten().collect();
        let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    });
    let authorities: Vec<String> = authorities.collect();
    (!authorities.is_empty()).then(|| authorities.join("; ").into())
}
