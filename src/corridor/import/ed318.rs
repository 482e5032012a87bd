//! UAS zones as EUROCAE ED-318 has them: GeoJSON with a vertical layer, the successor of ED-269.
//!
//! The properties are those of the JSON Schema at github.com/UASGeoZones/ED-318; a geometry carries
//! `layer` `{upper, upperReference, lower, lowerReference, uom}`, and a Point as `extent` the radius of
//! a circle, metres. A collection of geometries is a zone of several layers; one without a layer of
//! its own has that of the collection.

use serde_json::{Value, json};

use super::draft::{Geometry, Reading};
use super::fault::{Fault, LeftOut, Whereabouts};
use super::json;
use super::limits::Ends;
use super::zone::Zone;

/// What the limits of a layer are called.
const ENDS: Ends = Ends {
    lower: ["lower", "lowerReference"],
    upper: ["upper", "upperReference"],
};

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let mut document = match json::parse(text) {
        Ok(document) => document,
        Err(fault) => return Reading::refused(fault),
    };
    let features = match document.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => document.get_mut("features").map(Value::take),
        Some("Feature") => Some(Value::Array(vec![document])),
        _ => None,
    };
    let Some(Value::Array(features)) = features else {
        return Reading::refused(Fault::Other {
            wanted: "ED-318",
            found: "it has no list of features".to_owned(),
        });
    };
    let mut reading = Reading::default();
    for (index, feature) in features.iter().enumerate() {
        read_feature(index, feature, &mut reading);
    }
    reading
}

fn read_feature(index: usize, value: &Value, reading: &mut Reading) {
    let properties = value.get("properties").unwrap_or(&Value::Null);
    let feature = Whereabouts {
        index,
        name: json::text(properties.get("identifier")).map(str::to_owned),
        line: None,
    };
    let read = Zone::of(
        properties,
        "type",
        "limitedApplicability",
        &feature,
        reading,
    );
    let Some(zone) = reading.or_refuse(&feature, read) else {
        return;
    };
    let parts = match value.get("geometry") {
        None | Some(Value::Null) => {
            reading.leave_out(&feature, LeftOut::NoGeometry);
            return;
        }
        Some(geometry) => parts(geometry),
    };
    for (nth, (path, geometry, layer)) in parts.iter().enumerate() {
        let part = (parts.len() != 1).then_some(nth + 1);
        let mut zone = zone.clone();
        let layer = layer.unwrap_or(&Value::Null);
        let draft = zone
            .limit(
                layer,
                &format!("{path}.layer"),
                layer.get("uom"),
                ENDS,
                &feature,
                reading,
            )
            .and_then(|_| shape(geometry, path))
            .map(|(geometry, radius_m)| zone.draft(&feature, part, geometry, radius_m));
        if let Some(draft) = reading.or_refuse(&feature, draft) {
            reading.drafts.push(draft);
        }
    }
}

/// Lists the geometries of a feature, each with the way to it and with its layer.
fn parts(geometry: &Value) -> Vec<(String, &Value, Option<&Value>)> {
    let Some(Value::Array(inner)) = geometry.get("geometries") else {
        return vec![("geometry".to_owned(), geometry, layer_of(geometry))];
    };
    let inner = inner.iter().enumerate();
    inner
        .map(|(nth, inner)| {
            let path = format!("geometry.geometries[{nth}]");
            (path, inner, layer_of(inner).or(layer_of(geometry)))
        })
        .collect()
}

fn layer_of(geometry: &Value) -> Option<&Value> {
    geometry.get("layer").filter(|layer| !layer.is_null())
}

