//! GeoJSON (RFC 7946) of other programs: features without our properties, single ones, bare
//! geometries.

use serde_json::{Map, Value};

use super::draft::{Draft, Geometry, Reading};
use super::fault::{Fault, LeftOut, Whereabouts};
use super::json;

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let document = match json::parse(text) {
        Ok(document) => document,
        Err(fault) => return Reading::refused(fault),
    };
    if let Err(fault) = check_reference_system(&document) {
        return Reading::refused(fault);
    }
    let Value::Object(mut members) = document else {
        return Reading::refused(not_geojson("it is no object".to_owned()));
    };
    let mut reading = Reading::default();
    match members.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => match members.remove("features") {
            Some(Value::Array(features)) => {
                for (index, feature) in features.into_iter().enumerate() {
                    read_feature(index, feature, &mut reading);
                }
            }
            _ => return Reading::refused(not_geojson("it has no list of features".to_owned())),
        },
        Some("Feature") => read_feature(0, Value::Object(members), &mut reading),
        Some(_) if is_geometry(&members) => {
            let feature = Whereabouts::default();
            read_geometry(&feature, None, &Map::new(), members, &mut reading);
        }
        Some(kind) => return Reading::refused(not_geojson(format!("its type is \"{kind}\""))),
        None => return Reading::refused(not_geojson("it has no type".to_owned())),
    }
    reading
}

/// Refuses coordinates of another system than WGS-84, which GeoJSON could name before RFC 7946.
fn check_reference_system(document: &Value) -> Result<(), Fault> {
    let Some(crs) = document.get("crs").filter(|crs| !crs.is_null()) else {
        return Ok(());
    };
    let name = crs.pointer("/properties/name").and_then(Value::as_str);
    match name {
        Some(name) if name.ends_with("CRS84") || name.ends_with(":4326") => Ok(()),
        Some(name) => Err(Fault::ReferenceSystem(format!("crs is \"{name}\""))),
        None => Err(Fault::ReferenceSystem(format!(
            "crs is {}",
            json::shown(crs)
        ))),
    }
}

fn read_feature(index: usize, feature: Value, reading: &mut Reading) {
    let mut whereabouts = Whereabouts {
        index,
        ..Whereabouts::default()
    };
    let Value::Object(mut members) = feature else {
        let found = json::shown(&feature);
        reading.refuse(&whereabouts, not_a_feature(found));
        return;
    };
    if members.get("type").and_then(Value::as_str) != Some("Feature") {
        let found = members.get("type").map_or_else(
            || "it has no type".to_owned(),
            |kind| format!("its type is {}", json::shown(kind)),
        );
        reading.refuse(&whereabouts, not_a_feature(found));
        return;
    }
    let mut properties = match members.remove("properties") {
        Some(Value::Object(properties)) => properties,
        Some(Value::Null) | None => Map::new(),
        Some(other) => {
            let fault = Fault::Property {
                property: "properties".to_owned(),
                found: json::shown(&other),
                wanted: "an object",
            };
            reading.refuse(&whereabouts, fault);
            return;
        }
    };
    // Editors write null for every empty cell of a table.
    properties.retain(|_, value| !value.is_null());
    let id = own_id(properties.remove("id").as_ref()).or_else(|| own_id(members.get("id")));
    whereabouts.name = id
        .clone()
        .or_else(|| json::text(properties.get("name")).map(str::to_owned));
    match members.remove("geometry") {
        Some(Value::Object(geometry)) => {
            read_geometry(&whereabouts, id.as_ref(), &properties, geometry, reading);
        }
        Some(_) | None => reading.leave_out(&whereabouts, LeftOut::NoGeometry),
    }
}

