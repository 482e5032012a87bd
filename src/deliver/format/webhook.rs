//! The default format: an event whose data is a GeoJSON Feature.
//!
//! Pure. Nothing of an attempt is in the body, so that every attempt sends the same bytes.
//! Source of the envelope: Standard Webhooks 1.0.0, "Payload structure"; of the data: RFC 7946.

use serde::Serialize;
use uuid::Uuid;

use crate::monitor::alert::{
    Absence, Alert, Also, Approach, Certainty, Clock, Conflict, CorridorPosition,
    CrossingDirection, EdgeCrossing, Episode, Event, Evidence, ExitReason, Held, Interference,
    Link, Position, RoutePosition, RuleName, Severity, Status, Summary, Track, Trust, Unit,
    Velocity,
};
use crate::track::Authenticity;
use crate::units::Utc;

/// Renders the body; what is unknown is absent.
///
/// # Errors
///
/// Fails only if a part of the alert has no JSON form.
pub fn body(alert: &Alert) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        event: alert.event,
        timestamp: alert.occurred_at,
        data: Feature::of(alert),
    })
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    event: Event,
    timestamp: Utc,
    data: Feature<'a>,
}

/// The GeoJSON Feature that other formats carry, too.
#[derive(Serialize)]
pub(super) struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: Uuid,
    /// Null where nobody knows a place: RFC 7946, section 3.2.
    geometry: Option<Point>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: Vec<f64>,
}

#[derive(Serialize)]
struct Properties<'a> {
    severity: Severity,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<Episode>,
    occurred_at: Utc,
    detected_at: Utc,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<&'a Track>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<&'a Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    velocity: Option<Velocity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corridor: Option<&'a CorridorPosition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a EdgeCrossing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<&'a EdgeCrossing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    travelled_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<CrossingDirection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ExitReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approach: Option<&'a Approach>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a RoutePosition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    silence_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<&'a Trust>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interference: Option<&'a Interference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absence: Option<&'a Absence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Summary>,
    #[serde(skip_serializing_if = "<[Also]>::is_empty")]
    also: &'a [Also],
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<&'a Held>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<&'a Conflict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a RuleName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<Certainty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_assumed_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticity: Option<Authenticity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a Link>,
    clock: &'a Clock,
    unit: &'a Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
}

impl<'a> Feature<'a> {
    pub(super) fn of(alert: &'a Alert) -> Self {
        Self {
            kind: "Feature",
            id: alert.id,
            geometry: place_of(alert),
            properties: Properties::of(alert),
        }
    }
}

/// Returns the deciding fix, else the middle of the area that the alert is about.
fn place_of(alert: &Alert) -> Option<Point> {
    let area = || {
        let centre = alert.interference.as_ref()?.centre;
        Some(Point {
            kind: "Point",
            coordinates: vec![centre.lon, centre.lat],
        })
    };
    alert.position.as_ref().map(Point::of).or_else(area)
}

impl Point {
    /// Orders longitude before latitude; a height is there only above the ellipsoid.
    ///
    /// Source: RFC 7946, sections 3.1.1 and 4.
    fn of(position: &Position) -> Self {
        let mut coordinates = vec![position.lon, position.lat];
        coordinates.extend(position.alt_ellipsoid_m);
        Self {
            kind: "Point",
            coordinates,
        }
    }
}

impl<'a> Properties<'a> {
    fn of(alert: &'a Alert) -> Self {
        Self {
            severity: alert.severity,
            status: alert.status,
            episode: alert.episode,
            occurred_at: alert.occurred_at,
            detected_at: alert.detected_at,
            track: alert.track.as_ref(),
            position: alert.position.as_ref(),
            velocity: alert.velocity,
            corridor: alert.corridor.as_ref(),
            place: alert.place.as_deref(),
            entry: alert.entry.as_ref(),
            exit: alert.exit.as_ref(),
            inside_seconds: alert.inside_seconds,
            travelled_m: alert.travelled_m,
            direction: alert.direction,
            reason: alert.reason,
            approach: alert.approach.as_ref(),
            route: alert.route.as_ref(),
            silence_seconds: alert.silence_seconds,
            trust: alert.trust.as_ref(),
            interference: alert.interference.as_ref(),
            absence: alert.absence.as_ref(),
            summary: alert.summary.as_ref(),
            also: &alert.also,
            held: alert.held.as_ref(),
            conflict: alert.conflict.as_ref(),
            rule: alert.rule.as_ref(),
            certainty: alert.certainty,
            accuracy_assumed_m: alert.accuracy_assumed_m,
            authenticity: alert.authenticity,
            link: alert.link.as_ref(),
            clock: &alert.clock,
            unit: &alert.unit,
            evidence: alert.evidence.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::store::fixture::{alert_example, alert_example_sparse};

    fn rendered(alert: &Alert) -> Value {
        serde_json::from_slice(&body(alert).unwrap()).unwrap()
    }

    #[test]
    fn the_envelope_names_the_event_and_its_time() {
        let body = rendered(&alert_example());
        assert_eq!(body["type"], "corridor.crossed");
        assert_eq!(body["timestamp"], "2026-05-01T10:00:00.250Z");
        assert_eq!(body["data"]["type"], "Feature");
        assert_eq!(body["data"]["id"], alert_example().id.to_string());
        assert_eq!(
            body["data"]["geometry"],
            json!({ "type": "Point", "coordinates": [22.5, 41.2, 354.5] })
        );
    }

    #[test]
    fn the_properties_are_all_that_the_alert_says() {
        let mut expected = serde_json::to_value(alert_example()).unwrap();
        let alert = expected.as_object_mut().unwrap();
        alert.remove("id");
        alert.remove("event");
        assert_eq!(rendered(&alert_example())["data"]["properties"], expected);
    }

    #[test]
    fn what_is_unknown_is_absent() {
        let text = String::from_utf8(body(&alert_example_sparse()).unwrap()).unwrap();
        assert!(!text.contains("null"), "{text}");
        let body = rendered(&alert_example_sparse());
        assert_eq!(body["data"]["geometry"]["coordinates"], json!([22.5, 41.2]));
        let properties = body["data"]["properties"].as_object().unwrap();
        for absent in ["velocity", "entry", "exit", "inside_seconds", "direction"] {
            assert!(!properties.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn an_alert_about_nobody_has_no_place_but_its_area() {
        let whole = alert_example();
        let mut alert = Alert::bare(
            whole.id,
            Event::GnssInterference,
            whole.occurred_at,
            whole.clock,
            "field-unit-07",
        );
        assert_eq!(rendered(&alert)["data"]["geometry"], Value::Null);
        assert_eq!(alert.subject(), "unit");
        alert.interference = whole.interference;
        assert_eq!(
            rendered(&alert)["data"]["geometry"]["coordinates"],
            json!([22.5, 41.25])
        );
    }

    #[test]
    fn every_attempt_sends_the_same_bytes() {
        let alert = alert_example();
        let stored = serde_json::to_string(&alert).unwrap();
        let read: Alert = serde_json::from_str(&stored).unwrap();
        assert_eq!(body(&alert).unwrap(), body(&read).unwrap());
    }
}