/// Takes the geometry out of what ED-318 adds to it, and the radius of a circle, metres.
fn shape(geometry: &Value, path: &str) -> Result<(Geometry, Option<f64>), Fault> {
    let kind = geometry.get("type");
    let bare = json!({"type": kind, "coordinates": geometry.get("coordinates")});
    match kind.and_then(Value::as_str) {
        Some("Point") => {
            let radius = geometry.pointer("/extent/radius");
            let Some(metres) = radius.and_then(Value::as_f64) else {
                let path = format!("{path}.extent.radius");
                return Err(Fault::property(&path, radius, "a number"));
            };
            Ok((Geometry::Json(bare), Some(metres)))
        }
        Some("LineString" | "MultiLineString" | "MultiPolygon" | "Polygon") => {
            Ok((Geometry::Json(bare), None))
        }
        _ => {
            let path = format!("{path}.type");
            Err(Fault::property(
                &path,
                kind,
                "Polygon, or Point with an extent",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::corridor::import::Format;
    use crate::corridor::import::fixture::{check_refused, converted};

    const RING: [[f64; 2]; 4] = [[21.6, 41.9], [21.7, 41.9], [21.7, 42.0], [21.6, 41.9]];

    #[test]
    fn layers_become_areas_of_their_own() {
        let area = json!({"type": "Polygon", "coordinates": [RING]});
        let (features, report) = converted(
            Format::Ed318,
            &json!({"type": "FeatureCollection", "metadata": {}, "features": [{
                "type": "Feature",
                "properties": {
                    "identifier": "NFZ6547", "country": "ZZZ", "type": "PROHIBITED", "variant": "COMMON",
                    "name": [{"text": "Terrain", "lang": "fr-FR"}, {"text": "Field", "lang": "en-GB"}],
                    "limitedApplicability": [{"startDateTime": "2026-01-01T00:00:00Z",
                        "schedule": [{"day": ["ANY"], "startEvent": "BMCT", "endEvent": "EECT"}]}],
                    "zoneAuthority": [{"name": [{"text": "Tower", "lang": "en-GB"}],
                        "email": "a@b.example", "purpose": "AUTHORIZATION"}]},
                "geometry": {"type": "GeometryCollection",
                    "layer": {"upper": 150, "upperReference": "AGL", "lower": 50, "lowerReference": "AGL",
                        "uom": "m"},
                    "geometries": [
                        area,
                        {"type": "Polygon", "coordinates": [RING], "layer": {"upper": 900,
                            "upperReference": "AMSL", "lower": 50, "lowerReference": "AGL"}}]},
            }]}),
        );
        let shared = json!({
            "country": "ZZZ", "name": "Field", "restriction": "PROHIBITED",
            "authority": "Tower, a@b.example", "active": [{"since": "2026-01-01T00:00:00Z"}],
            "source": "roads: feature 0 (\"NFZ6547\")",
        });
        let with = |more: Value| {
            let mut properties = shared.as_object().unwrap().clone();
            properties.extend(more.as_object().unwrap().clone());
            json!({"type": "Feature", "geometry": area, "properties": properties})
        };
        assert_eq!(
            features,
            [
                with(
                    json!({"id": "NFZ6547-1", "altitude_min_m": 50.0, "altitude_max_m": 150.0,
                    "altitude_datum": "ground"})
                ),
                with(json!({"id": "NFZ6547-2", "altitude_max_m": 900.0, "altitude_datum": "msl"})),
            ]
        );
        assert_eq!(
            report.warnings,
            [
                "feature 0 (\"NFZ6547\"): country ZZZ is no code that is known here: kept as it is",
                "feature 0 (\"NFZ6547\"): its hours begin or end with the sun (BMCT): it counts all day",
                "feature 0 (\"NFZ6547\"): the lower limit, 50 m (ground), is left out: it cannot be \
                 compared with the upper one (msl)",
            ]
        );
        assert_eq!(report.ids[1].id, "NFZ6547-2");
    }

    #[test]
    fn a_point_with_an_extent_is_a_disc() {
        let (features, report) = converted(
            Format::Ed318,
            &json!({"type": "Feature", "properties": {"identifier": "A"}, "geometry": {
                "type": "Point", "coordinates": [21.6, 41.9],
                "extent": {"subType": "Circle", "radius": 3500},
                "layer": {"upper": 492.126, "upperReference": "AMSL", "uom": "ft"}}}),
        );
        assert_eq!(features[0]["properties"]["radius_m"], json!(3500.0));
        assert_eq!(features[0]["properties"]["altitude_max_m"], json!(150.0));
        assert_eq!(report.discs, 1);
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        let zone = |geometry: Value| {
            json!({"type": "Feature", "properties": {"identifier": "A"}, "geometry": geometry})
                .to_string()
        };
        for (text, fault) in [
            (
                r#"{"type": "FeatureCollection"}"#.to_owned(),
                "not ED-318: it has no list of features",
            ),
            (
                json!({"type": "Feature", "geometry": null}).to_string(),
                "feature 0: identifier is missing: it must be a text that is not empty",
            ),
            (
                zone(json!({"type": "Point", "coordinates": [21, 42]})),
                "feature 0 (\"A\"): geometry.extent.radius is missing: it must be a number",
            ),
            (
                zone(json!({"type": "GeometryCollection", "geometries": [{"type": "MultiPoint"}]})),
                "feature 0 (\"A\"): geometry.geometries[0].type is \"MultiPoint\": it must be Polygon, or \
                 Point with an extent",
            ),
            (
                zone(json!({"type": "Polygon", "coordinates": [RING], "layer": {"uom": "km"}})),
                "feature 0 (\"A\"): the unit of geometry.layer is \"km\": it must be m or ft",
            ),
            (
                zone(
                    json!({"type": "Polygon", "coordinates": [[[21, 42], [21, 95], [22, 42], [21, 42]]]}),
                ),
                "feature 0 (\"A\"): vertex 1: latitude 95 is outside -90 to 90",
            ),
        ] {
            check_refused(Format::Ed318, &text, &[fault]);
        }
    }
}
