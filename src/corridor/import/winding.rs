//! The right-hand rule of GeoJSON (RFC 7946 section 3.1.6): outer rings run counterclockwise, holes clockwise.

use serde_json::Value;

/// Turns the rings of a geometry round that run the other way; what is no area stays.
///
/// For what has been judged: the vertices of a ring that is turned have other numbers.
pub(super) fn wind(geometry: &mut Value) {
    let kind = geometry.get("type").and_then(Value::as_str);
    let is_polygon = kind == Some("Polygon");
    let is_area = is_polygon || kind == Some("MultiPolygon");
    let Some(coordinates) = geometry.get_mut("coordinates").filter(|_| is_area) else {
        return;
    };
    if is_polygon {
        wind_polygon(coordinates);
    } else if let Some(polygons) = coordinates.as_array_mut() {
        polygons.iter_mut().for_each(wind_polygon);
    }
}

fn wind_polygon(polygon: &mut Value) {
    for (nth, ring) in polygon.as_array_mut().into_iter().flatten().enumerate() {
        if let Some(ring) = ring.as_array_mut() {
            let is_outer = nth == 0;
            if (0.0 < twice_size(ring)) != is_outer {
                ring.reverse();
            }
        }
    }
}

/// Returns twice the size of a ring, square degrees: positive if it runs counterclockwise.
fn twice_size(ring: &[Value]) -> f64 {
    let number = |position: &Value, nth: usize| position.get(nth).and_then(Value::as_f64);
    let place = |position| Some((number(position, 0)?, number(position, 1)?));
    let places: Vec<(f64, f64)> = ring.iter().filter_map(place).collect();
    let origin = places.first().copied().unwrap_or_default();
    let from_origin = |(x, y): (f64, f64)| (x - origin.0, y - origin.1);
    let edges = places.windows(2).filter_map(|pair| match pair {
        [start, end] => Some((from_origin(*start), from_origin(*end))),
        _ => None,
    });
    edges
        .map(|(start, end)| start.0 * end.1 - end.0 * start.1)
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rings_that_run_the_other_way_are_turned_round() {
        let around = json!([[21, 42], [22, 42], [22, 43], [21, 42]]);
        let back = json!([[21, 42], [22, 43], [22, 42], [21, 42]]);
        let check = |kind: &str, mut coordinates: Value, wound: Value| {
            coordinates = json!({"type": kind, "coordinates": coordinates});
            wind(&mut coordinates);
            assert_eq!(coordinates["coordinates"], wound);
        };
        check("Polygon", json!([around, around]), json!([around, back]));
        check("Polygon", json!([back, back]), json!([around, back]));
        check(
            "MultiPolygon",
            json!([[back], [around]]),
            json!([[around], [around]]),
        );
        check("LineString", back.clone(), back.clone());
        check(
            "Polygon",
            json!([[], 7, [[1], [2]]]),
            json!([[], 7, [[1], [2]]]),
        );
    }
}