/// Reads a geometry, or each of a collection.
fn read_geometry(
    feature: &Whereabouts,
    id: Option<&String>,
    properties: &Map<String, Value>,
    geometry: Map<String, Value>,
    reading: &mut Reading,
) {
    let mut waiting = vec![geometry];
    let mut drafts = Vec::new();
    while let Some(mut geometry) = waiting.pop() {
        let Some(Value::Array(inner)) = geometry.remove("geometries") else {
            drafts.push(geometry);
            continue;
        };
        // What is taken from the end comes in the order of the file.
        for inner in inner.into_iter().rev() {
            if let Value::Object(inner) = inner {
                waiting.push(inner);
            } else {
                reading.leave_out(feature, LeftOut::Kind(json::shown(&inner)));
            }
        }
    }
    let is_one = drafts.len() == 1;
    if drafts.is_empty() {
        reading.leave_out(feature, LeftOut::NoGeometry);
    }
    for (nth, geometry) in drafts.into_iter().enumerate() {
        let geometry = Geometry::Json(Value::Object(geometry));
        if geometry.kind().is_none() {
            let kind = match &geometry {
                Geometry::Json(json) => json.get("type").and_then(Value::as_str),
                Geometry::Point(_) | Geometry::Lines(_) | Geometry::Areas(_) => None,
            };
            let kind = kind.unwrap_or("geometry without a type").to_owned();
            reading.leave_out(feature, LeftOut::Kind(kind));
            continue;
        }
        reading.drafts.push(Draft {
            feature: feature.clone(),
            id: id.cloned(),
            part: (!is_one).then_some(nth + 1),
            properties: properties.clone(),
            geometry,
        });
    }
}

/// Reads an id: RFC 7946 section 3.2 knows numbers too.
fn own_id(id: Option<&Value>) -> Option<String> {
    let number = id.and_then(Value::as_number).map(ToString::to_string);
    number.or_else(|| json::text(id).map(str::to_owned))
}

fn is_geometry(members: &Map<String, Value>) -> bool {
    members.contains_key("coordinates") || members.contains_key("geometries")
}

fn not_geojson(found: String) -> Fault {
    Fault::Other {
        wanted: "GeoJSON",
        found,
    }
}

fn not_a_feature(found: String) -> Fault {
    Fault::Other {
        wanted: "a GeoJSON Feature",
        found,
    }
}

#[cfg(test)]
mod tests {
    use crate::corridor::import::Format;
    use crate::corridor::import::fixture::{check_read, check_refused, check_report};

    const LINE: &str =
        r#"{"type": "LineString", "coordinates": [[21.5, 42.25, 7], [21.75, 41.5]]}"#;

