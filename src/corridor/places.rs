//! The named places of a set, and which of them is nearest.

use std::ops::ControlFlow;

use geo::{Bearing, Distance, Geodesic, Point};
use rstar::{AABB, RTree, RTreeObject};

use super::description::Place;
use super::metric::{FLATTENING, SEMI_MAJOR_M};
use crate::units::LatLon;

/// How far is looked first, and then, metres: farther away a place tells a patrol nothing.
const REACHES_M: [f64; 2] = [5_000.0, 50_000.0];

/// Named places, found by where they lie.
///
/// Immutable. They are kept in space, where the nearest by the straight way is the nearest by the
/// ground too: over 50 km the ways differ by 13 cm, and for all directions by the same within a
/// millimetre.
#[derive(Debug)]
pub(super) struct Places {
    all: Vec<Place>,
    tree: RTree<Entry>,
}

/// A place in space, metres from the middle of the Earth, and its number.
#[derive(Clone, Copy, Debug)]
struct Entry {
    space: [f64; 3],
    nth: usize,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_point(self.space)
    }
}

/// The nearest named place.
#[derive(Clone, Debug, PartialEq)]
pub struct NearPlace {
    /// Its name.
    pub name: String,
    /// How far away it is, metres.
    pub distance_m: f64,
    /// The bearing from the named place, degrees from north in 0 to 360.
    pub bearing_deg: f64,
}

impl Places {
    /// Indexes places.
    pub(super) fn new(all: Vec<Place>) -> Self {
        let entries = all.iter().enumerate().map(|(nth, place)| Entry {
            space: in_space(place.at),
            nth,
        });
        Self {
            tree: RTree::bulk_load(entries.collect()),
            all,
        }
    }

    /// Returns every place, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.all.iter()
    }

    /// Finds the nearest place within 50 km, whatever its size; of equally near ones the first.
    ///
    /// Distance and bearing are those of the geodesic.
    pub(super) fn nearest(&self, at: LatLon) -> Option<NearPlace> {
        let space = in_space(at);
        let nth = REACHES_M
            .into_iter()
            .find_map(|reach_m| self.within(space, reach_m))?;
        let place = &self.all[nth];
        let (from, to) = (point(place.at), point(at));
        Some(NearPlace {
            name: place.name.clone(),
            distance_m: Geodesic.distance(from, to),
            bearing_deg: Geodesic.bearing(from, to).rem_euclid(360.0),
        })
    }

    /// Finds the nearest place by the straight way; allocates nothing.
    fn within(&self, space: [f64; 3], reach_m: f64) -> Option<usize> {
        let mut best = (reach_m * reach_m, usize::MAX);
        let walk = self.tree.locate_in_envelope_intersecting_int(
            AABB::from_corners(
                space.map(|metres| metres - reach_m),
                space.map(|metres| metres + reach_m),
            ),
            |entry| {
                let found = (squared(space, entry.space), entry.nth);
                if found < best {
                    best = found;
                }
                ControlFlow::<()>::Continue(())
            },
        );
        debug_assert!(walk.is_continue(), "the visitor never stops the walk");
        (best.1 != usize::MAX).then_some(best.1)
    }
}

/// Returns where a place on the ellipsoid lies in space, metres from the middle of the Earth.
fn in_space(at: LatLon) -> [f64; 3] {
    let eccentricity_squared = FLATTENING * (2.0 - FLATTENING);
    let (sin_lat, cos_lat) = at.lat().to_radians().sin_cos();
    let (sin_lon, cos_lon) = at.lon().to_radians().sin_cos();
    let prime_vertical = SEMI_MAJOR_M / (1.0 - eccentricity_squared * sin_lat * sin_lat).sqrt();
    [
        prime_vertical * cos_lat * cos_lon,
        prime_vertical * cos_lat * sin_lon,
        prime_vertical * (1.0 - eccentricity_squared) * sin_lat,
    ]
}

fn squared(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn point(at: LatLon) -> Point {
    Point::new(at.lon(), at.lat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corridor::sample::{geodesic_m, moved, place};

    #[test]
    fn the_nearest_place_is_told_with_distance_and_bearing() {
        let veles = place(41.7156, 21.7756);
        let places = places(&[("Skopje", place(42.0, 21.4314)), ("Veles", veles)]);
        let near = places.nearest(moved(veles, 300.0, -400.0)).unwrap();
        assert_eq!(near.name, "Veles");
        assert!((near.distance_m - 500.0).abs() < 0.001);
        assert!((near.bearing_deg - 143.130).abs() < 0.001);
    }

    #[test]
    fn a_place_beyond_50_km_is_not_told() {
        let veles = place(41.7156, 21.7756);
        let places = places(&[("Veles", veles)]);
        assert!(places.nearest(moved(veles, -49_990.0, 0.0)).is_some());
        assert_eq!(places.nearest(moved(veles, -50_010.0, 0.0)), None);
        assert_eq!(Places::new(Vec::new()).nearest(veles), None);
    }

    #[test]
    fn of_equally_near_places_the_first_is_told() {
        let veles = place(41.7156, 21.7756);
        let places = places(&[("Veles", veles), ("Titov Veles", veles)]);
        let near = places.nearest(moved(veles, 0.0, 10.0)).unwrap();
        assert_eq!(near.name, "Veles");
    }

    #[test]
    fn a_search_allocates_nothing() {
        let towns = (0..5_000_u32).map(|nth| {
            let at = place(
                38.0 + f64::from(nth % 71) / 10.0,
                13.0 + f64::from(nth / 71) / 10.0,
            );
            (nth, at)
        });
        let all = towns.map(|(nth, at)| Place {
            name: nth.to_string(),
            at,
        });
        let places = Places::new(all.collect());
        let space = in_space(place(41.03, 19.96));
        let info = allocation_counter::measure(|| {
            assert!(places.within(space, 50_000.0).is_some());
        });
        assert_eq!(info.count_total, 0, "{info:?}");
    }

    proptest! {
        #[test]
        fn the_index_finds_the_place_that_a_walk_finds(
            towns in prop::collection::vec((41.0..42.0, 21.0..22.0), 0..200),
            asked in prop::collection::vec((40.5..42.5, 20.5..22.5), 20),
        ) {
            let towns: Vec<LatLon> = towns.into_iter().map(|(lat, lon)| place(lat, lon)).collect();
            let all = towns.iter().map(|at| Place { name: at.to_string(), at: *at });
            let places = Places::new(all.collect());
            for (lat, lon) in asked {
                let at = place(lat, lon);
                let walked = towns.iter().map(|town| geodesic_m(*town, at));
                let walked = walked.fold(f64::INFINITY, f64::min);
                match places.nearest(at) {
                    Some(near) => prop_assert!((near.distance_m - walked).abs() < 0.001),
                    None => prop_assert!(49_999.0 < walked),
                }
            }
        }
    }

    fn places(towns: &[(&str, LatLon)]) -> Places {
        let all = towns.iter().map(|(name, at)| Place {
            name: (*name).to_owned(),
            at: *at,
        });
        Places::new(all.collect())
    }
}
