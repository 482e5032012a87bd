//! Positions: longitude first, then latitude, then perhaps a height that is left out.

use serde_json::Value;

use super::properties::shown;
use crate::corridor::flaw::{Fault, Spot};
use crate::corridor::region::Region;
use crate::units::LatLon;

/// Reads the coordinates of a Point.
pub(super) fn single(value: &Value, region: &Region, faults: &mut Vec<Fault>) -> Option<LatLon> {
    let spot = Spot {
        hole: None,
        vertex: 0,
    };
    position(value, region, spot)
        .map_err(|fault| faults.push(fault))
        .ok()
}

/// Reads the coordinates of a `LineString`, or those of one ring.
pub(super) fn positions(
    value: &Value,
    region: &Region,
    hole: Option<usize>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<LatLon>> {
    let values = list(value, "a list of positions", faults)?;
    let mut places = Vec::with_capacity(values.len());
    let mut swapped = false;
    let mut sound = true;
    for (vertex, value) in values.iter().enumerate() {
        match position(value, region, Spot { hole, vertex }) {
            Ok(place) => places.push(place),
            Err(fault) => {
                sound = false;
                // Who swaps one pair swaps them all: said once.
                let again = swapped && matches!(fault, Fault::Swapped { .. });
                swapped |= matches!(fault, Fault::Swapped { .. });
                if !again {
                    faults.push(fault);
                }
            }
        }
    }
    sound.then_some(places)
}

/// Reads the coordinates of a Polygon: the exterior ring, then the holes.
pub(super) fn rings(
    value: &Value,
    region: &Region,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Vec<LatLon>>> {
    const WANTED: &str = "a list of rings, the exterior ring first";
    let values = list(value, WANTED, faults)?;
    if values.is_empty() {
        faults.push(Fault::Coordinates {
            found: shown(value),
            wanted: WANTED,
        });
        return None;
    }
    let rings: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(nth, ring)| positions(ring, region, nth.checked_sub(1), faults))
        .collect();
    rings.into_iter().collect()
}

fn list<'a>(
    value: &'a Value,
    wanted: &'static str,
    faults: &mut Vec<Fault>,
) -> Option<&'a Vec<Value>> {
    let list = value.as_array();
    if list.is_none() {
        faults.push(Fault::Coordinates {
            found: shown(value),
            wanted,
        });
    }
    list
}

fn position(value: &Value, region: &Region, spot: Spot) -> Result<LatLon, Fault> {
    let numbers: Option<Vec<f64>> = value
        .as_array()
        .and_then(|list| list.iter().map(Value::as_f64).collect());
    let Some([lon, lat, ..]) = numbers.as_deref() else {
        return Err(Fault::Position {
            spot,
            found: shown(value),
        });
    };
    let (lon, lat) = (*lon, *lat);
    if !region.contains(lat, lon) && region.contains(lon, lat) {
        return Err(Fault::Swapped {
            spot,
            first: lon,
            second: lat,
        });
    }
    LatLon::new(lat, lon).map_err(|reason| Fault::OffEarth { spot, reason })
}