    #[test]
    fn features_without_our_properties_are_read() {
        let line = "LineString [[21.5,42.25,7],[21.75,41.5]]";
        check(LINE, &[&format!("roads-0: {line}")]);
        check(
            &feature(r#""name": "Ring road""#, LINE),
            &[&format!("ring-road: {line}")],
        );
        check(
            &feature(r#""id": "r 7", "name": "x""#, LINE),
            &[&format!("r 7: {line}")],
        );
        check(
            &format!(r#"{{"type": "Feature", "id": 12, "properties": null, "geometry": {LINE}}}"#),
            &[&format!("12: {line}")],
        );
        check(
            &feature(
                r#""name": "Veles""#,
                r#"{"type": "Point", "coordinates": [21.75, 41.5]}"#,
            ),
            &["Veles: Point [21.75,41.5]"],
        );
        check(
            &feature(
                r#""name": "Camp", "radius_m": 500"#,
                r#"{"type": "Point", "coordinates": [21.75, 41.5]}"#,
            ),
            &["camp: Point [21.75,41.5]"],
        );
        check(
            &feature(
                r#""id": "two""#,
                r#"{"type": "MultiLineString", "coordinates":
                    [[[21.5, 42.25], [21.75, 41.5]], [[21.8, 41.4], [21.9, 41.3]]]}"#,
            ),
            &["two: MultiLineString [[[21.5,42.25],[21.75,41.5]],[[21.8,41.4],[21.9,41.3]]]"],
        );
        let area =
            r#"{"type": "Polygon", "coordinates": [[[21, 42], [22, 42], [22, 43], [21, 42]]]}"#;
        check(
            &feature(
                r#""id": "x""#,
                &format!(
                    r#"{{"type": "GeometryCollection", "geometries": [{LINE},
                        {{"type": "GeometryCollection", "geometries": [{area}]}}]}}"#
                ),
            ),
            &[
                &format!("x-1: {line}"),
                "x-2: Polygon [[[21,42],[22,42],[22,43],[21,42]]]",
            ],
        );
        check(
            "\u{feff}{\"type\": \"FeatureCollection\", \"features\": []}",
            &[],
        );
    }

    #[test]
    fn what_makes_no_corridor_is_left_out_and_said() {
        let point = r#"{"type": "Point", "coordinates": [21.75, 41.5]}"#;
        let points = r#"{"type": "MultiPoint", "coordinates": [[21.75, 41.5]]}"#;
        for (feature, why) in [
            (feature("", "null"), "feature 0: it has no geometry"),
            (
                feature("", point),
                "feature 0: a point without a name, which is no place, and without a radius, which is \
                 no area",
            ),
            (
                feature(r#""name": "wells""#, points),
                "feature 0 (\"wells\"): a MultiPoint makes no corridor",
            ),
            (
                feature("", r#"{"type": "GeometryCollection", "geometries": []}"#),
                "feature 0: it has no geometry",
            ),
        ] {
            check_report(Format::GeoJson, &feature, &[why], &[]);
        }
        check_report(
            Format::GeoJson,
            r#"{"type": "LineString", "coordinates": [[8.5, 47.4], [8.6, 47.4]]}"#,
            &[],
            &[
                "feature 0: lies outside the region (latitude 34 to 50, longitude 12 to 31): accepted as \
              it stands",
            ],
        );
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        let collection = |features: &str| {
            format!(r#"{{"type": "FeatureCollection", "features": [{features}]}}"#)
        };
        let line = |coordinates: &str| {
            feature(
                "",
                &format!(r#"{{"type": "LineString", "coordinates": {coordinates}}}"#),
            )
        };
        for (text, fault) in [
            ("{\n  \"type\": oops", "line 2, column 11: expected value"),
            ("[]", "not GeoJSON: it is no object"),
            ("{}", "not GeoJSON: it has no type"),
            (
                r#"{"type": "Topology"}"#,
                "not GeoJSON: its type is \"Topology\"",
            ),
            (
                r#"{"type": "FeatureCollection"}"#,
                "not GeoJSON: it has no list of features",
            ),
            (&collection("7"), "feature 0: not a GeoJSON Feature: 7"),
            (
                &collection(r#"{"type": "LineString"}"#),
                "feature 0: not a GeoJSON Feature: its type is \"LineString\"",
            ),
            (
                &collection(r#"{"type": "Feature", "properties": [1]}"#),
                "feature 0: properties is [1]: it must be an object",
            ),
            (
                r#"{"type": "FeatureCollection", "crs": {"type": "name", "properties":
                    {"name": "urn:ogc:def:crs:EPSG::6316"}}, "features": []}"#,
                "crs is \"urn:ogc:def:crs:EPSG::6316\": only longitude and latitude of WGS-84 (4326) \
                 are read",
            ),
            (
                &line("[[21.5, 42], [21.75]]"),
                "feature 0: vertex 1: [21.75] is no position: GeoJSON order is [longitude, latitude]",
            ),
            (
                &line("[[42, 21.5], [41.5, 21.75]]"),
                "feature 0: vertex 0: longitude 42 and latitude 21.5 lie outside the region, and \
                 inside it with the axes swapped",
            ),
            (
                &line("[[21.5, 42], [21.75, 95]]"),
                "feature 0: vertex 1: latitude 95 is outside -90 to 90",
            ),
        ] {
            check_refused(Format::GeoJson, text, &[fault]);
        }
        let deep = "[".repeat(100_000);
        check_refused(
            Format::GeoJson,
            &deep,
            &["line 1, column 128: recursion limit exceeded"],
        );
    }

    #[track_caller]
    fn check(text: &str, features: &[&str]) {
        check_read(Format::GeoJson, text, features);
    }

    fn feature(properties: &str, geometry: &str) -> String {
        format!(r#"{{"type": "Feature", "properties": {{{properties}}}, "geometry": {geometry}}}"#)
    }
}
