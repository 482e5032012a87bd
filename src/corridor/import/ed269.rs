//! UAS zones as EUROCAE ED-269 has them: what aviation authorities have published since 2020.
//!
//! A document has `features`, or is their list. Each is a `UASZoneVersion`: `identifier`, `country`,
//! `name`, `restriction`, `reason`, `applicability`, `zoneAuthority`, and as `geometry` the volumes
//! `{uomDimensions, lowerLimit, lowerVerticalReference, upperLimit, upperVerticalReference,
//! horizontalProjection}`, where a projection is a Polygon of GeoJSON or `{type: Circle, center,
//! radius}`. The radius is in the unit of the volume. The data model is published as
//! `models.geo.admin.ch/BAZL/UASGeographicalZone_V1.ili`; Commission Implementing Regulation (EU)
//! 2019/947 article 15(3) is why there are such files.

use serde_json::{Value, json};

use super::draft::{Geometry, Reading};
use super::fault::{Fault, Whereabouts};
use super::json;
use super::limits::{Ends, Unit};
use super::zone::Zone;

/// What the limits and the radius of a volume are called.
const ENDS: Ends = Ends {
    lower: ["lowerLimit", "lowerVerticalReference"],
    upper: ["upperLimit", "upperVerticalReference"],
};

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let mut document = match json::parse(text) {
        Ok(document) => document,
        Err(fault) => return Reading::refused(fault),
    };
    let zones = match document.get_mut("features") {
        Some(zones) => zones.take(),
        None => document,
    };
    let Value::Array(zones) = zones else {
        return Reading::refused(Fault::Other {
            wanted: "ED-269",
            found: "it has no list of features".to_owned(),
        });
    };
    let mut reading = Reading::default();
    for (index, zone) in zones.iter().enumerate() {
        read_zone(index, zone, &mut reading);
    }
    reading
}

fn read_zone(index: usize, zone: &Value, reading: &mut Reading) {
    let feature = Whereabouts {
        index,
        name: json::text(zone.get("identifier")).map(str::to_owned),
        line: None,
    };
    let read = Zone::of(zone, "restriction", "applicability", &feature, reading);
    let Some(zone_read) = reading.or_refuse(&feature, read) else {
        return;
    };
    let volumes = match zone.get("geometry") {
        Some(Value::Array(volumes)) => volumes.as_slice(),
        Some(volume @ Value::Object(_)) => std::slice::from_ref(volume),
        other => {
            let fault = Fault::property("geometry", other, "a list of volumes");
            reading.refuse(&feature, fault);
            return;
        }
    };
    for (nth, volume) in volumes.iter().enumerate() {
        let part = (volumes.len() != 1).then_some(nth + 1);
        let path = format!("geometry[{nth}]");
        let mut zone_read = zone_read.clone();
        let draft = zone_read
            .limit(
                volume,
                &path,
                volume.get("uomDimensions"),
                ENDS,
                &feature,
                reading,
            )
            .and_then(|unit| projection(volume, &path, unit))
            .map(|(geometry, radius_m)| zone_read.draft(&feature, part, geometry, radius_m));
        if let Some(draft) = reading.or_refuse(&feature, draft) {
            reading.drafts.push(draft);
        }
    }
}

