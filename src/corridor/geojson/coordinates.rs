//! Positions: longitude first, then latitude, then perhaps a height that is left out.

use super::tree::Coordinates;
use crate::corridor::flaw::{Fault, Member, Spot};
use crate::corridor::region::Region;
use crate::units::LatLon;

/// Reads the coordinates of a Point.
pub(super) fn single(
    coordinates: &Coordinates,
    region: &Region,
    faults: &mut Vec<Fault>,
) -> Option<LatLon> {
    let spot = Spot {
        hole: None,
        vertex: 0,
    };
    position(coordinates, region, spot)
        .map_err(|fault| faults.push(fault))
        .ok()
}

/// Reads the coordinates of a `LineString`, or those of one ring.
pub(super) fn positions(
    coordinates: &Coordinates,
    region: &Region,
    hole: Option<usize>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<LatLon>> {
    let spot = |vertex| Spot { hole, vertex };
    match coordinates {
        Coordinates::Positions(pairs) => gather(
            pairs
                .iter()
                .enumerate()
                .map(|(vertex, pair)| place(*pair, region, spot(vertex))),
            faults,
        ),
        Coordinates::List(list) => gather(
            list.iter()
                .enumerate()
                .map(|(vertex, entry)| position(entry, region, spot(vertex))),
            faults,
        ),
        Coordinates::Absent
        | Coordinates::Number(_)
        | Coordinates::Position(_)
        | Coordinates::Other(_) => {
            faults.push(coordinates.unlike("a list of positions"));
            None
        }
    }
}

/// Reads the coordinates of a Polygon: the exterior ring, then the holes.
pub(super) fn rings(
    coordinates: &Coordinates,
    region: &Region,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Vec<LatLon>>> {
    let lists = lists(
        coordinates,
        "a list of rings, the exterior ring first",
        faults,
    )?;
    let rings: Vec<_> = lists
        .iter()
        .enumerate()
        .map(|(nth, ring)| positions(ring, region, nth.checked_sub(1), faults))
        .collect();
    rings.into_iter().collect()
}

/// Reads the coordinates of several lines or polygons, each by `read`.
///
/// What is wrong with one names it, if there is more than one.
pub(super) fn members<T>(
    coordinates: &Coordinates,
    wanted: &'static str,
    named: impl Fn(usize) -> Member,
    read: impl Fn(&Coordinates, &mut Vec<Fault>) -> Option<T>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<T>> {
    let lists = lists(coordinates, wanted, faults)?;
    let members: Vec<_> = lists
        .iter()
        .enumerate()
        .map(|(nth, list)| {
            let mut found = Vec::new();
            let member = read(list, &mut found);
            let name = (1 < lists.len()).then(|| named(nth));
            faults.extend(found.into_iter().map(|fault| fault.within(name)));
            member
        })
        .collect();
    members.into_iter().collect()
}

/// Takes coordinates as a list of at least one list.
fn lists<'a>(
    coordinates: &'a Coordinates,
    wanted: &'static str,
    faults: &mut Vec<Fault>,
) -> Option<&'a [Coordinates]> {
    if let Coordinates::List(list) = coordinates
        && !list.is_empty()
    {
        return Some(list);
    }
    faults.push(coordinates.unlike(wanted));
    None
}

/// Collects places, or everything that is wrong with them.
fn gather(
    places: impl ExactSizeIterator<Item = Result<LatLon, Fault>>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<LatLon>> {
    let mut good = Vec::with_capacity(places.len());
    let mut swapped = false;
    let mut sound = true;
    for place in places {
        match place {
            Ok(place) => good.push(place),
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
    sound.then_some(good)
}

impl Coordinates {
    fn unlike(&self, wanted: &'static str) -> Fault {
        Fault::Coordinates {
            found: self.shown(),
            wanted,
        }
    }
}

fn position(coordinates: &Coordinates, region: &Region, spot: Spot) -> Result<LatLon, Fault> {
    if let Coordinates::Position(pair) = coordinates {
        return place(*pair, region, spot);
    }
    Err(Fault::Position {
        spot,
        found: coordinates.shown(),
    })
}

fn place([lon, lat]: [f64; 2], region: &Region, spot: Spot) -> Result<LatLon, Fault> {
    if !region.contains(lat, lon) && region.contains(lon, lat) {
        return Err(Fault::Swapped {
            spot,
            first: lon,
            second: lat,
        });
    }
    LatLon::new(lat, lon).map_err(|reason| Fault::OffEarth { spot, reason })
}
