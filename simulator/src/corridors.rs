//! Corridors to follow, from GeoJSON.
//!
//! Pure. Source: RFC 7946. Only what a vehicle can follow is read: a `LineString`, the first part
//! of a `MultiLineString`, or the exterior ring of a `Polygon` or of the first of a `MultiPolygon`,
//! of a feature with the property `id`. A disc, a Point with a radius, has nothing to follow. How
//! wide a corridor is makes no difference.

use geojson::{FeatureCollection, GeometryValue, JsonValue};
use thiserror::Error;

use crate::geodesy::Place;

/// A line that vehicles can follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Corridor {
    /// The property `id`; a number is written as one.
    pub id: String,
    /// Whether it is a line; otherwise it is a polygon's exterior ring.
    pub line: bool,
    /// Its places, in order.
    pub places: Vec<Place>,
}

/// Why a text holds no corridors.
#[derive(Debug, Error)]
pub enum CorridorsError {
    /// It is no GeoJSON feature collection.
    #[error("the text is no GeoJSON feature collection")]
    Parse(#[source] Box<geojson::Error>),
    /// No feature has an `id` and a line or polygon.
    #[error("no feature has the property `id` and a line or a polygon")]
    Empty,
    /// No corridor has the id that was asked for.
    #[error("no corridor is called `{wanted}`; there are: {known}")]
    Unknown {
        /// The id that was asked for.
        wanted: String,
        /// The ids that there are.
        known: String,
    },
}

/// Reads every corridor that can be followed.
///
/// # Errors
///
/// Refuses what is no feature collection, or holds no corridor.
pub fn read(text: &str) -> Result<Vec<Corridor>, CorridorsError> {
    let collection: FeatureCollection = text
        .parse()
        .map_err(|error| CorridorsError::Parse(Box::new(error)))?;
    let corridors: Vec<Corridor> = collection.features.iter().filter_map(corridor).collect();
    if corridors.is_empty() {
        Err(CorridorsError::Empty)
    } else {
        Ok(corridors)
    }
}

/// Picks the corridor called `id`; without an id the first line, or the first ring if there is no line.
///
/// # Errors
///
/// Lists the ids that there are.
pub fn pick<'a>(
    corridors: &'a [Corridor],
    id: Option<&str>,
) -> Result<&'a Corridor, CorridorsError> {
    let Some(wanted) = id else {
        let first_line = corridors.iter().find(|corridor| corridor.line);
        return first_line
            .or(corridors.first())
            .ok_or(CorridorsError::Empty);
    };
    corridors
        .iter()
        .find(|corridor| corridor.id == wanted)
        .ok_or_else(|| CorridorsError::Unknown {
            wanted: wanted.to_owned(),
            known: corridors
                .iter()
                .map(|corridor| corridor.id.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn corridor(feature: &geojson::Feature) -> Option<Corridor> {
    let id = match feature.property("id")? {
        JsonValue::String(id) => id.clone(),
        JsonValue::Number(id) => id.to_string(),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Array(_) | JsonValue::Object(_) => {
            return None;
        }
    };
    let (line, positions) = match &feature.geometry.as_ref()?.value {
        GeometryValue::LineString { coordinates } => (true, coordinates),
        GeometryValue::MultiLineString { coordinates } => (true, coordinates.first()?),
        GeometryValue::Polygon { coordinates } => (false, coordinates.first()?),
        GeometryValue::MultiPolygon { coordinates } => (false, coordinates.first()?.first()?),
        GeometryValue::Point { .. }
        | GeometryValue::MultiPoint { .. }
        | GeometryValue::GeometryCollection { .. } => return None,
    };
    let places = positions
        .iter()
        .map(|position| match position.as_slice() {
            [lon_deg, lat_deg, ..] => Some(Place {
                lat_deg: *lat_deg,
                lon_deg: *lon_deg,
            }),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Corridor { id, line, places })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"id": "pad"}, "geometry":
            {"type": "Point", "coordinates": [21.0, 41.0]}},
        {"type": "Feature", "properties": {"id": "field"}, "geometry":
            {"type": "Polygon", "coordinates":
                [[[21.0, 41.0], [21.1, 41.0], [21.1, 41.1], [21.0, 41.0]]]}},
        {"type": "Feature", "properties": {"id": 75}, "geometry":
            {"type": "LineString", "coordinates": [[22.0, 41.0, 300.0], [22.1, 41.5]]}}
    ]}"#;

    #[test]
    fn lines_and_rings_are_read_in_the_order_of_geojson() {
        let corridors = read(TEXT).unwrap();
        let ids: Vec<_> = corridors
            .iter()
            .map(|corridor| corridor.id.as_str())
            .collect();
        assert_eq!(ids, ["field", "75"]);
        assert_eq!(corridors[0].places.len(), 4);
        assert_eq!(
            corridors[1].places[1],
            Place {
                lat_deg: 41.5,
                lon_deg: 22.1
            }
        );
    }

    #[test]
    fn of_several_parts_or_polygons_the_first_is_followed() {
        let ring = "[[21.0, 41.0], [21.1, 41.0], [21.1, 41.1], [21.0, 41.0]]";
        let far = "[[1.0, 1.0], [1.1, 1.0], [1.1, 1.1], [1.0, 1.0]]";
        for (kind, coordinates) in [
            ("MultiLineString", format!("[{ring}, {far}]")),
            ("MultiPolygon", format!("[[{ring}], [{far}]]")),
        ] {
            let text = format!(
                r#"{{"type": "FeatureCollection", "features": [
                    {{"type": "Feature", "properties": {{"id": "a"}}, "geometry":
                        {{"type": "{kind}", "coordinates": {coordinates}}}}}]}}"#
            );
            let corridors = read(&text).unwrap();
            assert_eq!(corridors[0].places.len(), 4, "{kind}");
            assert!(corridors[0].places.iter().all(|place| 40.0 < place.lat_deg));
        }
    }

    #[test]
    fn the_first_line_is_picked_unless_an_id_is_given() {
        let corridors = read(TEXT).unwrap();
        assert_eq!(pick(&corridors, None).unwrap().id, "75");
        assert_eq!(pick(&corridors[..1], None).unwrap().id, "field");
        assert_eq!(pick(&corridors, Some("field")).unwrap().id, "field");
        let error = pick(&corridors, Some("pad")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no corridor is called `pad`; there are: field, 75"
        );
    }

    #[test]
    fn what_is_no_collection_is_refused() {
        assert!(matches!(read("{}"), Err(CorridorsError::Parse(_))));
        let empty = r#"{"type": "FeatureCollection", "features": []}"#;
        assert!(matches!(read(empty), Err(CorridorsError::Empty)));
    }
}