/// Reads where a volume is, and the radius of a circle, metres.
fn projection(volume: &Value, path: &str, unit: Unit) -> Result<(Geometry, Option<f64>), Fault> {
    let path = format!("{path}.horizontalProjection");
    let projection = volume.get("horizontalProjection");
    let member = |name: &str| projection.and_then(|projection| projection.get(name));
    match member("type").and_then(Value::as_str) {
        Some("Polygon") => {
            let geometry = json!({"type": "Polygon", "coordinates": member("coordinates")});
            Ok((Geometry::Json(geometry), None))
        }
        Some("Circle") => {
            let radius = member("radius");
            let Some(metres) = radius.and_then(Value::as_f64).map(|it| unit.metres(it)) else {
                let path = format!("{path}.radius");
                return Err(Fault::property(&path, radius, "a number"));
            };
            let geometry = json!({"type": "Point", "coordinates": member("center")});
            Ok((Geometry::Json(geometry), Some(metres)))
        }
        _ => {
            let path = format!("{path}.type");
            Err(Fault::property(&path, member("type"), "Polygon or Circle"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::corridor::import::Format;
    use crate::corridor::import::fixture::{check_refused, converted};

    #[test]
    fn zones_become_areas_with_band_and_hours() {
        let (features, report) = converted(
            Format::Ed269,
            &json!({"title": "zones", "features": [{
                "identifier": "MKA0001", "country": "MKD", "name": "Aerodrome", "type": "COMMON",
                "restriction": "REQ_AUTHORISATION", "reason": ["AIR_TRAFFIC"], "message": "call first",
                "applicability": [{"permanent": "NO", "endDateTime": "2030-01-01T00:00:00Z",
                    "schedule": [{"day": ["MON"], "startTime": "06:00:00Z", "endTime": "20:00:00Z"}]}],
                "zoneAuthority": [{"name": "CAA", "phone": "+389 2 000", "purpose": "AUTHORIZATION"}],
                "geometry": [{
                    "uomDimensions": "FT", "lowerLimit": 0, "lowerVerticalReference": "AGL",
                    "upperLimit": 400, "upperVerticalReference": "AGL",
                    "horizontalProjection": {"type": "Polygon", "coordinates":
                        [[[21.6, 41.9], [21.7, 41.9], [21.7, 42.0]]]}}]}]}),
        );
        assert_eq!(
            features,
            [json!({
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates":
                    [[[21.6, 41.9], [21.7, 41.9], [21.7, 42.0], [21.6, 41.9]]]},
                "properties": {
                    "id": "MKA0001", "name": "Aerodrome", "country": "MK",
                    "restriction": "REQ_AUTHORISATION", "reason": ["AIR_TRAFFIC"],
                    "message": "call first", "authority": "CAA, +389 2 000",
                    "altitude_min_m": 0.0, "altitude_max_m": 121.92, "altitude_datum": "ground",
                    "active": [{"until": "2030-01-01T00:00:00Z", "days": ["mon"], "from": "06:00",
                        "to": "20:00", "zone": "UTC"}],
                    "source": "roads: feature 0 (\"MKA0001\")",
                },
            })]
        );
        assert_eq!(
            report.warnings,
            ["feature 0 (\"MKA0001\"): a ring that was not closed is closed"]
        );
        assert!(report.ids.is_empty(), "the identifier stays");
    }

    #[test]
    fn a_circle_is_a_disc_with_its_radius_in_the_unit_of_the_volume() {
        let (features, report) = converted(
            Format::Ed269,
            &json!([{"identifier": "A", "geometry": [
                {"uomDimensions": "FT", "horizontalProjection":
                    {"type": "Circle", "center": [21.6, 41.9], "radius": 5000}},
                {"uomDimensions": "M", "horizontalProjection":
                    {"type": "Circle", "center": [21.7, 41.9], "radius": 5000}}]}]),
        );
        let radius = |nth: usize| &features[nth]["properties"]["radius_m"];
        assert_eq!((radius(0), radius(1)), (&json!(1524.0), &json!(5000.0)));
        assert_eq!(
            features[0]["geometry"],
            json!({"type": "Point", "coordinates": [21.6, 41.9]})
        );
        assert_eq!(features[1]["properties"]["id"], "A-2");
        assert_eq!(report.discs, 2);
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        let zone =
            |geometry: &Value| json!([{"identifier": "A", "geometry": geometry}]).to_string();
        let volume =
            |projection: Value| json!([{"uomDimensions": "M", "horizontalProjection": projection}]);
        for (text, fault) in [
            (
                "{".to_owned(),
                "line 1, column 1: EOF while parsing an object",
            ),
            ("{}".to_owned(), "not ED-269: it has no list of features"),
            (
                "[{}]".to_owned(),
                "feature 0: identifier is missing: it must be a text that is not empty",
            ),
            (
                zone(&Value::Null),
                "feature 0 (\"A\"): geometry is null: it must be a list of volumes",
            ),
            (
                zone(&json!([{"uomDimensions": "NM"}])),
                "feature 0 (\"A\"): the unit of geometry[0] is \"NM\": it must be m or ft",
            ),
            (
                zone(&json!([{"lowerLimit": 3}])),
                "feature 0 (\"A\"): geometry[0].lowerVerticalReference is missing: it must be AGL, AMSL or \
                 WGS84",
            ),
            (
                zone(&json!([{}])),
                "feature 0 (\"A\"): geometry[0].horizontalProjection.type is missing: it must be Polygon \
                 or Circle",
            ),
            (
                zone(&volume(
                    json!({"type": "Circle", "center": [21, 42], "radius": "wide"}),
                )),
                "feature 0 (\"A\"): geometry[0].horizontalProjection.radius is \"wide\": it must be a \
                 number",
            ),
            (
                zone(&volume(
                    json!({"type": "Polygon", "coordinates": [[[21, 42], [22], [21, 43]]]}),
                )),
                "feature 0 (\"A\"): vertex 1: [22] is no position: GeoJSON order is [longitude, latitude]",
            ),
            (
                zone(&volume(json!({"type": "Polygon", "coordinates":
                    [[[42, 21.5], [43, 21.5], [43, 22], [42, 21.5]]]}))),
                "feature 0 (\"A\"): vertex 0: longitude 42 and latitude 21.5 lie outside the region, and \
                 inside it with the axes swapped",
            ),
        ] {
            check_refused(Format::Ed269, &text, &[fault]);
        }
    }
}
